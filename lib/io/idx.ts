// Loads IDX files, the format of MNIST and its relatives: a magic number, sizes, then the elements, all big-endian.
import { ArgumentError, FormatError, type Tensor } from '../core/index.js';
import { ByteReader } from './bytes.js';
import { READINGS, swapBytes } from './elements.js';
import { toPath } from './path.js';
import { storePieces } from './pieces.js';

/** The type byte of the magic number: bytes of an element, and its dtype as safetensors names it. */
const TYPES: ReadonlyMap<number, readonly [bytes: number, name: string]> = new Map([
  [0x08, [1, 'U8']],
  [0x09, [1, 'I8']],
  [0x0b, [2, 'I16']],
  [0x0c, [4, 'I32']],
  [0x0d, [4, 'F32']],
  [0x0e, [8, 'F64']],
]);

/** Options of `loadIdx`. */
export interface LoadIdxOptions {
  /** The most bytes of elements that are read, inflated ones included; 4 GiB unless told. */
  readonly limit?: number;
}

/**
 * Reads an IDX file, gzipped or not, as a tensor: bytes as u8, other integers as i32, floats as f32. Source of the format: LeCun, Cortes,
 * Burges, "The MNIST database of handwritten digits", 1998.
 *
 * @param file A path or a file URL.
 * @throws {FormatError} (as a rejection) when the file isn't exactly what its header says, or holds more than `limit`.
 * @example
 * import { writeFile } from 'node:fs/promises';
 * await writeFile('labels-idx1-ubyte', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4));
 * await (await loadIdx('labels-idx1-ubyte')).data(); // → 5, 0, 4
 */
export async function loadIdx(file: string | URL, { limit = 4 * 2 ** 30 }: LoadIdxOptions = {}): Promise<Tensor> {
  if (!(limit >= 0)) throw new ArgumentError('loadIdx', `limit must be a number of bytes, got ${limit}`, { value: limit });
  const reader = await ByteReader.open('loadIdx', toPath('loadIdx', file));
  try {
    const { elementBytes, name, shape } = await readHead(reader, limit);
    const { dtype, convert } = READINGS.get(name)!;
    const result = await storePieces(
      shape,
      dtype,
      elementBytes,
      (buffer) => reader.fill(buffer),
      (bytes) => convert(swapBytes(bytes, elementBytes)),
    );
    await reader.finish();
    return result;
  } finally {
    reader.close();
  }
}

async function readHead(reader: ByteReader, limit: number): Promise<{ elementBytes: number; name: string; shape: number[] }> {
  const magic = new Uint8Array(4);
  await reader.fill(magic);
  const [zero0, zero1, type, rank] = magic as unknown as [number, number, number, number];
  const found = TYPES.get(type);
  if (zero0 !== 0 || zero1 !== 0 || found === undefined || rank > 8) {
    throw new FormatError('loadIdx', `no IDX file: it begins with ${Buffer.from(magic).toString('hex')}`, { value: magic });
  }
  const sizes = new DataView(new ArrayBuffer(4 * rank));
  await reader.fill(new Uint8Array(sizes.buffer));
  const shape = Array.from({ length: rank }, (_, i) => sizes.getUint32(4 * i));
  const [elementBytes, name] = found;
  const bytes = shape.reduce((product, size) => product * size, elementBytes);
  if (bytes > limit || bytes > reader.capacity) {
    const most = Math.min(limit, reader.capacity);
    throw new FormatError(
      'loadIdx',
      `(${shape.join(', ')}) takes ${bytes} bytes, more than ${limit < reader.capacity ? 'the limit' : 'the file can hold'}: ${most}`,
      {
        value: shape,
      },
    );
  }
  return { elementBytes, name, shape };
}
