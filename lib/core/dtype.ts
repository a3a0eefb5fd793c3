// The dtypes: their numbers in a Program, sizes, typed arrays and promotion.
import { DTypeError } from './errors.js';

/** Element types. `f32` computes; `bf16` and `f16` store; `i32`, `u8` and `bool` hold indices, images and masks. */
export type DType = 'f32' | 'bf16' | 'f16' | 'i32' | 'u8' | 'bool';

/** What `data()` gives: f32, bf16 and f16 as Float32Array, i32 as Int32Array, u8 and bool as Uint8Array. */
export type TypedArray = Float32Array | Int32Array | Uint8Array;

/** In the order of native/base/types.h: the index is the dtype's number in a Program. */
export const DTYPES = ['f32', 'bf16', 'f16', 'i32', 'u8', 'bool'] as const satisfies readonly DType[];

export const dtypeCode: Readonly<Record<DType, number>> = { f32: 0, bf16: 1, f16: 2, i32: 3, u8: 4, bool: 5 };
export const bytesPerElement: Readonly<Record<DType, number>> = { f32: 4, bf16: 2, f16: 2, i32: 4, u8: 1, bool: 1 };

const rank: Readonly<Record<DType, number>> = { bool: 0, u8: 1, i32: 2, f16: 3, bf16: 3, f32: 4 };

export const isFloat = (dtype: DType): boolean => rank[dtype] >= 3;

/** bool < u8 < i32 < f16, bf16 < f32; f16 with bf16 gives f32. */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  if (rank[a] === rank[b]) return 'f32';
  return rank[a] > rank[b] ? a : b;
}

export function checkDType(op: string, dtype: unknown): DType {
  if (typeof dtype === 'string' && Object.hasOwn(dtypeCode, dtype)) return dtype as DType;
  throw new DTypeError(op, `dtype must be one of ${DTYPES.join(', ')}, got ${String(dtype)}`, { value: dtype });
}
