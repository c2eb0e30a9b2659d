"""PyTorch as a contender: the tasks of bench/taskNames.ts on a network that was written by bench/pytorchNetwork.ts.

Asked and answering in JSON, one line each. Parameters are frozen, as those do who want the gradient of the picture only.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from memory import peak_bytes
from network import Network
from torch.nn import functional as F

CLASS_INDEX, STEPS, ITERATIONS, GRID, BATCH = 0, 50, 40, 7, 16
EPSILON, STEP = 8 / 255, 2 / 255


class Runner:
    def __init__(self, folder, variant, chunk):
        network = Network(folder)
        if variant == "fused":
            network.eval().fuse()
            network.to(memory_format=torch.channels_last)
        self.network = network.eval().requires_grad_(False)
        self.chunk = chunk
        described = network.input
        shape = (1, described["height"], described["width"], described["channels"])
        pixels = torch.from_numpy(np.fromfile(folder / "image.bin", np.float32)).reshape(shape)
        self.first = described["layout"] == "nchw"
        low, high = described["range"]
        mean, std = (torch.tensor(described[key], dtype=torch.float32) for key in ("mean", "std"))
        self.scale, self.shift = (high - low) / std, (low - mean) / std
        if self.first:
            pixels = pixels.permute(0, 3, 1, 2).contiguous()
            self.scale, self.shift = self.scale.reshape(1, -1, 1, 1), self.shift.reshape(1, -1, 1, 1)
            if variant == "fused":
                pixels = pixels.contiguous(memory_format=torch.channels_last)
        self.image = pixels

    def logits(self, x):
        return self.network(x * self.scale + self.shift)

    def slope(self, x, objective):
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(objective(self.logits(x)), x)
        return gradient

    def gradient(self):
        return self.slope(self.image, logit)

    def integrated_gradients(self):
        shares = ((torch.arange(STEPS) + 0.5) / STEPS).reshape(-1, 1, 1, 1)
        total = torch.zeros_like(self.image)
        for part in shares.split(self.chunk):
            total += self.slope(part * self.image, logit).sum(0, keepdim=True)
        return total * self.image / STEPS

    def loss(self, scores):
        return F.cross_entropy(scores, torch.tensor([CLASS_INDEX]))

    def fgsm(self):
        return (self.image + EPSILON * self.slope(self.image, self.loss).sign()).clamp(0, 1)

    def bare_prediction(self):
        with torch.no_grad():
            return self.logits(self.image)

    def bare_prediction_batch(self):
        batch = self.image.repeat(BATCH, 1, 1, 1)
        with torch.no_grad():
            return torch.cat([self.logits(part) for part in batch.split(self.chunk)])

    def pgd_loop(self):
        x = self.image
        for _ in range(ITERATIONS):
            slope = self.slope(x, self.loss)
            x = (x + STEP * slope.sign()).clamp(self.image - EPSILON, self.image + EPSILON).clamp(0, 1)
        return x

    def occlusion_loop(self):
        height, width = self.image.shape[2:] if self.first else self.image.shape[1:3]
        tall, wide = -(-height // GRID), -(-width // GRID)
        batch = self.image.repeat(GRID * GRID, 1, 1, 1)
        for patch in range(GRID * GRID):
            top, left = patch // GRID * tall, patch % GRID * wide
            if self.first:
                batch[patch, :, top : top + tall, left : left + wide] = 0.5
            else:
                batch[patch, top : top + tall, left : left + wide] = 0.5
        with torch.no_grad():
            whole = self.logits(self.image)[0, CLASS_INDEX]
            parts = [self.logits(part)[:, CLASS_INDEX] for part in batch.split(self.chunk)]
        return whole - torch.cat(parts)

    def pixels(self, result):
        """As height × width × channels."""
        return result.permute(0, 2, 3, 1) if self.first and result.dim() == 4 else result


def logit(scores):
    return scores[:, CLASS_INDEX].sum()


def say(**reply):
    print(json.dumps(reply), flush=True)


def main():
    folder, variant, threads, chunk = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(threads)
    try:
        runner = Runner(folder, variant, chunk)
    except KeyError as missing:
        say(error=f"the operator {missing} is not among those of the comparison")
        return
    say(version=torch.__version__)
    for line in sys.stdin:
        request = json.loads(line)
        task = getattr(runner, request["task"].replace("-", "_"))
        start = time.perf_counter()
        result = task()
        milliseconds = 1000 * (time.perf_counter() - start)
        if request.get("output"):
            runner.pixels(result).contiguous().numpy().tofile(request["output"])
        say(ms=milliseconds, peakBytes=peak_bytes())


main()
