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

/** A loss of outputs, of others of the same shape, and of labels of that shape or, for rows of features, of its rows. */
type Call = (xs: Tensor[], options?: { reduction?: 'mean' | 'sum' | 'none' }) => Tensor;

const shaped = (op: string, call: Call, count = 2, shape = [4, 3]): Refusal[] => {
  const xs = (): Tensor[] => Array.from({ length: count }, () => zeros(shape));
  return [
    {
      op,
      name: 'other shapes',
      call: () => call(xs().with(1, zeros([...shape, 1]))),
      error: ShapeError,
      says: `outputs are (${shape.join(', ')}), targets (${shape.join(', ')}, 1)`,
    },
    {
      op,
      name: 'an unknown reduction',
      call: () => call(xs(), { reduction: wrong('avg') }),
      error: ArgumentError,
      says: "'mean', 'sum' or 'none', got \"avg\"",
    },
  ];
};

const option = (op: string, name: string, call: () => Tensor, says: string): Refusal => ({ op, name, call, error: ArgumentError, says });

const pair = (): [Tensor, Tensor] => [zeros([4, 3]), zeros([4, 3])];
const triple = (): [Tensor, Tensor, Tensor] => [...pair(), zeros([4, 3])];
const embedding = 'nn.cosineEmbeddingLoss';

/** What losses with class labels refuse. */
const labelled = (op: string, call: (x: Tensor, y: Tensor, options?: { weight: Tensor }) => Tensor): Refusal[] => [
  { op, name: 'a label of C', call: () => call(logits(), labels(0, 1, 3, 2)).item(), error: IndexError, says: '3' },
  { op, name: 'a label of -1', call: () => call(logits(), labels(0, -1, 1, 2)).item(), error: IndexError, says: '-1' },
  {
    op,
    name: 'labels of f32',
    call: () => call(logits(), zeros([4])),
    error: ArgumentError,
    says: 'expects labels (4) in i32 or u8, got (4) in f32',
  },
  { op, name: 'labels of another shape', call: () => call(logits(), labels(0, 1, 2)), error: ShapeError, says: 'need labels (4), got (3)' },
  { op, name: 'a scalar', call: () => call(tensor(1), labels(0)), error: ShapeError, says: 'got a scalar' },
  { op, name: 'no classes', call: () => call(zeros([4, 0]), labels(0, 0, 0, 0)), error: ShapeError, says: 'no classes' },
  {
    op,
    name: 'a weight for other classes',
    call: () => call(logits(), labels(0, 1, 2, 0), { weight: zeros([4]) }),
    error: ShapeError,
    says: '3 classes need a weight (3), got (4)',
  },
];

const sequences = (shape = [5, 2, 4]): Tensor => zeros(shape);
const known = (): Tensor => labels(1, 2, 2, 3).reshape([2, 2]);
const aligned = 'nn.ctcLoss';
const ctc = (name: string, call: () => Tensor, error: Refusal['error'], says: string): Refusal => ({
  op: aligned,
  name,
  call: () => call().item(),
  error,
  says,
});

