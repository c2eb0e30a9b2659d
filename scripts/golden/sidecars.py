"""
Writes test/golden/sidecars.json: what the preprocessing files of Hugging Face and timm make of small pictures.
transformers and timm are not needed: their image processors of classifiers are written out from their documented steps (resize by Pillow
in 8 bits, centre crop, rescale, normalise, flip), in numpy. Run: python3 scripts/golden/sidecars.py
"""

import json
import math
from pathlib import Path

import numpy as np
from PIL import Image

from pipelines import noise

IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
HALF = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}

PROCESSORS = {
    "ViT": {"image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 8, "width": 8}, "resample": 2,
            "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, **HALF},
    "ViT, size as a number": {"feature_extractor_type": "ViTFeatureExtractor", "do_resize": True, "size": 8, "resample": 2,
                              "do_normalize": True, **HALF},
    "BiT": {"image_processor_type": "BitImageProcessor", "do_resize": True, "size": {"shortest_edge": 11}, "resample": 3,
            "do_center_crop": True, "crop_size": {"height": 8, "width": 8}, "do_rescale": True, "rescale_factor": 1 / 255,
            "do_normalize": True, **IMAGENET},
    "ConvNeXT": {"image_processor_type": "ConvNextImageProcessor", "do_resize": True, "size": {"shortest_edge": 8}, "resample": 3,
                 "crop_pct": 0.875, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, **IMAGENET},
    "EfficientNet": {"image_processor_type": "EfficientNetImageProcessor", "do_resize": True, "size": {"height": 8, "width": 8},
                     "resample": 0, "do_center_crop": False, "crop_size": {"height": 7, "width": 7}, "do_rescale": True,
                     "rescale_factor": 1 / 255, "rescale_offset": False, "include_top": True, "do_normalize": True, **IMAGENET},
    "MobileViT": {"image_processor_type": "MobileViTImageProcessor", "do_resize": True, "size": {"shortest_edge": 9}, "resample": 2,
                  "do_center_crop": True, "crop_size": {"height": 8, "width": 8}, "do_rescale": True, "rescale_factor": 1 / 255,
                  "do_flip_channel_order": True, "do_normalize": False},
    "both sides, then crop, bytes": {"image_processor_type": "PoolFormerImageProcessor", "do_resize": True,
                                     "size": {"height": 9, "width": 12}, "resample": 1, "do_center_crop": True,
                                     "crop_size": {"height": 8, "width": 8}, "do_rescale": False, "do_normalize": True,
                                     "image_mean": [123.675, 116.28, 103.53], "image_std": [58.395, 57.12, 57.375]},
}

TIMM = {
    "center": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "interpolation": "bicubic", "crop_pct": 0.9,
               "crop_mode": "center", "input_size": [3, 8, 8]},
    "squash": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "interpolation": "bilinear", "crop_pct": 0.875,
               "crop_mode": "squash", "input_size": [3, 8, 8]},
    "border": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "interpolation": "bicubic", "crop_pct": 1.0,
               "crop_mode": "border", "input_size": [3, 8, 8]},
}


def shorter(image, side, filter):
    width, height = image.size
    short, long = min(width, height), max(width, height)
    new_long = int(side * long / short)
    return image.resize((side, new_long) if width <= height else (new_long, side), filter)


def crop(array, height, width):
    top, left = (array.shape[0] - height) // 2, (array.shape[1] - width) // 2
    return array[top : top + height, left : left + width]


def transformers(config, image):
    """Height x width x channels as the network is given them."""
    filter, size, kind = config["resample"], config["size"], config.get("image_processor_type", "")
    if kind.startswith("ConvNext"):
        side = size["shortest_edge"]
        array = crop(np.asarray(shorter(image, int(side / config["crop_pct"]), filter)), side, side)
    else:
        if isinstance(size, int):
            resized = image.resize((size, size), filter)
        elif "shortest_edge" in size:
            resized = shorter(image, size["shortest_edge"], filter)
        else:
            resized = image.resize((size["width"], size["height"]), filter)
        array = np.asarray(resized)
        if config.get("do_center_crop"):
            array = crop(array, config["crop_size"]["height"], config["crop_size"]["width"])
    values = array.astype(np.float64)
    if config.get("do_rescale", True):
        values = values * config.get("rescale_factor", 1 / 255)
    if config["do_normalize"]:
        values = (values - np.array(config["image_mean"])) / np.array(config["image_std"])
    if config.get("include_top"):
        values = values / np.array(config["image_std"])
    return values[:, :, ::-1] if config.get("do_flip_channel_order") else values


def timm(config, image):
    size, mean = config["input_size"][1], np.array(config["mean"])
    filter = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}[config["interpolation"]]
    scaled = math.floor(size / config["crop_pct"])
    if config["crop_mode"] == "border":
        ratio = max(image.size) / scaled
        inner = image.resize(tuple(round(side / ratio) for side in image.size), filter)
        result = Image.new("RGB", (size, size), tuple(round(255 * value) for value in config["mean"]))
        result.paste(inner, tuple(int(round((size - side) / 2.0)) for side in inner.size))
    else:
        squash = config["crop_mode"] == "squash"
        resized = image.resize((scaled, scaled), filter) if squash else shorter(image, scaled, filter)
        left, top = (int(round((side - size) / 2.0)) for side in resized.size)
        result = resized.crop((left, top, left + size, top + size))
    return (np.asarray(result) / 255 - mean) / np.array(config["std"])


def main():
    cases = []
    for file, table, run in (("preprocessor_config.json", PROCESSORS, transformers), ("config.json", TIMM, timm)):
        for at, (name, config) in enumerate(table.items()):
            for width, height in ((23, 15), (13, 22)):
                seed = 10 * at + width
                pixels = np.array(noise(width * height * 3, seed), dtype=np.uint8).reshape(height, width, 3)
                values = run(config, Image.fromarray(pixels))
                content = config if run is transformers else {"architecture": "resnet18", "pretrained_cfg": config}
                cases.append({"name": name, "file": file, "content": content, "width": width, "height": height, "seed": seed,
                              "expected": [round(float(value), 6) for value in values.ravel()]})
    target = Path(__file__).resolve().parents[2] / "test/golden/sidecars.json"
    target.write_text(json.dumps({"cases": cases}) + "\n")


if __name__ == "__main__":
    main()
