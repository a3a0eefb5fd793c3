// Circular and hyperbolic functions. The ULP of the composed ones are what their parts add up to.
import { input, reals } from '../inputs.js';
import { map } from '../oracle.js';
import type { Case } from '../table.js';
import { binary, unary } from './element.js';

const any = reals(-3, 3);
const inside = reals(-0.8, 0.8);

export const trigonometry: readonly Case[] = [
  ...unary('sin', Math.sin, { values: any, tolerance: 2, gradient: 'smooth' }),
  ...unary('cos', Math.cos, { values: any, tolerance: 2, gradient: 'smooth' }),
  ...unary('tan', Math.tan, { values: reals(-1, 1), tolerance: 4, gradient: 'smooth' }),
  ...unary('asin', Math.asin, { values: inside, tolerance: 4, gradient: 'smooth' }),
  ...unary('acos', Math.acos, { values: inside, tolerance: 4, gradient: 'smooth' }),
  ...unary('atan', Math.atan, { values: any, tolerance: 2, gradient: 'smooth' }),
  ...unary('sinh', Math.sinh, { values: any, tolerance: 5, gradient: 'smooth' }),
  ...unary('cosh', Math.cosh, { values: any, tolerance: 5, gradient: 'smooth' }),
  ...unary('asinh', Math.asinh, { values: any, tolerance: 5, gradient: 'smooth' }),
  ...unary('acosh', Math.acosh, { values: reals(1.5, 5), tolerance: 5, gradient: 'smooth' }),
  ...unary('atanh', Math.atanh, { values: inside, tolerance: 5, gradient: 'smooth' }),
  ...binary('atan2', Math.atan2, { values: [reals(0.3, 3), reals(-3, -0.3)], gradient: 'smooth', tolerance: 3 }),
  ...(['sin', 'cos'] as const).map(
    (name): Case => ({
      op: `Tensor.${name}`,
      name: 'angles up to 100,000, and beyond',
      inputs: [input([20_001], (random, i) => (random() - 0.5) * (i % 5 ? 2e5 : 2e9))],
      hebb: (x) => x[name](),
      oracle: (x) => map(x, Math[name]),
      dtype: 'f32',
      tolerance: 2,
      gradient: 'none',
    }),
  ),
];
