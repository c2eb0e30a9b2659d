"""Writes bmp.json beside it: BMP files of every kind and what Pillow reads in them. Run: python3 bmp.py"""

import base64
import io
import json
import struct
from pathlib import Path

from PIL import Image

PALETTE16 = [(17 * i, 255 - 16 * i, (40 * i) % 256) for i in range(16)]


def noise(count, seed):
    state, values = seed, []
    for _ in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(state >> 24)
    return values


def info(width, height, bits, compression, pixels, colors=(), masks=b"", used=0, header=40, extra=b""):
    """A file with a Windows header; colours are RGB triplets; `extra` fills a longer header."""
    table = b"".join(bytes((b, g, r, 0)) for r, g, b in colors)
    offset = 14 + header + (len(masks) if header == 40 else 0) + len(table)
    body = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(pixels), 2835, 2835, used, 0)
    head = b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset)
    return head + body + masks + extra + table + pixels


def core(width, height, bits, pixels, colors=()):
    """A file with an OS/2 1 header."""
    table = b"".join(bytes((b, g, r)) for r, g, b in colors)
    offset = 26 + len(table)
    return b"BM" + struct.pack("<IHHIIHHHH", offset + len(pixels), 0, 0, offset, 12, width, height, 1, bits) + table + pixels


def saved(mode, width, height, seed):
    image = Image.new(mode, (width, height))
    bands = len(image.getbands())
    values = noise(width * height * bands, seed)
    image.putdata([255 * (v > 127) for v in values] if mode == "1" else values if bands == 1 else list(zip(*[iter(values)] * bands)))
    if mode == "P":
        image.putpalette(noise(768, seed + 1))
    stream = io.BytesIO()
    image.save(stream, "BMP")
    return stream.getvalue()


RLE8 = bytes([3, 7, 0, 4, 1, 2, 3, 4, 0, 0]) + bytes([0, 5, 9, 8, 7, 6, 5, 0, 2, 1, 0, 0]) + bytes([2, 4, 0, 2, 2, 0, 3, 5, 0, 1])
RLE4 = bytes([5, 0x12, 2, 0x34, 0, 0]) + bytes([0, 6, 0x98, 0x76, 0x54, 0, 1, 0x30, 0, 0]) + bytes([7, 0xAB, 0, 0, 7, 0xC1, 0, 1])
RGB565 = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
V5 = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b"BGRs" + bytes(48) + struct.pack("<IIII", 4, 0, 0, 0)


def main():
    files = {
        "1 bit": saved("1", 13, 5, 1),
        "8 bit grey": saved("L", 7, 5, 2),
        "8 bit palette": saved("P", 7, 5, 3),
        "24 bit": saved("RGB", 5, 4, 4),
        "24 bit, width 6": saved("RGB", 6, 4, 5),
        "32 bit, alpha": saved("RGBA", 5, 4, 6),
        "4 bit, odd width": info(7, 3, 4, 0, bytes(noise(12, 7)), PALETTE16),
        "4 bit, short palette": info(7, 3, 4, 0, bytes(v & 0x33 for v in noise(12, 8)), PALETTE16[:4], used=4),
        "1 bit, coloured": info(35, 2, 1, 0, bytes(noise(16, 9)), PALETTE16[2:4]),
        "8 bit, top-down": info(5, -3, 8, 0, bytes(v % 16 for v in noise(24, 10)), PALETTE16, used=16),
        "24 bit, top-down": info(3, -2, 24, 0, bytes(noise(24, 11))),
        "16 bit 555": info(5, 3, 16, 0, bytes(noise(36, 12))),
        "16 bit 565": info(5, 3, 16, 3, bytes(noise(36, 13)), masks=RGB565),
        "32 bit": info(4, 3, 32, 0, bytes(noise(48, 14))),
        "32 bit, masks": info(4, 3, 32, 3, bytes(noise(48, 15)), masks=struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00)),
        "32 bit, version 5, alpha": info(4, 3, 32, 3, bytes(noise(48, 16)), header=124, extra=V5),
        "RLE 8": info(7, 3, 8, 1, RLE8, PALETTE16, used=16),
        "RLE 4": info(7, 4, 4, 2, RLE4, PALETTE16),
        "OS/2, 24 bit": core(5, 3, 24, bytes(noise(48, 17))),
        "OS/2, 4 bit": core(6, 3, 4, bytes(noise(12, 18)), PALETTE16),
    }
    cases = []
    for name, data in files.items():
        image = Image.open(io.BytesIO(data))
        rgba = image.convert("RGBA")
        cases.append(
            {
                "name": name,
                "file": base64.b64encode(data).decode(),
                "width": image.width,
                "height": image.height,
                "mode": image.mode,
                "rgba": base64.b64encode(rgba.tobytes()).decode(),
            }
        )
    Path(__file__).with_name("bmp.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
