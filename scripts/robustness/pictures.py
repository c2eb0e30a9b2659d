"""Pictures, readings of outputs and the folder of one model: what the torch and the Keras models share."""

import json

import numpy as np

COUNT = 3
TOLERANCE = 1e-4
STEPS = 6
CAFFE = np.array([103.939, 116.779, 123.68], np.float32)
IMAGENET = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)

MEANINGS = (
    "logits",
    "probabilities",
    "log-probabilities",
    "independent",
    "independent-logits",
    "positive-probability",
    "positive-logit",
    "percent",
)


def draw_pictures(rng, height, width, channels):
    """COUNT smooth pictures with noise, multiples of 1/255 in [0.05, 0.95]: float32, count × height × width × channels."""
    base = rng.uniform(0.2, 0.8, (COUNT, 1, 1, channels))
    down, right = rng.uniform(-0.25, 0.25, (2, COUNT, 1, 1, channels))
    rows = np.arange(height)[None, :, None, None] / height
    columns = np.arange(width)[None, None, :, None] / width
    noise = rng.uniform(-0.125, 0.125, (COUNT, height, width, channels))
    values = np.clip(base + down * rows + right * columns + noise, 0.05, 0.95)
    return (np.round(values * 255) / 255).astype(np.float32)


def probabilities_of(raw, meaning):
    """Probabilities of the classes (float64) from one picture's numbers."""
    raw = np.asarray(raw, np.float64).ravel()
    if meaning == "logits":
        powers = np.exp(raw - raw.max())
        return powers / powers.sum()
    if meaning == "log-probabilities":
        return np.exp(raw)
    if meaning == "independent-logits":
        return 1 / (1 + np.exp(-raw))
    if meaning == "positive-probability":
        return np.array([1 - raw[0], raw[0]])
    if meaning == "positive-logit":
        return np.array([1 / (1 + np.exp(raw[0])), 1 / (1 + np.exp(-raw[0]))])
    return raw / 100 if meaning == "percent" else raw


def calibrated(rng, features, count):
    """Weights [features, count] and bias of a last layer whose logits differ by about 1 between pictures."""
    weights = rng.standard_normal((features.shape[1], count))
    logits = features.astype(np.float64) @ weights
    mean = logits.mean(0)
    gain = min(30, 1 / max(1e-9, np.sqrt(((logits - mean) ** 2).mean())))
    bias = rng.standard_normal(count) * 0.7 - mean * gain
    return (weights * gain).astype(np.float32), bias.astype(np.float32)


def alternatives(raws, meaning, is_activation_uncertain):
    """Probabilities as other readings of the outputs have them, for the first picture."""
    found = []
    with np.errstate(all="ignore"):
        for raw in raws:
            for each in MEANINGS if is_activation_uncertain else (meaning,):
                p = probabilities_of(raw, each)
                found += [p, p / p.sum()]
    return [[float(v) for v in p] for p in found if np.isfinite(p).all()]


def slopes_of(rng, gradient, pictures, run_gradient):
    """Slopes along random directions and integrated gradients from black (midpoints), of an exact gradient [h, w, c]."""
    directions = rng.choice([-1.0, 1.0], (3, *gradient.shape)).astype(np.float32)
    values = [float((gradient.astype(np.float64) * d).sum()) for d in directions]
    scale = max(abs(v) for v in values)
    slopes = [{"value": v, "tolerance": 3e-3 * scale + 1e-3} for v in values]
    total = 0.0
    for step in range(STEPS):
        point = (pictures[0] * ((step + 0.5) / STEPS)).astype(np.float32)
        total += float((run_gradient(point).astype(np.float64) * pictures[0]).sum()) / STEPS
    if not np.isfinite([total, *values]).all():  # log p of a p that is 0 or 1 in float32.
        return None, [], None
    return directions, slopes, {"steps": STEPS, "sum": total, "tolerance": 5e-3 * abs(total) + 2e-3}


def write_expected(folder, model, kind, pictures, probabilities, class_index, more, directions=None):
    """expected.json comes last: a folder that has it is complete."""
    np.save(folder / "pictures.npy", pictures)
    if directions is not None:
        np.save(folder / "directions.npy", directions)
    document = {
        "model": model,
        "kind": kind,
        "height": pictures.shape[1],
        "width": pictures.shape[2],
        "channels": pictures.shape[3],
        "probabilities": [[float(v) for v in p] for p in probabilities],
        "classIndex": int(class_index),
        "jitter": 0,
        "tolerance": TOLERANCE,
        "slopes": [],
        "uncertain": [],
        "alternatives": [],
        "saysScaling": False,
        **{key: value for key, value in more.items() if value is not None},
    }
    (folder / "expected.json").write_text(json.dumps(document, allow_nan=False))


def middling(probabilities):
    """The class whose probability can move most."""
    p = np.asarray(probabilities)
    return int(np.argmax(p * (1 - p)))
