import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fitPicture } from '../../../src/core/image/fit';
import { batchOf } from '../../../src/core/image/pixels';
import { pictureInput } from '../../../src/core/model/modelInfo';
import { resolveInput } from '../../../src/core/model/modelInput';
import { createPreprocessing } from '../../../src/core/model/preprocessing';
import { readDescription } from '../../../src/formats/descriptions/description';
import { noise, readJson } from '../pictures/shared';

interface SidecarCase {
  readonly name: string;
  readonly file: string;
  readonly content: object;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly expected: readonly number[];
}

const { cases } = readJson('../../golden/sidecars.json') as { cases: readonly SidecarCase[] };
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** Files by their paths in a new folder; the model is not read. */
async function folderOf(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sidecars-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

async function described(files: Readonly<Record<string, unknown>>, model = 'model.onnx', onnx?: Uint8Array) {
  const file = path.join(await folderOf(files), model);
  const description = await readDescription(file, { path: file }, onnx);
  const resolved = resolveInput({ layout: 'nhwc', channels: 3 }, description);
  return { ...description, ...resolved, warnings: [...description.warnings, ...resolved.warnings] };
}

/** ModelProto.metadata_props, as `onnx.helper.set_model_props` writes them. */
function onnxWith(notes: Readonly<Record<string, string>>): Uint8Array {
  const field = (number: number, content: Buffer): Buffer => {
    const length: number[] = [];
    let rest = content.length;
    for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
    return Buffer.concat([Buffer.of(number * 8 + 2, ...length, rest), content]);
  };
  return Buffer.concat(
    Object.entries(notes).map(([key, value]) =>
      field(14, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))])),
    ),
  );
}

describe('preprocessing files of tools', () => {
  it.each(cases.map((each) => ({ ...each, title: `${each.name}, ${each.width} × ${each.height}` })))(
    '$file of $title gives what its maker computes',
    async ({ file, content, width, height, seed, expected }) => {
      const { input, warnings } = await described({ [file]: content });
      const picture = { data: noise(width * height * 3, seed), width, height, channels: 3 } as const;
      const { image } = fitPicture(picture, pictureInput(input));
      const values = createPreprocessing(input, 'nhwc').toModel(batchOf(image));
      expect(values).toHaveLength(expected.length);
      const size = Math.max(...expected.map(Math.abs));
      expect(Math.max(...expected.map((value, at) => Math.abs(value - values[at]!)))).toBeLessThan(1e-5 * size);
      expect(warnings).toEqual([]);
      expect(input.source).toMatch(file);
    },
  );

  const vit = cases.find(({ name }) => name === 'ViT')!.content;

  it('are found one folder up from a folder of ONNX files, with the names', async () => {
    const files = {
      'preprocessor_config.json': vit,
      'config.json': { architectures: ['ViTForImageClassification'], id2label: { 1: 'cat', 0: 'ant' } },
    };
    const { input, labels, labelSource } = await described(files, 'onnx/model.onnx');
    expect(input).toMatchObject({ height: 8, width: 8, source: 'preprocessor_config.json', mean: [0.5, 0.5, 0.5] });
    expect([labels, labelSource]).toEqual([['ant', 'cat'], 'config.json']);
    await expect(described(files, 'other/model.onnx')).rejects.toThrow('any height');
  });

  it('stand behind a description, which need not say all', async () => {
    const { input, labels } = await described({
      'preprocessor_config.json': vit,
      'lens.json': { classes: ['a', 'b'], input: { mean: [0, 0, 0.5] } },
    });
    expect(labels).toEqual(['a', 'b']);
    expect(input).toMatchObject({ mean: [0, 0, 0.5], std: [1, 1, 1], rounded: true, interpolation: 'bilinear' });
    expect(input.source).toBe('lens.json; resizing: preprocessor_config.json');
  });

  it('are left aside where they are no such files', async () => {
    const { labelSource, input } = await described({
      'config.json': '[1, 2',
      'preprocessor_config.json': { other: 1 },
      'signature.json': { classes: { Label: 3 } },
      'lens.json': { input: { height: 4, width: 4 } },
    });
    expect([labelSource, input.source]).toEqual(['numbered', 'assumed']);
  });

  it('say what they ask for and is not done', async () => {
    const { warnings } = await described({ 'preprocessor_config.json': { ...vit, do_pad: true } });
    expect(warnings).toEqual([expect.stringContaining('“do_pad”')]);
  });

  it('of timm name classes by their descriptions', async () => {
    const { labels, input } = await described({
      'config.json': {
        ...cases.find(({ name }) => name === 'center')!.content,
        label_names: ['n01440764', 'n01443537'],
        label_descriptions: { n01440764: 'tench, Tinca tinca', n01443537: 'goldfish' },
      },
    });
    expect(labels).toEqual(['tench, Tinca tinca', 'goldfish']);
    expect(input.resizeTo).toBe(8);
  });

  it('of Lobe and Custom Vision are read', async () => {
    const lobe = {
      inputs: { Image: { shape: [null, 6, 7, 3], dtype: 'float32' } },
      classes: { Label: ['ash', 'oak'] },
    };
    const { labels, input } = await described({ 'signature.json': lobe });
    expect(labels).toEqual(['ash', 'oak']);
    expect(input).toMatchObject({
      height: 6,
      width: 7,
      range: [0, 1],
      resize: 'center-crop',
      source: 'signature.json',
    });
    const manifest = { DomainType: 'Classification', ModelFileName: 'model.onnx', LabelFileName: 'labels.txt' };
    const custom = await described({
      'cvexport.manifest': manifest,
      'labels.txt': 'cat\r\ndog\r\n',
      'lens.json': { input: { height: 4, width: 4 } },
    });
    expect(custom.input).toMatchObject({ range: [0, 255], color: 'bgr', source: 'cvexport.manifest' });
    expect(custom.labels).toEqual(['cat', 'dog']);
    expect(custom.warnings).toEqual([expect.stringContaining('assumed')]);
  });
});

