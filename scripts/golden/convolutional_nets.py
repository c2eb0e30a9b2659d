"""Narrow convolutional image classifiers for 32 x 32 RGB pictures and 10 classes."""

import torch
import torch.nn.functional as F
from torch import nn

CLASSES = 10


def convolution(inputs, outputs, size=3, stride=1, groups=1, act=nn.ReLU, eps=1e-5, padding=None):
    padding = size // 2 if padding is None else padding
    layers = [
        nn.Conv2d(inputs, outputs, size, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=eps),
    ]
    return nn.Sequential(*layers, *([act()] if act else []))


class Head(nn.Sequential):
    def __init__(self, features):
        super().__init__(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(features, CLASSES))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = convolution(inputs, outputs, 3, stride)
        self.second = convolution(outputs, outputs, 3, act=None)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else convolution(inputs, outputs, 1, stride, act=None)

    def forward(self, x):
        return F.relu(self.second(self.first(x)) + self.shortcut(x))


def resnet18():
    widths = [8, 8, 12, 16, 24]
    blocks = [BasicBlock(widths[i], widths[i + 1], 1 if i == 0 else 2) for i in range(4)]
    blocks = [each for i, block in enumerate(blocks) for each in (block, BasicBlock(widths[i + 1], widths[i + 1], 1))]
    return nn.Sequential(convolution(3, 8, 7, 2), nn.MaxPool2d(3, 2, 1), *blocks, Head(24))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expand, size=3, act=nn.ReLU6, squeeze=None):
        super().__init__()
        hidden = inputs * expand
        layers = [convolution(inputs, hidden, 1, act=act)] if expand != 1 else []
        layers.append(convolution(hidden, hidden, size, stride, groups=hidden, act=act))
        if squeeze:
            layers.append(squeeze(hidden, max(2, inputs // 4)))
        self.layers = nn.Sequential(*layers, convolution(hidden, outputs, 1, act=None))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.residual else self.layers(x)


def mobilenet_v2():
    settings = [(8, 8, 1, 1), (8, 8, 2, 4), (8, 8, 1, 4), (8, 12, 2, 4), (12, 12, 1, 4), (12, 16, 2, 4), (16, 16, 1, 4)]
    blocks = [InvertedResidual(*setting) for setting in settings]
    return nn.Sequential(convolution(3, 8, 3, 2, act=nn.ReLU6), *blocks, convolution(16, 48, 1, act=nn.ReLU6), Head(48))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, squeezed, act=nn.SiLU, gate=nn.Sigmoid):
        super().__init__()
        self.squeeze, self.excite = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)
        self.act, self.gate = act(), gate()

    def forward(self, x):
        return x * self.gate(self.excite(self.act(self.squeeze(F.adaptive_avg_pool2d(x, 1)))))


def efficientnet():
    settings = [(8, 8, 1, 1, 3), (8, 8, 2, 4, 3), (8, 12, 2, 4, 5), (12, 12, 1, 4, 5), (12, 16, 2, 4, 3), (16, 16, 1, 4, 3)]
    blocks = [
        InvertedResidual(i, o, stride, expand, size, nn.SiLU, SqueezeExcitation) for i, o, stride, expand, size in settings
    ]
    return nn.Sequential(convolution(3, 8, 3, 2, act=nn.SiLU), *blocks, convolution(16, 48, 1, act=nn.SiLU), Head(48))


def mobilenet_v3():
    def squeeze(channels, squeezed):
        return SqueezeExcitation(channels, squeezed, nn.ReLU, nn.Hardsigmoid)

    blocks = [
        InvertedResidual(8, 8, 2, 1, 3, nn.ReLU, squeeze),
        InvertedResidual(8, 12, 2, 4, 3, nn.ReLU),
        InvertedResidual(12, 12, 1, 4, 5, nn.Hardswish, squeeze),
        InvertedResidual(12, 12, 1, 3, 5, nn.Hardswish, squeeze),
    ]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 32), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(32, CLASSES)]
    stem = convolution(3, 8, 3, 2, act=nn.Hardswish)
    return nn.Sequential(stem, *blocks, convolution(12, 32, 1, act=nn.Hardswish), *head)


class Fire(nn.Module):
    def __init__(self, inputs, squeezed, expanded):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeezed, 1)
        self.small, self.large = nn.Conv2d(squeezed, expanded, 1), nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.small(x)), F.relu(self.large(x))], 1)


def squeezenet():
    pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)
    body = [Fire(16, 4, 12), Fire(24, 4, 12), pool(), Fire(24, 6, 16), Fire(32, 6, 16), pool(), Fire(32, 8, 20)]
    head = [nn.Dropout(0.5), nn.Conv2d(40, CLASSES, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(nn.Conv2d(3, 16, 3, 2), nn.ReLU(), pool(), *body, *head)


class DenseLayer(nn.Module):
    def __init__(self, inputs, growth):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.ReLU(),
            nn.Conv2d(inputs, 2 * growth, 1, bias=False),
            nn.BatchNorm2d(2 * growth),
            nn.ReLU(),
            nn.Conv2d(2 * growth, growth, 3, padding=1, bias=False),
        )

    def forward(self, x):
        return torch.cat([x, self.layers(x)], 1)


def densenet():
    channels, growth, layers = 8, 6, [convolution(3, 8, 7, 2), nn.MaxPool2d(3, 2, 1)]
    for block in range(3):
        for _ in range(3):
            layers.append(DenseLayer(channels, growth))
            channels += growth
        if block < 2:
            halved = channels // 2
            transition = [nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, halved, 1, bias=False), nn.AvgPool2d(2)]
            layers += transition
            channels = halved
    return nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU(), Head(channels))


