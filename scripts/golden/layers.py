"""Writes test/golden/graph/layers.json and layers.npy: values of the layers of networks and gradients with respect to them, in float64.

Run: python3 scripts/golden/layers.py   (needs torch, onnx; after architectures.py)

Each NAME.onnx of test/golden/graph is computed node by node by PyTorch in float64, on the first picture, and the logit of the first
class that NAME.json lists is differentiated by autograd. layers.json has for each network the layers (name, the file's shape,
largest value, largest gradient, sum of the gradient); layers.npy the values and the gradients at POSITIONS positions of each layer,
one layer after the other.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden" / "graph"
POSITIONS = 12


def ints(tensor):
    return [int(each) for each in tensor.reshape(-1)]


def spatial(node):
    kernel, strides = node.get("kernel_shape"), node.get("strides", [1, 1])
    pads = node.get("pads", [0, 0, 0, 0])
    assert pads[:2] == pads[2:], pads
    assert node.get("auto_pad", "NOTSET") == "NOTSET" and not node.get("ceil_mode", 0)
    return kernel, strides, pads[:2]


def conv(node, x, w, b=None):
    _, strides, pads = spatial(node)
    return F.conv2d(x, w, b, strides, pads, node.get("dilations", [1, 1]), node.get("group", 1))


def max_pool(node, x):
    top, left, bottom, right = node.get("pads", [0, 0, 0, 0])
    padded = F.pad(x, (left, right, top, bottom), value=float("-inf"))
    assert node.get("auto_pad", "NOTSET") == "NOTSET" and not node.get("ceil_mode", 0)
    return F.max_pool2d(padded, node["kernel_shape"], node.get("strides", [1, 1]))


def average_pool(node, x):
    kernel, strides, pads = spatial(node)
    return F.avg_pool2d(x, kernel, strides, pads, count_include_pad=bool(node.get("count_include_pad", 0)))


def reshape(node, x, shape):
    sizes = ints(shape)
    if not node.get("allowzero", 0):
        sizes = [x.shape[i] if size == 0 else size for i, size in enumerate(sizes)]
    return x.reshape(sizes)


def axes_of(node, given, rank, default=None):
    axes = ints(given) if given is not None else node.get("axes", default)
    return [axis % rank for axis in axes]


def squeeze(node, x, axes=None):
    gone = axes_of(node, axes, x.dim(), [axis for axis, size in enumerate(x.shape) if size == 1])
    return x.reshape([size for i, size in enumerate(x.shape) if i not in gone])


def unsqueeze(node, x, axes=None):
    for axis in sorted(axes_of(node, axes, x.dim() + len(ints(axes) if axes is not None else node["axes"]))):
        x = x.unsqueeze(axis)
    return x


def cut(node, x, *lists):
    if lists:
        starts, ends = ints(lists[0]), ints(lists[1])
        axes = ints(lists[2]) if len(lists) > 2 else list(range(len(starts)))
        steps = ints(lists[3]) if len(lists) > 3 else [1] * len(starts)
    else:
        starts, ends = node["starts"], node["ends"]
        axes, steps = node.get("axes", list(range(len(starts)))), [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps):
        places = list(range(x.shape[axis]))[slice(start, max(-(2**31), min(end, 2**31)), step)]
        x = x.index_select(axis, torch.tensor(places, dtype=torch.long))
    return x


def gather(node, x, index):
    axis = node.get("axis", 0) % x.dim()
    index = torch.where(index < 0, index + x.shape[axis], index)
    flat = x.index_select(axis, index.reshape(-1))
    return flat.reshape(x.shape[:axis] + index.shape + x.shape[axis + 1 :])


def gemm(node, a, b, c=None):
    a = a.t() if node.get("transA", 0) else a
    b = b.t() if node.get("transB", 0) else b
    y = node.get("alpha", 1.0) * (a @ b)
    return y if c is None else y + node.get("beta", 1.0) * c


def split(node, x, sizes=None):
    axis = node.get("axis", 0)
    given = ints(sizes) if sizes is not None else node.get("split")
    if given is None:
        given = [x.shape[axis] // len(node["outputs"])] * len(node["outputs"])
    return torch.split(x, given, axis)


def clip(node, x, low=None, high=None):
    low = node.get("min") if low is None else low.item()
    high = node.get("max") if high is None else high.item()
    return x.clamp(low, high)


def layer_norm(node, x, scale, bias=None):
    axis = node.get("axis", -1) % x.dim()
    return F.layer_norm(x, x.shape[axis:], scale, bias, node.get("epsilon", 1e-5))


def reduce_mean(node, x, axes=None):
    return x.mean(axes_of(node, axes, x.dim(), list(range(x.dim()))), keepdim=bool(node.get("keepdims", 1)))


def batch_norm(node, x, scale, bias, mean, variance):
    return F.batch_norm(x, mean, variance, scale, bias, False, 0.0, node.get("epsilon", 1e-5))


def cast(node, x):
    return x.double() if node["to"] in (1, 10, 11) else x.long() if node["to"] in (6, 7) else x.bool()


def softmax(node, x):
    axis = node.get("axis", -1)
    assert axis in (-1, x.dim() - 1) or x.dim() == 2
    return x.softmax(axis)


def binary(f):
    return lambda node, a, b: f(a, b)


OPERATORS = {
    "Conv": conv,
    "MaxPool": max_pool,
    "AveragePool": average_pool,
    "GlobalAveragePool": lambda node, x: x.mean((2, 3), keepdim=True),
    "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm,
    "Gemm": gemm,
    "MatMul": binary(torch.matmul),
    "Add": binary(torch.add),
    "Mul": binary(torch.mul),
    "Div": lambda node, a, b: a / b if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc"),
    "Mod": binary(torch.remainder),
    "Equal": binary(torch.eq),
    "Where": lambda node, c, a, b: torch.where(c, a, b),
    "Relu": lambda node, x: x.relu(),
    "Sigmoid": lambda node, x: x.sigmoid(),
    "HardSigmoid": lambda node, x: (node.get("alpha", 0.2) * x + node.get("beta", 0.5)).clamp(0, 1),
    "HardSwish": lambda node, x: x * (x / 6 + 0.5).clamp(0, 1),
    "Gelu": lambda node, x: F.gelu(x, approximate=node.get("approximate", "none")),
    "Erf": lambda node, x: x.erf(),
    "Sqrt": lambda node, x: x.sqrt(),
    "Softmax": softmax,
    "Clip": clip,
    "ReduceMean": reduce_mean,
    "Reshape": reshape,
    "Flatten": lambda node, x: x.flatten(node.get("axis", 1)),
    "Transpose": lambda node, x: x.permute(node["perm"]),
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Concat": lambda node, *xs: torch.cat(xs, node["axis"]),
    "Split": split,
    "Slice": cut,
    "Gather": gather,
    "Expand": lambda node, x, shape: x.expand(torch.broadcast_shapes(x.shape, ints(shape))),
    "Shape": lambda node, x: torch.tensor(list(x.shape)[node.get("start", 0) : node.get("end", x.dim())]),
    "Range": lambda node, a, b, c: torch.arange(a.item(), b.item(), c.item()),
    "ConstantOfShape": lambda node, s: torch.full(ints(s), node["value"].item(), dtype=node["value"].dtype),
    "Cast": cast,
}


def tensor_of(proto):
    array = torch.from_numpy(numpy_helper.to_array(proto).copy())
    return array.double() if array.is_floating_point() else array


def attributes_of(proto):
    found = {each.name: onnx.helper.get_attribute_value(each) for each in proto.attribute}
    texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()}
    tensors = {name: tensor_of(value) if isinstance(value, onnx.TensorProto) else value for name, value in texts.items()}
    return {**tensors, "outputs": list(proto.output)}


def layers_of(path, picture, class_index):
    """Every value of floats that is made of the picture, with its gradient, in the file's order."""
    model = onnx.load(path).graph
    values = {each.name: tensor_of(each) for each in model.initializer}
    name = next(each.name for each in model.input if each.name not in values)
    values[name] = picture.clone().requires_grad_(True)
    order = []
    for proto in model.node:
        node = attributes_of(proto)
        if proto.op_type == "Constant":
            values[proto.output[0]] = node["value"]
            continue
        result = OPERATORS[proto.op_type](node, *[values[each] if each else None for each in proto.input])
        for output, value in zip(proto.output, result if isinstance(result, tuple) else [result]):
            values[output] = value
            if value.requires_grad:
                value.retain_grad()
                order.append((output, value))
    values[model.output[0].name][0, class_index].backward()
    return order


