"""Writes test/golden/fallbackLayers.json: what Keras says of the layers that TensorFlow.js computes as the fall-back.

Each case is a small model of the layers in question, Flatten and Dense(3) without activation: its configuration, the names and shapes of its
weights, the three scores of two pictures and the derivative of the score of class 1 of each with respect to its pixels. Pixels p and
weights are Park-Miller numbers (`numbers` below, `randomNumbers` in the test), so they are not written; the model's input is 4p - 2.

Usage: python scripts/golden/fallback_layers.py (Keras 3 on TensorFlow)
"""

import base64
import json
import os
import pathlib
import re

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy
import tensorflow
from keras import layers as L

PICTURE = (5, 6, 3)
cases = []


def numbers(length, seed):
    state = seed * 7919 % 2147483647
    values = []
    for _ in range(length):
        state = state * 48271 % 2147483647
        values.append(state / 2147483647)
    return numpy.array(values, "float32")


def tidy(value):
    """Without what inference does not need."""
    if isinstance(value, list):
        return [tidy(each) for each in value]
    if not isinstance(value, dict):
        return value
    unwanted = ("initializer", "regularizer", "constraint", "build_config", "registered_name", "dtype", "trainable", "shared_object_id", "module")
    return {key: tidy(each) for key, each in value.items() if not key.endswith(unwanted) and key not in ("seed", "quantization_config")}


def fill(weights):
    for index, weight in enumerate(weights):
        drawn = numbers(int(numpy.prod(weight.shape)), 100 + index).reshape(weight.shape)
        weight.assign(drawn + numpy.float32(0.3) if "variance" in weight.path else drawn - numpy.float32(0.5))


def encode(array):
    return base64.b64encode(numpy.ascontiguousarray(array, "float32").tobytes()).decode()


def encode_small(array):
    """As 16-bit integers in units of the largest / 32767: half a unit is 1.5e-5 of it."""
    unit = float(numpy.abs(array).max()) / 32767
    return dict(unit=unit, data=base64.b64encode(numpy.rint(array / unit).astype("<i2").tobytes()).decode())


def kept(model):
    return [weight for weight in model.weights if "seed" not in weight.path and "count" not in weight.path]


def add(name, model, twin=None):
    """`twin`: a model with the same weights that stands in where TensorFlow cannot run `model` (channels first on a CPU)."""
    computed = twin or model
    fill(kept(computed))
    for layer in computed.layers:
        if isinstance(layer, L.Normalization):
            layer.finalize_state()
    shape = (2, *model.input_shape[1:])
    pixels = tensorflow.constant(numbers(int(numpy.prod(shape)), 7).reshape(shape))
    with tensorflow.GradientTape() as tape:
        tape.watch(pixels)
        scores = computed(4 * pixels - 2, training=False)
        objective = tensorflow.reduce_sum(scores[:, 1])
    gradient = tape.gradient(objective, pixels).numpy()
    assert scores.shape == (2, 3), (name, scores.shape)
    assert numpy.abs(gradient).max() > 1e-3 and numpy.std(scores.numpy()) > 1e-3, name
    cases.append(
        dict(
            name=name,
            config=tidy(json.loads(re.sub(r'"(sequential|functional)_?\d*"', r'"\1"', model.to_json()))),
            weights=[dict(name=weight.path, shape=list(weight.shape)) for weight in kept(model)],
            scores=encode(scores),
            gradient=encode_small(gradient),
        )
    )


def chain(shape, layers):
    return keras.Sequential([keras.Input(shape), *layers, L.Flatten(), L.Dense(3)])


def one(name, *layers, shape=PICTURE):
    keras.backend.clear_session()
    add(name, chain(shape, layers))


def first(name, channels_first, channels_last):
    """Layers on channels first; both are functions that make layers. The twin transposes before and behind."""
    keras.backend.clear_session()
    height, width, channels = PICTURE
    model = chain((channels, height, width), channels_first())
    twin = chain((channels, height, width), [L.Permute((2, 3, 1)), *channels_last(), L.Permute((3, 1, 2))])
    add(name, model, twin)


def options(**choices):
    return ", ".join(f"{key} {value}" for key, value in choices.items())