class ShuffleUnit(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        half = outputs // 2
        own = inputs if stride == 2 else half
        self.stride = stride
        self.right = nn.Sequential(
            convolution(own, half, 1),
            convolution(half, half, 3, stride, groups=half, act=None),
            convolution(half, half, 1),
        )
        if stride == 2:
            self.left = nn.Sequential(
                convolution(inputs, inputs, 3, 2, groups=inputs, act=None), convolution(inputs, half, 1)
            )

    def forward(self, x):
        if self.stride == 2:
            y = torch.cat([self.left(x), self.right(x)], 1)
        else:
            left, right = x.chunk(2, dim=1)
            y = torch.cat([left, self.right(right)], 1)
        n, c, h, w = y.shape
        return y.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


class ShuffleNet(nn.Module):
    def __init__(self):
        super().__init__()
        units = [(8, 16, 2), (16, 16, 1), (16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 32, 1)]
        self.stem = nn.Sequential(convolution(3, 8, 3, 2), nn.MaxPool2d(3, 2, 1))
        self.units = nn.Sequential(*(ShuffleUnit(*unit) for unit in units))
        self.last = convolution(32, 40, 1)
        self.classify = nn.Linear(40, CLASSES)

    def forward(self, x):
        return self.classify(self.last(self.units(self.stem(x))).mean([2, 3]))


class InceptionBlock(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        c = lambda i, o, size: nn.Sequential(
            nn.Conv2d(i, o, size, padding=tuple(each // 2 for each in size), bias=False),
            nn.BatchNorm2d(o, eps=1e-3),
            nn.ReLU(),
        )
        self.one = c(inputs, 8, (1, 1))
        self.seven = nn.Sequential(c(inputs, 6, (1, 1)), c(6, 6, (1, 7)), c(6, 8, (7, 1)))
        self.double_three = nn.Sequential(c(inputs, 6, (1, 1)), c(6, 8, (3, 3)), c(8, 8, (3, 3)))
        self.pool = c(inputs, 8, (1, 1))

    def forward(self, x):
        pooled = self.pool(F.avg_pool2d(x, 3, stride=1, padding=1))
        return torch.cat([self.one(x), self.seven(x), self.double_three(x), pooled], 1)


class InceptionReduction(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.three = convolution(inputs, 12, 3, 2, eps=1e-3, padding=0)
        self.double_three = nn.Sequential(convolution(inputs, 8, 1, eps=1e-3), convolution(8, 12, 3, 2, eps=1e-3, padding=0))

    def forward(self, x):
        return torch.cat([self.three(x), self.double_three(x), F.max_pool2d(x, 3, stride=2)], 1)


def inception():
    stem = [convolution(3, 12, 3, 2, eps=1e-3, padding=0), convolution(12, 16, 3, eps=1e-3)]
    body = [InceptionBlock(16), InceptionReduction(32), InceptionBlock(56), InceptionReduction(32), InceptionBlock(56)]
    return nn.Sequential(*stem, *body, Head(32))


def vgg():
    layers, inputs = [], 3
    for width in [8, "pool", 12, "pool", 16, 16, "pool", 24, 24, "pool"]:
        if width == "pool":
            layers.append(nn.MaxPool2d(2, 2))
            continue
        layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU()]
        inputs = width
    head = [nn.Linear(96, 48), nn.ReLU(), nn.Dropout(), nn.Linear(48, 48), nn.ReLU(), nn.Dropout(), nn.Linear(48, CLASSES)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), *head)


class ChannelsFirstNorm(nn.Module):
    """LayerNorm over the channels of an NCHW tensor, by permutation as torchvision does."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels, eps=1e-6)

    def forward(self, x):
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.wide, self.narrow = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)
        self.layer_scale = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        return x + self.layer_scale * self.narrow(F.gelu(self.wide(y))).permute(0, 3, 1, 2)


def convnext():
    down = lambda i, o: nn.Sequential(ChannelsFirstNorm(i), nn.Conv2d(i, o, 2, 2))
    stem = [nn.Conv2d(3, 12, 4, 4), ChannelsFirstNorm(12)]
    body = [ConvNeXtBlock(12), ConvNeXtBlock(12), down(12, 20), ConvNeXtBlock(20), ConvNeXtBlock(20), down(20, 28), ConvNeXtBlock(28)]
    head = [nn.AdaptiveAvgPool2d(1), ChannelsFirstNorm(28), nn.Flatten(), nn.Linear(28, CLASSES)]
    return nn.Sequential(*stem, *body, *head)
