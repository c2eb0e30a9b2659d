"""Writes operations.json beside this file, in the form of keras.json: small Keras 3 models with functions between their layers, each as
a .keras file writes it and as an .h5 file does, which does not say of what module a function is; in float32 on TensorFlow.

Run with Keras 3, TensorFlow and h5py: KERAS_BACKEND=tensorflow python make_operations_golden.py
"""
import base64
import json
import os
import pathlib
import tempfile

os.environ['KERAS_BACKEND'] = 'tensorflow'
import h5py
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras import ops

HERE = pathlib.Path(__file__).parent
random = np.random.default_rng(6)
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


def in_h5(model):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'model.h5'
        model.save(path)
        with h5py.File(path) as file:
            return json.loads(file.attrs['model_config'])


def add(name, function, shape=(6, 5, 3)):
    picture = keras.Input(shape)
    model = keras.Model(picture, function(picture))
    for weight in model.weights:
        weight.assign(random.standard_normal(weight.shape).astype('float32') * 0.4)
    x = tf.constant(random.random((2, *shape)) * 2 - 1, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = model(x, training=False)
        seed = random.standard_normal(tuple(y.shape)).astype('float32')
        total = tf.reduce_sum(y * seed)
    gradient = tape.gradient(total, x).numpy()
    # A case whose derivative is zero would show nothing.
    assert np.abs(gradient).max() > 1e-2, name
    for form, config in (('.keras', json.loads(model.to_json())), ('.h5', in_h5(model))):
        cases.append(
            {
                'name': f'{name}, {form}',
                'config': tidy(config),
                'weights': [{'name': w.path, 'shape': list(w.shape), 'data': encode(w.numpy())} for w in model.weights],
                'x': encode(x.numpy()),
                'y': encode(y.numpy()),
                'seed': encode(seed),
                'gradient': encode(gradient),
            }
        )


def scores(x):
    return L.Dense(3)(L.GlobalAveragePooling2D()(L.Conv2D(4, 3, activation='tanh')(x)))


def features(x):
    return L.Conv2D(4, 3, activation='tanh')(x)


def flat(x):
    return L.Dense(3)(L.Flatten()(x))


def arithmetic():
    add('a number added', lambda x: scores(x + 0.3))
    add('a number taken off', lambda x: scores(x * 2.0 - 1.0))
    add('taken off a number', lambda x: scores(1.0 - x))
    add('divided', lambda x: scores(x / 0.6))
    add('a number divided', lambda x: scores(1.0 / (x + 3.0)))
    add('the larger of it and a number', lambda x: scores(ops.maximum(x, 0.1)))
    add('the smaller of it and a number', lambda x: scores(ops.minimum(x, 0.1)))
    add('a power', lambda x: scores((x + 2.0) ** 3))
    add('kept within', lambda x: scores(ops.clip(x, -0.5, 0.4)))
    add('made floats', lambda x: scores(ops.cast(x, 'float32') / 2.0))
    add('two branches', lambda x: flat(features(x) - features(x) * features(x)))


def places():
    add('channels turned', lambda x: scores(x[..., ::-1]))
    add('a crop', lambda x: scores(x[:, 1:-1, :4, :]))
    add('every other', lambda x: scores(x[:, ::2, 1::1]))
    add('some channels', lambda x: scores(x[..., 1:]))
    add('rows from the end', lambda x: scores(x[:, -1:-6:-1]))
    add('one row', lambda x: flat(features(x)[:, 1]))
    add('the last channel', lambda x: flat(features(x)[..., -1]))
    add('a new axis', lambda x: flat(features(x)[:, None, 1:, 2]))
    add('flipped', lambda x: scores(ops.flip(x, axis=2)))
    add('in another order', lambda x: flat(ops.transpose(features(x), (0, 3, 1, 2))))
    add('stacked', lambda x: scores(ops.stack([x[..., 2], x[..., 1], x[..., 0]], axis=-1)))
    add('an axis put in and taken away', lambda x: flat(ops.squeeze(ops.expand_dims(features(x), 2), axis=2)))


def reductions():
    for name in ('mean', 'sum', 'max', 'min'):
        reduce = getattr(ops, name)
        add(f'{name} over places', lambda x: L.Dense(3)(reduce(features(x), axis=(1, 2))))
        add(f'{name} over channels, kept', lambda x: flat(reduce(features(x), axis=-1, keepdims=True)))
    sequence = lambda x: L.Reshape((-1, 4))(features(x))
    add('the mean of a sequence', lambda x: L.Dense(3)(L.GlobalAveragePooling1D()(sequence(x))))
    add('the largest of a sequence', lambda x: flat(L.GlobalMaxPooling1D(keepdims=True)(sequence(x))))
    add(
        'the mean of a sequence with its channels first',
        lambda x: L.Dense(3)(L.GlobalAveragePooling1D(data_format='channels_first')(sequence(x))),
    )


for family in (arithmetic, places, reductions):
    family()
(HERE / 'operations.json').write_text(json.dumps(cases, separators=(',', ':')) + '\n')
