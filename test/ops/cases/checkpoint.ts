// nn.checkpoint: values and gradients of a part that is computed twice are those of the part.
import { nn, type Tensor } from 'hebb';
import { input, reals } from '../inputs.js';
import { map, zip } from '../oracle.js';
import type { Case } from '../table.js';

const square = nn.checkpoint((x: Tensor) => x.square().mul(0.5).sigmoid());
const blend = nn.checkpoint((a: Tensor, b: Tensor) =>
  nn
    .checkpoint((x: Tensor) => x.tanh().mul(b))(a)
    .add(a),
);

export const checkpointed: readonly Case[] = [
  ...[
    [3, 5],
    [0, 4],
  ].map(
    (shape) =>
      ({
        op: 'nn.checkpoint',
        name: `one input ${shape.join('x')}`,
        inputs: [input(shape, reals(-2, 2), 'f32', shape[0] ? 'transposed' : 'plain')],
        hebb: square,
        oracle: (x) => map(x, (v) => 1 / (1 + Math.exp(-v * v * 0.5))),
        dtype: 'f32' as const,
        tolerance: 'scaled' as const,
        gradient: 'smooth' as const,
      }) satisfies Case,
  ),
  {
    op: 'nn.checkpoint',
    name: 'one within another, of two inputs',
    inputs: [input([2, 7], reals(-2, 2)), input([7], reals(-2, 2), 'f32', 'parameter')],
    hebb: blend,
    oracle: (a, b) => zip((x, y) => Math.tanh(x) * y + x, a, b),
    dtype: 'f32',
    tolerance: 'scaled',
    gradient: 'smooth',
  },
];
