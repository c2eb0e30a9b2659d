import path from 'node:path';
import { UserError } from '../../core/errors';
import { fileSize, readLimited, resolveInside } from '../models/files';
import { nestingDepth } from '../json/json';
import type { ClassNames, TeachableMetadata } from '../labels/labels';
import { parseMetadata } from '../labels/labels';
import { readLabels } from '../labels/labelFile';
import { ASSUMED } from '../../core/image/inputChoices';
import { descriptionNames } from '../../core/model/descriptionNames';
import { MODEL_LIMITS } from '../../core/model/limits';
import type { ModelReference, ModelSpec } from '../../core/model/modelInfo';
import { findSidecars } from './sidecars/find';
import { chosenPreset, completeInput } from './sidecars/merge';
import { checkSpec } from './spec';

/** All that is said of a model outside the model itself, gathered from the reference and the files beside it. */
export interface ModelDescription {
  readonly spec: ModelSpec;
  /** Where `spec` comes from, for people. */
  readonly specSource: string;
  /** Whose word the scaling and the resizing of pictures are, for people, where that is not `specSource`. */
  readonly scalingSource?: string;
  readonly resizingSource?: string;
  readonly labels: readonly string[];
  /** "lens.json", "metadata.json", "labels.txt", a labels file's name, or "numbered". */
  readonly labelSource: string;
  /** Another reading of the labels. */
  readonly labelsOtherwise?: ClassNames;
  /** The labels were found, so that they are left out where their number is not that of the classes. */
  readonly labelsAreFound?: boolean;
  readonly metadata?: TeachableMetadata;
  readonly warnings: readonly string[];
}

/**
 * Gathers a model's description. The reference's own `preset`, `spec`, `specPath` and `labelsPath` come first, then `<model>.lens.json`
 * or `lens.json`, what tools left in the file (`onnx`: its bytes, of an ONNX model) and beside it (`findSidecars`), `metadata.json`
 * (Teachable Machine) and `labels.txt` beside the model.
 *
 * Throws `UserError('model-spec')` for a specification or labels file that cannot be used.
 */
export async function readDescription(
  modelFile: string,
  reference: ModelReference,
  onnx?: Uint8Array,
): Promise<ModelDescription> {
  const folder = path.dirname(modelFile);
  const warnings: string[] = [];
  const found = await findSpec(modelFile, reference);
  const { spec: own, warnings: specWarnings } = checkSpec(found.value, found.source);
  warnings.push(...specWarnings);
  const sidecars = await findSidecars(modelFile, onnx);
  const {
    input,
    warnings: sidecarWarnings,
    ...sources
  } = chosenPreset(reference.preset, completeInput(own.input, found.source, sidecars));
  warnings.push(...sidecarWarnings);
  const spec = input ? { ...own, input } : own;
  const teachable = await readMetadata(path.join(folder, 'metadata.json'), warnings);
  const size = sidecars.find(({ size }) => size)?.size;
  const metadata = { isTeachableMachine: false, ...(size && { imageSize: size.height, imageWidth: size.width }), ...teachable }; // prettier-ignore
  const common = { spec, specSource: found.source, ...sources, warnings, metadata };

  if (reference.labelsPath !== undefined) {
    const file = path.resolve(reference.labelsPath);
    return { ...common, ...(await labelsIn(file, warnings)) };
  }
  if (spec.classes) return { ...common, labels: spec.classes, labelSource: found.source };
  if (spec.labels !== undefined) {
    const file = found.trusted
      ? path.resolve(found.folder, spec.labels)
      : await resolveInside(found.folder, spec.labels);
    return { ...common, ...(await labelsIn(file, warnings)) };
  }
  const noted = sidecars.find(({ labels }) => labels);
  if (noted?.labels) return { ...common, labels: noted.labels, labelSource: noted.source, labelsAreFound: true };
  if (metadata.labels) return { ...common, labels: metadata.labels, labelSource: 'metadata.json' };
  for (const name of LABEL_FILES) {
    const file = path.join(folder, name);
    if ((await fileSize(file)) !== undefined) return { ...common, ...(await labelsIn(file, warnings)) };
  }
  return { ...common, labels: [], labelSource: 'numbered' };
}

/** Names that tools and people give to label files. */
const LABEL_FILES = ['labels.txt', 'classes.txt'];

interface FoundSpec {
  readonly value: unknown;
  readonly source: string;
  /** What the paths in it are relative to. */
  readonly folder: string;
  /** The user named it; a specification that merely lies beside a model may not point out of its folder. */
  readonly trusted: boolean;
}

async function findSpec(modelFile: string, reference: ModelReference): Promise<FoundSpec> {
  const folder = path.dirname(modelFile);
  if (reference.spec !== undefined) return { value: reference.spec, source: 'settings', folder, trusted: true };
  if (reference.specPath !== undefined) {
    const file = path.resolve(reference.specPath);
    return { value: await readJson(file), source: path.basename(file), folder: path.dirname(file), trusted: true };
  }
  for (const name of descriptionNames(path.basename(modelFile))) {
    const file = path.join(folder, name);
    if ((await fileSize(file)) !== undefined) {
      return { value: await readJson(file), source: name, folder, trusted: false };
    }
  }
  return { value: {}, source: ASSUMED, folder, trusted: true };
}

async function readMetadata(file: string, warnings: string[]): Promise<TeachableMetadata | undefined> {
  if ((await fileSize(file)) === undefined) return undefined;
  try {
    return parseMetadata((await readJson(file)) as never);
  } catch {
    warnings.push('metadata.json beside the model cannot be read and is ignored.');
    return undefined;
  }
}

async function labelsIn(
  file: string,
  warnings: string[],
): Promise<Pick<ModelDescription, 'labels' | 'labelSource' | 'labelsOtherwise'>> {
  const name = path.basename(file);
  const found = readLabels(await readText(file), name);
  warnings.push(...found.warnings);
  const { names, otherwise } = found;
  return { labels: names, labelSource: name, ...(otherwise && { labelsOtherwise: otherwise }) };
}

async function readJson(file: string): Promise<unknown> {
  const bytes = await readText(file);
  const name = path.basename(file);
  if (nestingDepth(bytes) > MODEL_LIMITS.jsonDepth) {
    throw new UserError('model-spec', `${name} is nested too deep.`, 'Write a plain specification of a model.');
  }
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      'model-spec',
      `${name} is not valid JSON (${reason}).`,
      'Correct it, or remove it to use defaults.',
    );
  }
}

async function readText(file: string): Promise<Uint8Array> {
  try {
    return await readLimited(file, MODEL_LIMITS.textBytes);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('model-spec', error.message, 'Name an existing text file.');
  }
}
