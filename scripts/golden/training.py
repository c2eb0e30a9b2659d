"""Writes test/golden/training.json: the losses of 20 minibatches of training by PyTorch, from weights and data that it holds too.

The network is one of convolutions, poolings, batch normalisation and dense layers; kernels are written as Keras keeps them.
Usage: python scripts/golden/training.py
"""

import base64
import json
import pathlib

import numpy
import torch
import torch.nn.functional as F

STEPS, BATCH, SIDE, CLASSES = 20, 8, 12, 5
torch.manual_seed(11)
torch.set_num_threads(1)


def encoded(array):
    return base64.b64encode(array.tobytes()).decode()


def draw(*shape, scale):
    return scale * torch.randn(*shape)


START = {
    "c1/kernel": draw(3, 3, 1, 4, scale=0.5),
    "c1/bias": draw(4, scale=0.1),
    "c2/kernel": draw(3, 3, 4, 8, scale=0.3),
    "n/gamma": 1 + draw(8, scale=0.1),
    "n/beta": draw(8, scale=0.1),
    "c3/kernel": draw(3, 3, 8, 12, scale=0.2),
    "c3/bias": draw(12, scale=0.1),
    "d1/kernel": draw(108, 16, scale=0.15),
    "d1/bias": draw(16, scale=0.1),
    "d2/kernel": draw(16, CLASSES, scale=0.3),
    "d2/bias": draw(CLASSES, scale=0.1),
}


def logits(w, x):
    convolution = lambda x, name, bias: F.conv2d(x, w[f"{name}/kernel"].permute(3, 2, 0, 1), bias, padding=1)
    x = F.max_pool2d(F.relu(convolution(x, "c1", w["c1/bias"])), 2)
    x = F.batch_norm(convolution(x, "c2", None), None, None, w["n/gamma"], w["n/beta"], training=True, eps=1e-5)
    x = F.max_pool2d(F.relu(x), 2)
    x = F.relu(convolution(x, "c3", w["c3/bias"]))
    x = x.permute(0, 2, 3, 1).flatten(1)
    x = F.relu(x @ w["d1/kernel"] + w["d1/bias"])
    return x @ w["d2/kernel"] + w["d2/bias"]


def losses(make_optimizer, pixels, labels):
    w = {name: value.clone().requires_grad_() for name, value in START.items()}
    kernels = [value for value in w.values() if value.dim() > 1]
    others = [value for value in w.values() if value.dim() == 1]
    optimizer = make_optimizer(kernels, others)
    found = []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(logits(w, pixels[step]), labels[step])
        loss.backward()
        optimizer.step()
        found.append(float(f"{loss.item():.7g}"))
    return found


def main():
    bright = torch.rand(STEPS, BATCH, 1, 1) * 0.5
    pixels = ((torch.rand(STEPS, BATCH, SIDE, SIDE) * 0.5 + bright) * 255).to(torch.uint8)
    labels = (bright.flatten(1) * 2 * CLASSES).long().clamp(0, CLASSES - 1)
    x = (pixels.float() / 255).unsqueeze(2)
    runs = {
        "sgd": lambda kernels, others: torch.optim.SGD(kernels + others, lr=0.05),
        "momentum": lambda kernels, others: torch.optim.SGD(kernels + others, lr=0.02, momentum=0.9),
        "adam": lambda kernels, others: torch.optim.Adam(kernels + others, lr=0.003),
        "adamw": lambda kernels, others: torch.optim.AdamW(
            [dict(params=kernels, weight_decay=0.1), dict(params=others, weight_decay=0)], lr=0.003
        ),
    }
    golden = dict(
        side=SIDE,
        batch=BATCH,
        classes=CLASSES,
        pixels=encoded(pixels.numpy()),
        labels=labels.flatten().tolist(),
        weights={n: dict(shape=list(v.shape), data=encoded(v.numpy().astype(numpy.float32))) for n, v in START.items()},
        losses={name: losses(make, x, labels) for name, make in runs.items()},
    )
    path = pathlib.Path(__file__).parents[2] / "test/golden/training.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
