// What convolutions refuse: windows that don't fit, numbers that are no sizes, channels that don't match or don't divide.
import { ArgumentError, DTypeError, grad, nn, ShapeError, type Tensor, zeros } from 'hebb';
import type { Refusal } from '../table.js';

const { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d } = nn;
const wrong = (value: unknown): never => value as never;

interface Form {
  readonly op: string;
  readonly call: (x: Tensor, weight: Tensor, options?: nn.ConvOptions) => Tensor;
  readonly layer: (inputs: number, outputs: number, kernel: number, options?: nn.ConvOptions) => nn.AnyModule;
  readonly rank: number;
  readonly turned: boolean;
}

const without = ({ bias: _, ...options }: nn.ConvOptions = {}): Omit<nn.ConvOptions, 'bias'> => options;

const FORMS: readonly Form[] = [
  { op: 'nn.conv1d', call: conv1d, layer: (i, o, k, more) => new nn.Conv1d(i, o, k, without(more)), rank: 1, turned: false },
  { op: 'nn.conv2d', call: conv2d, layer: (i, o, k, more) => new nn.Conv2d(i, o, k, without(more)), rank: 2, turned: false },
  { op: 'nn.conv3d', call: conv3d, layer: (i, o, k, more) => new nn.Conv3d(i, o, k, without(more)), rank: 3, turned: false },
  {
    op: 'nn.convTranspose1d',
    call: (x, weight, options) => convTranspose1d(x, weight, options as never),
    layer: (i, o, k, more) => new nn.ConvTranspose1d(i, o, k, without(more) as never),
    rank: 1,
    turned: true,
  },
  {
    op: 'nn.convTranspose2d',
    call: (x, weight, options) => convTranspose2d(x, weight, options as never),
    layer: (i, o, k, more) => new nn.ConvTranspose2d(i, o, k, without(more) as never),
    rank: 2,
    turned: true,
  },
];

function refusalsOf({ op, call, layer, rank, turned }: Form): Refusal[] {
  const axes = <T>(value: T): T[] => new Array<T>(rank).fill(value);
  const x = (size = 5, channels = 4): Tensor => zeros([2, ...axes(size), channels]);
  const weight = (kernel = 3): Tensor => zeros([4, 4, ...axes(kernel)]);
  const numbers = (['stride', 'dilation'] as const).flatMap((name) =>
    [0, -1, 1.5, Number.NaN, '2', [], new Array(rank + 1).fill(1), 1e21].map(
      (value): Refusal => ({
        op,
        name: `${name} ${JSON.stringify(value)}`,
        call: () => call(x(), weight(), { [name]: wrong(value) }),
        error: ArgumentError,
        says: `${name} must be a whole number ≥ 1`,
      }),
    ),
  );
  const groups = [0, -1, 1.5, '2', 3].map(
    (value): Refusal => ({
      op,
      name: `groups ${JSON.stringify(value)}`,
      call: () => call(x(), weight(), { groups: wrong(value) }),
      error: ArgumentError,
      says: value === 3 ? `4 ${turned ? 'input' : 'output'} channels don't divide into 3 groups` : 'groups must be a whole number ≥ 1',
    }),
  );
  const layers = [
    { name: 'no channels', call: () => layer(0, 4, 3), says: 'inChannels must be a whole number ≥ 1, got 0' },
    { name: 'half a channel', call: () => layer(4, 1.5, 3), says: 'outChannels must be a whole number ≥ 1, got 1.5' },
    { name: 'a layer with kernel 0', call: () => layer(4, 4, 0), says: 'kernelSize must be a whole number ≥ 1' },
    { name: 'a layer with kernel -1', call: () => layer(4, 4, -1), says: 'kernelSize must be a whole number ≥ 1' },
    { name: 'a layer with groups 3', call: () => layer(4, 4, 3, { groups: 3 }), says: 'groups must divide 4 and 4 channels, got 3' },
    { name: 'a layer with stride 0', call: () => layer(4, 4, 3, { stride: 0 }), says: 'stride must be' },
  ].map((one): Refusal => ({ op, error: ArgumentError, ...one }));
  return [
    ...numbers,
    ...groups,
    ...layers,
    { op, name: 'padding -1', call: () => call(x(), weight(), { padding: -1 }), error: ArgumentError, says: 'padding must be' },
    {
      op,
      name: 'padding "all"',
      call: () => call(x(), weight(), { padding: wrong('all') }),
      error: ArgumentError,
      says: 'padding must be',
    },
    { op, name: 'a matrix', call: () => call(zeros([2, 4]), weight()), error: ShapeError, says: 'expects (batch, ' },
    {
      op,
      name: 'one without a batch',
      call: () => call(zeros([...axes(5), 4]), weight()),
      error: ShapeError,
      says: 'unsqueeze(0) makes a batch of one',
    },
    { op, name: 'a weight without a window', call: () => call(x(), zeros([4, 4])), error: ShapeError, says: 'expects a weight (' },
    { op, name: 'an empty weight', call: () => call(x(), weight(0)), error: ShapeError, says: "a weight can't be empty" },
    { op, name: 'other channels', call: () => call(x(5, 6), weight()), error: ShapeError, says: 'the weight expects 4 channels' },
    {
      op,
      name: 'channels first',
      call: () => call(zeros([2, 4, ...axes(5)]), weight()),
      error: ShapeError,
      says: 'channels-last, transpose(0, 2',
    },
    {
      op,
      name: 'whole numbers',
      call: () => call(x().to('i32'), weight()),
      error: DTypeError,
      says: "x must be floats, got i32; use .to('f32')",
    },
    { op, name: 'a weight of whole numbers', call: () => call(x(), weight().to('i32')), error: DTypeError, says: 'weight must be floats' },
    {
      op,
      name: 'another bias',
      call: () => call(x(), weight(), { bias: zeros([3]) }),
      error: ShapeError,
      says: 'expects a bias (4), got (3)',
    },
    {
      op,
      name: 'a gradient of another shape',
      call: () => grad(call(x(), weight()), [x()]),
      error: ShapeError,
      says: 'expects a scalar',
    },
  ];
}

