"""Writes test/golden/ties.json: what PyTorch and TensorFlow make of equal elements, in the form of operators.json.

The elements are whole numbers of which many are equal, flat pictures among them. Pictures are [N, C, H, W] in every case.
Usage: python scripts/golden/ties.py
"""

import json
import pathlib

import numpy
import tensorflow as tf
import torch
import torch.nn.functional as F

random = numpy.random.default_rng(12)
cases = []


def written(array, kind="float32"):
    return {"type": kind, "shape": list(array.shape), "data": [float(f"{value:.7g}") for value in array.ravel().tolist()]}


def add(name, op, x, y, dy, dx, inputs, attributes):
    case = dict(name=name, op=op, attributes=attributes, x=written(x), inputs=inputs, y=written(y))
    cases.append({**case, "dy": written(dy)["data"], "dx": written(dx)["data"]})


def pytorch(name, op, x, function, inputs=(), attributes=None):
    point = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = function(point)
    dy = torch.tensor(random.standard_normal(tuple(y.shape)))
    (dx,) = torch.autograd.grad(y, point, dy)
    add(f"PyTorch: {name}", op, x, y.detach().numpy(), dy.numpy(), dx.numpy(), list(inputs), attributes or {})


def tensorflow(name, op, x, function, inputs=(), attributes=None):
    point = tf.constant(x, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(point)
        y = function(point)
    dy = random.standard_normal(tuple(y.shape))
    dx = tape.gradient(y, point, output_gradients=tf.constant(dy))
    add(f"TensorFlow: {name}", op, x, y.numpy(), dy, dx.numpy(), list(inputs), attributes or {})


def channels_last(function):
    return lambda x: tf.transpose(function(tf.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2])


def draw(*shape):
    return random.integers(0, 3, shape).astype("float64")


flat = numpy.full((1, 2, 4, 5), 0.25)
flat[0, 1, 1:3, 2:4] = 0.75
for axes, shape in (([1], (3, 6)), ([2, 3], (2, 3, 4, 5)), ([0, 2], (2, 3, 4)), ([-1], (2, 7)), ([0, 1], (3, 4))):
    given = [written(numpy.array(axes), "int64")]
    for keep in (0, 1):
        for kind, sign, slow, fast in (("Max", "largest", "amax", tf.reduce_max), ("Min", "smallest", "amin", tf.reduce_min)):
            name = f"{sign} over {axes} of {list(shape)}{', kept' if keep else ''}"
            x = draw(*shape)
            pytorch(name, f"Reduce{kind}", x, lambda x: getattr(torch, slow)(x, axes, bool(keep)), given, {"keepdims": keep})
            tensorflow(name, f"Reduce{kind}", x, lambda x: fast(x, axes, bool(keep)), given, {"keepdims": keep})
for name, x in (("of a flat picture", flat), ("with equals", draw(2, 3, 4, 5))):
    given = [written(numpy.array([2, 3]), "int64")]
    tensorflow(f"largest {name}", "ReduceMax", x, lambda x: tf.reduce_max(x, [2, 3]), given, {"keepdims": 0})
    pytorch(f"global pooling {name}", "GlobalMaxPool", x, lambda x: F.adaptive_max_pool2d(x, 1))
    pytorch(f"pooling {name}", "MaxPool", x, lambda x: F.max_pool2d(x, 2), attributes={"kernel_shape": [2, 2], "strides": [2, 2]})
    overlapping = {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1] * 4}
    pytorch(f"overlapping pooling {name}", "MaxPool", x, lambda x: F.max_pool2d(x, 3, 1, 1), attributes=overlapping)
    tensorflow(
        f"pooling {name}", "MaxPool", x, channels_last(lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID")),
        attributes={"kernel_shape": [2, 2], "strides": [2, 2]},
    )
    tensorflow(f"overlapping pooling {name}", "MaxPool", x, channels_last(lambda x: tf.nn.max_pool2d(x, 3, 1, "SAME")), attributes=overlapping)
x, other = draw(4, 5), draw(4, 5)
tensorflow("maximum", "Max", x, lambda x: tf.maximum(x, other), [written(other)])
tensorflow("minimum", "Min", x, lambda x: tf.minimum(x, other), [written(other)])

path = pathlib.Path(__file__).parents[2] / "test" / "golden" / "ties.json"
lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
path.write_text(f'{{"torch":"{torch.__version__}","tensorflow":"{tf.__version__}","cases":[\n{lines}\n]}}\n')
