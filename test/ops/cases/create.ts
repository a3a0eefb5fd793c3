// Tensors out of nothing: tensor, zeros, ones, full, arange, and ops of a user's own. Random ones: random.test.ts.
import { arange, type DType, defineOp, full, ones, type Tensor, tensor, zeros } from 'hebb';
import { input, reals } from '../inputs.js';
import { build, map, type Ref, sizeOf } from '../oracle.js';
import type { Case } from '../table.js';

const fixed = { inputs: [], tolerance: 'exact', gradient: 'none' } as const;
const constant = (shape: readonly number[], value: number) => (): Ref => build(shape, () => value);
const flat = (shape: readonly number[], values: readonly number[]) => (): Ref => ({ shape, data: Float64Array.from(values) });

/** Rounds forwards, passes the gradient through: a gradient of one's own that no differentiation would find. */
const straightThrough = defineOp({
  name: 'straightThrough',
  forward: (x: Tensor) => x.to('i32').to('f32'),
  grad: ({ dy }) => [dy],
});

const product = defineOp({
  name: 'product',
  forward: (a: Tensor, b: Tensor) => a.mul(b),
  grad: ({ inputs: [a, b], dy }) => [dy.mul(b), dy.mul(a)],
});

export const create: readonly Case[] = [...tensors(), ...fills(), ...ranges(), ...composed()];

function tensors(): Case[] {
  const list: [name: string, make: () => Tensor, dtype: DType, shape: number[], values: number[]][] = [
    ['a number', () => tensor(2.5), 'f32', [], [2.5]],
    ['a boolean', () => tensor(true), 'bool', [], [1]],
    ['numbers', () => tensor([1, -0.1, 1e10]), 'f32', [3], [1, -0.1, 1e10]],
    ['booleans', () => tensor([[true], [false]]), 'bool', [2, 1], [1, 0]],
    ['nested arrays', () => tensor([[[1, 2, 3]], [[4, 5, 6]]]), 'f32', [2, 1, 3], [1, 2, 3, 4, 5, 6]],
    ['no numbers', () => tensor([]), 'f32', [0], []],
    ['rows without numbers', () => tensor([[], []]), 'f32', [2, 0], []],
    ['a shape', () => tensor([1, 2, 3, 4, 5, 6], { shape: [3, 2] }), 'f32', [3, 2], [1, 2, 3, 4, 5, 6]],
    ['Float32Array', () => tensor(Float32Array.of(0.1, Number.NaN, -0)), 'f32', [3], [0.1, Number.NaN, -0]],
    ['Float64Array, rounded', () => tensor(Float64Array.of(Math.PI, 1e-300, 1e300)), 'f32', [3], [Math.PI, 0, Number.POSITIVE_INFINITY]],
    ['Int32Array', () => tensor(Int32Array.of(-(2 ** 31), 2 ** 24 + 1)), 'i32', [2], [-(2 ** 31), 2 ** 24 + 1]],
    ['Int16Array', () => tensor(Int16Array.of(-32768, 5)), 'i32', [2], [-32768, 5]],
    ['Uint16Array', () => tensor(Uint16Array.of(65535, 5)), 'i32', [2], [65535, 5]],
    ['Int8Array', () => tensor(Int8Array.of(-128, 5)), 'i32', [2], [-128, 5]],
    ['Uint8Array', () => tensor(Uint8Array.of(255, 5)), 'u8', [2], [255, 5]],
    ['Uint8ClampedArray', () => tensor(Uint8ClampedArray.of(255, 5)), 'u8', [2], [255, 5]],
    ['a part of a buffer', () => tensor(new Int32Array(Int32Array.of(1, 2, 3, 4).buffer, 4, 2)), 'i32', [2], [2, 3]],
    ['numbers as i32', () => tensor([1, -7], { dtype: 'i32' }), 'i32', [2], [1, -7]],
    ['numbers as bf16', () => tensor([1, -7.5], { dtype: 'bf16' }), 'bf16', [2], [1, -7.5]],
    ['numbers as f16', () => tensor([1, -7.5], { dtype: 'f16' }), 'f16', [2], [1, -7.5]],
    [
      'bits as bf16',
      () => tensor(Uint16Array.of(0x3f80, 0xc0f0, 0x7f80, 0x0001), { dtype: 'bf16' }),
      'bf16',
      [4],
      [1, -7.5, Infinity, 2 ** -133],
    ],
    [
      'bits as f16',
      () => tensor(Uint16Array.of(0x3c00, 0xc780, 0xfc00, 0x0001), { dtype: 'f16' }),
      'f16',
      [4],
      [1, -7.5, -Infinity, 2 ** -24],
    ],
    [
      'Float32Array as bf16',
      () => tensor(Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, Number.NaN), { dtype: 'bf16' }),
      'bf16',
      [3],
      [1, 1 + 2 ** -6, Number.NaN],
    ],
    ['Float32Array as f16', () => tensor(Float32Array.of(65519, 65520, 2 ** -25), { dtype: 'f16' }), 'f16', [3], [65504, Infinity, 0]],
    ['numbers as bool', () => tensor([1, 0], { dtype: 'bool' }), 'bool', [2], [1, 0]],
    [
      'more than 4 KiB',
      () => tensor(Float32Array.from({ length: 5000 }, (_, i) => i)),
      'f32',
      [5000],
      Array.from({ length: 5000 }, (_, i) => i),
    ],
  ];
  return list.map(([name, hebb, dtype, shape, values]) => ({
    ...fixed,
    op: 'tensor',
    name,
    hebb,
    oracle: flat(shape, values),
    dtype,
    plain: 'given',
  }));
}

