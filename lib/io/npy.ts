// NumPy's .npy files, one array each, both ways; and the form of an array within an .npz.
// Source of the format: NumPy, "numpy.lib.format", versions 1.0 to 3.0.
import { ArgumentError, checkShape, type DType, describe, FormatError, HebbError, run, sizeOf, Tensor } from '../core/index.js';
import { READINGS, swapBytes, toFileBytes } from './elements.js';
import { toPath } from './path.js';
import { storePieces } from './pieces.js';
import { type RandomAccess, withFile } from './random_access.js';
import { ELEMENT_BYTES } from './safetensors_header.js';
import { writeAtomically } from './writer.js';

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** NumPy itself refuses longer headers; a real one has about 80 bytes. */
const MAX_HEADER = 10_000;

/** NumPy's kinds and sizes, by the names of safetensors. */
const DTYPES: ReadonlyMap<string, string> = new Map([
  ['f2', 'F16'],
  ['f4', 'F32'],
  ['f8', 'F64'],
  ['i1', 'I8'],
  ['i2', 'I16'],
  ['i4', 'I32'],
  ['i8', 'I64'],
  ['u1', 'U8'],
  ['u2', 'U16'],
  ['u4', 'U32'],
  ['u8', 'U64'],
  ['b1', 'BOOL'],
]);

/** NumPy has no bf16: it is written as f32, which holds each of its values. */
const DESCR: Readonly<Record<DType, string>> = { f32: '<f4', bf16: '<f4', f16: '<f2', i32: '<i4', u8: '|u1', bool: '|b1' };

/**
 * Reads an .npy file as a tensor: f4 and f8 as f32, f2 as f16, b1 as bool, u1 as u8, all other integers as i32; in either byte order, in C or
 * Fortran order. Source of the format: NumPy, `numpy.lib.format`, versions 1.0 to 3.0.
 *
 * @param file A path or a file URL.
 * @throws {FormatError} (as a rejection) for a file that isn't exactly what its header says, for a value that i32 or f32 can't hold, and
 * for pickled objects, strings, complex numbers and dates, which aren't read.
 * @example
 * await saveNpy(tensor([[1, 2], [3, 4]]), 'features.npy');
 * (await loadNpy('features.npy')).shape; // → 2, 2
 */
export async function loadNpy(file: string | URL): Promise<Tensor> {
  return withFile('loadNpy', toPath('loadNpy', file), (npy) => readNpy('loadNpy', npy.size, npy.from(0), npy));
}

/**
 * Writes a tensor as an .npy file, which appears in one step. bf16 is written as f4.
 *
 * @param file A path or a file URL; an existing file is replaced.
 * @throws {ArgumentError} (as a rejection) when it is given no tensor; the system's error when writing fails.
 * @example
 * const model = new nn.Linear(4, 2);
 * await saveNpy(model.predict(ones([3, 4])), 'predictions.npy');
 */
export async function saveNpy(tensor: Tensor, file: string | URL): Promise<void> {
  const path = toPath('saveNpy', file);
  if (!(tensor instanceof Tensor)) throw new ArgumentError('saveNpy', `expects a tensor, got ${describe(tensor)}`, { value: tensor });
  await writeAtomically(path, encodeNpy(tensor, await npyBytes(tensor)));
}

/** The elements of a tensor as an .npy file holds them. */
export async function npyBytes(t: Tensor): Promise<Uint8Array> {
  return toFileBytes(await t.data(), t.dtype === 'bf16' ? 'f32' : t.dtype);
}

