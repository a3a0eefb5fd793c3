// How tests compare with the values of the golden files: by the largest difference, as a part of the largest value.
import type { Tensor } from 'hebb';
import { expect } from 'vitest';

/** max|found - expected| ≤ part · max|expected|, and equal shapes; `what` names the value where it fails. */
export async function compare(what: string, found: Tensor, expected: Tensor, part = 2e-6): Promise<void> {
  expect([what, ...found.shape]).toEqual([what, ...expected.shape]);
  const [values, exact] = (await Promise.all([found.data(), expected.data()])).map((data) => Array.from(data)) as [number[], number[]];
  const allowed = part * exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(allowed).toBeGreaterThan(0);
  for (const [i, value] of exact.entries()) expect(Math.abs(values[i]! - value), `${what}, element ${i}`).toBeLessThanOrEqual(allowed);
}
