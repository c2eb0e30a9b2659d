"""Writes test/golden/operators.json: what PyTorch's autograd says of operators whose meaning is easy to get wrong.

Each case is one ONNX operator with its inputs (the first is differentiated), the result y, a random dy and dx.
Usage: python scripts/golden/operators.py
"""

import json
import pathlib

import numpy
import torch
import torch.nn.functional as F

torch.manual_seed(5)
cases = []


def numbers(tensor):
    return [float(f"{value:.7g}") for value in tensor.detach().double().flatten().tolist()]


def written(tensor):
    kinds = {torch.float32: "float32", torch.float64: "float32", torch.int64: "int64", torch.bool: "bool"}
    return {"type": kinds[tensor.dtype], "shape": list(tensor.shape), "data": numbers(tensor)}


def case(name, op, x, function, inputs=(), attributes=None, at=0):
    """`inputs`: the other inputs in order, None where absent; x stands at position `at`."""
    x = x.double().requires_grad_()
    y = function(x)
    dy = torch.randn(y.shape, dtype=torch.float64)
    (dx,) = torch.autograd.grad(y, x, dy)
    others = [None if each is None else written(each) for each in inputs]
    cases.append(
        dict(name=name, op=op, at=at, attributes=attributes or {}, x=written(x), inputs=others, y=written(y), dy=numbers(dy), dx=numbers(dx))
    )


def whole(values):
    return torch.tensor(values, dtype=torch.int64)


def single(values):
    return torch.tensor(values, dtype=torch.float32)


kinks = torch.tensor([-4.0, -3.0, -2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.5, 3.0, 4.0, 6.0, 7.0])
picture = torch.randn(1, 2, 6, 7)
tied = torch.randint(0, 3, (1, 2, 6, 7)).float()

# Where functions bend.
case("relu", "Relu", kinks, F.relu)
case("leaky relu", "LeakyRelu", kinks, lambda x: F.leaky_relu(x, 0.1), attributes={"alpha": 0.1})
case("prelu", "PRelu", kinks, lambda x: F.prelu(x, torch.tensor([0.3], dtype=torch.float64)), [single([0.3])])
case("elu", "Elu", kinks, lambda x: F.elu(x, 0.7), attributes={"alpha": 0.7})
case("selu", "Selu", kinks, F.selu)
case("celu", "Celu", kinks, lambda x: F.celu(x, 0.7), attributes={"alpha": 0.7})
case("relu6", "Clip", kinks, F.relu6, [single(0.0), single(6.0)])
case("hardtanh", "Clip", kinks, F.hardtanh, [single(-1.0), single(1.0)])
case("hard sigmoid", "HardSigmoid", kinks, F.hardsigmoid, attributes={"alpha": 1 / 6, "beta": 0.5})
case("hard swish away from ±3", "HardSwish", torch.tensor([-4.0, -2.9, -1.0, 0.0, 1.0, 2.9, 4.0]), F.hardswish)
case("abs", "Abs", kinks, torch.abs)
case("sqrt", "Sqrt", kinks[6:], torch.sqrt)
case("softplus", "Softplus", torch.tensor([-80.0, -3.0, 0.0, 3.0, 15.0]), lambda x: F.softplus(x, threshold=100))
case("softsign", "Softsign", kinks, F.softsign)
case("mish", "Mish", torch.tensor([-40.0, -3.0, 0.0, 3.0, 30.0]), F.mish)
case("gelu", "Gelu", kinks, F.gelu)
case("gelu, tanh", "Gelu", kinks, lambda x: F.gelu(x, approximate="tanh"), attributes={"approximate": "tanh"})
case("softmax of large logits", "Softmax", torch.tensor([[90.0, -90.0, 89.0], [0.1, 0.2, 0.3]]), lambda x: F.softmax(x, 1))
case("log softmax", "LogSoftmax", torch.tensor([[90.0, -90.0, 89.0], [0.1, 0.2, 0.3]]), lambda x: F.log_softmax(x, 1))
case("norm of zeros", "ReduceL2", torch.tensor([[0.0, 0.0], [3.0, 4.0]]), lambda x: x.norm(dim=1, keepdim=True), [whole([1])])
case("product with zeros", "ReduceProd", torch.tensor([[0.0, 2.0, 3.0], [0.0, 0.0, 4.0], [1.0, 2.0, 3.0]]), lambda x: x.prod(1, keepdim=True), [whole([1])])
case("power of zero", "Pow", torch.tensor([0.0, 1.0, 2.0]), lambda x: x**2, [single(2.0)])

