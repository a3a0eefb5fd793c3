// Elements as files hold them, as hebb's dtypes, and back. What a dtype can't hold is a FormatError, never a silent change.
import { type DType, FormatError, type TypedArray } from '../core/index.js';

/** How elements of a file become a tensor. */
export interface Reading {
  readonly dtype: DType;
  /** `bytes` is aligned to the file's element; the result, of `dtype`'s elements, may share its memory. */
  readonly convert: (bytes: Uint8Array) => ArrayBufferView;
}

/** A typed array's class. */
interface ArrayType<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** The elements in `bytes`, over the same memory. */
const view = <T>(type: ArrayType<T>, bytes: Uint8Array): T =>
  new type(bytes.buffer, bytes.byteOffset, bytes.byteLength / type.BYTES_PER_ELEMENT);

/** Readings by the dtype names of safetensors; the 8-bit floats have none. */
export const READINGS: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['F32', { dtype: 'f32', convert: (bytes) => bytes }],
  ['F64', { dtype: 'f32', convert: (bytes) => roundDoubles(view(Float64Array, bytes)) }],
  ['F16', { dtype: 'f16', convert: (bytes) => bytes }],
  ['BF16', { dtype: 'bf16', convert: (bytes) => bytes }],
  ['I8', { dtype: 'i32', convert: (bytes) => Int32Array.from(view(Int8Array, bytes)) }],
  ['I16', { dtype: 'i32', convert: (bytes) => Int32Array.from(view(Int16Array, bytes)) }],
  ['U16', { dtype: 'i32', convert: (bytes) => Int32Array.from(view(Uint16Array, bytes)) }],
  ['I32', { dtype: 'i32', convert: (bytes) => bytes }],
  ['U32', { dtype: 'i32', convert: (bytes) => fitWords(view(Uint32Array, bytes)) }],
  ['I64', { dtype: 'i32', convert: (bytes) => fitLongs(view(BigInt64Array, bytes)) }],
  ['U64', { dtype: 'i32', convert: (bytes) => fitLongs(view(BigUint64Array, bytes)) }],
  ['U8', { dtype: 'u8', convert: (bytes) => bytes }],
  ['BOOL', { dtype: 'bool', convert: checkBools }],
]);

/** The format's name for each dtype. */
export const FILE_DTYPE: Readonly<Record<DType, string>> = { f32: 'F32', bf16: 'BF16', f16: 'F16', i32: 'I32', u8: 'U8', bool: 'BOOL' };

/** The bytes that a file holds for a tensor's `data()`. */
export function toFileBytes(values: TypedArray, dtype: DType): Uint8Array {
  const stored = dtype === 'bf16' ? toBfloat(values) : dtype === 'f16' ? toHalf(values) : values;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** Big-endian to the machine's order, in place. */
export function swapBytes(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (elementBytes === 2) buffer.swap16();
  else if (elementBytes === 4) buffer.swap32();
  else if (elementBytes === 8) buffer.swap64();
  return bytes;
}

function roundDoubles(values: Float64Array): Float32Array {
  const rounded = Float32Array.from(values);
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(rounded[i]!) === Infinity && Math.abs(values[i]!) !== Infinity) throw misfit(values[i]!, 'f32');
  }
  return rounded;
}

function fitWords(values: Uint32Array): Int32Array {
  for (const value of values) if (value >= 2 ** 31) throw misfit(value, 'i32');
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

function fitLongs(values: BigInt64Array | BigUint64Array): Int32Array {
  const fitted = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    fitted[i] = Number(values[i]);
    if (BigInt(fitted[i]!) !== values[i]) throw misfit(values[i]!, 'i32');
  }
  return fitted;
}

function checkBools(bytes: Uint8Array): Uint8Array {
  for (const value of bytes) if (value > 1) throw misfit(value, 'bool');
  return bytes;
}

const misfit = (value: number | bigint, dtype: DType): FormatError =>
  new FormatError('load', `the value ${value} doesn't fit ${dtype}, as which hebb holds this dtype`, { value });

function toBfloat(values: TypedArray): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (w) => w >>> 16);
}

/** `values` come from an f16 tensor, so that none needs rounding. */
function toHalf(values: TypedArray): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, (w, i) => {
    const sign = (w >>> 16) & 0x8000;
    const exponent = ((w >>> 23) & 255) - 112; // f32's bias is 127, f16's 15
    if (exponent === 143) return sign | 0x7c00 | (w & 0x7fffff ? 0x200 : 0);
    return sign | (exponent > 0 ? (exponent << 10) | ((w >>> 13) & 1023) : Math.abs(values[i]!) * 2 ** 24);
  });
}
