"""Writes pictures.json beside it: files whose orientation, colours or samples readers often get wrong, and what they show.

Orientations are expected by the table of Exif 3.0 and checked against Pillow where Pillow reads the carrier; L*a*b* by the CIE's
formulas in float64, checked against Little CMS; the rest by TIFF 6.0. Run with Pillow and NumPy: python3 pictures.py
"""

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

RNG = np.random.default_rng(7)
WIDTH, HEIGHT = 5, 3
STORED = RNG.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
TURNED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a),
}


def exif(orientation=None):
    tags = Image.Exif()
    tags[271] = "Maker"
    if orientation is not None:
        tags[274] = orientation
    return tags.tobytes()[6:]


def xmp(orientation, element=False, quote='"'):
    value = (
        f"><tiff:Orientation>{orientation}</tiff:Orientation></rdf:Description>"
        if element
        else f" tiff:Orientation={quote}{orientation}{quote}/>"
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:tiff="http://ns.adobe.com/tiff/1.0/"{value}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


def raw_profile(kind, payload):
    digits = payload.hex()
    lines = "\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
    return f"\n{kind}\n{len(payload):8d}\n{lines}\n"


def saved(file_format, array=STORED, **options):
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, file_format, **options)
    return stream.getvalue()


def png(*, eXIf=None, text=(), ztext=(), itext=(), izip=(), late=False):
    info = PngImagePlugin.PngInfo()
    for key, value in text:
        info.add_text(key, value)
    for key, value in ztext:
        info.add_text(key, value, zip=True)
    for key, value in itext:
        info.add_itxt(key, value)
    for key, value in izip:
        info.add_itxt(key, value, zip=True)
    file = saved("PNG", pnginfo=info, **({"exif": eXIf} if eXIf else {}))
    return behind_pixels(file) if late else file


def behind_pixels(file):
    chunks, at = [], 8
    while at < len(file):
        end = at + 12 + struct.unpack(">I", file[at : at + 4])[0]
        chunks.append(file[at:end])
        at = end
    meta = [c for c in chunks if c[4:8] in (b"eXIf", b"tEXt", b"zTXt", b"iTXt")]
    rest = [c for c in chunks if c not in meta]
    return file[:8] + b"".join(rest[:-1] + meta + rest[-1:])


FORMATS = {1: "B", 3: "H", 4: "I", 5: "I"}


def tiff(width, height, bits, photometric, samples, data, more=(), order="<"):
    """An uncompressed file of one strip; `more` are tags (number, type, values)."""
    entries = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, bits if isinstance(bits, list) else [bits] * samples),
        259: (3, [1]),
        262: (3, [photometric]),
        273: (4, [0]),
        277: (3, [samples]),
        278: (4, [height]),
        279: (4, [len(data)]),
        **{tag: (kind, values) for tag, kind, values in more},
    }
    packed = {
        tag: (kind, len(values) // (2 if kind == 5 else 1), struct.pack(order + FORMATS[kind] * len(values), *values))
        for tag, (kind, values) in sorted(entries.items())
    }
    outside = 8 + 2 + 12 * len(packed) + 4
    extra, directory = b"", b""
    start = outside + sum(len(raw) + len(raw) % 2 for _, _, raw in packed.values() if len(raw) > 4)
    for tag, (kind, count, raw) in packed.items():
        if tag == 273:
            raw = struct.pack(order + "I", start)
        if len(raw) > 4:
            field = struct.pack(order + "I", outside + len(extra))
            extra += raw + b"\0" * (len(raw) % 2)
        else:
            field = raw.ljust(4, b"\0")
        directory += struct.pack(order + "HHI", tag, kind, count) + field
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(packed))
    return head + directory + struct.pack(order + "I", 0) + extra + data


def planar(bits, photometric, planes):
    """As `tiff`, each band in a strip of its own."""
    file = tiff(WIDTH, HEIGHT, bits, photometric, len(planes), b"".join(planes), [(284, 3, [2])])
    size = len(planes[0])
    start = len(file) - size * len(planes)
    # Offsets and lengths of the strips go behind the pixels.
    table = [start + i * size for i in range(len(planes))] + [size] * len(planes)
    raw = bytearray(file)
    for tag, at in ((273, len(raw)), (279, len(raw) + 4 * len(planes))):
        entry = next(e for e in range(10, len(raw), 12) if struct.unpack_from("<H", raw, e)[0] == tag)
        struct.pack_into("<II", raw, entry + 4, len(planes), at)
    return bytes(raw) + struct.pack(f"<{len(table)}I", *table)


