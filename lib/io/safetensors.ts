// Saves and loads state dicts as safetensors files, the format that PyTorch's world exchanges weights in.
import { type FileHandle, open } from 'node:fs/promises';
import { ArgumentError, FormatError, type StateDict, Tensor } from '../core/index.js';
import { FILE_DTYPE, READINGS, toFileBytes } from './elements.js';
import { toPath } from './path.js';
import { storePieces } from './pieces.js';
import { ELEMENT_BYTES, type Entry, readHeader } from './safetensors_header.js';
import { writeAtomically } from './writer.js';

/** The reference implementation's bound; a real header is far below it. */
const MAX_HEADER = 100_000_000;

/** What `save` takes: a module, an optimizer, a Generator, a DataLoader, or any other owner of a state dict. */
export interface Stateful {
  /** A copy of the state. */
  stateDict(): Promise<StateDict>;
}

/**
 * Writes a state dict as a safetensors file. The file appears in one step: a crash or a full disk leaves the old one as it was.
 *
 * @param what A state dict, or anything with `stateDict()`: a module, an optimizer, a `Generator`, a `DataLoader`.
 * @param file A path or a file URL; an existing file is replaced.
 * @throws {ArgumentError} (as a rejection) for a value that is no tensor; the system's error (ENOSPC, EACCES …) when writing fails.
 * @example
 * await save(model, 'model.safetensors');
 * model.loadStateDict(await load('model.safetensors'));
 */
export async function save(what: Stateful | StateDict, file: string | URL): Promise<void> {
  const path = toPath('save', file);
  const dict = isStateful(what) ? await what.stateDict() : what;
  await writeAtomically(path, await encode(dict));
}

const isStateful = (what: Stateful | StateDict): what is Stateful => typeof what?.stateDict === 'function';

/** The file's parts. All tensors are read in one stretch, so that they belong to one moment. */
async function encode(dict: StateDict): Promise<Uint8Array[]> {
  const entries = Object.entries(dict);
  for (const [name, value] of entries) {
    if (!(value instanceof Tensor)) throw new ArgumentError('save', `expects tensors, but "${name}" is ${typeof value}`, { value });
    if (name === '__metadata__' || name === '__proto__')
      throw new ArgumentError('save', `"${name}" can't be a tensor's name`, { value: name });
  }
  // Wide elements first: whatever their names, every tensor starts at a multiple of its element size.
  entries.sort(([, a], [, b]) => fileElementBytes(b) - fileElementBytes(a));
  const parts = await Promise.all(entries.map(async ([, t]) => toFileBytes(await t.data(), t.dtype)));
  return [...encodeHeader(entries, parts), ...parts];
}

const fileElementBytes = (t: Tensor): number => ELEMENT_BYTES.get(FILE_DTYPE[t.dtype])!;

function encodeHeader(entries: [string, Tensor][], parts: Uint8Array[]): Uint8Array[] {
  let end = 0;
  const described = entries.map(([name, t], i) => {
    const begin = end;
    end += parts[i]!.length;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: FILE_DTYPE[t.dtype], shape: t.shape, data_offsets: [begin, end] })}`;
  });
  const text = new TextEncoder().encode(`{${described.join(',')}}`);
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20); // spaces: the data start aligned
  header.set(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return [length, header];
}

/**
 * Reads a safetensors file into a state dict with a null prototype. F32, F16, BF16, I32, U8 and BOOL keep their dtype; F64 is rounded
 * to f32, other integers become i32, and a value that doesn't fit is an error.
 *
 * @param file A path or a file URL.
 * @throws {FormatError} (as a rejection) for a file that isn't exactly what the format demands; the system's error when reading fails.
 * @example
 * const { missing, unexpected } = model.loadStateDict(await load('model.safetensors'), { strict: false });
 */
export async function load(file: string | URL): Promise<StateDict> {
  const handle = await open(toPath('load', file), 'r');
  try {
    return await decode(handle);
  } finally {
    await handle.close();
  }
}

async function decode(handle: FileHandle): Promise<StateDict> {
  const { size } = await handle.stat();
  if (size < 8) throw new FormatError('load', `a safetensors file has at least 8 bytes, this one ${size}`, { value: size });
  const length = new DataView((await read(handle, new Uint8Array(8), 0)).buffer).getBigUint64(0, true);
  if (length > size - 8 || length > MAX_HEADER) {
    throw new FormatError('load', `the header claims ${length} bytes, the file has ${size}; it is cut off, or no safetensors file`, {
      value: length,
    });
  }
  const start = 8 + Number(length);
  const entries = readHeader(await read(handle, new Uint8Array(Number(length)), 8), size - start);
  const dict: StateDict = Object.create(null);
  for (const [name, entry] of entries) dict[name] = await readTensor(handle, name, entry, start);
  return dict;
}

async function readTensor(handle: FileHandle, name: string, { dtype, shape, begin }: Entry, start: number): Promise<Tensor> {
  const reading = READINGS.get(dtype);
  if (reading === undefined) throw new FormatError('load', `"${name}" is ${dtype}, which hebb doesn't hold`, { value: dtype });
  let position = start + begin;
  const fill = async (buffer: Uint8Array): Promise<void> => {
    await read(handle, buffer, position);
    position += buffer.length;
  };
  return storePieces(shape, reading.dtype, ELEMENT_BYTES.get(dtype)!, fill, reading.convert);
}

/** Fills `buffer` from the file's byte `position` on. */
async function read<T extends Uint8Array>(handle: FileHandle, buffer: T, position: number): Promise<T> {
  for (let at = 0; at < buffer.length; ) {
    const { bytesRead } = await handle.read(buffer, at, buffer.length - at, position + at);
    if (bytesRead === 0)
      throw new FormatError('load', `the file ends at byte ${position + at}, in the middle of a tensor`, { value: position + at });
    at += bytesRead;
  }
  return buffer;
}
