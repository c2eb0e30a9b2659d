import { isCameraRaw } from './cameraRaw';

/** Formats that are decoded. */
export type PictureFormat = 'PNG' | 'JPEG' | 'WebP' | 'GIF' | 'AVIF' | 'TIFF' | 'BMP';

/** What a file holds, found by its content: a format that is decoded, or words for an error and what to do. */
export type Content =
  { readonly format: PictureFormat } | { readonly format: undefined; readonly what: string; readonly hint: string };

/** What `bytes` hold, judged by their first bytes and never by a file's name; never throws. */
export function sniffPicture(bytes: Uint8Array): Content {
  if (bytes.length === 0) return refuse('nothing (it is empty)', CHOOSE);
  const head = latin(bytes, 0, 32);
  const format = decodable(bytes, head);
  if (format !== undefined) return { format };
  if (head.startsWith('\x89PN'))
    return refuse('a PNG file whose first bytes were altered, as by a transfer in text mode', 'Copy the file again.');
  const known = OTHERS.find(({ at = 0, magic }) => latin(bytes, at, magic.length) === magic);
  if (known?.what.endsWith(' picture')) return unsupported(known.what);
  if (known !== undefined) return refuse(known.what, known.hint ?? CHOOSE);
  if (head.slice(4, 8) === 'ftyp') return mediaContainer(bytes, head);
  if (head.startsWith('II') || head.startsWith('MM')) {
    if (isTiff(head) || /^II(RO|RS|U\0)/.test(head)) return unsupported('a camera raw picture');
  }
  return textual(bytes);
}

function decodable(bytes: Uint8Array, head: string): PictureFormat | undefined {
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (head.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'GIF';
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return 'WebP';
  if (head.startsWith('BM') && bytes.length > 18 && BMP_HEADERS.has(head.slice(14, 18))) return 'BMP';
  if (isTiff(head) && !isCameraRaw(bytes)) return 'TIFF';
  if (head.slice(4, 8) === 'ftyp' && brands(bytes, head).some((brand) => brand === 'avif' || brand === 'avis'))
    return 'AVIF';
  return undefined;
}

const BMP_HEADERS = new Set([12, 16, 40, 52, 56, 64, 108, 124].map((size) => String.fromCharCode(size) + '\0\0\0'));

function isTiff(head: string): boolean {
  return /^(II[*+]\0|MM\0[*+])/.test(head);
}

/** Major and compatible brands of an ISO base media file. */
function brands(bytes: Uint8Array, head: string): string[] {
  const length = Math.min(256, bytes.length, head.charCodeAt(2) * 256 + head.charCodeAt(3));
  const found = [head.slice(8, 12)];
  for (let at = 16; at + 4 <= length; at += 4) found.push(latin(bytes, at, 4));
  return found;
}

function mediaContainer(bytes: Uint8Array, head: string): Content {
  const found = brands(bytes, head);
  if (found.some((brand) => /^(hei|hev|mif1|msf1)/.test(brand))) return unsupported('a HEIC picture');
  if (found.includes('crx ')) return unsupported('a camera raw picture');
  return refuse('a video', 'Export a frame of it as PNG.');
}

function textual(bytes: Uint8Array): Content {
  const start = bytes.subarray(0, 4096);
  const utf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  // Bytes above 127 are left to pass: they are letters in UTF-8 and in every 8-bit code page.
  const controls = start.some((byte) => byte < 32 && (byte < 8 || byte > 13) && byte !== 27);
  if (controls && !utf16) return refuse('data of an unknown kind', CHOOSE);
  const text = latin(start, 0, start.length).replaceAll('\0', '');
  if (/<svg[\s>:]/i.test(text)) return refuse('an SVG drawing', 'Export it as PNG and open that.');
  if (/<!doctype html|<html/i.test(text))
    return refuse('a web page', 'The download may have failed: fetch the picture itself.');
  if (text.startsWith('version https://git-lfs'))
    return refuse('a Git LFS pointer', 'Fetch the file itself with `git lfs pull`.');
  return refuse('text', CHOOSE);
}

function refuse(what: string, hint: string): Content {
  return { format: undefined, what: `${what}, not a picture`, hint };
}

function unsupported(picture: string): Content {
  return { format: undefined, what: `${picture}, a format that is not supported`, hint: CONVERT };
}

function latin(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

const CHOOSE = 'Choose a PNG, JPEG, WebP, GIF, AVIF, TIFF or BMP file.';
const CONVERT = 'Convert it to PNG or JPEG and open that.';

interface Signature {
  readonly magic: string;
  readonly at?: number;
  readonly what: string;
  readonly hint?: string;
}

const OTHERS: readonly Signature[] = [
  { magic: '\x93NUMPY', what: 'a NumPy array', hint: 'Give it a name that ends in .npy.' },
  { magic: '%PDF-', what: 'a PDF document', hint: 'Export the page as PNG and open that.' },
  { magic: '%!PS', what: 'a PostScript document', hint: 'Export the page as PNG and open that.' },
  { magic: 'PK\x03\x04', what: 'a ZIP archive', hint: 'Unpack it and choose a picture in it.' },
  { magic: '\x1f\x8b', what: 'a gzip archive', hint: 'Unpack it and choose a picture in it.' },
  { magic: '7z\xbc\xaf\x27\x1c', what: 'a 7z archive', hint: 'Unpack it and choose a picture in it.' },
  { magic: '\x89HDF\r\n', what: 'HDF5 data' },
  { magic: '8BPS', what: 'a Photoshop picture' },
  { magic: '\xff\x0a', what: 'a JPEG XL picture' },
  { magic: '\0\0\0\x0cJXL ', what: 'a JPEG XL picture' },
  { magic: '\0\0\0\x0cjP  ', what: 'a JPEG 2000 picture' },
  { magic: '\xff\x4f\xff\x51', what: 'a JPEG 2000 picture' },
  { magic: '\0\0\x01\0', what: 'an icon picture' },
  { magic: 'v/1\x01', what: 'an OpenEXR picture' },
  { magic: '#?RADIANCE', what: 'a Radiance HDR picture' },
  { magic: 'SIMPLE  =', what: 'a FITS picture' },
  { magic: 'qoif', what: 'a QOI picture' },
  { magic: 'DICM', at: 128, what: 'a DICOM picture' },
  { magic: 'FUJIFILMCCD-RAW', what: 'a camera raw picture' },
  ...['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7'].flatMap((magic) =>
    ['\n', ' '].map((space) => ({ magic: magic + space, what: 'a Netpbm picture' })),
  ),
];
