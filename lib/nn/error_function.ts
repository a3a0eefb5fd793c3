// The error function of a JS number, and its inverse on tensors: what cutting a normal distribution takes.
import type { Tensor } from '../core/index.js';
import { where } from '../ops/index.js';

/** erf x to about 1e-15: 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·5 … (2n+1)), of which no term cancels another. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const CENTRAL = [2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3, 0.246640727, 1.50140941]; // biome-ignore format: coefficients
const TAIL = [-2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3, 1.00167406, 2.83297682]; // biome-ignore format: coefficients

/** The f32 below 1: 1 itself would give infinity. */
const LARGEST = 1 - 2 ** -24;

const polynomial = (x: Tensor, [first, second, ...rest]: readonly number[]): Tensor =>
  rest.reduce((sum, coefficient) => sum.mul(x).add(coefficient), x.mul(first!).add(second!));

/**
 * The y with erf y = t, for |t| ≤ 1, to a few units of f32's last place.
 * Source: Giles, "Approximating the erfinv function", GPU Computing Gems 2, 2012.
 */
export function inverseErf(t: Tensor): Tensor {
  const x = t.clamp(-LARGEST, LARGEST);
  const w = x.neg().add(1).mul(x.add(1)).log().neg();
  return x.mul(where(w.lt(5), polynomial(w.sub(2.5), CENTRAL), polynomial(w.sqrt().sub(3), TAIL)));
}
