"""Writes npy.json beside it: files as NumPy writes them. Run: python3 npy.py"""

import base64
import io
import json
from pathlib import Path

import numpy

TYPES = ["<f4", ">f4", "<f8", ">f8", "<f2", ">f2", "|u1", "|i1", "<u2", ">u2", "<i2", "<i4", ">i4", "<u4", "<i8", ">u8", "|b1"]


def case(name, array, version=None):
    stream = io.BytesIO()
    numpy.lib.format.write_array(stream, array, version)
    return {
        "name": name,
        "file": base64.b64encode(stream.getvalue()).decode(),
        "shape": list(array.shape),
        "values": [float(value) for value in array.astype("f4").ravel(order="C")],
    }


def main():
    base = numpy.arange(24).reshape(2, 3, 4)
    cases = []
    for kind in TYPES:
        values = base % 2 if kind == "|b1" else base - 5 if kind[1] in "if" else base * 7
        cases.append(case(kind, values.astype(kind)))
    cases.append(case("fraction f2", numpy.array([0.1, -2.5, 6e-8, 65504, 0.333], "<f2")))
    cases.append(case("fortran", numpy.asfortranarray(base.astype("f4"))))
    cases.append(case("fortran 2d", numpy.asfortranarray(base.reshape(6, 4).astype("f8"))))
    cases.append(case("version 2", base.astype("f4"), (2, 0)))
    cases.append(case("version 3", base.astype("f4"), (3, 0)))
    cases.append(case("scalar", numpy.float32(0.25)[()].reshape(())))
    cases.append(case("vector", numpy.arange(3, dtype="f4")))
    cases.append(case("empty", numpy.zeros((0, 3), "f4")))
    Path(__file__).with_name("npy.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