/** An .npy file's chunks. */
export function encodeNpy({ dtype, shape }: Tensor, data: Uint8Array): Uint8Array[] {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${DESCR[dtype]}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.ceil((text.length + 11) / 64) * 64 - 10; // the data start at a multiple of 64 bytes
  const head = Buffer.alloc(10);
  MAGIC.copy(head);
  head.writeUInt8(1, 6);
  head.writeUInt16LE(length, 8);
  return [head, Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1'), data];
}

/** The tensor in `bytes` bytes of .npy, which `fill` gives one after the other; they may be a whole file's. */
export async function readNpy(
  op: string,
  bytes: number,
  fill: (buffer: Uint8Array) => Promise<void>,
  file?: RandomAccess,
): Promise<Tensor> {
  const head = Buffer.alloc(10);
  await fill(head);
  const version = head[6]!;
  if (!head.subarray(0, 6).equals(MAGIC) || version < 1 || version > 3 || head[7] !== 0)
    throw new FormatError(op, `no .npy file: it begins with ${head.toString('hex', 0, 8)}`, { value: head });
  const wide = Buffer.alloc(version === 1 ? 0 : 2); // from version 2 on the header's length has 4 bytes
  await fill(wide);
  const length = head.readUInt16LE(8) + (version === 1 ? 0 : wide.readUInt16LE() * 2 ** 16);
  if (length > MAX_HEADER)
    throw new FormatError(op, `the header claims ${length} bytes; at most ${MAX_HEADER} are read`, { value: length });
  const text = Buffer.alloc(length);
  await fill(text);
  const { dtype, big, fortran, shape } = parseHeader(op, text.toString(version === 3 ? 'utf8' : 'latin1'));
  const elementBytes = ELEMENT_BYTES.get(dtype)!;
  const data = bytes - head.length - wide.length - length;
  if (sizeOf(shape) * elementBytes !== data) {
    const message = `${dtype} of (${shape.join(', ')}) takes ${sizeOf(shape) * elementBytes} bytes, but ${data} follow the header`;
    throw new FormatError(op, `${message}; the file is cut off or damaged`, { value: shape });
  }
  const { dtype: held, convert } = READINGS.get(dtype)!;
  const order = fortran ? [...shape].reverse() : shape;
  const toHeld = big ? (piece: Uint8Array): ArrayBufferView => convert(swapBytes(piece, elementBytes)) : convert;
  const stored = await storePieces(order, held, elementBytes, fill, toHeld, file && { file, position: bytes - data });
  if (!fortran || shape.length < 2) return stored;
  const turned = stored.transpose();
  await run(turned);
  return turned;
}

interface Header {
  /** By the name of safetensors. */
  readonly dtype: string;
  readonly big: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** A Python dict of three known keys, in any order; nothing else that Python would evaluate is. */
function parseHeader(op: string, text: string): Header {
  const fields = new Map<string, string>();
  const entry = /\s*(['"])(descr|fortran_order|shape)\1\s*:\s*('[^'\\]*'|"[^"\\]*"|True|False|\([\d,\s]*\))\s*(?:,|(?=\}))/y;
  const fail = (problem: string): never => {
    throw new FormatError(op, `the header is malformed: ${problem}: ${JSON.stringify(text.slice(0, 120).trimEnd())}`, { value: text });
  };
  if (text[0] !== '{') fail('it is no dict');
  if (/['"]descr['"]\s*:\s*\[/.test(text))
    throw new FormatError(op, 'the array is structured; save its fields one by one', { value: text });
  entry.lastIndex = 1;
  let end = 1;
  for (let found = entry.exec(text); found !== null; found = entry.exec(text)) {
    if (fields.has(found[2]!)) fail(`${found[2]} occurs twice`);
    fields.set(found[2]!, found[3]!);
    end = entry.lastIndex;
  }
  if (!/^\s*\}\s*$/.test(text.slice(end)) || fields.size !== 3) fail('expected descr, fortran_order and shape');
  const order = fields.get('fortran_order')!;
  if (order !== 'True' && order !== 'False') fail('fortran_order is neither True nor False');
  const descr = /^['"]([<>|=])([a-zA-Z]\w*)['"]$/.exec(fields.get('descr')!) ?? fail('descr is no dtype');
  const dtype = DTYPES.get(descr[2]!);
  if (dtype === undefined) {
    const what = descr[2]!.startsWith('O') ? 'pickled Python objects' : `NumPy's dtype ${descr[1]}${descr[2]}`;
    throw new FormatError(op, `the array holds ${what}, which hebb doesn't read; convert it with astype() first`, { value: descr[2] });
  }
  return { dtype, big: descr[1] === '>', fortran: order === 'True', shape: parseShape(op, fields.get('shape')!, fail) };
}

function parseShape(op: string, text: string, fail: (problem: string) => never): readonly number[] {
  const inner = /^\(\s*((?:\d+\s*,\s*)*)(\d+)?\s*\)$/.exec(text) ?? fail('shape is no tuple');
  const sizes = `${inner[1]}${inner[2] ?? ''}`.split(',').map((size) => size.trim());
  if (sizes.at(-1) === '') sizes.pop();
  if (sizes.length === 1 && inner[1] === '') fail('shape is no tuple');
  try {
    return checkShape(op, sizes.map(Number));
  } catch (cause) {
    throw cause instanceof HebbError ? new FormatError(op, cause.message, { cause, value: cause.value }) : cause;
  }
}
