// What the normalisations refuse.
import { ArgumentError, DTypeError, nn, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const wrong = (value: unknown): never => value as never;
const x = (): Tensor => zeros([4, 3]);

type Options = { weight?: Tensor; eps?: number };

/** What each refuses in x, weight and eps; the weight belongs to 3 values. */
const any = (op: string, call: (x: Tensor, options?: Options) => Tensor): Refusal[] => [
  { op, name: 'integers', call: () => call(tensor([[1, 2, 3]], { dtype: 'i32' })), error: DTypeError, says: "got i32; use .to('f32')" },
  {
    op,
    name: 'a weight of another shape',
    call: () => call(x(), { weight: zeros([4]) }),
    error: ShapeError,
    says: 'weight must be (3), got (4)',
  },
  { op, name: 'eps -1', call: () => call(x(), { eps: -1 }), error: ArgumentError, says: 'eps must be a finite number ≥ 0, got -1' },
  { op, name: 'eps NaN', call: () => call(x(), { eps: Number.NaN }), error: ArgumentError, says: 'got NaN' },
];

const rows = (name: 'layerNorm' | 'rmsNorm'): Refusal[] => {
  const op = `nn.${name}`;
  const says = 'which must be the last axes of x, got (4, 3)';
  return [
    ...any(op, (t, options) => nn[name](t, 3, options)),
    { op, name: 'another size', call: () => nn[name](x(), 4), error: ShapeError, says: `normalises (4), ${says}` },
    { op, name: 'more axes', call: () => nn[name](x(), [2, 4, 3]), error: ShapeError, says },
    { op, name: 'no axes', call: () => nn[name](x(), []), error: ShapeError, says },
    { op, name: 'a size of 2.5', call: () => nn[name](x(), 2.5), error: ShapeError, says: 'got 2.5' },
    { op, name: 'a shape in words', call: () => nn[name](x(), wrong('3')), error: ShapeError, says: 'must be an array of sizes, got "3"' },
  ];
};

export const norms: readonly Refusal[] = [
  ...rows('layerNorm'),
  ...rows('rmsNorm'),
  ...any('nn.groupNorm', (t, options) => nn.groupNorm(t, 1, options)),
  ...[2, 0, -1, 1.5, Number.NaN].map((groups) => ({
    op: 'nn.groupNorm',
    name: `3 channels in ${groups} groups`,
    call: () => nn.groupNorm(x(), groups),
    error: ArgumentError,
    says: `a whole number that divides 3 channels, got ${groups}`,
  })),
  {
    op: 'nn.groupNorm',
    name: 'a vector',
    call: () => nn.groupNorm(zeros([3]), 1),
    error: ShapeError,
    says: 'expects (samples, …, channels)',
  },
  { op: 'nn.groupNorm', name: 'one value', call: () => nn.groupNorm(zeros([1, 3]), 3), error: ShapeError, says: 'more than one value' },
  ...any('nn.instanceNorm', (t, options) => nn.instanceNorm(t.unsqueeze(0), options)),
  { op: 'nn.instanceNorm', name: 'two axes', call: () => nn.instanceNorm(x()), error: ShapeError, says: 'got (4, 3)' },
  {
    op: 'nn.instanceNorm',
    name: 'one position',
    call: () => nn.instanceNorm(zeros([4, 1, 3])),
    error: ShapeError,
    says: 'more than one value for each mean, got (4, 1, 3)',
  },
  ...any('nn.batchNorm', (t, options) => nn.batchNorm(t, null, null, { ...options, training: true })),
  {
    op: 'nn.batchNorm',
    name: 'one row in training',
    call: () => nn.batchNorm(zeros([1, 3]), null, null, { training: true }),
    error: ShapeError,
    says: 'more than one value for each mean, got (1, 3); a larger batch, or eval mode?',
  },
  { op: 'nn.batchNorm', name: 'no statistics', call: () => nn.batchNorm(x(), null, null), error: ArgumentError, says: 'training: true' },
  {
    op: 'nn.batchNorm',
    name: 'statistics that cannot move',
    call: () => nn.batchNorm(x(), zeros([3]), null, { training: true }),
    error: ArgumentError,
    says: 'must be a Parameter or null',
  },
  {
    op: 'nn.batchNorm',
    name: 'statistics of other channels',
    call: () => nn.batchNorm(x(), zeros([4]), zeros([3])),
    error: ShapeError,
    says: 'mean must be (3), got (4)',
  },
  {
    op: 'nn.batchNorm',
    name: 'momentum 2',
    call: () => nn.batchNorm(x(), zeros([3]), zeros([3]), { momentum: 2 }),
    error: ArgumentError,
    says: 'momentum must be from 0 to 1, got 2',
  },
  {
    op: 'nn.layerNorm',
    name: 'a bias of another shape',
    call: () => nn.layerNorm(x(), 3, { bias: zeros([1, 3]) }),
    error: ShapeError,
    says: 'bias must be (3), got (1, 3)',
  },
];