def activations():
    for name in "relu relu6 elu selu gelu silu sigmoid hard_sigmoid softmax log_softmax softplus softsign tanh mish exponential".split():
        one(f"activation {name}", L.Activation(name))
        one(f"convolution and {name}", L.Conv2D(2, 2, activation=name))
    one("dense and elu", L.Dense(3, activation="elu"))
    for choice in (dict(), dict(max_value=1.0), dict(max_value=6.0), dict(threshold=0.3), dict(negative_slope=0.2), dict(negative_slope=0.2, max_value=1.0), dict(threshold=0.3, max_value=1.0)):
        one(f"ReLU {options(**choice)}", L.ReLU(**choice))
    one("LeakyReLU", L.LeakyReLU())
    one("LeakyReLU of 0.05", L.LeakyReLU(negative_slope=0.05))
    one("ELU", L.ELU())
    one("ELU of 0.4", L.ELU(alpha=0.4))
    one("PReLU", L.PReLU())
    for axes in ([1, 2], [1], [2, 3], [3]):
        one(f"PReLU shared along {axes}", L.PReLU(shared_axes=axes))
    for axis in (-1, 1, 2, 3, -2, [1, 2], [2, 3]):
        one(f"Softmax along {axis}", L.Softmax(axis=axis))


def convolutions():
    for padding in ("same", "valid"):
        for strides in (1, 2, 3):
            one(f"Conv2D {padding}, strides {strides}", L.Conv2D(2, (3, 2), strides=strides, padding=padding))
            one(f"DepthwiseConv2D {padding}, strides {strides}", L.DepthwiseConv2D(3, strides=strides, padding=padding, depth_multiplier=2))
            one(f"SeparableConv2D {padding}, strides {strides}", L.SeparableConv2D(2, 3, strides=strides, padding=padding, depth_multiplier=2))
            one(f"Conv2DTranspose {padding}, strides {strides}", L.Conv2DTranspose(2, 3, strides=strides, padding=padding))
        one(f"Conv2D {padding}, dilated", L.Conv2D(2, 2, dilation_rate=2, padding=padding))
        one(f"Conv2D {padding}, dilated by (1, 3)", L.Conv2D(2, (3, 2), dilation_rate=(1, 3), padding=padding, activation="relu"))
        one(f"DepthwiseConv2D {padding}, dilated", L.DepthwiseConv2D(2, dilation_rate=2, padding=padding))
        one(f"SeparableConv2D {padding}, dilated", L.SeparableConv2D(2, 2, dilation_rate=2, padding=padding))
        one(f"Conv2DTranspose {padding}, dilated", L.Conv2DTranspose(2, 3, dilation_rate=2, padding=padding))
        one(f"Conv2DTranspose {padding}, output padding", L.Conv2DTranspose(2, 3, strides=2, padding=padding, output_padding=1))
    for strides in (2, 3):
        one(f"Conv2D same of 1 × 1, strides {strides}", L.Conv2D(2, 1, strides=strides, padding="same"))
        one(f"Conv2D same of 1 × 2, strides {strides}", L.Conv2D(2, (1, 2), strides=strides, padding="same", activation="relu"))
        one(f"DepthwiseConv2D same of 2 × 1, strides {strides}", L.DepthwiseConv2D((2, 1), strides=strides, padding="same", activation="relu"))
        one(f"Conv2D same, strides {strides}, of 3 × 1", L.Conv2D(2, (3, 1), strides=strides, padding="same", activation="sigmoid"))
    one("Conv2D in groups", L.Conv2D(6, 2, groups=3))
    rows = (L.Reshape, (15, 6))
    for padding in ("same", "valid", "causal"):
        one(f"Conv1D {padding}", rows[0](rows[1]), L.Conv1D(2, 3, padding=padding, activation="relu"))
        one(f"Conv1D {padding}, dilated", rows[0](rows[1]), L.Conv1D(2, 3, padding=padding, dilation_rate=2))
        if padding != "causal":
            one(f"Conv1D {padding}, strides 2", rows[0](rows[1]), L.Conv1D(2, 3, padding=padding, strides=2))
            one(f"SeparableConv1D {padding}", rows[0](rows[1]), L.SeparableConv1D(2, 3, padding=padding))
            one(f"Conv1DTranspose {padding}", rows[0](rows[1]), L.Conv1DTranspose(2, 3, strides=2, padding=padding))
    solid = (5, 3, 2, 3)
    for padding in ("same", "valid"):
        one(f"Conv3D {padding}", L.Reshape(solid), L.Conv3D(2, 2, padding=padding))
        one(f"Conv3D {padding}, strides 2", L.Reshape(solid), L.Conv3D(2, 2, strides=2, padding=padding))
        one(f"Conv3DTranspose {padding}", L.Reshape(solid), L.Conv3DTranspose(2, 2, strides=2, padding=padding))
    one("Conv3D dilated", L.Reshape(solid), L.Conv3D(2, 2, dilation_rate=(2, 1, 1)))
    for padding in ("same", "valid"):
        chosen = dict(padding=padding)
        first(f"channels first, Conv2D {padding}", lambda: [L.Conv2D(2, 3, strides=2, data_format="channels_first", activation="relu", **chosen)], lambda: [L.Conv2D(2, 3, strides=2, activation="relu", **chosen)])
        first(f"channels first, DepthwiseConv2D {padding}", lambda: [L.DepthwiseConv2D(3, data_format="channels_first", activation="relu", **chosen)], lambda: [L.DepthwiseConv2D(3, activation="relu", **chosen)])
        first(f"channels first, SeparableConv2D {padding}", lambda: [L.SeparableConv2D(2, 3, data_format="channels_first", activation="relu", **chosen)], lambda: [L.SeparableConv2D(2, 3, activation="relu", **chosen)])
        first(f"channels first, Conv2DTranspose {padding}", lambda: [L.Conv2DTranspose(2, 3, strides=2, data_format="channels_first", **chosen)], lambda: [L.Conv2DTranspose(2, 3, strides=2, **chosen)])
        first(f"channels first, MaxPooling2D {padding}", lambda: [L.MaxPooling2D(3, 2, data_format="channels_first", **chosen)], lambda: [L.MaxPooling2D(3, 2, **chosen)])
        first(f"channels first, AveragePooling2D {padding}", lambda: [L.AveragePooling2D(3, 2, data_format="channels_first", **chosen)], lambda: [L.AveragePooling2D(3, 2, **chosen)])
    first("channels first, GlobalAveragePooling2D", lambda: [L.GlobalAveragePooling2D(data_format="channels_first", keepdims=True)], lambda: [L.GlobalAveragePooling2D(keepdims=True)])
    first("channels first, UpSampling2D", lambda: [L.UpSampling2D((2, 3), data_format="channels_first")], lambda: [L.UpSampling2D((2, 3))])
    first("channels first, UpSampling2D bilinear", lambda: [L.UpSampling2D((2, 3), interpolation="bilinear", data_format="channels_first")], lambda: [L.UpSampling2D((2, 3), interpolation="bilinear")])
    first("channels first, ZeroPadding2D", lambda: [L.ZeroPadding2D(((1, 2), (0, 3)), data_format="channels_first")], lambda: [L.ZeroPadding2D(((1, 2), (0, 3)))])
    first("channels first, Cropping2D", lambda: [L.Cropping2D(((1, 0), (2, 1)), data_format="channels_first")], lambda: [L.Cropping2D(((1, 0), (2, 1)))])
    keras.backend.clear_session()
    add(
        "channels first, Flatten",
        keras.Sequential([keras.Input((3, 5, 6)), L.Flatten(data_format="channels_first"), L.Dense(3)]),
        keras.Sequential([keras.Input((3, 5, 6)), L.Permute((2, 3, 1)), L.Flatten(), L.Dense(3)]),
    )


