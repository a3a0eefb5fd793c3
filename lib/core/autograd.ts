// Gradients: one iterative walk from y back to what is asked for. It undoes broadcasting, so no rule has to; rules stand beside their ops.
import { add, cast, expand, ones, sumTo } from './basic.js';
import { isFloat } from './dtype.js';
import { ArgumentError, ShapeError, StaleError } from './errors.js';
import { type GradRule, NUMBER, newOp } from './op.js';
import { clock, operand, record } from './record.js';
import { formatShape, sameShape } from './shape.js';
import { FORGOTTEN, NEEDS_GRAD, NO_INPUTS, numberTensor, type Tensor } from './tensor.js';
import { Parameter } from './variable.js';
import { topological } from './walk.js';

/** Counts walks; the places of the newest one stand in the nodes. */
let walks = 0;

/**
 * The gradients of a scalar `y` with respect to each of `xs`, recorded like any other op: gradients of gradients work.
 * The counterpart of `torch.autograd.grad`.
 *
 * @param y One element.
 * @param xs Tensors or Parameters that `y` was recorded from.
 * @returns One tensor for each of `xs`, in its shape; zeros where `y` doesn't depend on it.
 * @throws {ShapeError} when `y` isn't a scalar. @throws {StaleError} when a path may have led through what was computed earlier. @throws {ArgumentError} when an op on the way isn't differentiable.
 * @example
 * const x = tensor([1, 2, 3]);
 * const [dx] = grad(x.square().sum(), [x]);
 * await dx!.data(); // → [2, 4, 6]
 */
export function grad(y: Tensor, xs: readonly Tensor[]): Tensor[] {
  const root = operand('grad', y);
  if (root.size !== 1) throw new ShapeError('grad', `expects a scalar, got ${formatShape(root.shape)}; use .sum() or .mean()`);
  const found = gradients(root, xs);
  return xs.map((x, i) => found[i] ?? noPath(root, x));
}

/** Zeros, if they can be told from a path that was lost: a computed tensor keeps its record only where a Parameter may ask for it. */
function noPath(root: Tensor, x: Tensor): Tensor {
  const seen = topological([root], pathInputs, isDifferentiable);
  if (seen.some((node) => node.op.name === 'checkpoint' && liesWithin(x, node)))
    throw new ArgumentError(
      'grad',
      `${formatShape(x.shape)} lies within a checkpoint, which keeps only what goes in: differentiate by that`,
      {
        value: x,
      },
    );
  const lost = seen.find(({ flags }) => flags & FORGOTTEN && (flags & NEEDS_GRAD || !(x instanceof Parameter)));
  if (lost === undefined) return expand(numberTensor(0, 'f32', clock.now), x.shape);
  throw new StaleError(
    'grad',
    `found no path to ${formatShape(x.shape)}, but a tensor ${formatShape(lost.shape)} on the way was computed before and dropped its record; ` +
      'call grad() before awaiting, or make what you differentiate a Parameter',
    { value: lost },
  );
}

/** Whether x is among what a checkpoint computes again; its inputs are its value, then all that it reads from outside. */
function liesWithin(x: Tensor, { inputs: [value, ...outside] }: Tensor): boolean {
  return !outside.includes(x) && topological([value!], (node) => (outside.includes(node) ? NO_INPUTS : node.inputs)).includes(x);
}

