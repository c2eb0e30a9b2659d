"""Writes test/golden/few-bits: a small network, the same quantised to 16 and with weights of 4 bits, and what ONNX
Runtime makes of them.

Run: python3 scripts/golden/few_bits.py   (needs onnx, onnxruntime)

plain.onnx is a convolution, a ReLU, a pooling and a softmax with random weights; the others are made of it by onnxruntime.quantization,
u16-17 and u16-21 with the operators of Microsoft's domain and of ONNX. answers.json: a picture (channels first) and the probabilities
that ONNX Runtime gives for it, by file. rounded-to-4.onnx rounds its picture to 4
bits, *-levels.onnx put out levels, and one-picture-*.onnx take three axes; plain-w4.onnx has the weights of u16w4 and rounds nothing.
"""

import json
import logging
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden" / "few-bits"
SHAPE = (1, 3, 7, 6)
KINDS = {
    "u16-17": (17, QuantType.QUInt16, QuantType.QInt8),
    "u16-21": (21, QuantType.QUInt16, QuantType.QUInt8),
    "i16w16": (21, QuantType.QInt16, QuantType.QInt16),
    "u8w4": (21, QuantType.QUInt8, QuantType.QInt4),
    "u16w4": (21, QuantType.QUInt16, QuantType.QUInt4),
}


class Pictures(CalibrationDataReader):
    def __init__(self):
        self.left = iter([{"x": np.random.default_rng(seed).random(SHAPE, np.float32)} for seed in range(16)])

    def get_next(self):
        return next(self.left, None)


def plain(opset):
    random = np.random.default_rng(11)
    weights = {
        "kernel": random.normal(size=(5, 3, 3, 3)) * 0.4,
        "bias": random.normal(size=5) * 0.1,
        "dense": random.normal(size=(4, 5)) * 1.5,
        "shift": random.normal(size=4) * 0.1,
    }
    nodes = [
        helper.make_node("Conv", ["x", "kernel", "bias"], ["a"], pads=[1] * 4),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("GlobalAveragePool", ["b"], ["c"]),
        helper.make_node("Flatten", ["c"], ["d"]),
        helper.make_node("Gemm", ["d", "dense", "shift"], ["z"], transB=1),
        helper.make_node("Softmax", ["z"], ["y"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def with_weights_of(path):
    """The plain network with the weights that a quantised one has."""
    quantised = onnx.load(path).graph
    values = {each.name: numpy_helper.to_array(each).astype(np.float64) for each in quantised.initializer}
    model = plain(21)
    for weight in model.graph.initializer:
        name = f"{weight.name}_quantized"
        node = next(each for each in quantised.node if each.op_type == "DequantizeLinear" and each.input[0] == name)
        step, zero = [values[each] for each in node.input[1:]]
        weight.CopyFrom(numpy_helper.from_array(((values[name] - zero) * step).astype(np.float32), weight.name))
    return model


def with_levels(path, name):
    """A quantised network that puts out the levels of its probabilities, and what they stand for."""
    model = onnx.load(path)
    last = next(each for each in model.graph.node if each.output[0] == "y")
    values = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    step, zero = [values[each] for each in last.input[1:]]
    model.graph.node.remove(last)
    output = helper.make_tensor_value_info(last.input[0], helper.np_dtype_to_tensor_dtype(zero.dtype), [1, 4])
    model.graph.output[0].CopyFrom(output)
    onnx.save(model, FOLDER / f"{name}.onnx")
    return lambda levels: (levels.astype(np.float64) - zero) * step


def without_batch(path, name, channels_last):
    """The network for one picture of three axes, whose scores have one."""
    model = onnx.load(path)
    order = [2, 0, 1] if channels_last else [0, 1, 2]
    model.graph.input[0].CopyFrom(
        helper.make_tensor_value_info("x", TensorProto.FLOAT, [SHAPE[1 + order.index(i)] for i in range(3)])
    )
    first = [
        helper.make_node("Transpose", ["x"], ["turned"], perm=order),
        helper.make_node("Unsqueeze", ["turned", "none"], ["batched"]),
    ]
    model.graph.node[0].input[0] = "batched"
    model.graph.node[-1].output[0] = "rows"
    nodes = [*first, *model.graph.node, helper.make_node("Squeeze", ["rows", "none"], ["y"])]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.append(numpy_helper.from_array(np.array([0]), "none"))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("y", TensorProto.FLOAT, [4]))
    onnx.save(model, FOLDER / f"{name}.onnx")


def rounded_to_4():
    """The network with its picture rounded to 4 bits."""
    model = plain(21)
    rounding = [
        helper.make_node("QuantizeLinear", ["x", "step", "zero"], ["levels"]),
        helper.make_node("DequantizeLinear", ["levels", "step", "zero"], ["rounded"]),
    ]
    model.graph.node[0].input[0] = "rounded"
    nodes = [*rounding, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.append(numpy_helper.from_array(np.float32(0.1), "step"))
    model.graph.initializer.append(helper.make_tensor("zero", TensorProto.INT4, [], [0]))
    return model


def main():
    logging.disable(logging.WARNING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.onnx"):
        old.unlink()
    picture = np.random.default_rng(5).random(SHAPE, np.float32)
    answers = {}
    onnx.save(plain(21), FOLDER / "plain.onnx")
    for name, (opset, activations, weights) in KINDS.items():
        source = FOLDER / "source.onnx"
        onnx.save(plain(opset), source)
        quantize_static(
            source,
            FOLDER / f"{name}.onnx",
            Pictures(),
            quant_format=QuantFormat.QDQ,
            activation_type=activations,
            weight_type=weights,
            extra_options={"UseQDQContribOps": opset < 21},
        )
        source.unlink()
    stand_for = {
        "u8w4-levels": with_levels(FOLDER / "u8w4.onnx", "u8w4-levels"),
        "u16-levels": with_levels(FOLDER / "u16-21.onnx", "u16-levels"),
    }
    without_batch(FOLDER / "plain.onnx", "one-picture-last", True)
    without_batch(FOLDER / "plain.onnx", "one-picture-first", False)
    for path in sorted(FOLDER.glob("*.onnx")):
        session = onnxruntime.InferenceSession(path)
        shape = session.get_inputs()[0].shape
        given = picture if len(shape) == 4 else picture[0] if shape[0] == 3 else picture[0].transpose(1, 2, 0)
        (scores,) = session.run(None, {"x": given})
        probabilities = stand_for.get(path.stem, lambda given: given)(scores)
        answers[path.stem] = [float(f"{each:.9g}") for each in probabilities.reshape(-1)]
        print(path.stem, answers[path.stem])
    onnx.save(rounded_to_4(), FOLDER / "rounded-to-4.onnx")
    onnx.save(with_weights_of(FOLDER / "u16w4.onnx"), FOLDER / "plain-w4.onnx")
    document = {"picture": [float(f"{each:.9g}") for each in picture.reshape(-1)], "probabilities": answers}
    (FOLDER / "answers.json").write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
