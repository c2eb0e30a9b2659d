"""Writes test/golden/opened: one small model of each kind of file that people have, and what its maker's own runtime gives for it.

Run: python3 scripts/golden/opened.py   (needs onnx, onnxruntime, onnxscript, numpy, and keras with TensorFlow)

expected.json holds for each file the description that goes with it and the probabilities of one picture, whose pixel number i (rows,
columns, channels, in this order) is ((37·i) mod 101) / 101.
"""

import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper, parser
from onnx.reference import ReferenceEvaluator

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden" / "opened"
FOLDER.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(10)
expected = {}


def picture(height, width, channels):
    count = height * width * channels
    return (((37 * np.arange(count)) % 101) / 101).astype(np.float32).reshape(height, width, channels)


def weight(*shape):
    return random.normal(size=shape).astype(np.float32) * np.float32(0.5)


def keep(name, model, given, spec=None, output=0, reference=False):
    """`given`: the picture as the model takes it."""
    onnx.checker.check_model(model)
    content = model.SerializeToString()
    (FOLDER / f"{name}.onnx").write_bytes(content)
    if reference:
        values = ReferenceEvaluator(model).run(None, {model.graph.input[0].name: given})
    else:
        session = onnxruntime.InferenceSession(content)
        values = session.run(None, {session.get_inputs()[0].name: given})
    probabilities = values[output]
    if isinstance(probabilities, list):
        probabilities = list(probabilities[0].values())
    expected[f"{name}.onnx"] = {"spec": spec or {}, "probabilities": np.ravel(probabilities).astype(float).tolist()}


def constants(**arrays):
    return [numpy_helper.from_array(value, name) for name, value in arrays.items()]


def with_weights(text, **arrays):
    model = parser.parse_model(text)
    model.graph.initializer.extend(constants(**arrays))
    return model


def first(pixels):
    return np.moveaxis(pixels, -1, 0)[np.newaxis]


RGB = picture(8, 8, 3)
CONV = {"w": weight(6, 3, 3, 3), "b": weight(6), "d": weight(6, 5)}

# Functions within functions, attributes handed on, left out and taken by default, one called twice.
keep(
    "functions",
    with_weights(
        """
<ir_version: 10, opset_import: ["" : 20, "my.pkg" : 1]>
net (float[n,3,8,8] x) => (float[n,5] probabilities) {
  y = Conv(x, w, b)
  z = my.pkg.Outer <factor: float = 1.5> (y)
  u = my.pkg.Outer <factor: float = -0.5> (z)
  v, same = my.pkg.Both (u)
  t = Sub(v, same)
  s = Add(t, z)
  p = GlobalAveragePool(s)
  f = Flatten(p)
  l = MatMul(f, d)
  probabilities = Softmax <axis = -1> (l)
}
<domain: "my.pkg", opset_import: ["" : 20]>
Inner <k> (a) => (r) {
  c = Constant <value_float: float = @k> ()
  m = Mul(a, c)
  r = Add(m, c)
}
<domain: "my.pkg", opset_import: ["" : 20, "my.pkg" : 1]>
Outer <factor> (a) => (r) {
  m = my.pkg.Inner <k: float = @factor> (a)
  r = LeakyRelu <alpha: float = 0.3> (m)
}
<domain: "my.pkg", opset_import: ["" : 20]>
Both <alpha: float = 0.25> (a) => (r, e) {
  r = LeakyRelu <alpha: float = @alpha> (a)
  e = Identity(a)
}
""",
        **CONV,
    ),
    first(RGB),
)

# What classic converters and Custom Vision end in: a name and a map from names to scores, and nothing else.
model = with_weights(
    """
<ir_version: 9, opset_import: ["" : 15, "ai.onnx.ml" : 2]>
net (float[1,3,8,8] x) => (string[1] label, float[1,5] map) {
  y = Conv(x, w, b)
  p = GlobalAveragePool(y)
  f = Flatten(p)
  l = MatMul(f, d)
  s = Softmax <axis = -1> (l)
  best = ArgMax <axis = 1, keepdims = 0> (s)
}
""",
    **CONV,
)
model.graph.initializer.append(helper.make_tensor("names", TensorProto.STRING, [5], [f"c{i}".encode() for i in range(5)]))
model.graph.node.extend(
    [
        helper.make_node("ArrayFeatureExtractor", ["names", "best"], ["label2"], domain="ai.onnx.ml"),
        helper.make_node("Reshape", ["label2", "one"], ["label"]),
        helper.make_node("ZipMap", ["s"], ["map"], domain="ai.onnx.ml", classlabels_strings=[f"c{i}" for i in range(5)]),
    ]
)
model.graph.initializer.append(numpy_helper.from_array(np.array([-1], np.int64), "one"))
model.graph.output[1].CopyFrom(
    onnx.ValueInfoProto(
        name="map",
        type=helper.make_sequence_type_proto(
            helper.make_map_type_proto(TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, [])),
        ),
    )
)
keep("zipmap", model, first(RGB), output=1)

