"""Writes the node cases of ONNX's own backend suite as networks of one picture, with what they must give.

Run (needs onnx): python3 scripts/backendSuite/export_cases.py --folder FOLDER

Taken are cases with float32 among inputs and outputs, whose other inputs and outputs are tensors of plain numbers. The first float32
input stays open, the others become constants; the first data set is used. Each case is FOLDER/<name>/: model.onnx,
case.json (operator, input, tolerances, dtypes and shapes) and the raw little-endian arrays input.bin and output_<i>.bin (float64, so
that one reader does for every type).
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

PLAIN = {"float32", "float16", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"}


def array(value):
    """The case's value as an array of plain numbers; None for sequences, text, complex and 4- and 8-bit floats."""
    if isinstance(value, onnx.TensorProto):
        value = numpy_helper.to_array(value)
    if not isinstance(value, (np.ndarray, np.generic)):
        return None
    value = np.asarray(value)
    return value if value.dtype.name in PLAIN else None


def taken(case):
    """(inputs, outputs) by name, or None where the case is not one of ours."""
    graph = case.model.graph
    if not case.data_sets:
        return None
    given, made = case.data_sets[0]
    inputs, outputs = [array(each) for each in given], [array(each) for each in made]
    if any(each is None for each in inputs + outputs):
        return None
    if not any(each.dtype == np.float32 for each in inputs) or not any(each.dtype == np.float32 for each in outputs):
        return None
    names = [each.name for each in graph.input]
    if len(names) != len(inputs):
        return None
    return dict(zip(names, inputs)), dict(zip([each.name for each in graph.output], outputs))


def write(case, inputs, outputs, folder):
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    graph = model.graph
    picture = next(name for name, value in inputs.items() if value.dtype == np.float32)
    for name, value in inputs.items():
        if name != picture:
            graph.initializer.append(numpy_helper.from_array(value, name))
    kept = helper.make_tensor_value_info(picture, onnx.TensorProto.FLOAT, inputs[picture].shape)
    del graph.input[:]
    graph.input.append(kept)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    inputs[picture].astype("<f8").tofile(folder / "input.bin")
    for index, value in enumerate(outputs.values()):
        value.astype("<f8").tofile(folder / f"output_{index}.bin")
    ops = sorted({node.op_type for node in case.model.graph.node})
    (folder / "case.json").write_text(
        json.dumps(
            {
                "operator": ops[0] if len(ops) == 1 else operator_of(case.name, ops),
                "input": {"name": picture, "shape": list(inputs[picture].shape)},
                "outputs": [
                    {"name": name, "shape": list(value.shape), "type": value.dtype.name} for name, value in outputs.items()
                ],
                "rtol": case.rtol,
                "atol": case.atol,
            }
        )
    )


def operator_of(name, ops):
    """A case of several nodes is one whose function was written out: its name says of which operator."""
    return "(expanded) " + name.removeprefix("test_").split("_")[0] if "_expanded" in name else " + ".join(ops[:3])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    folder = parser.parse_args().folder
    count = 0
    for case in collect_testcases(None):
        values = taken(case)
        if values is None:
            continue
        write(case, *values, folder / case.name)
        count += 1
    print(json.dumps({"onnx": onnx.__version__, "cases": count}))


if __name__ == "__main__":
    main()
