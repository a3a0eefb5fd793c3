// What softmax and the losses refuse: labels out of range above all, in release builds too.
import { ArgumentError, DTypeError, IndexError, nn, ShapeError, type Tensor, tensor, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const wrong = (value: unknown): never => value as never;
const logits = (): Tensor => zeros([4, 3]);
const labels = (...values: number[]): Tensor => tensor(values, { dtype: 'i32' });

const soft = (name: 'softmax' | 'logSoftmax'): Refusal[] => {
  const op = `Tensor.${name}`;
  return [
    { op, name: 'axis 2 of two', call: () => logits()[name](2), error: IndexError, says: 'axis 2 is out of range' },
    {
      op,
      name: 'no axis',
      call: () => logits()[name](wrong(undefined)),
      error: ArgumentError,
      says: 'axis must be a whole number, got undefined',
    },
    { op, name: 'a scalar', call: () => tensor(1)[name](-1), error: IndexError, says: 'out of range for 0 axes' },
    { op, name: 'integers', call: () => labels(1, 2)[name](0), error: DTypeError, says: "expects a float dtype, got i32; use .to('f32')" },
  ];
};

const cross = 'nn.crossEntropy';

const pairs = (op: string, call: (a: Tensor, b: Tensor, options?: { reduction?: 'mean' | 'sum' | 'none' }) => Tensor): Refusal[] => [
  {
    op,
    name: '(4) against (4, 1)',
    call: () => call(zeros([4]), zeros([4, 1])),
    error: ShapeError,
    says: 'outputs are (4), targets (4, 1)',
  },
  {
    op,
    name: 'an unknown reduction',
    call: () => call(zeros([4]), zeros([4]), { reduction: wrong('avg') }),
    error: ArgumentError,
    says: "'mean', 'sum' or 'none', got avg",
  },
];

export const losses: readonly Refusal[] = [
  ...soft('softmax'),
  ...soft('logSoftmax'),
  ...pairs('nn.mseLoss', nn.mseLoss),
  ...pairs('nn.bceWithLogits', nn.bceWithLogits),
  { op: cross, name: 'a label of C', call: () => nn.crossEntropy(logits(), labels(0, 1, 3, 2)).item(), error: IndexError, says: '3' },
  { op: cross, name: 'a label of -1', call: () => nn.crossEntropy(logits(), labels(0, -1, 1, 2)).item(), error: IndexError, says: '-1' },
  {
    op: cross,
    name: 'labels of f32',
    call: () => nn.crossEntropy(logits(), tensor([0, 1.5, 1, 2])),
    error: ArgumentError,
    says: 'labels (4) in i32 or u8',
  },
  {
    op: cross,
    name: 'labels of another shape',
    call: () => nn.crossEntropy(logits(), labels(0, 1, 2)),
    error: ShapeError,
    says: 'need labels (4), got (3)',
  },
  { op: cross, name: 'a scalar', call: () => nn.crossEntropy(tensor(1), labels(0)), error: ShapeError, says: 'got a scalar' },
  { op: cross, name: 'no classes', call: () => nn.crossEntropy(zeros([4, 0]), labels(0, 0, 0, 0)), error: ShapeError, says: 'no classes' },
  {
    op: cross,
    name: 'labelSmoothing 2',
    call: () => nn.crossEntropy(logits(), labels(0, 1, 2, 0), { labelSmoothing: 2 }),
    error: ArgumentError,
    says: 'from 0 to 1, got 2',
  },
  {
    op: cross,
    name: 'an unknown reduction',
    call: () => nn.crossEntropy(logits(), labels(0, 1, 2, 0), { reduction: wrong('avg') }),
    error: ArgumentError,
    says: 'got avg',
  },
  {
    op: cross,
    name: 'ignoreIndex with probabilities',
    call: () => nn.crossEntropy(logits(), logits(), { ignoreIndex: 1 }),
    error: ArgumentError,
    says: 'ignoreIndex needs labels',
  },
];