export const convolutions: readonly Refusal[] = [
  ...FORMS.flatMap(refusalsOf),
  ...FORMS.filter(({ turned }) => !turned).flatMap(({ op, call, rank }): Refusal[] => {
    const x = zeros([1, ...new Array<number>(rank).fill(4), 2]);
    const weight = (n: number): Tensor => zeros([2, 2, ...new Array<number>(rank).fill(n)]);
    return [
      { op, name: 'a window larger than x', call: () => call(x, weight(5)), error: ShapeError, says: "a window of 5 doesn't fit 4" },
      {
        op,
        name: 'a dilated window larger than padded x',
        call: () => call(x, weight(3), { dilation: 4, padding: 2 }),
        error: ShapeError,
        says: "a window of 9 doesn't fit 8",
      },
      {
        op,
        name: 'nothing to slide over',
        call: () => call(zeros([1, ...new Array<number>(rank).fill(0), 2]), weight(1)),
        error: ShapeError,
        says: "doesn't fit 0",
      },
      {
        op,
        name: "'same' with a stride",
        call: () => call(x, weight(3), { padding: 'same', stride: 2 }),
        error: ArgumentError,
        says: "padding 'same' is for stride 1, got 2",
      },
    ];
  }),
  {
    op: 'nn.convTranspose1d',
    name: 'outputPadding 2 for stride 2',
    call: () => convTranspose1d(zeros([1, 3, 2]), zeros([2, 2, 2]), { stride: 2, outputPadding: 2 }),
    error: ArgumentError,
    says: 'outputPadding must be less than stride or dilation, got 2 for 2 and 1',
  },
  {
    op: 'nn.convTranspose2d',
    name: 'padding that leaves nothing',
    call: () => convTranspose2d(zeros([1, 1, 1, 2]), zeros([2, 2, 2, 2]), { padding: 1 }),
    error: ShapeError,
    says: 'padding 1 cuts off all of axis 1',
  },
];
