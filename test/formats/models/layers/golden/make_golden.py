"""Writes keras.json, nested.keras, nested.h5 and attention.keras beside this file: small Keras 3 models with random weights, their values and
the derivative of a weighted sum of them, computed in float64 (float32 where Keras itself falls back to it).

Run with Keras 3, h5py and PyTorch: KERAS_BACKEND=torch python make_golden.py
AveragePooling2D with padding "same" is missing on purpose: the torch backend pads by repetition, TensorFlow leaves padding out.
"""
import base64
import json
import os
import pathlib

os.environ['KERAS_BACKEND'] = 'torch'
import keras
import numpy as np
import torch
from keras import layers as L
from keras import ops

HERE = pathlib.Path(__file__).parent
FALL_BACK = {'operations', 'dot'}
SPARSE = {'global max'}
random = np.random.default_rng(3)
cases = []


def fill(model):
    for weight in model.weights:
        if 'count' in weight.name or 'seed' in weight.name:
            continue
        value = random.standard_normal(weight.shape).astype('float32') * 0.4
        weight.assign(np.abs(value) + 0.3 if 'variance' in weight.name else value)


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


def add(name, model, files=()):
    fill(model)
    shape = (2, *model.input_shape[1:])
    x = (random.random(shape) * 2 - 1).astype('float32')
    keras.config.set_floatx('float64')
    double = keras.models.model_from_json(model.to_json().replace('"float32"', '"float64"'))
    for target, source in zip(double.weights, model.weights, strict=True):
        target.assign(source.value.detach().numpy())
    point = torch.tensor(x.astype('float64'), requires_grad=True)
    y = double(point, training=False)
    keras.config.set_floatx('float32')
    assert y.dtype == torch.float64 or name in FALL_BACK, (name, y.dtype)
    seed = random.standard_normal(tuple(y.shape)).astype('float32')
    (y.double() * torch.tensor(seed.astype('float64'))).sum().backward()
    largest = point.grad.abs().max()
    # A case whose output or derivative is constant would show nothing.
    assert largest > 1e-2 and y.std() > 1e-3, name
    assert name in SPARSE or (point.grad.abs() > 1e-3 * largest).double().mean() > 0.05, name
    for file in files:
        model.save(HERE / file)
    cases.append(
        {
            'name': name,
            'config': tidy(json.loads(model.to_json())),
            'weights': [
                {'name': w.path, 'shape': list(w.shape), 'data': encode(w.value.detach().numpy())}
                for w in model.weights
                if 'seed' not in w.name and 'count' not in w.name
            ],
            'shape': shape,
            'x': encode(x),
            'y': encode(y.detach().numpy()),
            'seed': encode(seed),
            'gradient': encode(point.grad.numpy()),
        }
    )


def sequence(name, shape, *layers):
    add(name, keras.Sequential([keras.Input(shape), *layers]))


def activations():
    names = 'relu relu6 leaky_relu elu selu celu gelu silu sigmoid log_sigmoid hard_sigmoid hard_silu hard_tanh softmax log_softmax'
    for name in [*names.split(), *'softplus softsign tanh tanh_shrink mish exponential linear'.split()]:
        sequence(f'activation {name}', (4, 5, 3), L.Conv2D(3, 2, activation=name))
    sequence(
        'slopes', (5, 4, 3), L.ReLU(max_value=0.5), L.Conv2D(3, 2), L.ReLU(negative_slope=0.2, max_value=0.7), L.Conv2D(3, 2),
        L.ReLU(negative_slope=0.3, threshold=0.2, max_value=1.1), L.LeakyReLU(negative_slope=0.15), L.PReLU(), L.ELU(alpha=0.7),
        L.PReLU(shared_axes=[1, 2]),
    )


def convolutions():
    sequence('convolution in groups', (8, 7, 4), L.Conv2D(6, (3, 2), strides=2, padding='same', groups=2))
    sequence('dilated convolution', (9, 8, 3), L.Conv2D(5, 3, dilation_rate=2, padding='same', use_bias=False))
    sequence('dilated depthwise', (9, 8, 3), L.DepthwiseConv2D(3, depth_multiplier=2, dilation_rate=2))
    sequence('strided depthwise', (9, 8, 3), L.DepthwiseConv2D(3, strides=2, padding='same', activation='relu'))
    sequence('separable', (9, 8, 3), L.SeparableConv2D(5, 3, strides=2, padding='same', depth_multiplier=2, activation='tanh'))
    options = [
        dict(kernel_size=3, strides=2, padding='same'), dict(kernel_size=3, strides=2), dict(kernel_size=2, strides=3, padding='same'),
        dict(kernel_size=3, strides=(2, 3)), dict(kernel_size=3, padding='same'),
        dict(kernel_size=3, strides=2, padding='same', output_padding=1), dict(kernel_size=3, strides=2, output_padding=1),
    ]
    for option in options:
        sequence(f'transposed {option}', (4, 5, 3), L.Conv2DTranspose(4, **option))
    sequence(
        'channels first', (3, 7, 6), L.Conv2D(4, 3, padding='same', data_format='channels_first'), L.BatchNormalization(axis=1),
        L.MaxPooling2D(2, data_format='channels_first'), L.ZeroPadding2D(1, data_format='channels_first'),
        L.Conv2D(3, 2, data_format='channels_first'), L.Flatten(data_format='channels_first'), L.Dense(4),
    )