/** As `grad`, but with null where there is no path from y. */
export function gradients(root: Tensor, xs: readonly Tensor[], seed?: Tensor): (Tensor | null)[] {
  const wanted = new Set<Tensor>(xs.map((x) => (x instanceof Parameter ? x : operand('grad', x))));
  const order = pathsTo(root, wanted);
  let walk = walks;
  const slots = new Array<Tensor | null>(order.length).fill(null);
  const results = new Map<Tensor, Tensor>();
  if (order.length) slots[order.length - 1] = seed ?? one(root);
  for (let i = order.length - 1; i >= 0; i--) {
    const y = order[i]!;
    let dy = slots[i];
    if (!dy) continue;
    const target = wanted.has(y) ? y : y.variable;
    if (target !== null && wanted.has(target)) {
      const full = fullShape(dy, y);
      const before = results.get(target);
      results.set(target, before ? add(before, full) : full);
    }
    const { op, inputs } = y;
    if (op.lowering.kind === 'leaf' || pathInputs(y).length === 0) continue;
    if (op.grad === null) throw new ArgumentError('grad', `${op.name} is not differentiable`, { value: op.name });
    if (!sameShape(dy.shape, y.shape) && !(op.lowering.kind === 'element' && inputs.every((x) => sameShape(x.shape, y.shape))))
      dy = fullShape(dy, y);
    const parts = partsOf(y, dy, op.grad);
    if (walk !== walks) {
      // The rule walked the graph itself, and numbered nodes in its own way.
      order.forEach((node, place) => (node.index = place));
      walk = walks;
    }
    for (let k = 0; k < inputs.length; k++) {
      const x = inputs[k]!;
      const part = parts[k];
      if (!part || order[x.index] !== x) continue;
      const fitted = part.shape.length >= x.shape.length ? sumTo(part, x.shape) : part;
      const before = slots[x.index];
      slots[x.index] = before ? add(before, fitted) : fitted;
    }
  }
  return xs.map((x) => results.get(x instanceof Parameter ? x : operand('grad', x)) ?? null);
}

/** What a node's rule gives. Those of element ops on 16-bit floats work in f32, so that each gradient is rounded once. */
function partsOf(y: Tensor, dy: Tensor, rule: GradRule): readonly (Tensor | null)[] {
  const { inputs, attrs, scalars } = y;
  if (y.op.lowering.kind !== 'element' || y.dtype === 'f32') return rule({ inputs, y, dy, attrs, scalars });
  const wide = (x: Tensor): Tensor => (x.op !== NUMBER && isFloat(x.dtype) ? cast(x, 'f32') : x);
  const parts = rule({ inputs: inputs.map(wide), y: wide(y), dy: wide(dy), attrs, scalars });
  return parts.map((part, k) => part && (isFloat(inputs[k]!.dtype) ? cast(part, inputs[k]!.dtype) : null));
}

function one(y: Tensor): Tensor {
  const seed = numberTensor(1, y.dtype, clock.now);
  ones.add(seed);
  return seed;
}

const fullShape = (dy: Tensor, y: Tensor): Tensor => (sameShape(dy.shape, y.shape) ? dy : expand(dy, y.shape));

const inputOp = newOp('input', { kind: 'alias' }, ({ dy }) => [dy]);

/**
 * The gradients of `plain(...inputs)` times `seed` with respect to the inputs themselves, whatever these depend on: the rule of a fused
 * backward op, whose inputs are all recorded from the same parameters.
 */
export function partials(inputs: readonly Tensor[], seed: Tensor, plain: (...inputs: Tensor[]) => Tensor): (Tensor | null)[] {
  const own = inputs.map((x) => record(inputOp, [x], x.shape, x.dtype));
  return gradients(plain(...own), own, seed);
}

/** Where a gradient may go on from a node: not through `detach`, nor through a step to what it was taken on. */
const pathInputs = (node: Tensor): readonly Tensor[] =>
  node.op.lowering.kind === 'alias' && node.op.grad === null ? NO_INPUTS : node.inputs;

/** Integers and bools have no gradient: a path ends there. */
const isDifferentiable = (node: Tensor): boolean => isFloat(node.dtype) && node.op !== NUMBER;

/** The differentiable nodes on a path from `root` to a wanted one, inputs first; `node.index` is the place in the list. */
function pathsTo(root: Tensor, wanted: ReadonlySet<Tensor>): Tensor[] {
  walks++;
  const isWanted = (node: Tensor): boolean => wanted.has(node) || (node.variable !== null && wanted.has(node.variable));
  const seen = topological([root], pathInputs, isDifferentiable);
  const onPath = new Set<Tensor>();
  for (const node of seen) {
    node.index = -1;
    if (isWanted(node) || pathInputs(node).some((x) => onPath.has(x))) onPath.add(node);
  }
  const order = seen.filter((node) => onPath.has(node));
  order.forEach((node, i) => (node.index = i));
  return order;
}
