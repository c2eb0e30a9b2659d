"""
Writes test/golden/pipelines.json: what resizing pipelines of Pillow, PyTorch and TensorFlow make of small pictures.
torchvision, timm and transformers are not needed: their geometry is written out from their documented formulas
(torchvision Resize/CenterCrop; timm's crop_pct and its border mode; transformers' center_crop), the resizing is Pillow's own.
Run: python3 scripts/golden/pipelines.py
"""

import json
import math
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import torch
from PIL import Image

from noise import noise

PILLOW = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
    "hamming": Image.Resampling.HAMMING,
}


def picture(width, height, seed):
    return np.array(noise(width * height * 3, seed), dtype=np.uint8).reshape(height, width, 3)


def case(library, source, seed, target, expected):
    height, width, _ = source.shape
    values = np.asarray(expected, dtype=np.float64)
    return {
        "library": library,
        "width": width,
        "height": height,
        "seed": seed,
        "target": {**target, "height": values.shape[0], "width": values.shape[1]},
        "expected": [round(float(value), 4) for value in values.ravel()],
    }


def stretched(source, seed, width, height, name):
    result = np.asarray(Image.fromarray(source).resize((width, height), PILLOW[name]))
    return case("Pillow", source, seed, {"resize": "stretch", "interpolation": name, "rounded": True}, result)


def shorter_side(image, side, name):
    """torchvision.transforms.Resize(side) of a PIL image."""
    width, height = image.size
    short, long = min(width, height), max(width, height)
    new_long = int(side * long / short)
    return image.resize((side, new_long) if width <= height else (new_long, side), PILLOW[name])


def cropped(source, seed, size, side, name, offset, fraction=None):
    image = np.asarray(shorter_side(Image.fromarray(source), side, name))
    height, width, _ = image.shape
    if offset == "round":  # torchvision.transforms.functional.center_crop
        top, left = int(round((height - size) / 2.0)), int(round((width - size) / 2.0))
    else:  # transformers.image_transforms.center_crop
        top, left = (height - size) // 2, (width - size) // 2
    target = {
        "resize": "center-crop",
        "interpolation": name,
        "rounded": True,
        "resizeTo": side,
        **({"cropOffset": "floor"} if offset == "floor" else {}),
    }
    library = "timm" if fraction else ("torchvision" if offset == "round" else "transformers")
    return case(library, source, seed, target, image[top : top + size, left : left + size])


def crop_pct(source, seed, size, fraction, name):
    """timm.data.transforms_factory, crop_mode "center": scale_size = floor(size / crop_pct)."""
    return cropped(source, seed, size, math.floor(size / fraction), name, "round", fraction)


def squashed(source, seed, size, sides, name):
    """Both sides resized on their own, then cropped (timm's "squash")."""
    height, width = sides
    image = np.asarray(Image.fromarray(source).resize((width, height), PILLOW[name]))
    top, left = int(round((height - size) / 2.0)), int(round((width - size) / 2.0))
    target = {"resize": "center-crop", "interpolation": name, "rounded": True, "resizeTo": [height, width]}
    return case("timm", source, seed, target, image[top : top + size, left : left + size])


def bordered(source, seed, size, color, name):
    """timm's "border": the longer side becomes `size`, the rest is filled."""
    height, width, _ = source.shape
    ratio = max(height, width) / size
    inner_height, inner_width = round(height / ratio), round(width / ratio)
    inner = Image.fromarray(source).resize((inner_width, inner_height), PILLOW[name])
    result = Image.new("RGB", (size, size), tuple(color))
    result.paste(inner, (int(round((size - inner_width) / 2.0)), int(round((size - inner_height) / 2.0))))
    target = {"resize": "pad", "interpolation": name, "rounded": True, "resizeTo": size, "padColor": color}
    return case("timm", source, seed, target, np.asarray(result))


def torch_resized(source, seed, width, height, name):
    values = torch.from_numpy(source.astype(np.float32)).permute(2, 0, 1)[None]
    result = torch.nn.functional.interpolate(values, (height, width), mode=name, antialias=True, align_corners=False)
    return case("torch", source, seed, {"resize": "stretch", "interpolation": name}, result[0].permute(1, 2, 0).numpy())


def tensorflow_resized(source, seed, width, height, name, antialias):
    method = {"lanczos": "lanczos3"}.get(name, name)
    result = tf.image.resize(source.astype(np.float32), (height, width), method=method, antialias=antialias).numpy()
    target = {"resize": "stretch", "interpolation": name, **({} if antialias else {"antialias": False})}
    return case("TensorFlow", source, seed, target, result)


def main():
    sizes = [(23, 17, 9, 8), (9, 14, 13, 16), (12, 11, 12, 6)]
    cases = []
    for at, (width, height, to_width, to_height) in enumerate(sizes):
        source = picture(width, height, at + 1)
        for name in PILLOW:
            cases.append(stretched(source, at + 1, to_width, to_height, name))
        for name in ("bilinear",):
            cases.append(torch_resized(source, at + 1, to_width, to_height, name))
        for name in ("bilinear", "bicubic", "lanczos"):
            for antialias in (True, False):
                cases.append(tensorflow_resized(source, at + 1, to_width, to_height, name, antialias))
        cases.append(tensorflow_resized(source, at + 1, to_width, to_height, "nearest", True))
    wide, tall = picture(29, 18, 7), picture(17, 31, 8)
    for source, seed in ((wide, 7), (tall, 8)):
        cases.append(cropped(source, seed, 8, 11, "bilinear", "round"))
        cases.append(cropped(source, seed, 8, 11, "bicubic", "floor"))
        cases.append(crop_pct(source, seed, 7, 0.875, "bicubic"))
        cases.append(squashed(source, seed, 7, (9, 10), "bilinear"))
        cases.append(bordered(source, seed, 10, [124, 116, 104], "bicubic"))
    file = Path(__file__).resolve().parents[2] / "test/golden/pipelines.json"
    file.write_text(json.dumps({"cases": cases}) + "\n")


if __name__ == "__main__":
    main()
