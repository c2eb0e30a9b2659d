"""Writes test/golden/graph/variants: one small network in every operator set and way of storing numbers.

Run: python3 scripts/golden/onnx_variants.py   (needs torch, onnx)

All weights are numbers that bfloat16 and float16 can represent, so every file means the same network; variants.json and the .npy
files hold PyTorch's logits and input gradients of the class logits in float64. The quantised file has its own.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden" / "graph" / "variants"
PICTURES, CLASSES = 2, 5
OPSETS = range(7, 23)


def weights():
    generator = torch.Generator().manual_seed(3)
    normal = lambda *shape: torch.randn(*shape, generator=generator)
    made = {
        "w1": normal(6, 3, 3, 3) * 0.4,
        "b1": normal(6) * 0.1,
        "gamma": 0.5 + torch.rand(6, generator=generator),
        "beta": normal(6) * 0.2,
        "mean": normal(6) * 0.1,
        "variance": 0.5 + torch.rand(6, generator=generator),
        "w2": normal(6, 1, 3, 3) * 0.5,
        "b2": normal(6) * 0.1,
        "w3": normal(60, CLASSES) * 0.3,
        "b3": normal(CLASSES) * 0.1,
    }
    return {name: value.bfloat16().half().double() for name, value in made.items()}


def straight_through(x, scale, zero):
    level = x / scale + zero
    clamped = level.clamp(0, 255)
    rounded = clamped + (clamped.round() - clamped).detach()
    return (rounded - zero) * scale


def network(x, w, quantise=lambda x: x):
    x = F.conv2d(x, w["w1"], w["b1"], padding=1)
    x = F.batch_norm(x, w["mean"], w["variance"], w["gamma"], w["beta"], eps=1e-3)
    x = quantise(x.clamp(0, 2))
    x = F.pad(F.max_pool2d(x, 2), (1, 1, 1, 1), value=0.25)
    x = F.conv2d(x, w["w2"], w["b2"], groups=6)
    x = F.interpolate(x, scale_factor=2, mode="nearest")[:, :, 1:-1, 1:-1]
    return (x.sum(2) * 0.25).flatten(1) @ w["w3"] + w["b3"]


def as_list(name, values, opset, since, nodes, initializers):
    """A list that is an attribute before operator set `since` and an input from it on: (inputs, attributes)."""
    if opset < since:
        return [], {name: values}
    unique = f"{name}{len(initializers)}"
    initializers.append(helper.make_tensor(unique, TensorProto.INT64, [len(values)], values))
    return [unique], {}


def build(opset, w, store, element=TensorProto.FLOAT, quantised=None):
    initializers = [store(name, value.numpy()) for name, value in w.items()]
    constant = lambda name, values, shape: initializers.append(store(name, np.array(values, np.float64).reshape(shape)))
    constant("quarter", [0.25], [])
    nodes = []

    def node(op, inputs, output, **attributes):
        nodes.append(helper.make_node(op, inputs, [output], **attributes))

    half = element != TensorProto.FLOAT
    if half:
        node("Cast", ["x"], "x-cast", to=element)
    w1, w2 = "w1", "w2"
    if quantised:
        w1, w2 = quantised(nodes, initializers)
    node("Conv", ["x-cast" if half else "x", w1, "b1"], "conv1", pads=[1, 1, 1, 1], kernel_shape=[3, 3])
    node("BatchNormalization", ["conv1", "gamma", "beta", "mean", "variance"], "norm", epsilon=1e-3)
    if opset < 11:
        node("Clip", ["norm"], "clip", min=0.0, max=2.0)
    else:
        constant("low", [0], []), constant("high", [2], [])
        node("Clip", ["norm", "low", "high"], "clip")
    clip = "clip"
    if quantised:
        node("QuantizeLinear", ["clip", "scale", "zero"], "levels")
        node("DequantizeLinear", ["levels", "scale", "zero"], "quantised")
        clip = "quantised"
    node("MaxPool", [clip], "pool", kernel_shape=[2, 2], strides=[2, 2])
    pads = [0, 0, 1, 1, 0, 0, 1, 1]
    if opset < 11:
        node("Pad", ["pool"], "pad", mode="constant", pads=pads, value=0.25)
    else:
        inputs, _ = as_list("pads", pads, opset, 11, nodes, initializers)
        node("Pad", ["pool", *inputs, "quarter"], "pad", mode="constant")
    node("Conv", ["pad", w2, "b2"], "conv2", group=6, kernel_shape=[3, 3])
    scales = helper.make_tensor("scales", TensorProto.FLOAT, [4], [1, 1, 2, 2])
    if opset < 9:
        node("Upsample", ["conv2"], "up", mode="nearest", scales=[1.0, 1.0, 2.0, 2.0])
    else:
        initializers.append(scales)
        if opset == 9:
            node("Upsample", ["conv2", "scales"], "up", mode="nearest")
        elif opset == 10:
            node("Resize", ["conv2", "scales"], "up", mode="nearest")
        else:
            initializers.append(helper.make_tensor("roi", TensorProto.FLOAT, [0], []))
            modes = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
            node("Resize", ["conv2", "roi" if opset < 13 else "", "scales"], "up", mode="nearest", **modes)
    bounds = {"starts": [1, 1], "ends": [-1, -1], "axes": [2, 3]}
    lists = [as_list(name, values, opset, 10, nodes, initializers) for name, values in bounds.items()]
    attributes = {key: value for _, own in lists for key, value in own.items()}
    node("Slice", ["up", *(name for names, _ in lists for name in names)], "crop", **attributes)
    if opset < 12:
        node("Dropout", ["crop"], "kept", ratio=0.5)
    else:
        constant("ratio", [0.5], [])
        node("Dropout", ["crop", "ratio"], "kept")
    inputs, own = as_list("axes", [2], opset, 13, nodes, initializers)
    node("ReduceSum", ["kept", *inputs], "sum", keepdims=1, **own)
    inputs, own = as_list("axes", [2], opset, 13, nodes, initializers)
    node("Squeeze", ["sum", *inputs], "squeezed", **own)
    node("Mul", ["squeezed", "quarter"], "scaled")
    node("Flatten", ["scaled"], "flat", axis=1)
    node("Gemm", ["flat", "w3", "b3"], "logits")
    node("Softmax", ["logits"], "y-half" if half else "y", axis=1)
    if half:
        node("Cast", ["y-half"], "y", to=TensorProto.FLOAT)
    graph = helper.make_graph(
        nodes,
        "variants",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 12, 12])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", CLASSES])],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10 if opset >= 19 else 8)
    onnx.checker.check_model(model, full_check=element != TensorProto.BFLOAT16)
    return model


def raw(dtype):
    return lambda name, value: numpy_helper.from_array(np.asarray(value, dtype), name)


def typed(element):
    return lambda name, value: helper.make_tensor(name, element, value.shape, value.flatten().tolist())


def raw_bfloat16(name, value):
    bits = (np.asarray(value, "<f4").view("<u4") >> 16).astype("<u2")
    return helper.make_tensor(name, TensorProto.BFLOAT16, value.shape, bits.tobytes(), raw=True)


def quantise_weights(w):
    """Int8 per output channel, symmetric: the integers, the scales, and what they mean."""
    scale = (w.abs().flatten(1).amax(1) / 127).float()
    levels = (w / scale.double()[:, None, None, None]).round().clamp(-127, 127)
    return levels, scale, levels * scale.double()[:, None, None, None]


def write_truth(name, x, w, quantise=lambda x: x):
    x = x.clone().requires_grad_(True)
    logits = network(x, w, quantise)
    rows = [torch.autograd.grad(logits[:, index].sum(), x, retain_graph=True)[0] for index in range(CLASSES)]
    np.save(FOLDER / f"{name}-gradients.npy", torch.stack(rows).numpy().astype("<f4"))
    return logits.detach().tolist()


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    x = torch.rand(PICTURES, 3, 12, 12, generator=torch.Generator().manual_seed(5)).float().double()
    np.save(FOLDER / "inputs.npy", x.numpy().astype("<f4"))
    w = weights()
    truth = {"plain": write_truth("plain", x, w)}
    for opset in OPSETS:
        onnx.save(build(opset, w, raw("<f4")), FOLDER / f"opset-{opset}.onnx")
    stored = {
        "float-typed": (typed(TensorProto.FLOAT), TensorProto.FLOAT),
        "float16-raw": (raw("<f2"), TensorProto.FLOAT16),
        "float16-typed": (typed(TensorProto.FLOAT16), TensorProto.FLOAT16),
        "bfloat16-raw": (raw_bfloat16, TensorProto.BFLOAT16),
        "bfloat16-typed": (typed(TensorProto.BFLOAT16), TensorProto.BFLOAT16),
        "double-raw": (raw("<f8"), TensorProto.DOUBLE),
        "double-typed": (typed(TensorProto.DOUBLE), TensorProto.DOUBLE),
    }
    for name, (store, element) in stored.items():
        onnx.save(build(17 if element != TensorProto.BFLOAT16 else 22, w, store, element), FOLDER / f"{name}.onnx")
    options = {"all_tensors_to_one_file": True, "location": "external.data", "size_threshold": 64, "convert_attribute": False}
    (FOLDER / "external.data").unlink(missing_ok=True)
    onnx.save(build(17, w, raw("<f4")), FOLDER / "external.onnx", save_as_external_data=True, **options)

    scale, zero = 2 / 255, 0
    levels = {name: quantise_weights(w[name]) for name in ("w1", "w2")}
    meant = {**w, **{name: value for name, (_, _, value) in levels.items()}}
    scale32 = float(np.float32(scale))
    truth["quantised"] = write_truth("quantised", x, meant, lambda y: straight_through(y, scale32, zero))

    def quantised(nodes, initializers):
        initializers += [helper.make_tensor("scale", 1, [], [scale]), helper.make_tensor("zero", TensorProto.UINT8, [], [zero])]
        for name, (own, scales, _) in levels.items():
            initializers.append(numpy_helper.from_array(own.numpy().astype(np.int8), f"{name}-levels"))
            initializers.append(numpy_helper.from_array(scales.numpy(), f"{name}-scales"))
            nodes.append(helper.make_node("DequantizeLinear", [f"{name}-levels", f"{name}-scales"], [f"{name}-meant"], axis=0))
        return "w1-meant", "w2-meant"

    plain = {name: value for name, value in w.items() if name not in levels}
    onnx.save(build(17, plain, raw("<f4"), quantised=quantised), FOLDER / "quantised.onnx")
    (FOLDER / "variants.json").write_text(json.dumps({"logits": truth}) + "\n")


if __name__ == "__main__":
    main()
