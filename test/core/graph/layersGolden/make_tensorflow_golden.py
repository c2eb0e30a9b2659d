"""Writes tensorflow.json beside this file, in the form of keras.json: small Keras 3 models whose values or derivatives depend on
what TensorFlow itself does, in float32.

Run with Keras 3 and TensorFlow: KERAS_BACKEND=tensorflow python make_tensorflow_golden.py
"""
import base64
import json
import os
import pathlib

os.environ['KERAS_BACKEND'] = 'tensorflow'
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(4)
cases = []


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array, 'float32').tobytes()).decode()


def tidy(value):
    """Without what inference does not need."""
    if isinstance(value, list):
        return [tidy(each) for each in value]
    if not isinstance(value, dict):
        return value
    unwanted = ('initializer', 'regularizer', 'constraint', 'shared_object_id', 'build_config')
    return {key: tidy(each) for key, each in value.items() if not key.endswith(unwanted)}


def add(name, model, picture=lambda shape: random.random(shape) * 2 - 1):
    for weight in model.weights:
        weight.assign(random.standard_normal(weight.shape).astype('float32') * 0.4)
    x = tf.constant(picture((2, *model.input_shape[1:])), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = model(x, training=False)
        seed = random.standard_normal(tuple(y.shape)).astype('float32')
        total = tf.reduce_sum(y * seed)
    gradient = tape.gradient(total, x).numpy()
    # A case whose derivative is zero would show nothing.
    assert np.abs(gradient).max() > 1e-2, name
    cases.append(
        {
            'name': name,
            'config': tidy(json.loads(model.to_json())),
            'weights': [{'name': w.path, 'shape': list(w.shape), 'data': encode(w.numpy())} for w in model.weights],
            'x': encode(x.numpy()),
            'y': encode(y.numpy()),
            'seed': encode(seed),
            'gradient': encode(gradient),
        }
    )


def sequence(name, shape, *layers, **more):
    add(name, keras.Sequential([keras.Input(shape), *layers]), **more)


def sizes():
    sequence('enlarged to an odd size', (7, 9, 1), L.Resizing(31, 58), L.Conv2D(2, 3, strides=7), L.Flatten(), L.Dense(3))
    sequence('enlarged in one direction', (11, 6, 2), L.Resizing(11, 59), L.Flatten(), L.Dense(2))
    sequence('shrunk to an odd size', (61, 47, 1), L.Resizing(33, 41), L.Conv2D(2, 5, strides=9), L.GlobalAveragePooling2D())
    sequence('shrunk and enlarged', (28, 23, 1), L.Resizing(47, 11), L.Flatten(), L.Dense(3))
    sequence('nearest, enlarged', (2, 3, 2), L.Resizing(41, 47, interpolation='nearest'), L.Flatten(), L.Dense(3))
    sequence('nearest, shrunk', (28, 30, 1), L.Resizing(13, 11, interpolation='nearest'), L.Flatten(), L.Dense(3))
    sequence('nearest, enlarged in one direction', (6, 5, 2), L.Resizing(12, 7, interpolation='nearest'), L.Flatten(), L.Dense(3))
    sequence('nearest, repeated', (5, 7, 2), L.Resizing(15, 14, interpolation='nearest'), L.Flatten(), L.Dense(3))
    sequence('upsampled', (7, 5, 2), L.UpSampling2D((3, 5), interpolation='bilinear'), L.Conv2D(3, 2), L.Flatten(), L.Dense(2))
    sequence('channels first', (2, 7, 9), L.Resizing(31, 29, data_format='channels_first'), L.Flatten(), L.Dense(3))


for family in (sizes,):
    family()
(HERE / 'tensorflow.json').write_text(json.dumps(cases, separators=(',', ':')) + '\n')
