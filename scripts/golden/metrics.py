"""Writes test/golden/metrics.json: every metric on a small network and a colour picture, in float64, with the draws made again.

Run: python3 scripts/golden/metrics.py   (needs numpy)

The network is z = V tanh(W x); what is measured is its gradient for class 0, rounded so that some pixels are equal. The definitions are
written from the papers and from Captum's documentation; of the project only its random numbers (SplitMix32, Box-Muller, Fisher-Yates)
are repeated, since values of draws can be compared no other way. Each case: the value and the curve of the map, and the value of the
controls: the same map at random places, and Sobel edges of the same norm.
"""

import json
from pathlib import Path

import numpy as np

HEIGHT, WIDTH, CHANNELS = 5, 6, 3
SEED = 20261130
CLASS = 0
MASK = 0xFFFFFFFF


def mix(value):
    value &= MASK
    value = ((value ^ (value >> 16)) * 0x21F0AAAD) & MASK
    value = ((value ^ (value >> 15)) * 0x735A2D97) & MASK
    return value ^ (value >> 15)


def derive(seed, *purpose):
    state = mix(seed)
    for part in purpose:
        state = mix((((state * 0x85EBCA6B) & MASK) ^ part) + 0x9E3779B9)
    return state


class Random:
    def __init__(self, seed):
        self.state = seed & MASK

    def __call__(self):
        self.state = (self.state + 0x9E3779B9) & MASK
        return mix(self.state) / 2**32


