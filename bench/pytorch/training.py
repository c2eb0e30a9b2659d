"""PyTorch as a contender that trains the network that bench/trainingSetup.ts writes. JSON, one line each way."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from memory import peak_bytes
from torch import nn
from torch.nn import functional as F


class Network(nn.Module):
    """Convolutions with relu, 2 × 2 pooling while the map is larger than a pixel, then dense layers."""

    def __init__(self, shapes, values):
        super().__init__()
        self.convolutions, self.dense = nn.ModuleList(), nn.ModuleList()
        start = 0
        for shape in shapes:
            size = int(np.prod(shape))
            value = torch.from_numpy(values[start : start + size].copy()).reshape(shape)
            start += size
            if len(shape) == 4:
                self.convolutions.append(nn.Conv2d(shape[2], shape[3], 3, padding=1))
                self.convolutions[-1].weight.data = value.permute(3, 2, 0, 1).contiguous()
            elif len(shape) == 2:
                self.dense.append(nn.Linear(*shape))
                self.dense[-1].weight.data = value.T.contiguous()
            else:
                (self.dense or self.convolutions)[-1].bias.data = value

    def forward(self, x):
        for layer in self.convolutions:
            x = F.relu(layer(x))
            if x.shape[-1] > 1:
                x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        for layer in self.dense[:-1]:
            x = F.relu(layer(x))
        return self.dense[-1](x)

    def numbers(self):
        """All weights in the order and layout of the model file."""
        parts = []
        for layer in [*self.convolutions, *self.dense]:
            w = layer.weight.detach()
            parts += [w.permute(2, 3, 1, 0) if w.dim() == 4 else w.T, layer.bias.detach()]
        return np.concatenate([part.reshape(-1).numpy() for part in parts])


class Runner:
    def __init__(self, folder):
        facts = json.loads((folder / "training.json").read_text())
        self.shapes = [weight["shape"] for weight in facts["weights"]]
        self.values = np.fromfile(folder / "weights.bin", np.float32)
        shape = (facts["minibatches"], facts["batch"], 1, facts["side"], facts["side"])
        self.pixels = torch.from_numpy(np.fromfile(folder / "pixels.bin", np.float32)).reshape(shape)
        labels = np.fromfile(folder / "labels.bin", np.float32).astype(np.int64)
        self.labels = torch.from_numpy(labels).reshape(shape[:2])
        self.reset()

    def reset(self):
        self.network = Network(self.shapes, self.values)
        self.optimizer = torch.optim.Adam(self.network.parameters(), 0.001)

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.network(x), y)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def watch(self, x, y):
        x = x.detach().requires_grad_()
        scores = self.network(x)
        (score,) = torch.autograd.grad(scores.max(1).values.sum(), x, retain_graph=True)
        (loss,) = torch.autograd.grad(F.cross_entropy(scores, y, reduction="sum"), x)
        return score, loss

    def run(self, watched):
        gradient = None
        for x, y in zip(self.pixels, self.labels):
            self.step(x, y)
            if watched:
                _, gradient = self.watch(self.pixels[0], self.labels[0])
        return gradient


def say(**reply):
    print(json.dumps(reply), flush=True)


def main():
    torch.set_num_threads(int(sys.argv[2]))
    runner = Runner(Path(sys.argv[1]))
    say(version=torch.__version__)
    for line in sys.stdin:
        request = json.loads(line)
        output = request.get("output")
        if output:
            runner.reset()
        start = time.perf_counter()
        gradient = runner.run(request["task"] == "training-watched")
        milliseconds = 1000 * (time.perf_counter() - start) / len(runner.pixels)
        if output:
            result = runner.network.numbers() - runner.values if gradient is None else gradient.numpy()
            result.tofile(output)
        say(ms=milliseconds, peakBytes=peak_bytes())


main()