const unaligned: readonly Refusal[] = [
  ctc('two axes', () => nn.ctcLoss(zeros([5, 4]), known(), [5], [2]), ShapeError, 'expects logP (time ≥ 1, batch, classes), got (5, 4)'),
  ctc('no steps', () => nn.ctcLoss(sequences([0, 2, 4]), known(), [0, 0], [2, 2]), ShapeError, 'time ≥ 1'),
  ctc('targets of f32', () => nn.ctcLoss(sequences(), zeros([2, 2]), [5, 5], [2, 2]), ArgumentError, 'labels in i32 or u8, got f32'),
  ctc('targets in one row', () => nn.ctcLoss(sequences(), labels(1, 2), [5, 5], [1, 1]), ShapeError, 'needs targets (2, length), got (2)'),
  ctc('an input length of 0', () => nn.ctcLoss(sequences(), known(), [5, 0], [2, 2]), ArgumentError, 'from 1 to 5, got 0 at position 1'),
  ctc('an input length beyond the steps', () => nn.ctcLoss(sequences(), known(), [6, 5], [2, 2]), ArgumentError, 'got 6 at position 0'),
  ctc('a target length beyond the targets', () => nn.ctcLoss(sequences(), known(), [5, 5], [2, 3]), ArgumentError, 'from 0 to 2, got 3'),
  ctc(
    'one length for two',
    () => nn.ctcLoss(sequences(), known(), [5], [2, 2]),
    ArgumentError,
    'must be 2 whole numbers from 1 to 5, got 1 of them',
  ),
  ctc('a length beyond the steps, in a tensor', () => nn.ctcLoss(sequences(), known(), labels(5, 6), [2, 2]), IndexError, 'position 1'),
  ctc('lengths of f32', () => nn.ctcLoss(sequences(), known(), zeros([2]), [2, 2]), ArgumentError, 'must be i32 or u8 (2), got f32 (2)'),
  ctc('a label out of range', () => nn.ctcLoss(sequences([5, 2, 3]), known(), [5, 5], [2, 2]), IndexError, '3'),
  ctc(
    'a blank that is no class',
    () => nn.ctcLoss(sequences(), known(), [5, 5], [2, 2], { blank: 4 }),
    ArgumentError,
    'from 0 to 3, got 4',
  ),
];