def shuffled(count, seed):
    random, order = Random(seed), list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(random() * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order


def normal_noise(image, deviation, seed, point):
    random, flat = Random(derive(seed, point)), image.reshape(-1).copy()
    for index in range(0, flat.size, 2):
        radius = deviation * np.sqrt(-2 * np.log(1 - random()))
        angle = 2 * np.pi * random()
        flat[index] += radius * np.cos(angle)
        if index + 1 < flat.size:
            flat[index + 1] += radius * np.sin(angle)
    return single(flat.reshape(image.shape))


def even_noise(image, radius, seed, point):
    random = Random(derive(seed, point))
    noise = np.array([radius * (2 * random() - 1) for _ in range(image.size)])
    return single(image + noise.reshape(image.shape))


def single(values):
    return values.astype(np.float32).astype(np.float64)


class Net:
    def __init__(self, draws):
        size = HEIGHT * WIDTH * CHANNELS
        self.inner = draws.normal(0, 0.35, (7, size)).round(4)
        self.outer = draws.normal(0, 1, (3, 7)).round(4)

    def logits(self, x):
        return self.outer @ np.tanh(self.inner @ x.reshape(-1))

    def probability(self, x):
        powers = np.exp(self.logits(x) - self.logits(x).max())
        return (powers / powers.sum())[CLASS]

    def logit(self, x):
        return self.logits(x)[CLASS]

    def gradient(self, x):
        slopes = 1 - np.tanh(self.inner @ x.reshape(-1)) ** 2
        return ((self.outer[CLASS] * slopes) @ self.inner).reshape(x.shape)


def baseline_of(kind, image):
    if kind == "blur":
        return blurred(image)
    level = {"black": 0.0, "grey": 0.5, "white": 1.0}.get(kind, image.mean(axis=(0, 1)))
    return single(np.broadcast_to(level, image.shape))


def blurred(image):
    sigma = 0.1 * max(HEIGHT, WIDTH)
    reach = int(np.ceil(3 * sigma))

    def along(values):
        places = np.arange(values.shape[0])
        distance = np.abs(places[:, None] - places[None, :])
        weights = np.where(distance <= reach, np.exp(-(distance**2) / (2 * sigma**2)), 0)
        return np.tensordot(weights / weights.sum(axis=1, keepdims=True), values, axes=1)

    rows = single(along(image.transpose(1, 0, 2)).transpose(1, 0, 2))
    return single(along(rows))


def edges(image):
    grey = np.pad(image.mean(axis=2), 1, mode="edge")
    smooth_rows = grey[:-2] + 2 * grey[1:-1] + grey[2:]
    smooth_columns = grey[:, :-2] + 2 * grey[:, 1:-1] + grey[:, 2:]
    across = smooth_rows[:, 2:] - smooth_rows[:, :-2]
    down = smooth_columns[2:] - smooth_columns[:-2]
    return np.sqrt(across**2 + down**2)


def curve(net, image, pixels, steps, baseline, follow, inserting):
    """`pixels`: from the first to the last that is exchanged."""
    score = net.probability if follow == "probability" else net.logit
    count = HEIGHT * WIDTH
    exchanged = sorted({int(np.floor(step * count / steps + 0.5)) for step in range(steps + 1)})
    start, end = (baseline, image) if inserting else (image, baseline)
    y = []
    for number in exchanged:
        at = start.reshape(count, CHANNELS).copy()
        at[pixels[:number]] = end.reshape(count, CHANNELS)[pixels[:number]]
        y.append(score(at))
    x = np.array(exchanged) / count
    return {"value": float(np.trapezoid(y, x)), "curve": {"x": x.tolist(), "y": [float(each) for each in y]}}


def ranked(found, reduce):
    channels = found.reshape(HEIGHT * WIDTH, -1)
    values = {"sum": channels.sum(axis=1), "absolute-sum": np.abs(channels).sum(axis=1)}.get(reduce)
    if values is None:
        values = np.abs(channels).max(axis=1)
    values = single(values)
    return sorted(shuffled(HEIGHT * WIDTH, SEED), key=lambda pixel: -values[pixel])


def exchange(metric, default):
    def run(net, image, explain, steps=10, baseline=default, follow="probability", reduce="sum"):
        pixels = ranked(explain(image, 0), reduce)
        return curve(net, image, pixels, steps, baseline_of(baseline, image), follow, metric == "insertion")

    return run


def infidelity(net, image, explain, samples=10, perturbation="noise", deviation=0.003, baseline="black",
               multipliedByInputs=False, normalize=False):
    empty = baseline_of(baseline, image)
    found = explain(image, 0)
    if found.ndim == 2:
        found = np.repeat(found[:, :, None], CHANNELS, axis=2) / CHANNELS
    centre = image if perturbation == "noise" else empty
    told, changes = [], []
    for sample in range(samples):
        perturbed = normal_noise(centre, deviation, SEED, sample)
        taken = image - perturbed
        if multipliedByInputs:
            way = image - empty
            taken = taken / np.where(way == 0, 1, way)
        told.append((taken * found).sum())
        changes.append(net.logit(image) - net.logit(perturbed))
    told, changes = np.array(told), np.array(changes)
    factor = (told * changes).sum() / (told**2).sum() if normalize else 1
    return {"value": float(((factor * told - changes) ** 2).mean())}


def max_sensitivity(net, image, explain, samples=10, radius=0.02):
    own = explain(image, 0)
    others = [explain(even_noise(image, radius, SEED, sample), sample + 1) for sample in range(samples)]
    return {"value": float(max(np.linalg.norm(other - own) for other in others) / np.linalg.norm(own))}


METRICS = {
    "deletion": exchange("deletion", "black"),
    "insertion": exchange("insertion", "blur"),
    "infidelity": infidelity,
    "max-sensitivity": max_sensitivity,
}

CASES = [
    ("deletion", {}),
    ("deletion", {"steps": 7, "baseline": "mean", "follow": "objective", "reduce": "absolute-maximum"}),
    ("deletion", {"steps": 100, "baseline": "white", "reduce": "absolute-sum"}),
    ("insertion", {}),
    ("insertion", {"steps": 30, "baseline": "grey", "follow": "objective"}),
    ("infidelity", {}),
    ("infidelity", {"samples": 25, "deviation": 0.1}),
    ("infidelity", {"deviation": 0.1, "normalize": True}),
    ("infidelity", {"perturbation": "baseline", "deviation": 0.2}),
    ("infidelity", {"perturbation": "baseline", "deviation": 0.05, "baseline": "grey", "multipliedByInputs": True}),
    ("infidelity", {"deviation": 0.1, "multipliedByInputs": True, "normalize": True, "samples": 3}),
    ("max-sensitivity", {}),
    ("max-sensitivity", {"samples": 40, "radius": 0.3}),
]


def main():
    draws = np.random.default_rng(3)
    net = Net(draws)
    image = single(draws.uniform(0.05, 0.95, (HEIGHT, WIDTH, CHANNELS)))
    image[2, 3] = 0

    def gradient(at, _):
        return single(net.gradient(at).round(1))

    def at_random_places(_, draw):
        places = shuffled(HEIGHT * WIDTH, derive(SEED, 1, draw))
        return gradient(image, 0).reshape(HEIGHT * WIDTH, CHANNELS)[places].reshape(image.shape)

    strength = np.linalg.norm(gradient(image, 0)) / (np.linalg.norm(edges(image)) / np.sqrt(CHANNELS))

    def edges_instead(at, _):
        return strength * edges(at)

    cases = []
    for metric, parameters in CASES:
        run = METRICS[metric]
        case = {"metric": metric, "parameters": parameters} | run(net, image, gradient, **parameters)
        case["random"] = run(net, image, at_random_places, **parameters)["value"]
        case["edges"] = run(net, image, edges_instead, **parameters)["value"]
        print(metric, parameters, case["value"], case["random"], case["edges"])
        cases.append(case)
    written = {
        "seed": SEED,
        "class": CLASS,
        "inner": net.inner.tolist(),
        "outer": net.outer.tolist(),
        "image": image.reshape(-1).tolist(),
        "cases": cases,
    }
    file = Path(__file__).resolve().parents[2] / "test/golden/metrics.json"
    file.write_text(json.dumps(written, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
