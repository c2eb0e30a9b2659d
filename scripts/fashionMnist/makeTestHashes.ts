/** Writes `test/golden/fashion-mnist-test-hashes.bin` from the official test set in `../shared/data`. */
import { writeFileSync } from 'node:fs';
import { imageHash, packHashes, testHashesFile } from './imageHash';
import { imageAt } from './images';
import { readOfficialTestSet } from './officialSet';

const images = readOfficialTestSet();
const hashes = Array.from(images.labels, (_, index) => imageHash(imageAt(images, index)));
if (new Set(hashes).size !== hashes.length) throw new Error('Two test images have the same hash: use longer hashes.');
writeFileSync(testHashesFile, packHashes(hashes));
console.log(`${hashes.length} hashes written to ${testHashesFile}`);
