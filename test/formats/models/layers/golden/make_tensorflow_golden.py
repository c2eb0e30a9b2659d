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


def flat(shape):
    """Pictures of one colour with a darker and a lighter spot."""
    x = np.full(shape, 0.9, 'float32')
    x[:, 1:3, 2:4] = 0.2
    x[1, 3, 1] = 0.95
    return x


def ties():
    more = dict(picture=flat)
    sequence('global maximum of a flat picture', (7, 8, 3), L.Conv2D(5, 3), L.GlobalMaxPooling2D(), L.Dense(3), **more)
    sequence('global maximum behind relu', (7, 8, 3), L.Conv2D(6, 3, activation='relu'), L.GlobalMaxPooling2D(keepdims=True), **more)
    sequence('global maximum of the picture', (6, 5, 2), L.GlobalMaxPooling2D(), L.Dense(4), **more)
    sequence('windows of a flat picture', (8, 8, 2), L.Conv2D(4, 3, padding='same'), L.MaxPooling2D(), L.Flatten(), L.Dense(3), **more)
    sequence('overlapping windows of a flat picture', (7, 7, 2), L.MaxPooling2D(3, 2, padding='same'), L.Conv2D(3, 2), L.Flatten(), **more)
    i = keras.Input((6, 6, 2))
    a = L.Conv2D(3, 1)(i)
    largest = L.Maximum()([a, L.Rescaling(1.0)(a), L.Activation('relu')(a)])
    smallest = L.Minimum()([L.Rescaling(1.0)(a), a])
    y = L.Dense(3)(L.Concatenate()([L.GlobalMaxPooling2D()(largest), L.GlobalMaxPooling2D()(smallest)]))
    add('the larger and the smaller of equals', keras.Model(i, y), **more)


for family in (sizes, ties):
    family()
(HERE / 'tensorflow.json').write_text(json.dumps(cases, separators=(',', ':')) + '\n')