# Ties.
case("max pool", "MaxPool", tied, lambda x: F.max_pool2d(x, 3, 2, 1), attributes={"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]})
case("max pool without overlap", "MaxPool", tied, lambda x: F.max_pool2d(x, 2), attributes={"kernel_shape": [2, 2], "strides": [2, 2]})
case("max pool, ceil", "MaxPool", tied, lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True), attributes={"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1})
case("max pool, dilated", "MaxPool", tied, lambda x: F.max_pool2d(x, 2, 1, dilation=2), attributes={"kernel_shape": [2, 2], "strides": [1, 1], "dilations": [2, 2]})
case("max pool, 1-D", "MaxPool", tied[0], lambda x: F.max_pool1d(x[:, :, :].reshape(2, 6, 7), 2), attributes={"kernel_shape": [2], "strides": [2]})
case("global max pool", "GlobalMaxPool", tied, lambda x: F.adaptive_max_pool2d(x, 1))
case("max over an axis", "ReduceMax", tied, lambda x: x.amax(2, keepdim=True), [whole([2])])
case("min over an axis", "ReduceMin", tied, lambda x: x.amin(3), [whole([3])], {"keepdims": 0})

# What averages count.
for pad in (0, 1):
    for ceil in (0, 1):
        for include in (0, 1):
            case(
                f"average pool, pad {pad}, ceil {ceil}, include {include}",
                "AveragePool",
                picture,
                lambda x: F.avg_pool2d(x, 3, 2, pad, bool(ceil), bool(include)),
                attributes={"kernel_shape": [3, 3], "strides": [2, 2], "pads": [pad] * 4, "ceil_mode": ceil, "count_include_pad": include},
            )
case("average pool, stride 1", "AveragePool", picture, lambda x: F.avg_pool2d(x, 3, 1, 1), attributes={"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1], "count_include_pad": 1})

# Padding.
for mode, named in (("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")):
    case(f"pad, {named}", "Pad", picture, lambda x: F.pad(x, (2, 3, 1, 2), mode=mode), [whole([0, 0, 1, 2, 0, 0, 2, 3])], {"mode": named})
case("pad, negative", "Pad", picture, lambda x: F.pad(x, (-1, 2, 1, -2)), [whole([0, 0, 1, -1, 0, 0, -2, 2])])

# Resizing, as torch.onnx writes it.
for size in ((3, 4), (11, 13), (12, 14), (1, 1)):
    sizes = whole([1, 2, *size])
    case(f"nearest to {size}", "Resize", picture, lambda x: F.interpolate(x, size), [None, None, sizes], {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"})
    case(f"bilinear to {size}", "Resize", picture, lambda x: F.interpolate(x, size, mode="bilinear"), [None, None, sizes], {"mode": "linear", "coordinate_transformation_mode": "half_pixel"})
    case(f"corners to {size}", "Resize", picture, lambda x: F.interpolate(x, size, mode="bilinear", align_corners=True), [None, None, sizes], {"mode": "linear", "coordinate_transformation_mode": "align_corners"})
    case(f"bicubic to {size}", "Resize", picture, lambda x: F.interpolate(x, size, mode="bicubic"), [None, None, sizes], {"mode": "cubic", "coordinate_transformation_mode": "half_pixel", "cubic_coeff_a": -0.75})

# Normalisation.
maps = torch.randn(2, 6, 3, 4)
scale, bias = torch.randn(6), torch.randn(6)
double = [scale.double(), bias.double()]
case("group norm", "GroupNormalization", maps, lambda x: F.group_norm(x, 3, *double, eps=1e-3), [scale, bias], {"num_groups": 3, "epsilon": 1e-3})
case("instance norm", "InstanceNormalization", maps, lambda x: F.instance_norm(x, None, None, *double, eps=1e-3), [scale, bias], {"epsilon": 1e-3})
case("layer norm", "LayerNormalization", maps.permute(0, 2, 3, 1), lambda x: F.layer_norm(x, [6], *double, eps=1e-3), [scale, bias], {"axis": -1, "epsilon": 1e-3})
case("local response", "LRN", maps, lambda x: F.local_response_norm(x, 5, 0.3, 0.75, 1.5), attributes={"size": 5, "alpha": 0.3, "beta": 0.75, "bias": 1.5})
mean, variance = torch.randn(6), torch.rand(6) + 0.1
case("batch norm", "BatchNormalization", maps, lambda x: F.batch_norm(x, mean.double(), variance.double(), *double, eps=1e-3), [scale, bias, mean, variance], {"epsilon": 1e-3})

# Convolutions.
for group, stride, pad, dilation in ((1, 2, 1, 1), (2, 1, 2, 2), (6, 2, 1, 1), (3, 3, 0, 1)):
    weight = torch.randn(6, 6 // group, 3, 3)
    case(
        f"convolution, groups {group}, stride {stride}, dilation {dilation}",
        "Conv",
        maps.repeat(1, 1, 3, 2)[:1],
        lambda x: F.conv2d(x, weight.double(), None, stride, pad, dilation, group),
        [weight],
        {"group": group, "strides": [stride] * 2, "pads": [pad] * 4, "dilations": [dilation] * 2},
    )
weight = torch.randn(6, 2, 3, 3)
case(
    "transposed convolution",
    "ConvTranspose",
    maps[:1],
    lambda x: F.conv_transpose2d(x, weight.double(), None, 2, 1, 1, 3, 1),
    [weight],
    {"group": 3, "strides": [2, 2], "pads": [1] * 4, "output_padding": [1, 1]},
)

# Moving elements.
case("pixel shuffle", "DepthToSpace", torch.randn(1, 8, 2, 3), lambda x: F.pixel_shuffle(x, 2), attributes={"blocksize": 2, "mode": "CRD"})
case("embedding rows", "Gather", torch.randn(4, 3), lambda x: x[torch.tensor([[1, 1], [3, 0]])], [whole([[1, 1], [3, 0]])])
case("triangle", "Trilu", torch.randn(3, 4), lambda x: x.triu(1), [whole(1)])
case("running sum", "CumSum", torch.randn(3, 4), lambda x: x.cumsum(1), [whole(1)])

path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "operators.json"
path.parent.mkdir(parents=True, exist_ok=True)
lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
path.write_text(f'{{"torch":"{torch.__version__}","numpy":"{numpy.__version__}","cases":[\n{lines}\n]}}\n')
print(f"{len(cases)} cases, {path.stat().st_size} bytes")
