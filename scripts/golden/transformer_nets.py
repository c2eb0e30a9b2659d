"""Narrow vision transformers for 32 x 32 RGB pictures and 10 classes."""

import torch
import torch.nn.functional as F
from torch import nn

CLASSES = 10


class Mlp(nn.Sequential):
    def __init__(self, width, act=nn.GELU):
        super().__init__(nn.Linear(width, 3 * width), act(), nn.Dropout(0.1), nn.Linear(3 * width, width))


class EncoderBlock(nn.Module):
    """Pre-norm block around nn.MultiheadAttention."""

    def __init__(self, width, heads):
        super().__init__()
        self.before, self.between = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = Mlp(width)

    def forward(self, x):
        y = self.before(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return x + self.mlp(self.between(x))


class FusedAttention(nn.Module):
    """One projection to queries, keys and values, then scaled_dot_product_attention."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        n, tokens, width = x.shape
        qkv = self.qkv(x).reshape(n, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        y = F.scaled_dot_product_attention(q, k, v)
        return self.project(y.transpose(1, 2).reshape(n, tokens, width))


class FusedBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.before, self.between = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attention, self.mlp = FusedAttention(width, heads), Mlp(width, lambda: nn.GELU(approximate="tanh"))

    def forward(self, x):
        x = x + self.attention(self.before(x))
        return x + self.mlp(self.between(x))


class VisionTransformer(nn.Module):
    def __init__(self, width=24, heads=3, depth=3, patch=8, block=EncoderBlock, distilled=False):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.tokens = nn.Parameter(torch.zeros(1, 2 if distilled else 1, width))
        count = (32 // patch) ** 2 + self.tokens.shape[1]
        self.positions = nn.Parameter(torch.zeros(1, count, width))
        self.blocks = nn.Sequential(*(block(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.heads = nn.ModuleList(nn.Linear(width, CLASSES) for _ in range(self.tokens.shape[1]))

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.tokens.expand(x.shape[0], -1, -1), x], 1) + self.positions
        x = self.norm(self.blocks(x))
        return sum(head(x[:, i]) for i, head in enumerate(self.heads)) / len(self.heads)


def vit():
    return VisionTransformer()


def deit():
    return VisionTransformer(block=FusedBlock, distilled=True)


class WindowAttention(nn.Module):
    def __init__(self, width, heads, window):
        super().__init__()
        self.heads = heads
        self.qkv, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        at = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
        offset = (at[:, :, None] - at[:, None, :]) + window - 1
        self.register_buffer("bias_index", offset[0] * (2 * window - 1) + offset[1])

    def forward(self, x, mask):
        n, tokens, width = x.shape
        qkv = self.qkv(x).reshape(n, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0] * (width // self.heads) ** -0.5, qkv[1], qkv[2]
        scores = q @ k.transpose(-2, -1)
        bias = self.bias_table[self.bias_index.flatten()].view(tokens, tokens, -1).permute(2, 0, 1)
        scores = scores + bias.unsqueeze(0)
        if mask is not None:
            windows = mask.shape[0]
            scores = scores.view(-1, windows, self.heads, tokens, tokens) + mask[None, :, None]
            scores = scores.view(-1, self.heads, tokens, tokens)
        y = scores.softmax(-1) @ v
        return self.project(y.transpose(1, 2).reshape(n, tokens, width))


def split_windows(x, window):
    n, h, w, c = x.shape
    x = x.view(n, h // window, window, w // window, window, c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, c)


class SwinBlock(nn.Module):
    def __init__(self, width, heads, size, window, shift):
        super().__init__()
        self.window, self.shift = window, shift
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.mlp = WindowAttention(width, heads, window), Mlp(width)
        regions = torch.zeros(1, size, size, 1)
        for number, (rows, columns) in enumerate((r, c) for r in self.bands() for c in self.bands()):
            regions[:, rows, columns] = number
        regions = split_windows(regions, window).squeeze(-1)
        differs = regions[:, None, :] != regions[:, :, None]
        self.register_buffer("mask", torch.where(differs, -100.0, 0.0) if shift else None)

    def bands(self):
        return [slice(0, -self.window), slice(-self.window, -self.shift or None), slice(-self.shift or None, None)]

    def forward(self, x):
        n, h, w, c = x.shape
        y = self.before(x)
        if self.shift:
            y = torch.roll(y, (-self.shift, -self.shift), (1, 2))
        y = self.attention(split_windows(y, self.window), self.mask)
        y = y.view(n, h // self.window, w // self.window, self.window, self.window, c)
        y = y.permute(0, 1, 3, 2, 4, 5).reshape(n, h, w, c)
        if self.shift:
            y = torch.roll(y, (self.shift, self.shift), (1, 2))
        x = x + y
        return x + self.mlp(self.between(x))


class PatchMerging(nn.Module):
    def __init__(self, width, outputs):
        super().__init__()
        self.norm, self.reduce = nn.LayerNorm(4 * width), nn.Linear(4 * width, outputs, bias=False)

    def forward(self, x):
        parts = [x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        return self.reduce(self.norm(torch.cat(parts, -1)))


class Swin(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.embedding_norm = nn.Conv2d(3, 12, 2, 2), nn.LayerNorm(12)
        self.blocks = nn.Sequential(
            SwinBlock(12, 2, 16, 4, 0),
            SwinBlock(12, 2, 16, 4, 2),
            PatchMerging(12, 24),
            SwinBlock(24, 3, 8, 4, 0),
            SwinBlock(24, 3, 8, 4, 2),
        )
        self.norm, self.classify = nn.LayerNorm(24), nn.Linear(24, CLASSES)

    def forward(self, x):
        x = self.blocks(self.embedding_norm(self.patches(x).permute(0, 2, 3, 1)))
        return self.classify(self.norm(x).permute(0, 3, 1, 2).mean([2, 3]))


def swin():
    return Swin()
