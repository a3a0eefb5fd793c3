// Images on disk, a folder for each class: decoded by the npm package sharp when a batch asks for them.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ArgumentError, describe, FormatError, ShapeError, type Tensor, tensor } from '../core/index.js';
import { toPath } from '../io/path.js';
import { placed } from './blame.js';
import { loadPackage } from './package.js';
import { SampleDataset } from './samples.js';

/** Options of `imageFolder`. */
export interface ImageFolderOptions {
  /** Height and width that each image is brought to; unless told, all must have the same. */
  readonly size?: readonly [height: number, width: number];
  /** 3 for red, green and blue (the default), 1 for grey. An alpha channel is dropped. */
  readonly channels?: 1 | 3;
}

/** Images with the class that their folder stands for. */
export interface ImageFolder extends SampleDataset<Image, [Tensor, Tensor]> {
  /** Names of the classes, in alphabetical order: label i is class i. */
  readonly classes: readonly string[];
  /** The class of each row, for `randomSplit`'s `stratify` and for samplers. */
  readonly labels: Int32Array;
}

/** One decoded image. */
export interface Image {
  /** Row-major, channels last. */
  readonly pixels: Uint8Array;
  /** In pixels. */
  readonly height: number;
  /** In pixels. */
  readonly width: number;
  /** The number of its class. */
  readonly label: number;
}

interface Sharp {
  (file: string): Sharp;
  toColourspace(space: string): Sharp;
  removeAlpha(): Sharp;
  resize(options: { width: number; height: number; fit: 'fill' }): Sharp;
  raw(): Sharp;
  toBuffer(options: { resolveWithObject: true }): Promise<{ data: Buffer; info: { width: number; height: number; channels: number } }>;
}

const IMAGE = /\.(png|jpe?g)$/i;

/**
 * A data set of the PNG and JPEG files in the folders of a folder, one for each class (torchvision's ImageFolder). Batches are x, f32
 * (rows, height, width, channels) from 0 to 1, and y, i32 (rows). Files are decoded when a batch asks for them, off the event loop's thread; `cache()`
 * keeps them. Needs the npm package `sharp` in your project.
 *
 * @param folder A path or a file URL.
 * @throws {ArgumentError} (as a rejection) for wrong options, or when the folder holds no class with an image. @throws {HebbError} with the command
 * to run when `sharp` isn't installed. @throws {FormatError} (from the batch) naming a file that is no image. @throws {ShapeError} for images of
 * unequal sizes.
 * @example
 * // flowers/rose/1.png, flowers/rose/2.png, flowers/tulip/1.png …
 * const flowers = await imageFolder('flowers', { size: [64, 64] });
 * const [train, test] = await randomSplit(flowers, [0.5, 0.5], { stratify: flowers.labels });
 * for await (const [x, y] of new DataLoader(train!, { batchSize: 2, shuffle: true, prefetch: 2 })) console.log(x.shape); // → (2, 64, 64, 3)
 */
export async function imageFolder(folder: string | URL, { size, channels = 3 }: ImageFolderOptions = {}): Promise<ImageFolder> {
  const root = toPath('imageFolder', folder);
  if (channels !== 1 && channels !== 3)
    throw new ArgumentError('imageFolder', `channels must be 1 or 3, got ${describe(channels)}`, { value: channels });
  if (size !== undefined && !(Array.isArray(size) && size.length === 2 && size.every((side) => Number.isInteger(side) && side > 0)))
    throw new ArgumentError('imageFolder', `size must be [height, width], got ${describe(size)}`, { value: size });
  const sharp = await loadPackage<Sharp>('imageFolder', 'sharp', 'images are decoded by');
  const { classes, files, labels } = await list(root);
  const decode = async (row: number): Promise<Image> => {
    const file = files[row]!;
    let image = sharp(file)
      .removeAlpha()
      .toColourspace(channels === 1 ? 'b-w' : 'srgb');
    if (size !== undefined) image = image.resize({ height: size[0], width: size[1], fit: 'fill' });
    try {
      const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
      return { pixels: data, height: info.height, width: info.width, label: labels[row]! };
    } catch (cause) {
      throw placed(
        new FormatError('imageFolder', `${file} is no image that can be decoded: ${(cause as Error).message}`, { cause, value: file }),
      );
    }
  };
  const data = new SampleDataset(decode, { length: files.length, collate: (images: readonly Image[]) => toBatch(images, channels) });
  return Object.assign(data, { classes, labels });
}

async function list(root: string): Promise<{ classes: string[]; files: string[]; labels: Int32Array }> {
  const found: [name: string, files: string[]][] = [];
  for (const entry of (await readdir(root, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    const names = (await readdir(join(root, entry.name))).filter((name) => IMAGE.test(name)).sort();
    if (names.length > 0) found.push([entry.name, names.map((name) => join(root, entry.name, name))]);
  }
  if (found.length === 0) {
    const message = `${root} has no folder with PNG or JPEG files; it needs one for each class`;
    throw new ArgumentError('imageFolder', message, { value: root });
  }
  return {
    classes: found.map(([name]) => name),
    files: found.flatMap(([, files]) => files),
    labels: Int32Array.from(found.flatMap(([, files], label) => files.map(() => label))),
  };
}

function toBatch(images: readonly Image[], channels: number): [Tensor, Tensor] {
  const [{ height, width }] = images as [Image];
  const pixels = new Uint8Array(images.length * height * width * channels);
  for (const [i, image] of images.entries()) {
    if (image.height !== height || image.width !== width) {
      const sizes = `(${image.height}, ${image.width}) and (${height}, ${width})`;
      throw new ShapeError('imageFolder', `images of ${sizes} make no batch; bring them to one with { size: [height, width] }`, {
        value: sizes,
      });
    }
    pixels.set(image.pixels, i * height * width * channels);
  }
  const x = tensor(pixels, { shape: [images.length, height, width, channels] })
    .to('f32')
    .div(255);
  return [x, tensor(Int32Array.from(images, ({ label }) => label))];
}