def normalizations():
    shape = (7, 6, 3)
    for axis in (-1, 1, 2):
        sequence(f'batch normalisation {axis}', shape, L.BatchNormalization(axis=axis))
    sequence('bare batch normalisation', shape, L.BatchNormalization(scale=False, center=False))
    sequence('batch normalisation without scale', shape, L.BatchNormalization(scale=False))
    sequence('batch normalisation of vectors', (6,), L.BatchNormalization())
    sequence('layer normalisation', shape, L.LayerNormalization())
    sequence('layer normalisation of two axes', shape, L.LayerNormalization(axis=[2, 3], epsilon=1e-6))
    sequence('bare layer normalisation', shape, L.LayerNormalization(scale=False, center=False))
    sequence('group normalisation', (5, 4, 6), L.GroupNormalization(groups=3))
    sequence('instance normalisation', (5, 4, 6), L.GroupNormalization(groups=-1, scale=False))
    sequence('unit normalisation', shape, L.UnitNormalization())


def shapes():
    shape = (7, 6, 3)
    sequence('average', shape, L.AveragePooling2D((2, 3)))
    sequence('maximum, same', shape, L.MaxPooling2D(3, 2, padding='same'))
    sequence('maximum', shape, L.MaxPooling2D())
    sequence('global average', shape, L.GlobalAveragePooling2D(keepdims=True))
    sequence('global max', shape, L.GlobalMaxPooling2D())
    sequence('padding and cropping', shape, L.ZeroPadding2D(((1, 2), (0, 3))), L.Conv2D(4, 2), L.Cropping2D(((1, 0), (2, 1))))
    sequence('nearest', (3, 4, 2), L.UpSampling2D((2, 3)), L.Conv2D(2, 1))
    sequence('bilinear', (3, 4, 2), L.UpSampling2D(2, interpolation='bilinear'), L.Conv2D(2, 1))
    sequence('resizing', (4, 5, 2), L.Resizing(8, 7, interpolation='bilinear'))
    sequence('resizing to the nearest', (4, 5, 2), L.Resizing(6, 8, interpolation='nearest'))
    sequence('resizing to the same', (4, 5, 2), L.Resizing(4, 5), L.CenterCrop(2, 3))
    sequence(
        'order of elements', (4, 5, 3), L.Conv2D(4, 2), L.Permute((3, 1, 2)), L.Conv2D(3, 1), L.Flatten(), L.Dense(6), L.RepeatVector(3),
        L.Dense(4, activation='softmax'), L.Reshape((2, -1)), L.Softmax(axis=1),
    )
    sequence('scaling', (5, 4, 3), L.Rescaling(0.7, offset=-0.2), L.Normalization(mean=[0.1, 0.2, 0.3], variance=[0.5, 0.6, 0.7]), L.Conv2D(3, 2))
    sequence('learned statistics', (5, 4, 3), L.Normalization(), L.Conv2D(3, 2))
    sequence('inverted statistics', (5, 4, 3), L.Normalization(mean=0.3, variance=0.4, axis=None, invert=True))
    sequence(
        'identities', (5, 4, 3), L.RandomFlip(), L.GaussianNoise(0.1), L.Dropout(0.5), L.SpatialDropout2D(0.2), L.Conv2D(3, 2),
        L.ActivityRegularization(),
    )


def merges():
    i = keras.Input((8, 8, 3))
    a = L.Conv2D(4, 3, padding='same')(i)
    b = L.Conv2D(4, 1)(i)
    squeezed = L.Dense(4, activation='sigmoid')(L.GlobalAveragePooling2D(keepdims=True)(a))
    vector = L.Reshape((1, 1, 4))(L.Dense(4)(L.GlobalAveragePooling2D()(b)))
    c = L.Add()([L.Multiply()([a, squeezed]), b, vector])
    c = L.Average()([L.Maximum()([c, b]), L.Minimum()([c, a]), a])
    c = L.Concatenate()([L.Subtract()([c, b]), a])
    c = L.Concatenate(axis=1)([c, c])
    add('merges', keras.Model(i, L.Dense(5)(L.Flatten()(c))))
    i = keras.Input((6,))
    add('dot', keras.Model(i, L.Dot(1)([L.Dense(4)(i), L.Dense(4)(i)])))
    i = keras.Input((6, 6, 3))
    x = 2.0 * (i / 0.8 - 0.1)
    x = ops.maximum(1.0 - ops.relu(x + L.Conv2D(3, 1)(x)), -2.1)
    add('operations', keras.Model(i, ops.softmax(ops.mean(x, axis=[1, 2]))))


def models():
    i = keras.Input((8, 8, 3))
    shared = L.Conv2D(3, 3, padding='same')
    x = shared(L.ReLU()(shared(i)))
    inner_input = keras.Input((8, 8, 3))
    inner = keras.Model(inner_input, L.BatchNormalization()(L.Conv2D(4, 3)(inner_input)), name='inner')
    deepest = keras.Sequential([keras.Input((6, 6, 4)), L.Conv2D(4, 1), L.Activation('relu')])
    block = keras.Sequential([keras.Input((6, 6, 4)), L.Conv2D(4, 3, padding='same'), deepest], name='block')
    y = L.Conv2D(2, 3)(L.Concatenate()([block(inner(x)), block(inner(i))]))
    add('nested', keras.Model(i, L.Dense(3)(L.Flatten()(y))), ['nested.keras', 'nested.h5'])
    i = keras.Input((8, 8, 3))
    x = L.Reshape((4, 6))(L.Conv2D(6, 4, strides=4)(i))
    h = L.LayerNormalization()(x)
    x = L.Add()([x, L.MultiHeadAttention(2, 5)(h, h)])
    x = L.Add()([x, L.Dense(6)(L.Dense(9, activation='gelu')(x))])
    add('attention', keras.Model(i, L.Dense(3)(L.Flatten()(x))), ['attention.keras'])


for family in (activations, convolutions, normalizations, shapes, merges, models):
    family()
(HERE / 'keras.json').write_text(json.dumps(cases, separators=(',', ':')) + '\n')
