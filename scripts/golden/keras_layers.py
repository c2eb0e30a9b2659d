"""Writes test/golden/layers.keras and keras-layers.json: a Keras model with its layers' values and gradients in float64.

Run: python3 scripts/golden/keras_layers.py   (needs tensorflow)

The model normalises batches behind convolutions without bias, adds a branch, drops out and holds a model within. For one picture,
each layer's output and the derivative of the logit of class 1 with respect to it, channels last as Keras has them.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

FOLDER = Path(__file__).resolve().parents[2] / "test" / "golden"


def block(name):
    return keras.Sequential(
        [
            keras.Input((4, 5, 6)),
            layers.DepthwiseConv2D(3, padding="same", name="depthwise"),
            layers.Conv2D(4, 1, use_bias=False, name="pointwise"),
            layers.BatchNormalization(name="norm"),
        ],
        name=name,
    )


def build():
    picture = keras.Input((8, 10, 3), name="picture")
    x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False, name="stem")(picture)
    x = layers.BatchNormalization(name="stem_norm")(x)
    stem = layers.ReLU(name="stem_relu")(x)
    x = layers.Conv2D(6, 3, padding="same", activation="relu", name="branch")(stem)
    x = layers.Dropout(0.4, name="drop")(x)
    x = layers.Add(name="sum")([stem, x])
    x = block("inner")(x)
    x = layers.Activation("tanh", name="curve")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(picture, layers.Dense(3, name="scores")(x), name="whole")


def random_weights(model, generator):
    for weight in model.weights:
        values = generator.normal(0, 0.5, weight.shape)
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.path or "gamma" in weight.path else values)


def outputs_of(model, picture):
    """Every layer's output by its name behind that of the model that holds it, and the scores."""
    found = {}

    def call(name, x):
        holder, _, own = name.rpartition("/")
        layer = (model.get_layer(holder) if holder else model).get_layer(own)
        # Not training, a layer that drops out gives what it gets, as a value of its own.
        found[name] = tf.identity(x) if isinstance(layer, layers.Dropout) else layer(x)
        return found[name]

    stem = call("stem_relu", call("stem_norm", call("stem", picture)))
    x = call("sum", [stem, call("drop", call("branch", stem))])
    for name in ("inner/depthwise", "inner/pointwise", "inner/norm", "curve", "pool", "scores"):
        x = call(name, x)
    return found, x


def main():
    generator = np.random.default_rng(11)
    model = build()
    random_weights(model, generator)
    model.save(FOLDER / "layers.keras")
    weights = model.get_weights()
    keras.backend.set_floatx("float64")
    exact = build()
    exact.set_weights(weights)
    picture = np.round(generator.random((1, 8, 10, 3)), 3)
    with tf.GradientTape(persistent=True) as tape:
        x = tf.Variable(picture)
        found, scores = outputs_of(exact, tf.convert_to_tensor(x))
        logit = scores[0, 1]
    np.testing.assert_allclose(scores, exact(picture, training=False), atol=1e-9)
    described = {
        name: {
            "shape": list(value.shape)[1:],
            "values": np.round(value.numpy().reshape(-1), 8).tolist(),
            "gradient": np.round(tape.gradient(logit, value).numpy().reshape(-1), 8).tolist(),
        }
        for name, value in found.items()
    }
    result = {"picture": picture.reshape(-1).tolist(), "layers": described}
    (FOLDER / "keras-layers.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    print({name: layer["shape"] for name, layer in described.items()})


if __name__ == "__main__":
    main()
