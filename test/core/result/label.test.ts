import { describe, expect, it } from 'vitest';
import { labelFromPath } from '../../../src/core/result/label';

const FASHION = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];
const FLOWERS = ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'];
const IMAGENET = [
  'tench, Tinca tinca',
  'goldfish, Carassius auratus',
  'crane',
  'crane',
  'American lobster, Northern lobster',
  'spiny lobster',
];

const nameOf = (path: string, names: readonly string[]) => {
  const label = labelFromPath(path, names);
  return label === undefined ? undefined : `${names[label.index]!} (${label.source})`;
};

describe('labelFromPath', () => {
  it.each([
    ['sandal.png', 'Sandal'],
    ['samples/sandal-2.png', 'Sandal'],
    ['C:\\pictures\\SANDAL_0007.JPG', 'Sandal'],
    ['t10k_00000_9_Ankle_boot.png', 'Ankle boot'],
    ['ankleboot2.png', 'Ankle boot'],
    ['AnkleBoot.png', 'Ankle boot'],
    ['ankle-boot.adversarial.png', 'Ankle boot'],
    ['t-shirt.png', 'T-shirt/top'],
    ['tshirt_3.png', 'T-shirt/top'],
    ['T_shirt.png', 'T-shirt/top'],
    ['top-1.png', 'T-shirt/top'],
    ['tshirt-top.png', 'T-shirt/top'],
    ['shirt.png', 'Shirt'],
    ['my shirt.png', 'Shirt'],
    ['photo of a shirt.png', 'Shirt'],
    ['file:///home/me/my%20pictures/ankle%20boot.png', 'Ankle boot'],
  ])('%s names %s', (path, expected) => {
    expect(nameOf(path, FASHION)).toBe(`${expected} (file name)`);
  });

  it.each([
    ['IMG_1234.png'],
    ['sandals-and-bags/IMG_1.png'],
    ['sandalwood.png'],
    ['shirt-or-dress.png'],
    ['handbag.png'],
    ['9.png'],
    [''],
    ['.png'],
    ['sandal/deeper/IMG_1.png'],
    ['file:///%E0%A4%A/x.png'],
  ])('%s names none', (path) => {
    expect(nameOf(path, FASHION)).toBeUndefined();
  });

  it('a class inside a longer word with a hyphen is not meant, whether or not the longer word is a class', () => {
    expect(nameOf('t-shirt.png', ['Shirt', 'Dress'])).toBeUndefined();
    expect(nameOf('red-shirt.png', ['Shirt', 'Dress'])).toBe('Shirt (file name)');
  });

  it('a longer name hides the one inside it', () => {
    const boots = ['boot', 'Ankle boot', 'bag'];
    expect(nameOf('ankle_boot_2.png', boots)).toBe('Ankle boot (file name)');
    expect(nameOf('boot_2.png', boots)).toBe('boot (file name)');
    expect(nameOf('ankle_boot_and_boot.png', boots)).toBeUndefined();
  });

  it('takes the folder, spelled as a whole, when the file name says nothing or names several', () => {
    expect(nameOf('flowers/daisy/100080576_f52e8ee070_n.jpg', FLOWERS)).toBe('daisy (folder name)');
    expect(nameOf('flowers\\Daisy\\1.jpg', FLOWERS)).toBe('daisy (folder name)');
    expect(nameOf('flowers/03_daisy/1.jpg', FLOWERS)).toBe('daisy (folder name)');
    expect(nameOf('daisy/tulips-near-roses.jpg', FLOWERS)).toBe('daisy (folder name)');
    expect(nameOf('more daisy pictures/1.jpg', FLOWERS)).toBeUndefined();
    expect(nameOf('daisy/roses.jpg', FLOWERS)).toBe('roses (file name)');
  });

  it('digits are classes as folders only', () => {
    const digits = Array.from({ length: 10 }, (_, index) => String(index));
    expect(nameOf('mnist/7/img_3.png', digits)).toBe('7 (folder name)');
    expect(nameOf('img_3.png', digits)).toBeUndefined();
  });

  it('a single letter is a class only alone', () => {
    const letters = ['A', 'B', 'C'];
    expect(nameOf('b_12.png', letters)).toBe('B (file name)');
    expect(nameOf('vitamin_c.png', letters)).toBeUndefined();
    expect(nameOf('signs/C/hand.png', letters)).toBe('C (folder name)');
  });

  it('reads aliases between commas; a name that two classes share names none', () => {
    expect(nameOf('tinca_tinca.jpg', IMAGENET)).toBe('tench, Tinca tinca (file name)');
    expect(nameOf('a goldfish.jpg', IMAGENET)).toBe('goldfish, Carassius auratus (file name)');
    expect(nameOf('crane.jpg', IMAGENET)).toBeUndefined();
    expect(nameOf('northern-lobster.jpg', IMAGENET)).toBe('American lobster, Northern lobster (file name)');
    expect(nameOf('lobster.jpg', IMAGENET)).toBeUndefined();
  });

  it('knows accents and other scripts', () => {
    expect(nameOf('creme_brulee.png', ['Crème brûlée', 'Soupe'])).toBe('Crème brûlée (file name)');
    expect(nameOf('写真/ネコ.png', ['イヌ', 'ネコ'])).toBe('ネコ (file name)');
  });

  it('is quick and quiet on hostile names', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `class ${'x'.repeat(index % 30)} ${index}`);
    expect(nameOf(`${'a-'.repeat(5000)}.png`, many)).toBeUndefined();
    expect(labelFromPath('x.png', ['', '///', ',', '—'])).toBeUndefined();
  });
});