# All axes open, channels first, and last by the word of its description alone.
keep(
    "open",
    with_weights(
        """
<ir_version: 9, opset_import: ["" : 17]>
net (float[a,b,c,e] pixel_values) => (float[a,5] probabilities) {
  y = Conv(pixel_values, w, b)
  r = Relu(y)
  p = GlobalAveragePool(r)
  f = Flatten(p)
  l = MatMul(f, d)
  probabilities = Softmax <axis = -1> (l)
}
""",
        **{**CONV},
    ),
    first(picture(8, 10, 3)),
    {"input": {"height": 8, "width": 10, "preset": "unit"}},
)
keep(
    "untold-layout",
    with_weights(
        """
<ir_version: 9, opset_import: ["" : 17]>
net (float[a,3,8,3] x) => (float[a,5] probabilities) {
  f = Flatten(x)
  l = MatMul(f, d)
  probabilities = Softmax <axis = -1> (l)
}
""",
        d=weight(72, 5),
    ),
    first(picture(8, 3, 3)),
    {"input": {"layout": "channels-first", "preset": "unit"}},
)

# Lists of numbers.
for name, shape, layout in [("flat-grey", (8, 8, 1), None), ("flat-last", (4, 6, 3), "channels-last"), ("flat-first", (4, 6, 3), "channels-first")]:
    pixels = picture(*shape)
    given = (first(pixels) if layout == "channels-first" else pixels).reshape(1, -1)
    keep(
        name,
        with_weights(
            f"""
<ir_version: 9, opset_import: ["" : 17]>
net (float[n,{given.size}] x) => (float[n,5] probabilities) {{
  l = MatMul(x, d)
  probabilities = Softmax <axis = -1> (l)
}}
""",
            d=weight(given.size, 5),
        ),
        given,
        {"input": {"height": shape[0], "width": shape[1], "preset": "unit", **({"layout": layout} if layout else {})}},
    )

# Weight standardisation: BatchNormalization of the weights in training mode, before and since operator set 14.
for opset, training, outputs in [(13, "", "m, v, sm, sv"), (17, "<training_mode = 1>", "m, v")]:
    text = f"""
<ir_version: 8, opset_import: ["" : {opset}]>
net (float[n,3,8,8] x) => (float[n,5] probabilities) {{
  rows = Reshape(w, wide)
  normal, {outputs} = BatchNormalization {training} (rows, gain, zero, zero, one)
  weights = Reshape(normal, square)
  y = Conv(x, weights, b)
  r = Relu(y)
  p = GlobalAveragePool(r)
  f = Flatten(p)
  l = MatMul(f, d)
  probabilities = Softmax <axis = -1> (l)
}}
"""
    model = with_weights(
        text,
        **CONV,
        gain=np.linspace(0.1, 0.6, 6, dtype=np.float32),
        zero=np.zeros(6, np.float32),
        one=np.ones(6, np.float32),
        wide=np.array([1, 6, -1], np.int64),
        square=np.array([6, 3, 3, 3], np.int64),
    )
    if opset == 13:
        # ONNX Runtime has no training mode of that operator set: the same network by the reference of a later one.
        later = onnx.ModelProto()
        later.CopyFrom(model)
        later.opset_import[0].version = 17
        node = later.graph.node[1]
        del node.output[3:]
        node.attribute.append(helper.make_attribute("training_mode", 1))
        (FOLDER / "weight-standardised-13.onnx").write_bytes(model.SerializeToString())
        values = ReferenceEvaluator(later).run(None, {"x": first(RGB)})[0]
        expected["weight-standardised-13.onnx"] = {"spec": {}, "probabilities": np.ravel(values).astype(float).tolist()}
    else:
        keep(f"weight-standardised-{opset}", model, first(RGB))

# The newest operator set and file version.
keep(
    "newest",
    with_weights(
        """
<ir_version: 14, opset_import: ["" : 28]>
net (float[n,3,8,8] x) => (float[n,5] probabilities) {
  y = Conv(x, w, b)
  r = Relu(y)
  p = GlobalAveragePool(r)
  f = Flatten(p)
  l = MatMul(f, d)
  probabilities = Softmax <axis = -1> (l)
}
""",
        **CONV,
    ),
    first(RGB),
    reference=True,
)

import keras
from keras.src.applications.convnext import LayerScale
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

keras.utils.set_random_seed(10)


def keep_keras(name, inputs, outputs):
    model = keras.Model(inputs, keras.layers.Dense(5, activation="softmax")(outputs))
    model.save(FOLDER / f"{name}.keras")
    probabilities = model.predict(RGB[np.newaxis], verbose=0)
    expected[f"{name}.keras"] = {
        "spec": {"input": {"preset": "unit"}},
        "probabilities": np.ravel(probabilities).astype(float).tolist(),
    }


layers = keras.layers
inputs = keras.Input((8, 8, 3))
x = layers.Rescaling(np.array([2.0, 3.0, 4.0]), offset=np.array([-1.0, -1.5, -2.0]))(inputs)
x = x[..., ::-1]
x = LayerScale(0.3, 3, name="layer_scale")(layers.Conv2D(3, 3, padding="same")(x))
y = layers.Conv2D(3, 3, padding="same", activation="relu")(x)
x = CustomScaleLayer(0.17)([x, y])
keep_keras("holes", inputs, layers.GlobalAveragePooling2D()(x))

inputs = keras.Input((8, 8, 3))
x = layers.Reshape((64, 3))(inputs)
x = layers.Conv1D(6, 5, strides=2, padding="same", activation="relu")(x)
x = layers.MaxPooling1D(3, strides=2, padding="same")(x)
x = layers.Conv1D(6, 3, padding="causal", dilation_rate=2, groups=2)(x)
x = layers.AveragePooling1D(2)(x)
x = layers.Conv1D(4, 3, activation="tanh")(x)
keep_keras("sequences", inputs, layers.Flatten()(x))

(FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
