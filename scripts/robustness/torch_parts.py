"""Bodies, heads and preprocessings of torch networks; every choice is one key."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from pictures import CAFFE, IMAGENET


class Lambda(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class GroupShuffle(nn.Module):
    """Channel shuffle as ShuffleNet has it: the batch is read from the tensor."""

    def forward(self, x):
        count, channels, height, width = x.shape
        x = x.view(count, 2, channels // 2, height, width)
        return x.transpose(1, 2).contiguous().view(count, channels, height, width)


class Attention(nn.Module):
    def __init__(self, channels, size=8):
        super().__init__()
        self.patches = nn.Conv2d(channels, size, 2, 2)
        self.norm = nn.LayerNorm(size)
        self.attention = nn.MultiheadAttention(size, 2, batch_first=True)

    def forward(self, x):
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        normal = self.norm(tokens)
        return (tokens + self.attention(normal, normal, normal, need_weights=False)[0]).mean(1)


class Excite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.narrow, self.wide = nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1)

    def forward(self, x):
        gate = self.wide(F.relu(self.narrow(F.adaptive_avg_pool2d(x, 1))))
        return x * F.hardsigmoid(gate)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x):
        return F.silu(x + self.norm(self.first(x)))


class Standardise(nn.Module):
    """(x − mean) / std of the whole tensor: one picture's own statistics while the batch is 1."""

    def forward(self, x):
        return (x - x.mean()) / (x.std() + 1e-3)


def average():
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


BODIES = {
    "plain": lambda c: (nn.Sequential(nn.Conv2d(c, 8, 3, padding=1), nn.SiLU(), average()), 8),
    "pooled": lambda c: (
        nn.Sequential(
            nn.Conv2d(c, 6, 3, padding=1, bias=False),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(6, 8, 3, padding=1),
            nn.GELU(),
            average(),
        ),
        8,
    ),
    "depthwise": lambda c: (
        nn.Sequential(
            nn.Conv2d(c, 6, 3, stride=2, padding=1),
            nn.BatchNorm2d(6),
            nn.ReLU6(),
            nn.Conv2d(6, 6, 3, padding=1, groups=6),
            nn.Hardswish(),
            nn.Conv2d(6, 8, 1),
            average(),
        ),
        8,
    ),
    "groups": lambda c: (
        nn.Sequential(nn.Conv2d(c, 8, 3, padding=1), nn.GroupNorm(2, 8), nn.SiLU(), average()),
        8,
    ),
    "shuffled": lambda c: (
        nn.Sequential(nn.Conv2d(c, 8, 3, padding=1), GroupShuffle(), nn.Conv2d(8, 8, 3, groups=2), nn.Tanh(), average()),
        8,
    ),
    "attention": lambda c: (Attention(c), 8),
    "excited": lambda c: (nn.Sequential(nn.Conv2d(c, 8, 3), nn.ELU(), Excite(8), average()), 8),
    "residual": lambda c: (nn.Sequential(nn.Conv2d(c, 6, 3), Residual(6), Residual(6), average()), 6),
    "instance": lambda c: (
        nn.Sequential(nn.Conv2d(c, 6, 3), nn.InstanceNorm2d(6, affine=True), nn.Softplus(), nn.AvgPool2d(2), average()),
        6,
    ),
    "standardised": lambda c: (nn.Sequential(Standardise(), nn.Conv2d(c, 8, 3), nn.SiLU(), average()), 8),
    "flattened": None,  # Needs the sides: see network().
}