def poolings():
    for kind in (L.AveragePooling2D, L.MaxPooling2D):
        for padding in ("same", "valid"):
            for size, strides in (((2, 2), 1), ((2, 2), 2), ((3, 3), 1), ((3, 3), 2), ((3, 2), 3), ((2, 2), 3), ((1, 2), 2), ((2, 3), (1, 2)), ((4, 4), 3), ((5, 5), 4)):
                one(f"{kind.__name__} {padding}, {size}, strides {strides}", kind(size, strides, padding=padding))
    one("AveragePooling2D same, larger than the picture", L.AveragePooling2D(9, 4, padding="same"))
    one("AveragePooling2D twice", L.AveragePooling2D(3, 1, padding="same"), L.AveragePooling2D(2, 2, padding="same"))
    for kind in (L.AveragePooling1D, L.MaxPooling1D):
        for padding in ("same", "valid"):
            for size, strides in ((2, 2), (3, 1), (3, 2), (4, 3)):
                one(f"{kind.__name__} {padding}, {size}, strides {strides}", L.Reshape((10, 9)), kind(size, strides, padding=padding))
    for kind in (L.AveragePooling3D, L.MaxPooling3D):
        for padding in ("same", "valid"):
            for size, strides in ((2, 2), (2, 1)):
                one(f"{kind.__name__} {padding}, {size}, strides {strides}", L.Reshape((5, 3, 2, 3)), kind(size, strides, padding=padding))
        one(f"{kind.__name__} same, (3, 2, 2), strides (2, 2, 1)", L.Reshape((5, 3, 2, 3)), kind((3, 2, 2), (2, 2, 1), padding="same"))
    for kind in (L.GlobalAveragePooling2D, L.GlobalMaxPooling2D):
        one(kind.__name__, kind())
        one(f"{kind.__name__}, sides kept", kind(keepdims=True))
    one("GlobalAveragePooling1D", L.Reshape((10, 9)), L.GlobalAveragePooling1D())
    one("GlobalMaxPooling1D", L.Reshape((10, 9)), L.GlobalMaxPooling1D())
    one("GlobalMaxPooling1D, sides kept", L.Reshape((10, 9)), L.GlobalMaxPooling1D(keepdims=True))
    one("GlobalMaxPooling2D of ties", L.UpSampling2D(2), L.GlobalMaxPooling2D())
    one("GlobalMaxPooling1D of ties", L.UpSampling2D((1, 3)), L.Reshape((90, 3)), L.GlobalMaxPooling1D())
    one("MaxPooling2D of ties", L.UpSampling2D(2), L.MaxPooling2D(3, 2, padding="same"))


