// A state dict over several safetensors files: an index names the file of each tensor, as Hugging Face's libraries write it.

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FormatError, type Tensor } from '../core/index.js';
import { decodeUtf8, JsonScanner, quote } from './json_scanner.js';
import { withFile } from './random_access.js';
import { encodeTensors, type Part, readTensors } from './safetensors_file.js';
import { writeAtomically } from './writer.js';

export const INDEX_SUFFIX = '.safetensors.index.json';

/** The tensors of all shards. Each must hold just those that the index says it holds. */
export async function readShards(path: string): Promise<Map<string, Tensor>> {
  const fileOf = readIndex(await readFile(path));
  const tensors = new Map<string, Tensor>();
  for (const shard of new Set(fileOf.values())) {
    const found = await withFile('load', join(dirname(path), shard), readTensors).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      throw new FormatError('load', `the index names ${quote(shard)}, which isn't beside it`, { value: shard, cause });
    });
    for (const [name, tensor] of found) {
      if (fileOf.get(name) !== shard)
        throw new FormatError('load', `${quote(shard)} holds ${quote(name)}, which the index doesn't place there`, { value: name });
      tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of fileOf)
    if (!tensors.has(name))
      throw new FormatError('load', `${quote(shard)} lacks ${quote(name)}, which the index places there`, { value: name });
  return tensors;
}

/** The file of each tensor; all lie in the index's own folder. */
function readIndex(bytes: Uint8Array): Map<string, string> {
  const scanner = new JsonScanner('load', decodeUtf8('load', bytes));
  let fileOf: Map<string, string> | undefined;
  scanner.document((field) => {
    if (field !== 'weight_map') return scanner.skip();
    const map = new Map<string, string>();
    scanner.object((name) => {
      const shard = scanner.string();
      if (!/^[^/\\:\0]+$/.test(shard) || shard === '..' || shard === '.') scanner.fail(`${quote(shard)} is no file beside the index`);
      map.set(name, shard);
    });
    fileOf = map;
  });
  return fileOf ?? scanner.fail('it has no "weight_map"');
}

/**
 * Writes shards, then their index in one step. Until then an index that was there before keeps its own shards: new ones take other names
 * where old ones are in the way, and the old ones are removed at the end.
 */
export async function writeShards(path: string, parts: readonly Part[], maxBytes: number): Promise<void> {
  const shards = cut(parts, maxBytes);
  const stem = path.replace(/\.safetensors$/, '');
  const index = stem + INDEX_SUFFIX;
  const old = existsSync(index) ? new Set(readIndex(await readFile(index)).values()) : new Set<string>();
  const name = (tag: string, i: number): string =>
    `${basename(stem)}${tag}-${String(i + 1).padStart(5, '0')}-of-${String(shards.length).padStart(5, '0')}.safetensors`;
  const tag = shards.some((_, i) => existsSync(join(dirname(path), name('', i)))) ? `-${randomBytes(4).toString('hex')}` : '';
  const fileOf: Record<string, string> = Object.create(null);
  const written: string[] = [];
  try {
    for (const [i, shard] of shards.entries()) {
      const file = name(tag, i);
      written.push(file);
      await writeAtomically(join(dirname(path), file), encodeTensors(shard));
      for (const part of shard) fileOf[part.name] = file;
    }
    const total = parts.reduce((sum, { data }) => sum + data.length, 0);
    const text = JSON.stringify({ metadata: { total_size: total }, weight_map: fileOf }, null, 2);
    await writeAtomically(index, [new TextEncoder().encode(`${text}\n`)]);
  } catch (error) {
    await Promise.all(written.map((file) => rm(join(dirname(path), file), { force: true }))).catch(() => {}); // the first error tells
    throw error;
  }
  for (const file of old) if (!written.includes(file)) await rm(join(dirname(path), file), { force: true });
}

/** Consecutive tensors together, as many as fit. */
function cut(parts: readonly Part[], maxBytes: number): Part[][] {
  const shards: Part[][] = [];
  let filled = Infinity;
  for (const part of parts) {
    if (filled + part.data.length > maxBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)!.push(part);
    filled += part.data.length;
  }
  return shards;
}
