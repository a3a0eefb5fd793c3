// What pooling refuses: windows that don't fit, paddings beyond half of them, numbers that are no sizes.
import { ArgumentError, DTypeError, nn, ShapeError, type Tensor, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const wrong = (value: unknown): never => value as never;

type Pool = (x: Tensor, size: unknown, options?: object) => Tensor;
type Layer = new (size: unknown, options?: object) => nn.AnyModule;
const functions = nn as unknown as Record<string, Pool>;
const layers = nn as unknown as Record<string, Layer>;
const capital = (name: string): string => name[0]!.toUpperCase() + name.slice(1);

function refusalsOf(kind: string, rank: number): Refusal[] {
  const method = `${kind}${rank}d`;
  const op = `nn.${method}`;
  const call: Pool = (...args) => functions[method]!(...args);
  const layer = (size: unknown, options?: object): nn.AnyModule => new layers[capital(method)]!(size, options);
  const images = (size = 4): Tensor => zeros([2, ...new Array<number>(rank).fill(size), 3]);
  const name = kind.startsWith('adaptive') ? 'outputSize' : 'kernelSize';
  const sizes = [0, -1, 1.5, Number.NaN, '2', null, []].flatMap((size): Refusal[] => [
    {
      op,
      name: `${name} ${JSON.stringify(size)}`,
      call: () => call(images(), wrong(size)),
      error: ArgumentError,
      says: `${name} must be a whole number ≥ 1`,
    },
    {
      op,
      name: `a layer of ${name} ${JSON.stringify(size)}`,
      call: () => layer(size),
      error: ArgumentError,
      says: `${name} must be a whole number ≥ 1`,
    },
  ]);
  return [
    ...sizes,
    { op, name: 'a matrix', call: () => call(zeros([4, 4]), 2), error: ShapeError, says: 'expects (batch, ' },
    { op, name: 'one without a batch', call: () => call(zeros(images().shape.slice(1)), 2), error: ShapeError, says: 'unsqueeze(0)' },
    {
      op,
      name: 'whole numbers',
      call: () => call(images().to('i32'), 2),
      error: DTypeError,
      says: "expects floats, got i32; use .to('f32')",
    },
  ];
}

function windowsOf(kind: string, rank: number): Refusal[] {
  const method = `${kind}${rank}d`;
  const op = `nn.${method}`;
  const x = zeros([2, ...new Array<number>(rank).fill(4), 3]);
  const one = (options: object, says: string): Refusal => ({
    op,
    name: JSON.stringify(options),
    call: () => functions[method]!(x, 2, options),
    error: ArgumentError,
    says,
  });
  return [
    { op, name: 'a window larger than x', call: () => functions[method]!(x, 5), error: ShapeError, says: "a window of 5 doesn't fit 4" },
    {
      op,
      name: 'nothing to slide over',
      call: () => functions[method]!(zeros([2, ...new Array<number>(rank).fill(0), 3]), 1),
      error: ShapeError,
      says: "doesn't fit 0",
    },
    one({ stride: 0 }, 'stride must be a whole number ≥ 1'),
    one({ padding: -1 }, 'padding must be a whole number ≥ 0'),
    one({ padding: 2 }, 'padding must be at most half of the window, got 2 for 2'),
    one({ ceilMode: 1 }, 'ceilMode must be true or false, got 1'),
    kind === 'maxPool'
      ? one({ dilation: 0 }, 'dilation must be a whole number ≥ 1')
      : one({ divisorOverride: 0 }, 'divisorOverride must be a whole number ≥ 1, got 0'),
    ...(kind === 'avgPool' ? [one({ countIncludePad: 'no' }, 'countIncludePad must be true or false')] : []),
  ];
}

export const pools: readonly Refusal[] = [
  ...['maxPool', 'avgPool'].flatMap((kind) => [1, 2, 3].flatMap((rank) => [...refusalsOf(kind, rank), ...windowsOf(kind, rank)])),
  ...['adaptiveMaxPool', 'adaptiveAvgPool'].flatMap((kind) =>
    [1, 2].flatMap((rank): Refusal[] => [
      ...refusalsOf(kind, rank),
      {
        op: `nn.${kind}${rank}d`,
        name: 'nothing to pool',
        call: () => functions[`${kind}${rank}d`]!(zeros([2, ...new Array<number>(rank).fill(0), 3]), 1),
        error: ShapeError,
        says: 'there is nothing to pool',
      },
    ]),
  ),
];
