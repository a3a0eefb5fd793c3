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
  {
    op: 'nn.layerNorm',
    name: 'a bias of another shape',
    call: () => nn.layerNorm(x(), 3, { bias: zeros([1, 3]) }),
    error: ShapeError,
    says: 'bias must be (3), got (1, 3)',
  },
];
