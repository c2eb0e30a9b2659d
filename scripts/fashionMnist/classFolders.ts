import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { FASHION_MNIST_CLASSES } from '../../src/training/data/fashionMnist';
import { imageAt, imageSize } from './images';
import { readPackageImages } from './packageImages';

/** Writes the first `each` training images of every class of the package `fashion-mnist` as PNG, in a folder per class. */
export async function writeClassFolders(folder: string, each: number): Promise<void> {
  const { training } = await readPackageImages();
  for (const [label, name] of FASHION_MNIST_CLASSES.entries()) {
    const target = join(folder, name.replaceAll('/', '-'));
    await mkdir(target, { recursive: true });
    const own = [...training.labels.keys()].filter((index) => training.labels[index] === label).slice(0, each);
    for (const [number, index] of own.entries())
      await sharp(imageAt(training, index), { raw: { width: imageSize, height: imageSize, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toFile(join(target, `${number}.png`));
  }
}