const others: readonly Refusal[] = [
  ...unaligned,
  ...labelled('nn.nllLoss', nn.nllLoss),
  option(
    'nn.nllLoss',
    'ignoreIndex 0.5',
    () => nn.nllLoss(logits(), labels(0, 1, 2, 0), { ignoreIndex: 0.5 }),
    'ignoreIndex must be a whole number, got 0.5',
  ),
  ...labelled('nn.multiMarginLoss', nn.multiMarginLoss),
  option('nn.multiMarginLoss', 'p 3', () => nn.multiMarginLoss(logits(), labels(0, 1, 2, 0), { p: wrong(3) }), 'p must be 1 or 2, got 3'),
  ...shaped('nn.mseLoss', ([a, b], o) => nn.mseLoss(a!, b!, o)),
  ...shaped('nn.l1Loss', ([a, b], o) => nn.l1Loss(a!, b!, o)),
  ...shaped('nn.huberLoss', ([a, b], o) => nn.huberLoss(a!, b!, o)),
  option('nn.huberLoss', 'delta 0', () => nn.huberLoss(...pair(), { delta: 0 }), 'delta must be a finite number > 0, got 0'),
  ...shaped('nn.smoothL1Loss', ([a, b], o) => nn.smoothL1Loss(a!, b!, o)),
  option('nn.smoothL1Loss', 'beta -1', () => nn.smoothL1Loss(...pair(), { beta: -1 }), 'beta must be a finite number ≥ 0, got -1'),
  ...shaped('nn.logCoshLoss', ([a, b], o) => nn.logCoshLoss(a!, b!, o)),
  ...shaped('nn.bceLoss', ([a, b], o) => nn.bceLoss(a!, b!, o)),
  {
    op: 'nn.bceLoss',
    name: 'a weight that does not broadcast',
    call: () => nn.bceLoss(...pair(), { weight: zeros([4]) }),
    error: ShapeError,
    says: "weight (4) doesn't broadcast to (4, 3)",
  },
  ...shaped('nn.bceWithLogits', ([a, b], o) => nn.bceWithLogits(a!, b!, o)),
  {
    op: 'nn.bceWithLogits',
    name: 'a posWeight that does not broadcast',
    call: () => nn.bceWithLogits(...pair(), { posWeight: zeros([1, 4, 3]) }),
    error: ShapeError,
    says: "posWeight (1, 4, 3) doesn't broadcast to (4, 3)",
  },
  ...shaped('nn.focalLoss', ([a, b], o) => nn.focalLoss(a!, b!, o)),
  option('nn.focalLoss', 'alpha 2', () => nn.focalLoss(...pair(), { alpha: 2 }), 'alpha must be from 0 to 1, got 2'),
  option('nn.focalLoss', 'gamma NaN', () => nn.focalLoss(...pair(), { gamma: Number.NaN }), 'gamma must be a finite number ≥ 0, got NaN'),
  ...shaped('nn.diceLoss', ([a, b], o) => nn.diceLoss(a!, b!, o), 2, [2, 4, 3]),
  {
    op: 'nn.diceLoss',
    name: 'no area',
    call: () => nn.diceLoss(...pair()),
    error: ShapeError,
    says: 'expects (samples, …, classes) with an area in between, got (4, 3)',
  },
  ...shaped('nn.klDiv', ([a, b], o) => nn.klDiv(a!, b!, o)),
  option('nn.klDiv', 'batchMean of a scalar', () => nn.klDiv(zeros([]), zeros([]), { reduction: 'batchMean' }), 'needs rows'),
  ...shaped('nn.poissonNllLoss', ([a, b], o) => nn.poissonNllLoss(a!, b!, o)),
  option('nn.poissonNllLoss', 'eps 0', () => nn.poissonNllLoss(...pair(), { eps: 0 }), 'eps must be a finite number > 0, got 0'),
  ...shaped('nn.gaussianNllLoss', ([a, b, v], o) => nn.gaussianNllLoss(a!, b!, v!, o), 3),
  {
    op: 'nn.gaussianNllLoss',
    name: 'variances that do not broadcast',
    call: () => nn.gaussianNllLoss(...pair(), zeros([4])),
    error: ShapeError,
    says: "variance (4) doesn't broadcast to (4, 3)",
  },
  ...shaped('nn.hingeLoss', ([a, b], o) => nn.hingeLoss(a!, b!, o)),
  option('nn.hingeLoss', 'margin NaN', () => nn.hingeLoss(...pair(), { margin: Number.NaN }), 'margin must be a finite number, got NaN'),
  ...shaped('nn.hingeEmbeddingLoss', ([a, b], o) => nn.hingeEmbeddingLoss(a!, b!, o)),
  ...shaped('nn.marginRankingLoss', ([a, b, y], o) => nn.marginRankingLoss(a!, b!, y!, o), 3),
  ...shaped('nn.tripletMarginLoss', ([a, b, c], o) => nn.tripletMarginLoss(a!, b!, c!, o), 3),
  option('nn.tripletMarginLoss', 'p 0.5', () => nn.tripletMarginLoss(...triple(), { p: 0.5 }), 'p must be a finite number ≥ 1, got 0.5'),
  ...shaped(embedding, ([a, b], o) => nn.cosineEmbeddingLoss(a!, b!, zeros([4]), o)),
  {
    op: embedding,
    name: 'scalars',
    call: () => nn.cosineEmbeddingLoss(zeros([]), zeros([]), zeros([])),
    error: ShapeError,
    says: 'features',
  },
  {
    op: embedding,
    name: 'labels of another shape',
    call: () => nn.cosineEmbeddingLoss(...triple()),
    error: ShapeError,
    says: 'outputs are (4), targets (4, 3)',
  },
];

export const losses: readonly Refusal[] = [
  ...soft('softmax'),
  ...soft('logSoftmax'),
  ...others,
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
    says: 'got "avg"',
  },
  {
    op: cross,
    name: 'ignoreIndex with probabilities',
    call: () => nn.crossEntropy(logits(), logits(), { ignoreIndex: 1 }),
    error: ArgumentError,
    says: 'ignoreIndex needs labels',
  },
  {
    op: cross,
    name: 'a weight for other classes',
    call: () => nn.crossEntropy(logits(), labels(0, 1, 2, 0), { weight: zeros([4]) }),
    error: ShapeError,
    says: '3 classes need a weight (3), got (4)',
  },
];
