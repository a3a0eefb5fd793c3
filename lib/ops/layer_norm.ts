// Layer and RMS normalisation over the last axes: one fused forward, which keeps the rows' statistics, and one fused backward.
import { ShapeError } from '../core/errors.js';
import { newOp, type Op } from '../core/op.js';
import { record } from '../core/record.js';
import { checkShape, formatShape, type Shape, sameShape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';
import { floats, type NormalizeOptions, normalized, ownScalar } from './affine.js';
import { furtherResult, fusedBackward, type Plain } from './fused_backward.js';

/** x as rows of what is normalised together: its last `axes` axes. */
const rowsOf = ({ shape }: Tensor, axes: number): [rows: number, cols: number] => [
  sizeOf(shape.slice(0, shape.length - axes)),
  sizeOf(shape.slice(shape.length - axes)),
];

/** `centred`: the mean is subtracted first. attrs: how many axes are normalised; scalars: eps. */
function rowNorm(name: string, centred: boolean): Op {
  const saved = centred ? 2 : 1;
  const plain: Plain = ([x, weight, bias], [axes], scalars) => {
    const last = { axis: Array.from({ length: axes! }, (_, i) => -1 - i), keepDim: true };
    const d = centred ? x!.sub(x!.mean(last)) : x!;
    const n = d.mul(d.square().mean(last).add(ownScalar(scalars)).rsqrt());
    const scaled = weight ? n.mul(weight) : n;
    return bias ? scaled.add(bias) : scaled;
  };
  const backward = fusedBackward({
    name,
    opcode: 'layer_norm_grad',
    saved,
    plain,
    args: ({ inputs, attrs: [axes] }, io) => {
      const own = inputs.length - saved - 1;
      return [
        ...rowsOf(inputs[0]!, axes!),
        io.input(0),
        centred ? io.input(own) : -1,
        io.input(own + saved - 1),
        own > 1 ? io.input(1) : -1,
        io.input(own + saved),
        io.output(0),
        io.output(1),
        io.output(2),
      ];
    },
  });
  const op: Op = newOp(
    name,
    {
      kind: 'command',
      opcode: 'layer_norm',
      extra: ({ inputs: [x], attrs: [axes] }) => Array.from({ length: saved }, () => ({ shape: [rowsOf(x!, axes!)[0]], dtype: 'f32' })),
      args: ({ inputs, attrs: [axes] }, io) => [
        ...rowsOf(inputs[0]!, axes!),
        io.scalar(0),
        io.input(0),
        inputs.length > 1 ? io.input(1) : -1,
        inputs.length > 2 ? io.input(2) : -1,
        io.output(0),
        centred ? io.output(1) : -1,
        io.output(saved),
      ],
    },
    (context) => {
      const { y, attrs } = context;
      const [rows] = rowsOf(y, attrs[0]!);
      return backward(
        context,
        Array.from({ length: saved }, (_, k) => furtherResult(statistic, y, k + 1, rows)),
      );
    },
  );
  /** The rows' means (with `centred`), then the reciprocals of their deviations. */
  const statistic = newOp(`${name}Statistic`, { kind: 'pick', of: op }, null);
  return op;
}

const layerNormOp = rowNorm('layerNorm', true);
const rmsNormOp = rowNorm('rmsNorm', false);

function over(op: Op, a: Tensor, normalizedShape: number | Shape, options: NormalizeOptions): Tensor {
  const x = floats(op.name, a);
  const shape = checkShape(op.name, typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape);
  const axes = shape.length;
  if (axes === 0 || !sameShape(x.shape.slice(-axes), shape))
    throw new ShapeError(op.name, `normalises ${formatShape(shape)}, which must be the last axes of x, got ${formatShape(x.shape)}`, {
      value: x.shape,
    });
  return normalized(op.name, x, options, shape, (inputs, scalars) => record(op, inputs, x.shape, 'f32', [axes], scalars));
}

/**
 * (x - mean) / √(variance + eps) · weight + bias over the last axes, for each place of the others; the variance is that of a population.
 * In f32, whatever x is stored in.
 *
 * @param normalizedShape The sizes of the axes that are normalised together; a number stands for one axis.
 * @param options `weight` and `bias` of that shape; `eps`, 1e-5 unless told.
 * @throws {ShapeError} when x doesn't end in that shape, or weight or bias is another one. @throws {DTypeError} for integers.
 *   @throws {ArgumentError} for an eps that is no finite number ≥ 0.
 *
 * Source: Ba, Kiros and Hinton, "Layer normalization", 2016.
 * @example
 * await nn.layerNorm(tensor([[1, 3]]), 2).data(); // → -1.000, 1.000
 */
export function layerNorm(x: Tensor, normalizedShape: number | Shape, options: NormalizeOptions = {}): Tensor {
  return over(layerNormOp, x, normalizedShape, options);
}

/** The eps of `rmsNorm` where none is told: the distance from 1 to the next f32. */
export const RMS_EPS = 2 ** -23;

/**
 * x / √(mean of x² + eps) · weight over the last axes, for each place of the others: `layerNorm` without means. In f32, whatever x is stored in.
 *
 * @param normalizedShape The sizes of the axes that are normalised together; a number stands for one axis.
 * @param options `weight` of that shape; `eps`, 2⁻²³ unless told (f32's epsilon, as in PyTorch).
 * @throws {ShapeError} {DTypeError} {ArgumentError} as `layerNorm`.
 *
 * Source: Zhang and Sennrich, "Root mean square layer normalization", 2019.
 * @example
 * await nn.rmsNorm(tensor([[3, 4]]), 2).data(); // → 0.849, 1.131
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  { weight, eps = RMS_EPS }: Pick<NormalizeOptions, 'weight' | 'eps'> = {},
): Tensor {
  return over(rmsNormOp, x, normalizedShape, { weight, eps });
}
