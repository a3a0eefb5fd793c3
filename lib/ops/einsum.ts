// einsum: a sum of products named by letters, reduced to permutations, diagonals, matrix products and sums.
import { mul, permute, reshape, sum } from '../core/basic.js';
import { isFloat } from '../core/dtype.js';
import { ArgumentError, ShapeError } from '../core/errors.js';
import { operand } from '../core/record.js';
import { describe, formatShape, sizeOf } from '../core/shape.js';
import type { Tensor } from '../core/tensor.js';

/** A tensor with a label for each axis; those of an ellipsis are `.1`, `.2` … counted from its end. */
interface Term {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

const bad = (equation: unknown, why: string): ArgumentError =>
  new ArgumentError('einsum', `${describe(equation)}: ${why}`, { value: equation });

/** The letters of one operand or of the result, with the `count` labels of an ellipsis in its place. */
function labelsOf(equation: string, part: string, count: number): string[] {
  const dots = Array.from({ length: count }, (_, i) => `.${count - i}`);
  const [before, after, more] = part.split('...');
  if (more !== undefined || !/^[A-Za-z]*$/.test(before! + (after ?? ''))) throw bad(equation, `'${part}' is no list of letters`);
  return after === undefined ? [...before!] : [...before!, ...dots, ...after];
}

function parse(equation: unknown, operands: readonly Tensor[]): { terms: Term[]; result: string[] } {
  if (typeof equation !== 'string') throw bad(equation, 'expects a text such as "ij,jk->ik"');
  const [left, right, more] = equation.replaceAll(' ', '').split('->');
  if (more !== undefined) throw bad(equation, 'has more than one ->');
  const parts = left!.split(',');
  if (parts.length !== operands.length) throw bad(equation, `names ${parts.length} operands, got ${operands.length}`);
  let most = 0;
  const terms = parts.map((part, k) => {
    const x = operand('einsum', operands[k]);
    const hidden = x.shape.length - part.replace('...', '').length;
    const count = part.includes('...') ? Math.max(hidden, 0) : 0;
    most = Math.max(most, count);
    const labels = labelsOf(equation, part, count);
    if (labels.length !== x.shape.length)
      throw new ShapeError('einsum', `'${part}' names ${labels.length} axes of operand ${k}, which is ${formatShape(x.shape)}`, {
        value: x.shape,
      });
    return { x, labels };
  });
  const all = terms.flatMap(({ labels }) => labels);
  const free = all.filter((l) => !l.startsWith('.') && all.indexOf(l) === all.lastIndexOf(l)).sort();
  const result = right === undefined ? [...labelsOf(equation, '...', most), ...free] : labelsOf(equation, right, most);
  result.forEach((label, i) => {
    if (result.indexOf(label) !== i) throw bad(equation, `the result names '${label}' twice`);
    if (!all.includes(label)) throw bad(equation, `no operand has the result's '${label}'`);
  });
  checkSizes(equation, terms);
  return { terms, result };
}

/** One size for each label, 1 apart. */
function checkSizes(equation: string, terms: readonly Term[]): void {
  const sizes = new Map<string, number>();
  for (const { x, labels } of terms)
    labels.forEach((label, i) => {
      const [n, known = 1] = [x.shape[i]!, sizes.get(label)];
      if (n !== 1 && known !== 1 && n !== known)
        throw new ShapeError('einsum', `${describe(equation)}: '${label}' is ${known} and ${n}`, { value: terms.map((t) => t.x.shape) });
      sizes.set(label, known === 1 ? n : known);
    });
}

/** A label named twice in one operand: its diagonal. */
function withoutRepeats({ x, labels }: Term): Term {
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return { x, labels };
  const first = labels.indexOf(labels[second]!);
  if (x.shape[first] !== x.shape[second])
    throw new ShapeError('einsum', `no diagonal: '${labels[second]}' is ${x.shape[first]} and ${x.shape[second]}`, { value: x.shape });
  const rest = labels.filter((_, i) => i !== first && i !== second);
  return withoutRepeats({ x: x.diagonal(0, first, second), labels: [...rest, labels[second]!] });
}

function summed({ x, labels }: Term, keep: ReadonlySet<string>): Term {
  const axis = labels.flatMap((label, i) => (keep.has(label) ? [] : [i]));
  return axis.length ? { x: sum(x, { axis }), labels: labels.filter((label) => keep.has(label)) } : { x, labels };
}

/** The axes in the order of `labels`; those that x lacks have size 1. */
function ordered({ x, labels: own }: Term, labels: readonly string[]): Tensor {
  const turned = permute(
    x,
    labels.filter((l) => own.includes(l)).map((l) => own.indexOf(l)),
  );
  return reshape(
    turned,
    labels.map((l) => (own.includes(l) ? x.shape[own.indexOf(l)]! : 1)),
  );
}

/** Drops axes of size 1 that spread over the other term's. */
function narrowed({ x, labels }: Term, other: Term): Term {
  const stays = labels.map((label, i) => x.shape[i] !== 1 || !other.labels.includes(label));
  return {
    x: reshape(
      x,
      x.shape.filter((_, i) => stays[i]),
    ),
    labels: labels.filter((_, i) => stays[i]),
  };
}

/** The product of two terms, summed over the labels that nothing else needs. */
function contracted(left: Term, right: Term, keep: ReadonlySet<string>): Term {
  const first = narrowed(left, right);
  const a = summed(first, new Set([...keep, ...right.labels]));
  const b = summed(narrowed(right, first), new Set([...keep, ...a.labels]));
  const shared = a.labels.filter((l) => b.labels.includes(l));
  const [batch, inner] = [shared.filter((l) => keep.has(l)), shared.filter((l) => !keep.has(l))];
  const [rows, cols] = [a.labels.filter((l) => !shared.includes(l)), b.labels.filter((l) => !shared.includes(l))];
  const labels = [...batch, ...rows, ...cols];
  const size = (own: Term, some: readonly string[]): number => sizeOf(some.map((l) => own.x.shape[own.labels.indexOf(l)]!));
  const isProduct = inner.length > 0 && rows.length + cols.length > 0 && isFloat(a.x.dtype) && isFloat(b.x.dtype);
  if (!isProduct) {
    const spread = [...labels, ...inner];
    return summed({ x: mul(ordered(a, spread), ordered(b, spread)), labels: spread }, keep);
  }
  const lead = batch.length ? [size(a, batch)] : [];
  const x = reshape(ordered(a, [...batch, ...rows, ...inner]), [...lead, size(a, rows), size(a, inner)]);
  const y = reshape(ordered(b, [...batch, ...inner, ...cols]), [...lead, size(b, inner), size(b, cols)]);
  const shape = labels.map((l) => (rows.includes(l) || batch.includes(l) ? size(a, [l]) : size(b, [l])));
  return { x: reshape(x.matmul(y), shape), labels };
}

/**
 * The sum of products that `equation` names (Einstein's convention): a letter for each axis, operands parted by commas, and after `->` the
 * result's letters; what is missing there is summed over. Without `->` the result has the letters named once, in alphabetical order. A letter
 * twice in one operand takes its diagonal; `...` stands for further axes, which broadcast. Operands are joined from left to right.
 *
 * @throws {ArgumentError} an equation that can't be read. @throws {ShapeError} axes or sizes that don't fit it.
 * @example
 * einsum('bij,bjk->bik', zeros([8, 2, 3]), zeros([8, 3, 4])).shape; // → 8, 2, 4
 * await einsum('ii', tensor([[1, 2], [3, 4]])).item(); // → 5
 */
export function einsum(equation: string, ...operands: Tensor[]): Tensor {
  const { terms, result } = parse(equation, operands);
  const [first, ...others] = terms.map(withoutRepeats);
  let joined = first!;
  others.forEach((term, k) => {
    const later = others.slice(k + 1).flatMap(({ labels }) => labels);
    joined = contracted(joined, term, new Set([...result, ...later]));
  });
  return ordered(summed(joined, new Set(result)), result);
}
