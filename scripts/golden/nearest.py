"""Writes test/golden/nearest.json: which elements TensorFlow's ResizeNearestNeighbor takes, for sizes up to 600.

A case is [from, [[to, legacy, centres, corners], …]]; the three numbers are Σ (i + 1)·place of element i, for the plain way of
counting coordinates, for half_pixel_centers and for align_corners. Half of the sizes are those at which float32 rounds most.
Usage: python scripts/golden/nearest.py
"""

import json
import pathlib

import numpy
import tensorflow as tf

random = numpy.random.default_rng(8)
f = numpy.float32


def check(size, to, **how):
    ramp = tf.reshape(tf.range(size, dtype=tf.float32), [1, size, 1, 1])
    places = tf.raw_ops.ResizeNearestNeighbor(images=ramp, size=[to, 1], **how).numpy().ravel().astype(int)
    return int((numpy.arange(1, to + 1) * places).sum())


def rounds(size, to):
    """Do i·(from/to) in float32 and in real numbers have different whole parts."""
    i = numpy.arange(to)
    return bool((numpy.floor(i.astype(f) * (f(size) / f(to))) != i * size // to).any())


cases = []
for size in [*range(2, 12), 14, 28, 32, 56, 64, 96, 97, 112, 128, 160, 192, 224, 227, 256, 299, 320, 331, 384, 448, 512, 599, 600]:
    hard = [to for to in range(1, 601) if rounds(size, to)]
    chosen = {*random.choice(hard, min(9, len(hard)), replace=False).tolist(), *random.integers(1, 601, 8).tolist(), 32, 224}
    rows = [[to, check(size, to), check(size, to, half_pixel_centers=True), check(size, to, align_corners=True)] for to in sorted(chosen)]
    cases.append([size, rows])

path = pathlib.Path(__file__).parents[2] / "test/golden/nearest.json"
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