CASES, REFUSED = [], []


def case(name, file, expected, tolerance=0, **facts):
    expected = np.ascontiguousarray(expected, dtype=np.uint8)
    CASES.append(
        {
            "name": name,
            "file": base64.b64encode(file).decode(),
            "width": expected.shape[1],
            "height": expected.shape[0],
            "channels": expected.shape[2],
            "values": base64.b64encode(expected.tobytes()).decode(),
            "tolerance": tolerance,
            **facts,
        }
    )


def oriented(name, file, orientation, source, base=STORED, tolerance=0, pillow=True):
    expected = TURNED[orientation](base)
    if pillow:
        shown = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB"))
        assert shown.shape == expected.shape and np.abs(shown.astype(int) - expected).max() <= 2, name
    facts = {"orientation": {"value": orientation, "source": source}} if orientation > 1 else {"orientation": None}
    case(f"{name}, {orientation}", file, expected, tolerance, **facts)


def orientations():
    lossy = {name: np.asarray(Image.open(io.BytesIO(saved(name, quality=100, subsampling="4:4:4")))) for name in ("JPEG", "AVIF")}
    app1 = b"Exif\0\0"
    for n in (2, 6, 7):
        oriented("PNG eXIf behind the pixels", png(eXIf=exif(n), late=True), n, "EXIF")
    for n in (3, 5, 8):
        raw = ("Raw profile type exif", raw_profile("exif", app1 + exif(n)))
        oriented("PNG zTXt raw profile exif", png(ztext=[raw]), n, "EXIF in text")
        oriented("PNG tEXt raw profile exif", png(text=[raw]), n, "EXIF in text")
        oriented("PNG iTXt raw profile exif", png(izip=[raw]), n, "EXIF in text", pillow=False)
        oriented("PNG raw profile exif behind the pixels", png(ztext=[raw], late=True), n, "EXIF in text")
    for n in (2, 4, 6):
        raw = ("Raw profile type APP1", raw_profile("generic", app1 + exif(n)))
        oriented("PNG zTXt raw profile APP1", png(ztext=[raw]), n, "EXIF in text", pillow=False)
        packet = b"http://ns.adobe.com/xap/1.0/\0" + xmp(n).encode()
        raw = ("Raw profile type APP1", raw_profile("generic", packet))
        oriented("PNG raw profile APP1 of XMP", png(text=[raw]), n, "XMP", pillow=False)
        raw = ("Raw profile type xmp", raw_profile("xmp", xmp(n, element=True).encode()))
        oriented("PNG raw profile xmp", png(ztext=[raw]), n, "XMP", pillow=False)
    for n, element in ((3, False), (5, True), (6, False), (8, True)):
        text = xmp(n, element)
        key = "XML:com.adobe.xmp"
        oriented("PNG XMP", png(itext=[(key, text)]), n, "XMP")
        oriented("PNG XMP, compressed", png(izip=[(key, text)]), n, "XMP")
        oriented("PNG XMP behind the pixels", png(itext=[(key, text)], late=True), n, "XMP")
        oriented("JPEG XMP", saved("JPEG", quality=100, subsampling="4:4:4", xmp=text.encode()), n, "XMP", lossy["JPEG"], 3)
        oriented("WebP XMP", saved("WEBP", lossless=True, xmp=text.encode()), n, "XMP")
        tag = (700, 1, list(text.encode()))
        oriented("TIFF XMP", tiff(WIDTH, HEIGHT, 8, 2, 3, STORED.tobytes(), [tag]), n, "XMP")
        big = tiff(WIDTH, HEIGHT, 8, 2, 3, STORED.tobytes(), [(274, 3, [n])], ">")
        oriented("TIFF, most significant byte first", big, n, "EXIF")
    single = png(itext=[("XML:com.adobe.xmp", xmp(6, quote="'"))])
    oriented("PNG XMP in single quotes", single, 6, "XMP", pillow=False)
    for n in range(1, 9):
        file = saved("AVIF", quality=100, subsampling="4:4:4", exif=b"Exif\0\0" + exif(n))
        oriented("AVIF irot and imir", file, n, "irot/imir", lossy["AVIF"], 2)
    jpeg = lossy["JPEG"]
    both = lambda first, second: saved("JPEG", quality=100, subsampling="4:4:4", exif=b"Exif\0\0" + first, xmp=xmp(second).encode())
    oriented("JPEG, EXIF 1 before XMP 6", both(exif(1), 6), 1, "", jpeg, 3)
    oriented("JPEG, EXIF 8 before XMP 3", both(exif(8), 3), 8, "EXIF", jpeg, 3)
    oriented("JPEG, EXIF without orientation, XMP 3", both(exif(), 3), 3, "XMP", jpeg, 3)
    oriented("JPEG, impossible EXIF 9 before XMP 6", both(exif(9), 6), 1, "", jpeg, 3)
    file = saved("AVIF", quality=100, subsampling="4:4:4", xmp=xmp(6).encode())
    oriented("AVIF, XMP 6 does not count", file, 1, "", lossy["AVIF"], 2, pillow=False)
    raw = ("Raw profile type exif", raw_profile("exif", app1 + exif(3)))
    packet = ("XML:com.adobe.xmp", xmp(8))
    oriented("PNG, eXIf 6 before text 3", png(eXIf=exif(6), ztext=[raw], itext=[packet]), 6, "EXIF")
    oriented("PNG, text 3 before XMP 8", png(ztext=[raw], itext=[packet]), 3, "EXIF in text")
    oriented("PNG, eXIf without orientation, XMP 8", png(eXIf=exif(), itext=[packet]), 8, "XMP")
    broken = ("Raw profile type exif", raw_profile("exif", b"Exif\0\0MM\0*\0\0\xff\xff" + bytes(8)))
    oriented("PNG, damaged raw profile", png(ztext=[broken]), 1, "", pillow=False)