def flattened(channels, height, width):
    sides = ((height + 1) // 2, (width + 1) // 2)
    return (
        nn.Sequential(
            nn.Conv2d(channels, 4, 3, stride=2, padding=1),
            nn.Tanh(),
            nn.Flatten(),
            nn.Linear(4 * sides[0] * sides[1], 8),
            nn.Tanh(),
        ),
        8,
    )


def pairs(z):
    return torch.softmax(z.view(z.shape[0], 3, 2), -1).reshape(z.shape[0], 6)


# name: classes, function of the logits, what the numbers are, whether a warning about them is fair.
HEADS = {
    "logits": (5, lambda z: z, "logits", False),
    "softmax": (5, lambda z: torch.softmax(z, 1), "probabilities", False),
    "softmax-last": (4, lambda z: F.softmax(z, dim=-1), "probabilities", False),
    "log-softmax": (5, lambda z: F.log_softmax(z, 1), "log-probabilities", False),
    "softmax-of-two": (2, lambda z: torch.softmax(z, 1), "probabilities", False),
    "sigmoids": (4, torch.sigmoid, "independent", False),
    "one-sigmoid": (1, torch.sigmoid, "positive-probability", False),
    "one-sigmoid-squeezed": (1, lambda z: torch.sigmoid(z).squeeze(1), "positive-probability", False),
    "one-sigmoid-indexed": (1, lambda z: torch.sigmoid(z)[:, 0], "positive-probability", False),
    "one-logit": (1, lambda z: z, "positive-logit", False),
    "hard-sigmoids": (4, F.hardsigmoid, "independent", False),
    "pairs": (6, pairs, "independent", True),
    "without-background": (6, lambda z: torch.softmax(z, 1)[:, 1:], "independent", True),
    "clamped": (5, lambda z: torch.softmax(z, 1).clamp(1e-7, 1 - 1e-7), "probabilities", False),
    "narrowly-clamped": (5, lambda z: torch.softmax(z, 1).clamp(0.05, 0.9), "probabilities", True),
    "temperature": (5, lambda z: torch.softmax(z / 2.5, 1), "probabilities", False),
    "spelled-softmax": (5, lambda z: z.exp() / z.exp().sum(1, keepdim=True), "probabilities", False),
    "sigmoid-and-rest": (1, lambda z: torch.cat([1 - torch.sigmoid(z), torch.sigmoid(z)], 1), "probabilities", False),
    "spatial-softmax": (5, lambda z: torch.softmax(z[:, :, None, None], 1), "probabilities", False),
    "spatial-softmax-flat": (5, lambda z: torch.softmax(z[:, :, None, None], 1).flatten(1), "probabilities", False),
    "reordered": (5, lambda z: torch.softmax(z, 1)[:, [3, 1, 4, 0, 2]], "probabilities", False),
    "normalised-sigmoids": (
        4,
        lambda z: torch.sigmoid(z) / torch.sigmoid(z).sum(1, keepdim=True),
        "probabilities",
        False,
    ),
    "log-of-softmax": (5, lambda z: torch.log(torch.softmax(z, 1)), "log-probabilities", False),
    "percent": (5, lambda z: 100 * torch.softmax(z, 1), "percent", True),
    "clipped-linear": (4, lambda z: (0.2 * z + 0.4).clamp(0, 1), "independent", True),
    "tanh": (4, torch.tanh, "logits", True),
}


def constant(values):
    return torch.tensor(values, dtype=torch.float32).view(1, 3, 1, 1)


MEAN, STD = (constant(each) for each in IMAGENET)

# name: (module, how a pixel in [0, 1] is fed, lens.json's input or None, input's layout, is it knowable).
PREPROCESSINGS = {
    "spec-unit": (lambda x: (x - 0.5) * 3, "unit", {"preset": "unit"}, "nchw", True),
    "spec-torchvision": (lambda x: x, "torchvision", {"preset": "torchvision"}, "nchw", True),
    "spec-byte": (lambda x: x * 0.013 - 1.6, "byte", {"preset": "byte"}, "nchw", True),
    "spec-signed": (lambda x: x * 1.7, "signed", {"preset": "signed"}, "nchw", True),
    "unsaid-unit": (lambda x: x * 1.0, "unit", None, "nchw", False),
    "div-255": (lambda x: (x / 255 - 0.5) * 3, "byte", None, "nchw", True),
    "mul-255th": (lambda x: x * (1 / 255.0) * 2 - 1, "byte", None, "nchw", True),
    "div-127-minus-1": (lambda x: x / 127.5 - 1, "byte", None, "nchw", True),
    "twice-minus-1": (lambda x: 2 * x - 1, "unit", None, "nchw", True),
    "unit-mean-std": (lambda x: (x - MEAN) / STD, "unit", None, "nchw", True),
    "bytes-mean-std": (lambda x: (x - 255 * MEAN) / (255 * STD), "byte", None, "nchw", True),
    "255th-mean-std": (lambda x: (x / 255 - MEAN) / STD, "byte", None, "nchw", True),
    "caffe": (lambda x: (x[:, [2, 1, 0]] - constant(CAFFE)) / 64, "byte", None, "nchw", True),
    "flip-255th": (lambda x: x.flip(1) / 255 * 2 - 1, "byte", None, "nchw", True),
    "turned-255th": (lambda x: x.permute(0, 3, 1, 2) / 255 * 2 - 1, "byte", None, "nhwc", True),
    "255th-turned": (lambda x: (x / 255 * 2 - 1).permute(0, 3, 1, 2), "byte", None, "nhwc", True),
    "bytes-input": (lambda x: (x.float() / 255 - MEAN) / STD, "uint8", None, "nchw", True),
    "bytes-input-turned": (lambda x: x.permute(0, 3, 1, 2).float() / 127.5 - 1, "uint8", None, "nhwc", True),
    "cropped": (lambda x: x[:, :, 1:-1, 1:-1] / 255 * 2 - 1, "byte", None, "nchw", True),
    "resized": (
        lambda x: F.interpolate(x / 255, size=(9, 10), mode="bilinear", align_corners=False) * 2 - 1,
        "byte",
        None,
        "nchw",
        True,
    ),
    "clamped": (lambda x: x.clamp(0, 255) / 255 * 2 - 1, "byte", None, "nchw", True),
}
