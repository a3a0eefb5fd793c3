// Saves and loads state dicts as safetensors files, the format that PyTorch's world exchanges weights in.
import { ArgumentError, describe, type StateDict } from '../core/index.js';
import { toFileBytes } from './elements.js';
import { toPath } from './path.js';
import { withFile } from './random_access.js';
import { encodeTensors, type Part, readTensors } from './safetensors_file.js';
import { INDEX_SUFFIX, readShards, writeShards } from './shards.js';
import { checkDict, toStateDict } from './state_dict.js';
import { writeAtomically } from './writer.js';

/** What `save` takes: a module, an optimizer, a Generator, a DataLoader, or any other owner of a state dict. */
export interface Stateful {
  /** A copy of the state, tensors by name. */
  stateDict(): Promise<StateDict>;
}

/** Options of `save`. */
export interface SaveOptions {
  /** The most bytes of tensors in one file; no limit unless told. A tensor that is bigger has a file to itself. */
  readonly maxShardBytes?: number;
}

/**
 * Writes a state dict as a safetensors file. The file appears in one step: a crash or a full disk leaves the old one as it was.
 *
 * @param what A state dict, or anything with `stateDict()`: a module, an optimizer, a `Generator`, a `DataLoader`.
 * @param file A path or a file URL; an existing file is replaced.
 * @param options `maxShardBytes`: the most bytes of tensors in one file. Where there are more, `model.safetensors` becomes
 * `model-00001-of-00002.safetensors` … beside `model.safetensors.index.json`, which `load` is given; the index appears last.
 * @throws {ArgumentError} (as a rejection) for a value that is no tensor; the system's error (ENOSPC, EACCES …) when writing fails.
 * @example
 * const model = new nn.Linear(4, 2);
 * await save(model, 'model.safetensors');
 * model.loadStateDict(await load('model.safetensors'));
 */
export async function save(what: Stateful | StateDict, file: string | URL, { maxShardBytes }: SaveOptions = {}): Promise<void> {
  const path = toPath('save', file);
  if (maxShardBytes !== undefined && !(maxShardBytes > 0))
    throw new ArgumentError('save', `maxShardBytes must be above 0, got ${describe(maxShardBytes)}`, { value: maxShardBytes });
  const parts = await readDict('save', isStateful(what) ? await what.stateDict() : what);
  const bytes = parts.reduce((sum, part) => sum + part.data.length, 0);
  if (maxShardBytes === undefined || bytes <= maxShardBytes) await writeAtomically(path, encodeTensors(parts));
  else await writeShards(path, parts, maxShardBytes);
}

const isStateful = (what: Stateful | StateDict): what is Stateful => typeof what?.stateDict === 'function';

/**
 * Reads a safetensors file into a state dict with a null prototype. F32, F16, BF16, I32, U8 and BOOL keep their dtype; F64 is rounded
 * to f32, other integers become i32, and a value that doesn't fit is an error.
 *
 * @param file A path or a file URL; one that ends in `.safetensors.index.json` names the shards that the tensors are read from.
 * @throws {FormatError} (as a rejection) for a file that isn't exactly what the format demands; the system's error when reading fails.
 * @example
 * await save({ x: tensor([1, 2]) }, 'x.safetensors');
 * const { x } = await load('x.safetensors');
 * await x!.data(); // → 1, 2
 */
export async function load(file: string | URL): Promise<StateDict> {
  const path = toPath('load', file);
  if (path.endsWith(INDEX_SUFFIX)) return toStateDict(await readShards(path));
  return toStateDict(await withFile('load', path, readTensors));
}

/** All tensors are read in one stretch, so that they belong to one moment. */
async function readDict(op: string, dict: StateDict): Promise<Part[]> {
  return Promise.all(checkDict(op, dict).map(async ([name, t]) => ({ name, tensor: t, data: toFileBytes(await t.data(), t.dtype) })));
}