def resizings():
    for size in (2, 3, (1, 2), (4, 3)):
        for interpolation in ("nearest", "bilinear"):
            one(f"UpSampling2D {interpolation}, {size}", L.UpSampling2D(size, interpolation=interpolation))
    one("UpSampling2D bicubic", L.UpSampling2D(2, interpolation="bicubic"))
    one("UpSampling1D", L.Reshape((10, 9)), L.UpSampling1D(2))
    for size in ((10, 12), (8, 7), (3, 4), (5, 6), (1, 1), (2, 9), (13, 5)):
        for interpolation in ("bilinear", "nearest"):
            one(f"Resizing {interpolation}, {size}", L.Resizing(*size, interpolation=interpolation))
    one("Resizing bicubic", L.Resizing(7, 4, interpolation="bicubic"))
    one("Resizing, ratio kept by cropping", L.Resizing(4, 4, crop_to_aspect_ratio=True))
    one("Resizing, ratio kept by padding", L.Resizing(4, 4, pad_to_aspect_ratio=True))
    one("Resizing behind a convolution", L.Conv2D(2, 2, activation="relu"), L.Resizing(9, 7), L.Conv2D(2, 3))
    one("Rescaling", L.Rescaling(0.3, offset=-0.1))
    one("Rescaling a channel", L.Rescaling([0.3, 0.5, 0.7], offset=[-0.1, 0.2, 0.0]))
    one("CenterCrop", L.CenterCrop(3, 2))
    one("CenterCrop, odd", L.CenterCrop(2, 3))
    one("CenterCrop of more than there is", L.CenterCrop(4, 8))
    one("Normalization", L.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 0.6, 0.7]))
    one("Normalization, learned", L.Normalization())
    one("Normalization of everything", L.Normalization(axis=None, mean=0.3, variance=0.4))
    one("Normalization, inverted", L.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 0.6, 0.7], invert=True))
    one("ZeroPadding2D", L.ZeroPadding2D(((1, 2), (0, 3))), L.Conv2D(2, 2))
    one("ZeroPadding2D of two", L.ZeroPadding2D((2, 1)), L.MaxPooling2D())
    one("Cropping2D", L.Cropping2D(((1, 0), (2, 1))))
    one("Permute, RepeatVector", L.Permute((3, 1, 2)), L.Flatten(), L.Dense(4), L.RepeatVector(3))


def normalizations():
    for axis in (-1, 1, 2, 3):
        one(f"BatchNormalization along {axis}", L.BatchNormalization(axis=axis))
    one("BatchNormalization along 1 without scale", L.BatchNormalization(axis=1, scale=False))
    one("BatchNormalization along 1 without centre", L.BatchNormalization(axis=1, center=False))
    one("BatchNormalization, bare", L.BatchNormalization(scale=False, center=False))
    one("BatchNormalization of vectors", L.Flatten(), L.BatchNormalization())
    one("BatchNormalization of rows", L.Reshape((10, 9)), L.BatchNormalization())
    one("BatchNormalization of rows along 1", L.Reshape((10, 9)), L.BatchNormalization(axis=1))
    one("BatchNormalization of solids", L.Reshape((5, 3, 2, 3)), L.BatchNormalization())
    for axis in (-1, 1, 2, [2, 3], [1, 2, 3], [1, 3], [-1, -2]):
        one(f"LayerNormalization along {axis}", L.LayerNormalization(axis=axis))
    one("LayerNormalization, bare", L.LayerNormalization(scale=False, center=False, epsilon=1e-6))
    one("LayerNormalization of rows", L.Reshape((10, 9)), L.LayerNormalization())
    one("LayerNormalization of vectors", L.Flatten(), L.LayerNormalization())
    one("GroupNormalization", L.Conv2D(4, 2), L.GroupNormalization(groups=2))
    one("UnitNormalization", L.UnitNormalization())
    one("UnitNormalization along 1", L.UnitNormalization(axis=1))
    keras.backend.clear_session()
    statistics = dict(mean=[0.1, 0.2, 0.3], variance=[0.5, 0.6, 0.7])
    first("channels first, Normalization", lambda: [L.Normalization(axis=1, **statistics)], lambda: [L.Normalization(**statistics)])
    first("channels first, Resizing", lambda: [L.Resizing(7, 4, data_format="channels_first")], lambda: [L.Resizing(7, 4)])
    first("channels first, CenterCrop", lambda: [L.CenterCrop(3, 4, data_format="channels_first")], lambda: [L.CenterCrop(3, 4)])
    first("channels first, BatchNormalization", lambda: [L.BatchNormalization(axis=1)], lambda: [L.BatchNormalization()])


