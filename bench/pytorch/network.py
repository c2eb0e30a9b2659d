"""A network of ONNX operators as a PyTorch module, with PyTorch's own layers where it has them."""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

TYPES = {"float32": np.float32, "int64": np.int64, "int32": np.int32, "uint8": np.uint8, "int8": np.int8, "bool": np.bool_}


class Network(nn.Module):
    """Runs the nodes in order; values are forgotten after their last use."""

    def __init__(self, folder: Path):
        super().__init__()
        described = json.loads((folder / "network.json").read_text())
        data = (folder / "network.bin").read_bytes()
        self.constants = {
            each["name"]: torch.from_numpy(
                np.frombuffer(data, TYPES[each["type"]], int(np.prod(each["shape"])), each["offset"])
                .reshape(each["shape"])
                .copy()
            )
            for each in described["constants"]
        }
        self.input = described["input"]
        self.output = described["output"]
        self.layers = nn.ModuleList()
        self.steps = [self.step(node) for node in described["nodes"]]
        uses = {name: at for at, (_, inputs, _, _) in enumerate(self.steps) for name in inputs}
        self.last = [
            [name for name in set(inputs) if uses[name] == at and name != self.output]
            for at, (_, inputs, _, _) in enumerate(self.steps)
        ]

    def step(self, node):
        """(operator, variable inputs, output, what is done with them)"""
        operator, attributes = node["op"], node["attributes"]
        constants = [self.constants.get(name) for name in node["inputs"]]
        variable = [name for name in node["inputs"] if name and name not in self.constants]
        layer = LAYERS[operator](attributes, constants)
        if isinstance(layer, nn.Module):
            self.layers.append(layer)
        return operator, variable, node["outputs"][0], layer

    def forward(self, x):
        values = {self.input["name"]: x}
        for (_, inputs, output, layer), last in zip(self.steps, self.last):
            values[output] = layer(*(values[name] for name in inputs))
            for name in last:
                del values[name]
        return values[self.output].flatten(1)

    def fuse(self):
        """Merges each batch normalisation into the convolution before it."""
        readers = [name for _, inputs, _, _ in self.steps for name in inputs]
        makers = {}
        for at, (operator, inputs, output, layer) in enumerate(self.steps):
            before = makers.get(inputs[0]) if operator == "BatchNormalization" else None
            if before is not None and readers.count(inputs[0]) == 1 and isinstance(self.steps[before][3], nn.Conv2d):
                convolution = self.steps[before][3]
                fused = nn.utils.fusion.fuse_conv_bn_eval(convolution, layer)
                self.steps[before] = (*self.steps[before][:3], fused)
                self.steps[at] = (operator, inputs, output, nn.Identity())
                self.layers.append(fused)
            makers[output] = at


def sides(values):
    """ONNX's begin and end paddings of two axes as F.pad has them; None: the same on both sides."""
    top, left, bottom, right = values
    return None if (top, left) == (bottom, right) else (left, right, top, bottom)


def convolution(attributes, constants):
    weight, bias = constants[1], constants[2] if len(constants) > 2 else None
    groups, pads = attributes.get("group", 1), attributes.get("pads", [0, 0, 0, 0])
    uneven = sides(pads)
    layer = nn.Conv2d(
        weight.shape[1] * groups,
        weight.shape[0],
        tuple(weight.shape[2:]),
        stride=tuple(attributes.get("strides", [1, 1])),
        padding=(0, 0) if uneven else tuple(pads[:2]),
        dilation=tuple(attributes.get("dilations", [1, 1])),
        groups=groups,
        bias=bias is not None,
    )
    layer.weight.data = weight
    if bias is not None:
        layer.bias.data = bias
    return nn.Sequential(nn.ZeroPad2d(uneven), layer) if uneven else layer


def normalization(attributes, constants):
    layer = nn.BatchNorm2d(len(constants[1]), eps=attributes.get("epsilon", 1e-5))
    layer.weight.data, layer.bias.data = constants[1], constants[2]
    layer.running_mean, layer.running_var = constants[3], constants[4]
    return layer


def clip(attributes, constants):
    low = constants[1].item() if len(constants) > 1 and constants[1] is not None else attributes.get("min", -np.inf)
    high = constants[2].item() if len(constants) > 2 and constants[2] is not None else attributes.get("max", np.inf)
    return nn.ReLU6() if (low, high) == (0, 6) else nn.Hardtanh(low, high)


def max_pool(attributes, _):
    pads = attributes.get("pads", [0, 0, 0, 0])
    uneven = sides(pads)
    layer = nn.MaxPool2d(
        tuple(attributes["kernel_shape"]),
        stride=tuple(attributes.get("strides", [1, 1])),
        padding=(0, 0) if uneven else tuple(pads[:2]),
        ceil_mode=bool(attributes.get("ceil_mode", 0)),
    )
    return nn.Sequential(nn.ConstantPad2d(uneven, -np.inf), layer) if uneven else layer


def linear(attributes, constants):
    weight = constants[1] if attributes.get("transB", 0) else constants[1].t().contiguous()
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=len(constants) > 2)
    layer.weight.data = weight
    if len(constants) > 2:
        layer.bias.data = constants[2]
    return layer


def reshape(_, constants):
    shape = constants[1].tolist()
    return lambda x: x.reshape(x.shape[0], *shape[1:])


def sum_of(_, constants):
    fixed = [each for each in constants if each is not None]
    return (lambda x: x + fixed[0]) if fixed else torch.add


LAYERS = {
    "Conv": convolution,
    "BatchNormalization": normalization,
    "Relu": lambda *_: nn.ReLU(),
    "Clip": clip,
    "MaxPool": max_pool,
    "GlobalAveragePool": lambda *_: nn.AdaptiveAvgPool2d(1),
    "Flatten": lambda *_: lambda x: x.flatten(1),
    "Gemm": linear,
    "Add": sum_of,
    "Concat": lambda attributes, _: lambda *parts: torch.cat(parts, attributes["axis"]),
    "Transpose": lambda attributes, _: lambda x: x.permute(attributes["perm"]),
    "Reshape": reshape,
    "Identity": lambda *_: nn.Identity(),
    "Softmax": lambda attributes, _: lambda x: F.softmax(x, attributes.get("axis", -1)),
}
