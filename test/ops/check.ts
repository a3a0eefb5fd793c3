// Comparing what hebb computed with the float64 reference. A failure names the element and the line that runs the case again.
import type { DType, TypedArray } from 'hebb';
import { convert, isFloat, ulps } from './dtypes.js';
import { seed } from './inputs.js';
import type { Ref } from './oracle.js';
import type { Tolerance } from './table.js';

/** Of a whole result: max|y - ref| ≤ SCALED · max|ref|. */
export const SCALED = 2e-6;

const isa = process.env.HEBB_ISA;

/** An error that says how to see it again. */
export function failure(file: string, test: string, message: string): Error {
  const pattern = test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const line = `HEBB_TEST_SEED=${seed} npx vitest run --project 'ops ${isa}' test/ops/${file} -t '${pattern}'`;
  return new Error(`${message}\nseed ${seed}; rerun: ${line}`);
}

/** What is wrong with `found`, or null. `least` is a floor for max|ref|: where terms of that size cancel. */
export function difference(
  found: TypedArray,
  expected: Ref,
  dtype: DType,
  tolerance: Tolerance,
  scaled = SCALED,
  least = 0,
): string | null {
  const { data } = expected;
  if (found.length !== data.length) return `${found.length} values, expected ${data.length}`;
  const scale = data.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), least);
  // A 16-bit result is rounded once more: by half a unit in its last place.
  const rounding = dtype === 'bf16' ? 2 ** -8 : dtype === 'f16' ? 2 ** -11 : 0;
  for (let i = 0; i < data.length; i++) {
    const value = found[i]!;
    const exact = data[i]!;
    const wrong =
      tolerance === 'exact' ? differs(value, exact, dtype) : strays(value, exact, tolerance, scale * scaled + Math.abs(exact) * rounding);
    if (wrong !== null) return `element ${i} is ${value}, expected ${exact}: ${wrong}`;
  }
  return null;
}

function differs(value: number, exact: number, dtype: DType): string | null {
  const expected = isFloat(dtype) ? convert(dtype === 'f32' ? exact : Math.fround(exact), dtype) : exact;
  return value === expected || (Number.isNaN(value) && Number.isNaN(expected)) ? null : `not ${expected}`;
}

function strays(value: number, exact: number, tolerance: 'scaled' | number, allowed: number): string | null {
  if (Number.isNaN(exact)) return Number.isNaN(value) ? null : 'not NaN';
  if (tolerance !== 'scaled') {
    const steps = ulps(value, exact);
    return steps <= tolerance ? null : `${steps.toFixed(2)} ULP, ${tolerance} allowed`;
  }
  if (!Number.isFinite(Math.fround(exact))) return value === Math.fround(exact) ? null : `not ${Math.fround(exact)}`;
  const error = Math.abs(value - exact);
  return error <= allowed ? null : `off by ${error.toExponential(2)}, ${allowed.toExponential(2)} allowed`;
}

/** Why a reference proves nothing, or null: nearly all of it zero, or all of it one value. */
export function untrustworthy({ data }: Ref): string | null {
  if (data.length < 4) return null;
  const zeros = data.filter((value) => value === 0).length;
  if (zeros > 0.75 * data.length) return `${zeros} of ${data.length} expected values are 0`;
  if (data.every((value) => Object.is(value, data[0]))) return `all expected values are ${data[0]}`;
  return null;
}
