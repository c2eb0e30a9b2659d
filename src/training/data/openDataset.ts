import path from 'node:path';
import { deriveSeed } from '../../core/random';
import type { Dataset, DatasetInfo, DatasetRequest, ImageSet } from './dataset';
import { chooseClasses, classWarnings, requireTwoClasses } from './chooseClasses';
import { createImageSet, type ImageShape } from './imageSet';
import type { DataJob } from './job';
import { openFiles } from './openFiles';
import { orderClasses, pythonOrder } from './orderClasses';
import { createPixelStore } from './pixelStore';
import { checkRequest, type CheckedRequest } from './request';
import type { OpenedFiles, PictureSize } from './source';
import { apportion, countByClass, drawByClass } from './stratify';
import { subset } from './subsets';
import { heldOf } from '../steps';

const SPLIT = 0x5b117;
const LIMIT = 0x11317;

/** Common sizes above this, and sizes that differ, become at most `ASSUMED_SIDE`. */
const LARGEST_OWN_SIDE = 512;
const ASSUMED_SIDE = 256;

/**
 * Opens a data set, its format found by content: a folder of pictures to each class (with train and test above, or not), IDX files,
 * CIFAR-10 or -100 binary batches, NumPy arrays. Files without a test part of their own are split by class with the request's seed;
 * the split depends on neither `classes` nor `limit`, so that no test picture of one run is trained on in another. Folders are
 * numbered in the order of Python's `sorted`, as by torchvision's ImageFolder and Keras, unless `classes` says another.
 *
 * Throws `UserError`: `file-missing`, `dataset-unreadable`, `parameter`, `unknown-class`; `CancelledError`.
 */
export async function openDataset(request: DatasetRequest, job: DataJob = {}): Promise<Dataset> {
  const options = checkRequest(request);
  const root = path.resolve(request.path);
  const files = await openFiles(root, job, options);
  try {
    return assemble(root, files, options);
  } catch (error) {
    await files.close();
    throw error;
  }
}

function assemble(root: string, files: OpenedFiles, options: CheckedRequest): Dataset {
  const warnings = [...files.warnings];
  const shape = shapeFor(files, options, warnings);
  const store = createPixelStore(options.cacheBytes);
  const all = createImageSet(files.train, shape, store);
  const own = files.test === undefined ? undefined : createImageSet(files.test, shape, store);
  const parts = own === undefined ? split(all, options) : { train: all, test: own };
  const chosen = chooseClasses(parts, files.classes, options.classes);
  requireTwoClasses(chosen.train, chosen.classes, path.basename(root));
  const { train, test } = limited(chosen, options);

  const classCounts = countByClass(train.labels, chosen.classes.length);
  warnings.push(...classWarnings(train, test, chosen.classes));
  if (files.unreadableCount > 0) warnings.push(unreadableWarning(files.unreadableCount));
  const info: DatasetInfo = {
    name: path.basename(root),
    path: root,
    format: files.format,
    classes: chosen.classes,
    isNamed: files.isNamed,
    height: shape.height,
    width: shape.width,
    channels: shape.channels,
    trainCount: train.count,
    testCount: test.count,
    classCounts,
    testSource: own === undefined ? 'split' : 'own',
    unreadable: files.unreadable,
    unreadableCount: files.unreadableCount,
    hash: files.hash,
    warnings,
  };
  const dataset: Dataset = {
    info,
    train,
    test,
    async dispose() {
      store.close();
      await files.close();
    },
  };
  if (files.format !== 'folders' || options.classes !== undefined) return dataset;
  // At the end: what is drawn for the test part does not depend on the order of the classes.
  const names = pythonOrder(info.classes);
  return orderClasses(
    dataset,
    names.map((name) => info.classes.indexOf(name)),
    names,
  );
}

/** Size and channels of the images; what was assumed is said in `warnings`. */
function shapeFor(files: OpenedFiles, { size, color, resize }: CheckedRequest, warnings: string[]): ImageShape {
  const channels = (color ?? (files.grey ? 'grayscale' : 'rgb')) === 'grayscale' ? 1 : 3;
  if (size !== undefined) return { ...size, channels, resize };
  const own = files.size;
  if (own !== undefined && Math.max(own.height, own.width) <= LARGEST_OWN_SIDE) return { ...own, channels, resize };
  const assumed: PictureSize = {
    height: Math.min(ASSUMED_SIDE, files.typicalSize.height),
    width: Math.min(ASSUMED_SIDE, files.typicalSize.width),
  };
  const why =
    own === undefined ? 'The pictures differ in size' : `The pictures are ${own.width} × ${own.height} pixels`;
  warnings.push(`${why}: they are resized to ${assumed.width} × ${assumed.height}.`);
  return { ...assumed, channels, resize };
}

interface Parts {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

function split(set: ImageSet, { testShare, seed }: CheckedRequest): Parts {
  const { taken, rest } = drawByClass(set.labels, deriveSeed(seed, SPLIT), (count) => heldOf(count, testShare));
  return { train: subset(set, rest), test: subset(set, taken) };
}

function limited({ train, test }: Parts, { limit, seed }: CheckedRequest): Parts {
  if (limit === undefined || limit >= train.count) return { train, test };
  const draw = (set: ImageSet, most: number, purpose: number) => {
    const shares = apportion(countByClass(set.labels), most);
    return subset(set, drawByClass(set.labels, deriveSeed(seed, LIMIT, purpose), (_, label) => shares[label]!).taken);
  };
  const testLimit = Math.round((limit / train.count) * test.count);
  return { train: draw(train, limit, 0), test: draw(test, testLimit, 1) };
}

function unreadableWarning(count: number): string {
  return count === 1
    ? 'One file could not be read and is left out.'
    : `${count} files could not be read and are left out.`;
}