def positions(size):
    return [(index * 997) % size for index in range(POSITIONS)]


def main():
    pictures = np.load(FOLDER / "inputs.npy")
    picture = torch.from_numpy(pictures.reshape(-1, 3, 32, 32)[:1].copy()).double()
    described, samples = {}, []
    for path in sorted(FOLDER.glob("*.onnx")):
        facts = json.loads((FOLDER / f"{path.stem}.json").read_text())
        layers = []
        for name, value in layers_of(path, picture, facts["classes"][0]):
            gradient = torch.zeros_like(value) if value.grad is None else value.grad
            at = positions(value.numel())
            samples += value.detach().reshape(-1)[at].tolist() + gradient.reshape(-1)[at].tolist()
            largest = [value.abs().max().item(), gradient.abs().max().item(), gradient.sum().item()]
            layers.append({"name": name, "shape": list(value.shape), "largest": largest})
        logit = float(torch.tensor(facts["logits"][0][facts["classes"][0]]))
        described[path.stem] = {"class": facts["classes"][0], "logit": logit, "layers": layers}
        print(path.stem, len(layers))
    (FOLDER / "layers.json").write_text(json.dumps(described, separators=(",", ":")) + "\n")
    np.save(FOLDER / "layers.npy", np.array(samples, dtype=np.float32))


if __name__ == "__main__":
    main()
