"""Writes test/golden/tflite: small networks as TensorFlow's converter makes TFLite files of them, and what its interpreter gives.

Run: python3 scripts/golden/tflite.py   (needs tensorflow with Keras 3, flatbuffers, numpy)

expected.json holds for each file what the interpreter gives for one picture, whose pixel number i (rows, columns, channels, in this
order) is ((37·i) mod 101) / 101, as the real numbers that the output stands for, and the step of the output's quantisation (0: none).
Quantised files are run by the reference kernels. The file "described" carries metadata and a labels file as TFLite's metadata writer
makes them.
"""

import io
import json
import os
import zipfile
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"

import flatbuffers
import keras
import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden" / "tflite"
FOLDER.mkdir(parents=True, exist_ok=True)
SIDE = 12
expected = {}
layers = keras.layers
keras.utils.set_random_seed(8)
random = np.random.default_rng(8)


def picture():
    count = SIDE * SIDE * 3
    return (((37 * np.arange(count)) % 101) / 101).astype(np.float32).reshape(1, SIDE, SIDE, 3)


def examples():
    for _ in range(20):
        yield [random.random((1, SIDE, SIDE, 3)).astype(np.float32)]


def run(content, quantised):
    kinds = tf.lite.experimental.OpResolverType
    resolver = kinds.BUILTIN_REF if quantised else kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = tf.lite.Interpreter(model_content=content, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    given, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    pixels = picture()
    scale, zero = given["quantization"]
    if given["dtype"] != np.float32 and scale:
        limits = np.iinfo(given["dtype"])
        pixels = np.clip(np.round(pixels / scale) + zero, limits.min, limits.max).astype(given["dtype"])
    interpreter.set_tensor(given["index"], pixels)
    interpreter.invoke()
    values = interpreter.get_tensor(result["index"]).astype(np.float64)
    scale, zero = result["quantization"]
    if scale:
        values = (values - zero) * scale
    return np.ravel(values).tolist(), float(scale)


def keep(name, content, quantised=False):
    (FOLDER / f"{name}.tflite").write_bytes(content)
    values, step = run(content, quantised)
    expected[f"{name}.tflite"] = {"values": values, "step": step}


def convert(model, change=lambda converter: None):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    change(converter)
    return converter.convert()


def mobile():
    """Standard, depthwise and pointwise convolutions with batch normalisation, a residual, clips and a mean."""
    x = inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = y = layers.ReLU(6.0)(x)
    x = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=1)(x)
    x = layers.Conv2D(8, 1, activation="relu")(x)
    x = layers.Add()([x, y])
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(6, 3, padding="valid", activation="relu6")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x))


def many():
    """What else converters make of image models: shapes, resizes, slices, pads, reductions, activations."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(2.0, offset=-1.0)(inputs)
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = layers.Conv2D(4, 3, strides=2, padding="valid", activation="swish")(x)
    a = layers.UpSampling2D(2, interpolation="bilinear")(x)
    b = layers.UpSampling2D(2, interpolation="nearest")(x)
    a = layers.Resizing(9, 7, interpolation="bilinear")(a)
    b = layers.Resizing(9, 7, interpolation="nearest")(b)
    x = layers.Concatenate()([a, b])
    x = layers.Conv2D(6, 3, dilation_rate=2, padding="same", activation="hard_silu")(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, strides=2, padding="same", activation="tanh")(x)
    x = layers.Conv2DTranspose(6, 3, strides=2, padding="same", activation="gelu")(x)
    x = layers.AveragePooling2D(3, strides=2, padding="same")(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.PReLU(shared_axes=[1, 2], alpha_initializer="random_normal")(x)
    x = x[:, 1:, ::2, :] * 0.5
    s = layers.GlobalAveragePooling2D(keepdims=True)(x)
    s = layers.Conv2D(6, 1, activation="sigmoid")(s)
    x = layers.Multiply()([x, s])
    x = layers.LayerNormalization()(x)
    x = layers.Reshape((-1, 3))(x)
    x = layers.Permute((2, 1))(x)
    x = layers.ELU()(x)
    x = keras.ops.max(x, axis=1) - keras.ops.mean(x, axis=1)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(5)(x))


def attention():
    """Patches, tokens and attention."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(8, 4, strides=4)(inputs)
    x = layers.Reshape((9, 8))(x)
    x = layers.Add()([x, layers.MultiHeadAttention(2, 4)(x, x)])
    x = layers.LayerNormalization()(x)
    x = layers.Dense(12, activation="gelu")(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x))


def whole(kind, per_axis=True):
    def change(converter):
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = examples
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = kind
        converter._experimental_disable_per_channel = not per_axis

    return change


def dynamic(converter):
    converter.optimizations = [tf.lite.Optimize.DEFAULT]


def halves(converter):
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]


def metadata(mean, std, name):
    """ModelMetadata of metadata_schema.fbs: the input's normalisation and the output's labels file."""
    builder = flatbuffers.Builder(0)

    def table(*fields):
        builder.StartObject(max(slot for slot, _, _ in fields) + 1)
        for slot, kind, value in fields:
            if kind == "ref":
                builder.PrependUOffsetTRelativeSlot(slot, value, 0)
            else:
                builder.PrependUint8Slot(slot, value, 0)
        return builder.EndObject()

    def vector(items, prepend):
        builder.StartVector(4, len(items), 4)
        for item in reversed(items):
            prepend(item)
        return builder.EndVector()

    refs = lambda items: vector(items, builder.PrependUOffsetTRelative)
    floats = lambda items: vector(items, builder.PrependFloat32)
    options = table((0, "ref", floats(mean)), (1, "ref", floats(std)))
    unit = table((0, "byte", 1), (1, "ref", options))
    given = table((4, "ref", refs([unit])))
    file = table((0, "ref", builder.CreateString(name)), (2, "byte", 2))
    result = table((6, "ref", refs([file])))
    graph = table((2, "ref", refs([given])), (3, "ref", refs([result])))
    model = table((3, "ref", refs([graph])))
    builder.Finish(model, file_identifier=b"M001")
    return bytes(builder.Output())


def described(content, mean, std, labels):
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(metadata(mean, std, "labels.txt"), np.uint8)
    model.buffers.append(buffer)
    entry = schema.MetadataT()
    entry.name, entry.buffer = "TFLITE_METADATA", len(model.buffers) - 1
    model.metadata = (model.metadata or []) + [entry]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    archive = io.BytesIO()
    archive.write(bytes(builder.Output()))
    with zipfile.ZipFile(archive, "a") as files:
        files.writestr("labels.txt", "\n".join(labels) + "\n")
    return archive.getvalue()


model = mobile()
for layer in model.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.set_weights([random.random(8) + 0.5, random.normal(size=8) * 0.2, random.normal(size=8) * 0.1, random.random(8) + 0.5])
floats = convert(model)
keep("float", floats)
keep("many", convert(many()))
keep("attention", convert(attention()))
keep("half", convert(model, halves))
keep("dynamic-range", convert(model, dynamic))
keep("int8", convert(model, whole(tf.int8)), quantised=True)
keep("uint8", convert(model, whole(tf.uint8)), quantised=True)
keep("float-ends", convert(model, whole(tf.float32)), quantised=True)
keep("per-tensor", convert(model, whole(tf.int8, per_axis=False)), quantised=True)
keep("described", described(floats, [127.5], [127.5], ["ant", "bee", "cat", "dog", "eel"]))

(FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
