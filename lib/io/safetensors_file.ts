// One safetensors file: its bytes from tensors, and tensors from its bytes.
import { FormatError, type Tensor } from '../core/index.js';
import { FILE_DTYPE, READINGS } from './elements.js';
import { storePieces } from './pieces.js';
import type { RandomAccess } from './random_access.js';
import { ELEMENT_BYTES, type Entry, readHeader } from './safetensors_header.js';

/** The reference implementation's bound; a real header is far below it. */
const MAX_HEADER = 100_000_000;

/** The first two bytes of a ZIP archive, PK. */
const ZIP_MAGIC = 0x4b50;

/** One tensor's name, and what a file holds of it. */
export interface Part {
  readonly name: string;
  readonly tensor: Tensor;
  readonly data: Uint8Array;
}

/** A file's chunks. Wide elements come first: whatever their names, every tensor starts at a multiple of its element size. */
export function encodeTensors(parts: readonly Part[]): Uint8Array[] {
  const ordered = [...parts].sort((a, b) => fileElementBytes(b.tensor) - fileElementBytes(a.tensor));
  return [...encodeHeader(ordered), ...ordered.map(({ data }) => data)];
}

const fileElementBytes = (t: Tensor): number => ELEMENT_BYTES.get(FILE_DTYPE[t.dtype])!;

function encodeHeader(parts: readonly Part[]): Uint8Array[] {
  let end = 0;
  const described = parts.map(({ name, tensor: { dtype, shape }, data }) => {
    const begin = end;
    end += data.length;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: FILE_DTYPE[dtype], shape, data_offsets: [begin, end] })}`;
  });
  const text = new TextEncoder().encode(`{${described.join(',')}}`);
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20); // spaces: the data start aligned
  header.set(text);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return [length, header];
}

/** The tensors of one file, by name. */
export async function readTensors(file: RandomAccess): Promise<Map<string, Tensor>> {
  const { size } = file;
  if (size < 8) throw new FormatError('load', `a safetensors file has at least 8 bytes, this one ${size}`, { value: size });
  const first = Buffer.from(await file.read(new Uint8Array(8), 0));
  if (first.readUInt16LE() === ZIP_MAGIC) {
    throw new FormatError(
      'load',
      "this is a ZIP archive, no safetensors file; loadTorch() reads PyTorch's .pt and .pth, loadNpz() NumPy's .npz",
    );
  }
  const length = first.readBigUInt64LE();
  if (length > size - 8 || length > MAX_HEADER) {
    throw new FormatError('load', `the header claims ${length} bytes, the file has ${size}; it is cut off, or no safetensors file`, {
      value: length,
    });
  }
  const start = 8 + Number(length);
  const entries = readHeader(await file.read(new Uint8Array(Number(length)), 8), size - start);
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of entries) tensors.set(name, await readTensor(file, name, entry, start));
  return tensors;
}

function readTensor(file: RandomAccess, name: string, { dtype, shape, begin }: Entry, start: number): Promise<Tensor> {
  const reading = READINGS.get(dtype);
  if (reading === undefined) throw new FormatError('load', `"${name}" is ${dtype}, which hebb doesn't hold`, { value: dtype });
  const place = { file, position: start + begin };
  return storePieces(shape, reading.dtype, ELEMENT_BYTES.get(dtype)!, file.from(place.position), reading.convert, place);
}
