import { createHash } from 'node:crypto';
import path from 'node:path';
import { unreadable } from '../failures';
import { mapConcurrently, type DataJob } from '../job';
import type { Listing } from '../listing';
import type { OpenedFiles } from '../source';
import { examine } from './examine';
import { fileSource, type PictureFile } from './fileSource';
import { scanFolders, type FoldersFound, type LeftLink } from './scan';
import { commonSize, medianSize } from './sizes';

const AT_ONCE = 8;
const MOST_LISTED = 100;

/**
 * A folder to each class as a data set; every file is looked at (not decoded) to know its size and whether it is a picture.
 * Undefined where there are no class folders. Throws `UserError('dataset-unreadable')`, `CancelledError`.
 */
export async function openFolders(
  listing: Listing,
  { followLinks = false, ...job }: DataJob & { readonly followLinks?: boolean },
): Promise<OpenedFiles | undefined> {
  const found = await scanFolders(listing, { followLinks, ...(job.signal && { signal: job.signal }) });
  if (found === undefined) return undefined;
  const { root } = found;
  const files = filesOf(found);
  const examined = await mapConcurrently(files, AT_ONCE, job, ({ file }) => examine(path.join(root, file)));

  const hash = createHash('sha256');
  const bad = found.left.map((link) => ({ path: link.path, reason: REASONS[link.why] }));
  const pictures = { train: [] as UnnumberedPicture[], test: [] as UnnumberedPicture[] };
  files.forEach(({ file, className, part }, i) => {
    const result = examined[i]!;
    if (result.kind === 'unreadable') bad.push({ path: file, reason: result.reason });
    if (result.kind !== 'picture') return;
    hash.update(`${part} ${file}\n${result.bytes}\n`).update(result.hash);
    const { height, width, channels } = result.facts;
    pictures[part].push({ file, className, height, width, channels });
  });
  const all = [...pictures.train, ...pictures.test];
  if (pictures.train.length === 0)
    throw unreadable(
      `The folders in "${path.basename(root)}" hold no pictures that can be read.`,
      found.left.some(({ why }) => why === 'outside')
        ? `${linksOut(found)}: follow them (--follow-links), or choose the folder that they lead to.`
        : 'Choose a folder that has one folder of pictures to each class.',
    );

  const { classes, warnings } = classesOf(found, pictures);
  const size = commonSize(all);
  const source = (part: readonly UnnumberedPicture[]) => fileSource(root, numbered(part, classes), size);
  return {
    format: 'folders',
    classes,
    isNamed: true,
    train: source(pictures.train),
    ...(found.test !== undefined && { test: source(pictures.test) }),
    ...(size !== undefined && { size }),
    typicalSize: medianSize(all),
    grey: all.every(({ channels }) => channels === 1),
    unreadable: bad.slice(0, MOST_LISTED),
    unreadableCount: bad.length,
    hash: hash.digest('hex'),
    warnings: [...found.warnings, ...linkWarnings(found), ...warnings],
    close: () => Promise.resolve(),
  };
}

const REASONS: Readonly<Record<LeftLink['why'], string>> = {
  outside: 'It is a link that leads out of the data set.',
  broken: 'It is a link that leads nowhere.',
};

function linkWarnings(found: FoldersFound): string[] {
  return found.left.some(({ why }) => why === 'outside')
    ? [`${linksOut(found)} and are not followed, unless that is wanted (--follow-links).`]
    : [];
}

function linksOut({ left }: FoldersFound): string {
  const out = left.filter(({ why }) => why === 'outside').map((link) => `"${link.path}"`);
  const more = out.length > 3 ? ` and ${out.length - 3} more` : '';
  const lead = out.length === 1 ? 'is a link that leads' : 'are links that lead';
  return `${out.slice(0, 3).join(', ')}${more} ${lead} out of the data set`;
}

interface UnnumberedPicture extends Omit<PictureFile, 'label'> {
  readonly className: string;
  readonly channels: 1 | 3;
}

function filesOf({ train, test = [] }: FoldersFound) {
  const of = (part: 'train' | 'test', folders: FoldersFound['train']) =>
    folders.flatMap(({ name, files }) => files.map((file) => ({ file, className: name, part })));
  return [...of('train', train), ...of('test', test)];
}

/** The folders that hold pictures to train on, in natural order of their names. */
function classesOf(
  { train, test = [] }: FoldersFound,
  pictures: Readonly<Record<'train' | 'test', readonly UnnumberedPicture[]>>,
): { classes: string[]; warnings: string[] } {
  const filled = new Set(pictures.train.map(({ className }) => className));
  const tested = new Set(pictures.test.map(({ className }) => className));
  const names = train.map(({ name }) => name);
  return {
    classes: names.filter((name) => filled.has(name)),
    warnings: [
      ...names
        .filter((name) => !filled.has(name))
        .map((name) => `The folder "${name}" holds no pictures to train on and is no class.`),
      ...test
        .filter(({ name }) => tested.has(name) && !names.includes(name))
        .map(({ name }) => `The class "${name}" of the test part has nothing to train on and is not used.`),
    ],
  };
}

function numbered(pictures: readonly UnnumberedPicture[], classes: readonly string[]): PictureFile[] {
  const labels = new Map(classes.map((name, label) => [name, label]));
  return pictures.flatMap(({ className, file, height, width }) => {
    const label = labels.get(className);
    return label === undefined ? [] : [{ file, label, height, width }];
  });
}