# Colours ------------------------------------------------------------------------------------------------------------

SRGB_PRIMARIES = np.array([[0.64, 0.33], [0.30, 0.60], [0.15, 0.06]])
D65 = np.array([0.3127, 0.3290])
D50 = np.array([0.34567, 0.35850])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def white_xyz(xy):
    return np.array([xy[0] / xy[1], 1, (1 - xy[0] - xy[1]) / xy[1]])


def rgb_to_xyz():
    columns = np.stack([white_xyz(p) for p in SRGB_PRIMARIES], axis=1)
    return columns * np.linalg.solve(columns, white_xyz(D65))


def adaptation(source, target):
    scale = (BRADFORD @ white_xyz(target)) / (BRADFORD @ white_xyz(source))
    return np.linalg.inv(BRADFORD) @ (scale[:, None] * BRADFORD)


def lab_of(rgb, white):
    v = rgb / 255
    linear = np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)
    xyz = linear @ (adaptation(D65, white) @ rgb_to_xyz()).T / white_xyz(white)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def rgb_of(lab, white):
    y = (lab[..., 0] + 16) / 116
    f = np.stack([y + lab[..., 1] / 500, y, y - lab[..., 2] / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * white_xyz(white)
    linear = xyz @ np.linalg.inv(adaptation(D65, white) @ rgb_to_xyz()).T
    linear = np.clip(linear, 0, 1)
    v = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * v)


def lab_cases():
    inside = RNG.integers(20, 236, (4, 6, 3)).astype(float)
    inside[0, :3] = [[255, 255, 255], [0, 0, 0], [128, 128, 128]]
    rows, columns = inside.shape[:2]

    def stored8(white):
        lab = lab_of(inside, white)
        return np.rint(np.stack([lab[..., 0] * 2.55, lab[..., 1], lab[..., 2]], -1)).astype(int)

    def read8(values):
        return np.stack([values[..., 0] / 2.55, values[..., 1], values[..., 2]], -1)

    signed = stored8(D50)
    expected = rgb_of(read8(signed), D50)
    file = tiff(columns, rows, 8, 8, 3, (signed & 255).astype(np.uint8).tobytes())
    case("CIELab, 8 bits", file, expected, 1, colours="Lab", bits=8)
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    cms = ImageCms.buildTransform(*profiles, "LAB", "RGB", flags=ImageCms.Flags.NOOPTIMIZE)
    seen = np.asarray(ImageCms.applyTransform(Image.open(io.BytesIO(file)), cms)).astype(int)
    assert np.abs(seen - expected).max() <= 2, np.abs(seen - expected).max()
    for compression in ("tiff_lzw", "tiff_deflate", "packbits"):
        stream = io.BytesIO()
        Image.open(io.BytesIO(file)).save(stream, "TIFF", compression=compression)
        case(f"CIELab, 8 bits, {compression}", stream.getvalue(), expected, 1, colours="Lab", bits=8)
    data = (signed & 255).astype(np.uint8).tobytes()
    case("CIELab, 8 bits, signed samples", tiff(columns, rows, 8, 8, 3, data, [(339, 3, [1, 2, 2])]), expected, 1)
    shifted = (signed + [0, 128, 128]).astype(np.uint8)
    case("ICCLab, 8 bits", tiff(columns, rows, 8, 9, 3, shifted.tobytes()), expected, 1, colours="Lab")
    shape = (HEIGHT, WIDTH)
    planes = [np.full(shape, v, np.uint8).tobytes() for v in (136, 81 & 255, 70)]
    flat = np.broadcast_to(rgb_of(read8(np.array([[[136, 81, 70]]])), D50), (*shape, 3))
    case("CIELab in planes", planar(8, 8, planes), flat, 1, colours="Lab")
    turned = tiff(columns, rows, 8, 9, 3, shifted.tobytes(), [(274, 3, [6])])
    case("ICCLab, 8 bits, turned", turned, np.rot90(expected, -1), 1, orientation={"value": 6, "source": "EXIF"})
    alpha = RNG.integers(0, 256, (rows, columns, 1))
    data = np.concatenate([shifted, alpha], -1).astype(np.uint8).tobytes()
    on_white = np.rint(expected * alpha / 255 + 255 - alpha)
    case("ICCLab with alpha", tiff(columns, rows, 8, 9, 4, data, [(338, 3, [2])]), on_white, 1)
    for order, label in (("<", "least"), (">", "most")):
        lab = lab_of(inside, D50)
        words = np.rint(np.stack([lab[..., 0] * 655.35, lab[..., 1] * 256, lab[..., 2] * 256], -1)).astype(int)
        data = (words & 65535).astype(order + "u2").tobytes()
        case(f"CIELab, 16 bits, {label} first", tiff(columns, rows, 16, 8, 3, data, order=order), inside, 1, bits=16)
        words = np.rint(np.stack([lab[..., 0] * 652.8, lab[..., 1] * 256 + 32768, lab[..., 2] * 256 + 32768], -1))
        data = words.astype(order + "u2").tobytes()
        case(f"ICCLab, 16 bits, {label} first", tiff(columns, rows, 16, 9, 3, data, order=order), inside, 1)
    values = stored8(D65)
    data = (values & 255).astype(np.uint8).tobytes()
    white = [(318, 5, [3127, 10000, 3290, 10000])]
    case("CIELab, white D65", tiff(columns, rows, 8, 8, 3, data, white), rgb_of(read8(values), D65), 1)
    outside = np.array([[[255, 100, 90], [128, -127, 127], [60, 20, -127], [0, 0, 0]]])
    data = (outside & 255).astype(np.uint8).tobytes()
    case("CIELab beyond sRGB", tiff(4, 1, 8, 8, 3, data), rgb_of(read8(outside), D50), 1)


# What Adobe Photoshop shows of full inks by U.S. Web Coated (SWOP) v2.
INKS = {
    "paper": ((0, 0, 0, 0), (255, 255, 255)),
    "cyan": ((255, 0, 0, 0), (0, 174, 239)),
    "magenta": ((0, 255, 0, 0), (236, 0, 140)),
    "yellow": ((0, 0, 255, 0), (255, 242, 0)),
    "black": ((0, 0, 0, 255), (35, 31, 32)),
    "cyan and yellow": ((255, 0, 255, 0), (0, 166, 81)),
}


def without_adobe(file):
    """Inks are taken as inverted without the marker too, as Pillow and browsers take them: no standard says otherwise."""
    at = file.index(b"\xff\xee")
    return file[:at] + file[at + 2 + struct.unpack(">H", file[at + 2 : at + 4])[0] :]


def cmyk_cases():
    for name, (inks, shown) in INKS.items():
        patch = np.full((8, 8, 4), inks, dtype=np.uint8)
        expected = np.full((8, 8, 3), shown)
        case(f"CMYK TIFF, {name}", tiff(8, 8, 8, 5, 4, patch.tobytes()), expected, 40, colours="CMYK")
        wide = (patch.astype("<u2") * 257).tobytes()
        case(f"CMYK TIFF, 16 bits, {name}", tiff(8, 8, 16, 5, 4, wide), expected, 40, colours="CMYK", bits=16)
        stream = io.BytesIO()
        Image.fromarray(patch, "CMYK").save(stream, "JPEG", quality=100)
        for kind, file in (("Adobe's", stream.getvalue()), ("unmarked", without_adobe(stream.getvalue()))):
            seen = np.asarray(Image.open(io.BytesIO(file)))
            assert np.abs(seen.astype(int) - patch).max() <= 2, (name, kind, seen[0, 0])
            case(f"CMYK JPEG, {kind}, {name}", file, expected, 40, colours="CMYK")


def sample_cases():
    grey = RNG.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
    alpha = RNG.integers(0, 256, (HEIGHT, WIDTH, 1), dtype=np.uint8)
    alpha[0, 0] = 255
    as_grey = grey[..., None]
    over = lambda c, a: np.rint(c.astype(float) * (a / 255.0) + (255.0 - a))
    file = lambda bits, photometric, samples, data, more=(), order="<": tiff(
        WIDTH, HEIGHT, bits, photometric, samples, data, more, order
    )
    words = RNG.integers(0, 65536, (HEIGHT, WIDTH, 3))
    words[0, 0, 0] = 65535
    for order in "<>":
        data = words.astype(order + "u2").tobytes()
        case(f"RGB, 16 bits {order}", file(16, 2, 3, data, order=order), words >> 8, bits=16, colours="RGB")
    data = words[..., 0].astype("<u2").tobytes()
    case("grey, 16 bits, white is zero", file(16, 0, 1, data), 255 - (words[..., :1] >> 8), colours="grey")
    case("grey, white is zero", file(8, 0, 1, grey.tobytes()), 255 - as_grey)
    bits = np.unpackbits(RNG.integers(0, 256, (4, 2), dtype=np.uint8), axis=1)
    for photometric, shown in ((1, bits), (0, 1 - bits)):
        data = np.packbits(bits, axis=1).tobytes()
        case(f"1 bit, photometric {photometric}", tiff(16, 4, 1, photometric, 1, data), 255 * shown[..., None], bits=1)
    palette = RNG.integers(0, 65536, (3, 256))
    more = [(320, 3, [int(v) for v in palette.ravel()])]
    case("palette", file(8, 3, 1, grey.tobytes(), more), (palette >> 8).T[grey], colours="palette")
    nibbles = RNG.integers(0, 16, (2, 8))
    data = (nibbles[:, ::2] * 16 + nibbles[:, 1::2]).astype(np.uint8).tobytes()
    more = [(320, 3, [int(v) for v in palette[:, :16].ravel()])]
    case("palette, 4 bits", tiff(8, 2, 4, 3, 1, data, more), (palette >> 8).T[nibbles], colours="palette")
    rgba = np.concatenate([STORED, alpha], -1)
    on_white = over(STORED, alpha)
    case("RGBA, not premultiplied", file(8, 2, 4, rgba.tobytes(), [(338, 3, [2])]), on_white, alpha=True)
    premultiplied = np.concatenate([np.rint(STORED * (alpha / 255.0)), alpha], -1).astype(np.uint8)
    case("RGBA, premultiplied", file(8, 2, 4, premultiplied.tobytes(), [(338, 3, [1])]), on_white, 1, alpha=True)
    case("RGB and an unnamed band", file(8, 2, 4, rgba.tobytes(), [(338, 3, [0])]), STORED, ignoredBands=1)
    pair = np.stack([grey, alpha[..., 0]], -1).tobytes()
    case("grey and alpha", file(8, 1, 2, pair, [(338, 3, [2])]), over(as_grey, alpha), alpha=True)
    case("grey and an unnamed band", file(8, 1, 2, pair, [(338, 3, [0])]), as_grey, ignoredBands=1)
    wide = (rgba.astype("<u2") * 257).tobytes()
    case("RGBA, 16 bits", file(16, 2, 4, wide, [(338, 3, [2])]), on_white, alpha=True)
    case("RGB and an unnamed band, 16 bits", file(16, 2, 4, wide, [(338, 3, [0])]), STORED, ignoredBands=1)
    planes = [band.tobytes() for band in np.moveaxis(STORED, 2, 0)]
    case("RGB in planes", planar(8, 2, planes), STORED, colours="RGB")
    colours = RNG.integers(0, 256, (4, 3), dtype=np.uint8)
    opacity = np.array([0, 85, 255, 170])
    indices = RNG.integers(0, 4, (HEIGHT, WIDTH), dtype=np.uint8)
    image = Image.fromarray(indices, "P")
    image.putpalette(colours.tobytes())
    stream = io.BytesIO()
    image.save(stream, "PNG", transparency=opacity.astype(np.uint8).tobytes())
    shown = over(colours[indices], opacity[indices][..., None])
    case("PNG palette with alpha", stream.getvalue(), shown, colours="palette", alpha=True)
    flat = np.full((8, 8, 3), (200, 40, 90), dtype=np.uint8)
    case("JPEG of RGB", saved("JPEG", flat, quality=100, keep_rgb=True), flat, 1, colours="RGB")
    stream = io.BytesIO()
    Image.fromarray(flat).save(stream, "TIFF", compression="jpeg", quality=100)
    case("TIFF of YCbCr in JPEG", stream.getvalue(), flat, 2, colours="RGB")
    frames = [Image.fromarray(RNG.integers(0, 256, (6, 6, 3), dtype=np.uint8)) for _ in range(3)]
    for name, options in (("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {}), ("AVIF", {"quality": 100, "subsampling": "4:4:4"})):
        stream = io.BytesIO()
        frames[0].save(stream, name, save_all=True, append_images=frames[1:], **options)
        shown = np.asarray(Image.open(io.BytesIO(stream.getvalue())).convert("RGB"))
        case(f"{name} of three frames", stream.getvalue(), shown, 2 if name == "AVIF" else 0, frames=3)
    stream = io.BytesIO()
    hidden = Image.fromarray(RNG.integers(0, 256, (6, 6, 3), dtype=np.uint8))
    hidden.save(stream, "PNG", save_all=True, default_image=True, append_images=frames[:2])
    case("PNG whose shown picture is no frame", stream.getvalue(), np.asarray(hidden), frames=3)


def refusals():
    def refuse(name, file, says):
        REFUSED.append({"name": name, "file": base64.b64encode(file).decode(), "says": says})

    grey = RNG.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
    file = lambda bits, photometric, samples, data, more=(): tiff(WIDTH, HEIGHT, bits, photometric, samples, data, more)
    for bits, kind in ((16, "f2"), (32, "f4"), (64, "f8")):
        data = (grey / 255).astype("<" + kind).tobytes()
        refuse(f"float of {bits} bits", file(bits, 1, 1, data, [(339, 3, [3])]), "type float")
    refuse("12 bits", tiff(4, 1, 12, 1, 1, bytes(6)), "12 bits")
    refuse("14 bits, RGB", tiff(4, 1, 14, 2, 3, bytes(21)), "14 bits")
    refuse("bits 5, 6, 5", tiff(4, 1, [5, 6, 5], 2, 3, bytes(8)), "5, 6, 5 bits")
    refuse("YCbCr, 4:4:4", file(8, 6, 3, STORED.tobytes(), [(530, 3, [1, 1])]), "YCbCr")
    refuse("YCbCr, 4:2:0", tiff(4, 4, 8, 6, 3, bytes(24), [(530, 3, [2, 2])]), "YCbCr")
    refuse("ITU Lab", file(8, 10, 3, STORED.tobytes()), "ITU Lab")
    refuse("LogLuv", tiff(WIDTH, HEIGHT, 16, 32845, 3, bytes(90), [(339, 3, [2, 2, 2])]), "LogLuv")
    refuse("transparency mask", file(8, 4, 1, grey.tobytes()), "transparency mask")
    refuse("three bands of grey", file(8, 1, 3, STORED.tobytes(), [(338, 3, [0, 0])]), "3 bands")
    refuse("five bands of grey", file(8, 1, 5, bytes(75), [(338, 3, [0] * 4)]), "5 bands")
    refuse("RGB of two samples", file(8, 2, 2, bytes(30)), "2 of the 3 samples")
    refuse("inks that are not CMYK", file(8, 5, 4, bytes(60), [(332, 3, [2])]), "inks other than CMYK")
    refuse("an unknown photometric", file(8, 77, 3, STORED.tobytes()), "unknown kind 77")
    refuse("Lab of 4 bits", tiff(4, 1, 4, 8, 3, bytes(6)), "Lab colours of 4 bits")


if __name__ == "__main__":
    orientations()
    lab_cases()
    cmyk_cases()
    sample_cases()
    refusals()
    text = json.dumps({"cases": CASES, "refused": REFUSED}, indent=2)
    Path(__file__).with_name("pictures.json").write_text(text + "\n")
    print(len(CASES), "pictures,", len(REFUSED), "refused,", len(text), "bytes")
