// What the element ops refuse: shapes that don't broadcast, operands that are no tensors, dtypes without a meaning.
import { ArgumentError, arange, DisposedError, DTypeError, ShapeError, type Tensor, tensor, where, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const UNARY = [
  'neg',
  'square',
  'sqrt',
  'rsqrt',
  'reciprocal',
  'sign',
  'abs',
  'exp',
  'log',
  'tanh',
  'sigmoid',
  'erf',
  'relu',
  'gelu',
  'silu',
  'leakyRelu',
  'detach',
  'expm1',
  'exp2',
  'log1p',
  'log2',
  'log10',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'asinh',
  'acosh',
  'atanh',
  'floor',
  'ceil',
  'round',
  'trunc',
  'frac',
  'isNaN',
  'isFinite',
  'isInf',
  'elu',
  'celu',
  'selu',
  'softplus',
  'logSigmoid',
  'mish',
  'softsign',
  'hardTanh',
  'relu6',
  'hardSigmoid',
  'hardSwish',
  'tanhshrink',
  'softshrink',
  'hardshrink',
  'rrelu',
  'bitwiseNot',
] as const;
const BINARY = [
  'add',
  'sub',
  'mul',
  'div',
  'maximum',
  'minimum',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'pow',
  'atan2',
  'fmod',
  'remainder',
  'floorDivide',
] as const;
const LOGIC = ['logicalAnd', 'logicalOr', 'logicalXor'] as const;
const BITS = ['bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'bitwiseLeftShift', 'bitwiseRightShift'] as const;
const DIVISION = ['fmod', 'remainder', 'floorDivide'] as const;

const wrong = (value: unknown): never => value as never;
const mask = (): Tensor => tensor([true, false]);
const disposed = (values = tensor([1, 2])): Tensor => {
  values.dispose();
  return values;
};

const binary = (name: (typeof BINARY)[number]): Refusal[] => {
  const op = `Tensor.${name}`;
  return [
    { op, name: '(3) with (4)', call: () => zeros([3])[name](zeros([4])), error: ShapeError, says: "shapes (3) and (4) don't broadcast" },
    { op, name: '(2, 3) with (2)', call: () => zeros([2, 3])[name](zeros([2])), error: ShapeError, says: "(2, 3) and (2) don't broadcast" },
    { op, name: '(0) with (2)', call: () => zeros([0])[name](zeros([2])), error: ShapeError, says: "(0) and (2) don't broadcast" },
    { op, name: 'a string', call: () => zeros([3])[name](wrong('4')), error: ArgumentError, says: 'expects a Tensor or a number, got "4"' },
    { op, name: 'null', call: () => zeros([3])[name](wrong(null)), error: ArgumentError, says: 'got null' },
    { op, name: 'nothing', call: () => zeros([3])[name](wrong(undefined)), error: ArgumentError, says: 'got undefined' },
    { op, name: 'an array', call: () => zeros([3])[name](wrong([1, 2, 3])), error: ArgumentError, says: 'got [1, 2, 3]' },
    { op, name: 'a bigint', call: () => zeros([3])[name](wrong(1n)), error: ArgumentError, says: 'got 1n' },
  ];
};

const logic = (name: (typeof LOGIC)[number]): Refusal[] => {
  const op = `Tensor.${name}`;
  return [
    { op, name: 'f32', call: () => tensor([1, 0])[name](mask()), error: DTypeError, says: 'expects bool, got f32' },
    {
      op,
      name: 'i32 on the right',
      call: () => mask()[name](zeros([2], { dtype: 'i32' })),
      error: DTypeError,
      says: 'expects bool, got i32',
    },
    {
      op,
      name: '(2) with (3)',
      call: () => mask()[name](tensor([true, true, false])),
      error: ShapeError,
      says: "(2) and (3) don't broadcast",
    },
    { op, name: 'a boolean', call: () => mask()[name](wrong(true)), error: ArgumentError, says: 'got true' },
  ];
};

const choose = (op: 'where' | 'Tensor.where', call: (mask: Tensor, a: Tensor | number, b: Tensor | number) => Tensor): Refusal[] => [
  { op, name: 'a mask of f32', call: () => call(tensor([1, 0]), 1, 2), error: DTypeError, says: 'expects bool, got f32; compare first' },
  {
    op,
    name: "branches that don't broadcast",
    call: () => call(mask(), zeros([3]), zeros([4])),
    error: ShapeError,
    says: "(3) and (4) don't broadcast",
  },
  {
    op,
    name: "a mask that doesn't broadcast",
    call: () => call(mask(), zeros([3]), 0),
    error: ShapeError,
    says: "(2) and (3) don't broadcast",
  },
  { op, name: 'a string', call: () => call(mask(), wrong('a'), 0), error: ArgumentError, says: 'got "a"' },
];

const i32 = (...values: number[]): Tensor => tensor(values, { dtype: 'i32' });
const onBits = (name: (typeof BITS)[number]): Refusal[] => {
  const op = `Tensor.${name}`;
  const says = "expects integers or bools, got f32; use .to('i32')";
  return [
    { op, name: 'f32', call: () => tensor([1, 2])[name](i32(1, 2)), error: DTypeError, says },
    { op, name: 'f32 on the right', call: () => i32(1, 2)[name](tensor([1, 2])), error: DTypeError, says },
    { op, name: 'a fraction', call: () => i32(1)[name](1.5), error: DTypeError, says },
    { op, name: '(2) with (3)', call: () => i32(1, 2)[name](i32(1, 2, 3)), error: ShapeError, says: "(2) and (3) don't broadcast" },
    { op, name: 'a string', call: () => i32(1)[name](wrong('1')), error: ArgumentError, says: 'got "1"' },
  ];
};
const byZero = (name: (typeof DIVISION)[number]): Refusal[] => {
  const op = `Tensor.${name}`;
  const u8 = (...values: number[]): Tensor => tensor(values, { dtype: 'u8' });
  const at = (place: number): string => `an integer is divided by 0 at position ${place} of the divisor`;
  return [
    { op, name: 'an integer by 0', call: () => i32(1, 2)[name](0), error: ArgumentError, says: "an integer can't be divided by 0" },
    { op, name: 'a u8 by -0', call: () => u8(1, 2)[name](-0), error: ArgumentError, says: "an integer can't be divided by 0" },
    {
      op,
      name: 'integers by zeros',
      call: () =>
        i32(1, 2, 3)
          [name](i32(4, 0, 0))
          .data(),
      error: ArgumentError,
      says: at(1),
    },
    { op, name: 'u8 by 0', call: () => u8(1)[name](u8(0)).data(), error: ArgumentError, says: at(0) },
    { op, name: 'bools by false', call: () => mask()[name](mask()).data(), error: ArgumentError, says: at(1) },
    { op, name: 'by a 0 far behind', call: () => i32(1)[name](arange(-30_000, 30_000)).data(), error: ArgumentError, says: at(30_000) },
  ];
};

export const element: readonly Refusal[] = [
  ...UNARY.map(
    (name): Refusal => ({
      op: `Tensor.${name}`,
      name: 'a disposed tensor',
      call: () => disposed()[name](),
      error: DisposedError,
      says: 'disposed',
    }),
  ),
  ...BINARY.flatMap(binary),
  ...LOGIC.flatMap(logic),
  ...BITS.flatMap(onBits),
  ...DIVISION.flatMap(byZero),
  { op: 'Tensor.logicalNot', name: 'f32', call: () => tensor([1]).logicalNot(), error: DTypeError, says: 'expects bool, got f32' },
  ...choose('where', where),
  ...choose('Tensor.where', (m, a, b) => m.where(a, b)),
  {
    op: 'Tensor.clamp',
    name: 'no bounds',
    call: () => tensor([1]).clamp(wrong(undefined), 1),
    error: ArgumentError,
    says: 'got undefined',
  },
  {
    op: 'Tensor.clamp',
    name: '(3) by (4)',
    call: () => zeros([3]).clamp(zeros([4]), 1),
    error: ShapeError,
    says: "(3) and (4) don't broadcast",
  },
  {
    op: 'Tensor.pow',
    name: 'an integer to -2',
    call: () => tensor([1], { dtype: 'i32' }).pow(-2),
    error: ArgumentError,
    says: "i32 holds no negative powers, got -2; use .to('f32')",
  },
  { op: 'Tensor.celu', name: 'alpha 0', call: () => tensor([1]).celu(0), error: ArgumentError, says: 'alpha must not be 0' },
  { op: 'Tensor.celu', name: 'alpha "1"', call: () => tensor([1]).celu(wrong('1')), error: ArgumentError, says: 'got "1"' },
  { op: 'Tensor.elu', name: 'alpha "1"', call: () => tensor([1]).elu(wrong('1')), error: ArgumentError, says: 'got "1"' },
  {
    op: 'Tensor.softplus',
    name: 'beta 0',
    call: () => tensor([1]).softplus({ beta: 0 }),
    error: ArgumentError,
    says: 'beta must not be 0',
  },
  {
    op: 'Tensor.rrelu',
    name: 'slopes reversed',
    call: () => tensor([1]).rrelu({ lower: 0.5, upper: 0.1 }),
    error: ArgumentError,
    says: 'lower ≤ upper, got 0.5 and 0.1',
  },
  {
    op: 'Tensor.softshrink',
    name: 'a negative lambda',
    call: () => tensor([1]).softshrink(-1),
    error: ArgumentError,
    says: 'lambda must not be negative, got -1',
  },
  {
    op: 'Tensor.threshold',
    name: 'no value',
    call: () => tensor([1]).threshold(1, wrong(undefined)),
    error: ArgumentError,
    says: 'got undefined',
  },
  {
    op: 'Tensor.gelu',
    name: 'another approximation',
    call: () => tensor([1]).gelu({ approximate: wrong('erf') }),
    error: ArgumentError,
    says: "approximate is 'none' or 'tanh', got \"erf\"",
  },
  {
    op: 'Tensor.bitwiseNot',
    name: 'f32',
    call: () => tensor([1]).bitwiseNot(),
    error: DTypeError,
    says: 'expects integers or bools, got f32',
  },
  { op: 'Tensor.lerp', name: '(3) to (4)', call: () => zeros([3]).lerp(zeros([4]), 0.5), error: ShapeError, says: "don't broadcast" },
  { op: 'Tensor.lerp', name: 'no weight', call: () => zeros([3]).lerp(1, wrong(undefined)), error: ArgumentError, says: 'got undefined' },
  {
    op: 'Tensor.to',
    name: 'an unknown dtype',
    call: () => tensor([1]).to(wrong('f64')),
    error: DTypeError,
    says: 'dtype must be one of f32, bf16, f16, i32, u8, bool, got f64',
  },
  {
    op: 'Tensor.to',
    name: 'a name of every object',
    call: () => tensor([1]).to(wrong('constructor')),
    error: DTypeError,
    says: 'got constructor',
  },
  {
    op: 'Tensor.leakyRelu',
    name: 'a slope that is no number',
    call: () => tensor([1]).leakyRelu(wrong('0.1')),
    error: ArgumentError,
    says: 'got "0.1"',
  },
];