def merges():
    def merged(name, combine):
        keras.backend.clear_session()
        image = keras.Input(PICTURE)
        whole = L.Conv2D(3, 1, activation="tanh")(image)
        channel = L.GlobalAveragePooling2D(keepdims=True)(whole)
        value = combine(image, whole, channel)
        add(name, keras.Model(image, L.Dense(3)(L.Flatten()(value))))

    for kind in (L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum, L.Concatenate):
        merged(kind.__name__, lambda image, whole, channel: kind()([image, whole]))
        if kind is not L.Concatenate:
            merged(f"{kind.__name__}, broadcast", lambda image, whole, channel: kind()([image, channel]))
            merged(f"{kind.__name__}, broadcast from the left", lambda image, whole, channel: kind()([channel, image]))
        if kind is not L.Subtract:
            merged(f"{kind.__name__} of three", lambda image, whole, channel: kind()([image, whole, image]))
    merged("Concatenate along 1", lambda image, whole, channel: L.Concatenate(axis=1)([image, whole]))
    rows = lambda value: L.Reshape((10, 9))(value)
    merged("Dot", lambda image, whole, channel: L.Dot(axes=2)([rows(image), rows(whole)]))
    merged("Dot, normalised", lambda image, whole, channel: L.Dot(axes=1, normalize=True)([L.Flatten()(image), L.Flatten()(whole)]))
    merged("Maximum of ties", lambda image, whole, channel: L.Maximum()([L.ReLU()(image), L.ReLU()(whole)]))


def sequences():
    def rows():
        return L.Reshape((10, 9))

    one("SimpleRNN", rows(), L.SimpleRNN(3))
    one("LSTM", rows(), L.LSTM(3))
    one("LSTM, every step", rows(), L.LSTM(3, return_sequences=True, go_backwards=True))
    one("LSTM with relu", rows(), L.LSTM(3, activation="relu", recurrent_activation="hard_sigmoid", unit_forget_bias=False))
    one("GRU", rows(), L.GRU(3))
    one("GRU, reset before", rows(), L.GRU(3, reset_after=False))
    one("Bidirectional LSTM", rows(), L.Bidirectional(L.LSTM(2)))
    one("Bidirectional LSTM, sum", rows(), L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode="sum"))
    one("Stacked RNN", rows(), L.RNN([L.LSTMCell(3), L.LSTMCell(2)]))
    one("TimeDistributed Dense", rows(), L.TimeDistributed(L.Dense(3, activation="tanh")))
    one("TimeDistributed Conv2D", L.Reshape((5, 3, 2, 3)), L.TimeDistributed(L.Conv2D(2, 2)))
    one("ConvLSTM2D", L.Reshape((5, 3, 2, 3)), L.ConvLSTM2D(2, 2))
    one("ConvLSTM2D same", L.Reshape((5, 3, 2, 3)), L.ConvLSTM2D(2, 2, padding="same", return_sequences=True))
    one("Rows of a transformer", rows(), L.Dense(4), L.LayerNormalization(), L.Dense(4, activation="gelu"))
    one("Masking", rows(), L.Masking(0.5), L.LSTM(3))
    one("Masking of rows", rows(), L.ReLU(), L.Masking(0.0), L.Dense(3))
    one("Dropout and noise", L.Dropout(0.5), L.GaussianNoise(0.1), L.GaussianDropout(0.2), L.AlphaDropout(0.2), L.SpatialDropout2D(0.2))


for family in (activations, convolutions, poolings, resizings, normalizations, merges, sequences):
    family()
place = pathlib.Path(__file__).parents[2] / "test/golden/fallbackLayers.json"
place.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
print(len(cases), "cases")
