"""Writes test/golden/resample.json: what Pillow makes of small pictures. Run: python3 scripts/golden/resample.py"""

import json
from pathlib import Path

from PIL import Image, ImageOps

from noise import noise

FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "nearest": Image.Resampling.NEAREST,
    "area": Image.Resampling.BOX,
}


def rounded(values):
    return [round(value, 5) for value in values]


def resize(width, height, to_width, to_height, interpolation, seed):
    """Mode F: Pillow computes in floating point, so this is exact to rounding."""
    source = noise(width * height, seed)
    image = Image.new("F", (width, height))
    image.putdata(source)
    result = image.resize((to_width, to_height), FILTERS[interpolation])
    return {
        "mode": "stretch",
        "interpolation": interpolation,
        "width": width,
        "height": height,
        "source": source,
        "toWidth": to_width,
        "toHeight": to_height,
        "expected": rounded(result.getdata()),
    }


def center_crop(width, height, size, seed):
    """torchvision.transforms: Resize(size), CenterCrop(size)."""
    source = noise(width * height, seed)
    image = Image.new("F", (width, height))
    image.putdata(source)
    short, long = min(width, height), max(width, height)
    new_long = int(size * long / short)
    new_width, new_height = (size, new_long) if width <= height else (new_long, size)
    result = image.resize((new_width, new_height), FILTERS["bilinear"])
    top = int(round((new_height - size) / 2.0))
    left = int(round((new_width - size) / 2.0))
    result = result.crop((left, top, left + size, top + size))
    return {
        "mode": "center-crop",
        "interpolation": "bilinear",
        "width": width,
        "height": height,
        "source": source,
        "toWidth": size,
        "toHeight": size,
        "expected": rounded(result.getdata()),
    }


def pad(width, height, to_width, to_height, seed):
    source = noise(width * height, seed)
    image = Image.new("F", (width, height))
    image.putdata(source)
    result = ImageOps.pad(image, (to_width, to_height), FILTERS["bilinear"], color=0)
    return {
        "mode": "pad",
        "interpolation": "bilinear",
        "width": width,
        "height": height,
        "source": source,
        "toWidth": to_width,
        "toHeight": to_height,
        "expected": rounded(result.getdata()),
    }


def grey(count, seed):
    source = noise(3 * count, seed)
    image = Image.new("RGB", (count, 1))
    image.putdata(list(zip(source[0::3], source[1::3], source[2::3])))
    return {"source": source, "expected": list(image.convert("L").getdata())}


def main():
    cases = [
        resize(7, 5, 3, 4, "bilinear", 1),
        resize(5, 7, 13, 9, "bilinear", 2),
        resize(31, 17, 8, 8, "bilinear", 3),
        resize(3, 40, 6, 5, "bilinear", 4),
        resize(1, 9, 4, 2, "bilinear", 5),
        resize(7, 5, 3, 4, "nearest", 6),
        resize(5, 7, 13, 9, "nearest", 7),
        resize(30, 18, 7, 11, "nearest", 8),
        resize(12, 8, 4, 4, "area", 9),
        resize(6, 15, 3, 3, "area", 10),
        center_crop(11, 6, 4, 11),
        center_crop(6, 13, 5, 12),
        center_crop(9, 7, 12, 13),
        center_crop(33, 20, 7, 14),
        pad(11, 6, 8, 8, 15),
        pad(6, 13, 9, 6, 16),
        pad(5, 3, 12, 12, 17),
        pad(40, 3, 8, 8, 18),
    ]
    target = Path(__file__).resolve().parents[2] / "test" / "golden" / "resample.json"
    target.write_text(json.dumps({"cases": cases, "grey": grey(300, 19)}) + "\n")


if __name__ == "__main__":
    main()