function fills(): Case[] {
  const shapes = [[], [3], [2, 0], [2, 3], [2, 2, 2, 2, 2, 2, 2, 2], [77, 99]];
  const plain = 'one value';
  return shapes.flatMap((shape): Case[] => {
    const name = shape.join('x') || 'scalar';
    const dtypes: DType[] = sizeOf(shape) > 6 ? ['f32'] : ['f32', 'bf16', 'f16', 'i32', 'u8', 'bool'];
    return [
      ...dtypes.map((dtype) => ({
        ...fixed,
        op: 'zeros',
        name: `${name} ${dtype}`,
        hebb: () => zeros(shape, { dtype }),
        oracle: constant(shape, 0),
        dtype,
        plain,
      })),
      ...dtypes.map((dtype) => ({
        ...fixed,
        op: 'ones',
        name: `${name} ${dtype}`,
        hebb: () => ones(shape, { dtype }),
        oracle: constant(shape, 1),
        dtype,
        plain,
      })),
      { ...fixed, op: 'full', name, hebb: () => full(shape, 0.1), oracle: constant(shape, 0.1), dtype: 'f32', plain },
      {
        ...fixed,
        op: 'full',
        name: `${name} i32`,
        hebb: () => full(shape, -(2 ** 31), { dtype: 'i32' }),
        oracle: constant(shape, -(2 ** 31)),
        dtype: 'i32',
        plain,
      },
      {
        ...fixed,
        op: 'full',
        name: `${name} NaN`,
        hebb: () => full(shape, Number.NaN),
        oracle: constant(shape, Number.NaN),
        dtype: 'f32',
        plain,
      },
    ];
  });
}

function ranges(): Case[] {
  const list: [dtype: DType, length: number, value: (i: number) => number, ...args: [number] | [number, number, number?]][] = [
    ['i32', 5, (i) => i, 5],
    ['i32', 0, (i) => i, 0],
    ['i32', 0, (i) => i, 5, 2],
    ['i32', 4, (i) => 3 + i, 3, 7],
    ['i32', 3, (i) => 10 - 4 * i, 10, 0, -4],
    ['i32', 5000, (i) => 2 ** 24 + i, 2 ** 24, 2 ** 24 + 5000],
    ['f32', 4, (i) => 1 + i / 4, 1, 2, 0.25],
    ['f32', 3, (i) => 0.5 + i, 0.5, 3],
    ['f32', 3, (i) => i, 2.5],
  ];
  return list.map(([dtype, length, value, ...args]) => ({
    ...fixed,
    op: 'arange',
    name: args.join(' '),
    hebb: () => arange(...(args as [number, number, number?])),
    oracle: flat(
      [length],
      Array.from({ length }, (_, i) => value(i)),
    ),
    dtype,
  }));
}

function composed(): Case[] {
  const rest = { op: 'defineOp', dtype: 'f32', tolerance: 'exact' } as const;
  return [
    {
      ...rest,
      name: 'one input',
      inputs: [input([3, 5], reals(-9, 9))],
      hebb: straightThrough,
      oracle: (x) => map(x, Math.trunc),
      gradient: 'none',
    },
    {
      ...rest,
      name: 'two inputs',
      inputs: [input([3, 5], reals(-2, 2)), input([3, 5], reals(-2, 2), 'f32', 'transposed')],
      hebb: product,
      oracle: (a, b) => ({ ...a, data: a.data.map((value, i) => value * b.data[i]!) }),
      gradient: 'smooth',
    },
  ];
}