describe('notes in an ONNX file', () => {
  it('of Ultralytics: names and size as Python prints them', async () => {
    const notes = {
      ...{ description: 'Ultralytics YOLO11n-cls model', author: 'Ultralytics', task: 'classify', stride: '1' },
      ...{ imgsz: '[12, 16]', names: "{0: 'tench', 1: \"potter's wheel\"}" },
    };
    const { labels, input, warnings } = await described({ 'labels.txt': 'other\nnames' }, 'm.onnx', onnxWith(notes));
    expect(labels).toEqual(['tench', "potter's wheel"]);
    expect(input).toMatchObject({ height: 12, width: 16, range: [0, 1], mean: [0, 0, 0], resize: 'center-crop' });
    expect(input.source).toBe('the metadata in the ONNX file (Ultralytics)');
    expect(warnings).toEqual([]);
  });

  it('of OpenVINO: statistics of bytes, names without blanks', async () => {
    const notes = {
      'model_info mean_values': '123.675 116.28 103.53',
      'model_info scale_values': '58.395, 57.12, 57.375',
      'model_info reverse_input_channels': 'True',
      'model_info resize_type': 'crop',
      'model_info labels': 'red_fox owl',
    };
    const size = { 'lens.json': { input: { height: 4, width: 4 } } };
    const { labels, input } = await described(size, 'm.onnx', onnxWith(notes));
    expect(labels).toEqual(['red fox', 'owl']);
    expect(input).toMatchObject({ range: [0, 255], mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375], color: 'rgb', resize: 'center-crop' }); // prettier-ignore
  });

  it("in ONNX's own image metadata", async () => {
    const notes = { 'Image.BitmapPixelFormat': 'Bgr8', 'Image.NominalPixelRange': 'Normalized_1_1' };
    const size = { 'lens.json': { input: { height: 4, width: 4 } } };
    const { input } = await described(size, 'm.onnx', onnxWith(notes));
    expect(input).toMatchObject({ range: [-1, 1], color: 'bgr' });
  });
});
