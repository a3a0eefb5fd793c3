// How samples become a batch: field by field, stacked along a new first axis, or padded to one length first.
import { ArgumentError, describe, formatShape, full, HebbError, ShapeError, sameShape, Tensor, tensor } from '../core/index.js';
import { concat } from '../ops/index.js';

/** What a field of the samples is in their batch: strings stay a list, all else is a tensor with one row a sample. */
export type BatchField<F> = F extends string ? string[] : Tensor;

/** A batch of samples S: tuples and arrays are fields in order, objects are fields by name, anything else is one field. */
export type Batch<S> = S extends Tensor | ArrayBufferView | number | boolean | string
  ? BatchField<S>
  : { -readonly [K in keyof S]: BatchField<S[K]> };

/** Makes a batch of samples. */
export type Collate<S, B> = (samples: readonly S[]) => B | Promise<B>;

type Field = number | string;

/**
 * Stacks samples to a batch. An array is a list of fields, `[x, y]`, an object has named ones; a number, a boolean, a typed array or a
 * tensor is a sample of one field. Within a field arrays may nest. Numbers become f32, booleans bool, typed arrays and tensors keep their
 * dtype, strings stay a list. So for class labels, which are i32, hand over `Int32Array`s or a collate function of your own.
 *
 * @throws {ShapeError} naming the first sample whose shape differs. @throws {ArgumentError} for what is no number.
 * @example
 * const [x, y] = collate<[number[], number]>([[[1, 2], 0], [[3, 4], 1]]);
 * console.log(x.shape, y.shape); // → (2, 2) (2)
 */
export function collate<S>(samples: readonly S[]): Batch<S> {
  return byField(samples, (values, field) => [stackField(values, field)]) as Batch<S>;
}

/** Options of `padded`. */
export interface PadOptions {
  /** What is put in; 0 unless told. */
  readonly value?: number;
  /** Pads to this length instead of the batch's longest. A longer sequence is an error. */
  readonly length?: number;
  /** The fields to pad, by position or name; unless told, every one that holds arrays. */
  readonly fields?: readonly (number | string)[];
  /** Adds the sequences' lengths, i32 (rows), after each padded field; as `<name>Lengths` where fields have names. */
  readonly lengths?: boolean;
}

/**
 * A collate function for sequences of unequal lengths: fields that hold arrays are padded at their end, along their first axis, to the
 * longest of the batch.
 *
 * @throws {ArgumentError} for a `length` that is no whole number ≥ 0, and, from the batch, for a sequence longer than it.
 * @example
 * const data = new SampleDataset([[[5, 6, 7], 1], [[8], 0]], { collate: padded({ lengths: true }) });
 * const [x, lengths, y] = await data.batch(Int32Array.of(0, 1));
 * await x!.data(); // → 5, 6, 7, 8, 0, 0
 * await lengths!.data(); // → 3, 1
 */
export function padded(options: PadOptions & { readonly lengths: true }): <S>(samples: readonly S[]) => Tensor[];
export function padded(options?: PadOptions): <S>(samples: readonly S[]) => Batch<S>;
export function padded({ value = 0, length, fields, lengths = false }: PadOptions = {}): <S>(samples: readonly S[]) => never {
  if (length !== undefined && !(Number.isInteger(length) && length >= 0))
    throw new ArgumentError('padded', `length must be a whole number ≥ 0, got ${describe(length)}`, { value: length });
  return (samples) =>
    byField(samples, (values, field) => {
      if (!(fields?.includes(field) ?? values.every(isSequence))) return [stackField(values, field)];
      const own = values.map((each, i) => lengthOf(each, i, field));
      const target = length ?? Math.max(...own);
      for (const [i, size] of own.entries()) {
        if (size > target)
          throw new ArgumentError('padded', `sample ${i} has ${size} elements, more than length ${target}; cut it first`, { value: size });
      }
      const batch = stackField(padAll(values, own, target, value), field);
      return lengths ? [batch, tensor(Int32Array.from(own))] : [batch];
    }) as never;
}

/** The batch of `samples`, each field made by `make`; what it makes beside the field itself stands after it. */
function byField(samples: readonly unknown[], make: (values: unknown[], field: Field) => unknown[]): unknown {
  const [first] = samples;
  if (samples.length === 0) throw new ArgumentError('collate', 'a batch needs at least one sample', { value: samples });
  if (Array.isArray(first)) {
    for (const [i, sample] of samples.entries()) {
      if (!Array.isArray(sample) || sample.length !== first.length)
        throw new ShapeError('collate', `sample ${i} has other fields than the first, which has ${first.length}`, { value: sample });
    }
    return first.flatMap((_, k) =>
      make(
        samples.map((sample) => (sample as unknown[])[k]),
        k,
      ),
    );
  }
  if (!isRecord(first)) {
    const made = make([...samples], 0);
    return made.length === 1 ? made[0] : made;
  }
  const batch: Record<string, unknown> = {};
  for (const name of Object.keys(first)) {
    const values = samples.map((sample, i) => {
      if (isRecord(sample) && name in sample) return sample[name];
      throw new ShapeError('collate', `sample ${i} has no field "${name}", as the first has`, { value: sample });
    });
    const [field, lengths] = make(values, name);
    batch[name] = field;
    if (lengths !== undefined) batch[`${name}Lengths`] = lengths;
  }
  return batch;
}

const isRecord = (sample: unknown): sample is Record<string, unknown> =>
  typeof sample === 'object' && sample !== null && !Array.isArray(sample) && !(sample instanceof Tensor) && !ArrayBuffer.isView(sample);

function stackField(values: unknown[], field: Field): unknown {
  const [first] = values;
  if (typeof first === 'string') {
    const odd = values.findIndex((value) => typeof value !== 'string');
    if (odd >= 0) throw new ArgumentError('collate', `field ${field} is a string at first, but ${describe(values[odd])} in sample ${odd}`);
    return values;
  }
  if (first instanceof Tensor) return stackTensors(values, field);
  if (ArrayBuffer.isView(first)) return stackViews(values as Float32Array[], field);
  try {
    return tensor(values);
  } catch (cause) {
    if (!(cause instanceof HebbError)) throw cause;
    const remedy = cause instanceof ShapeError ? '; for sequences of unequal lengths: { collate: padded() }' : '';
    const Kind = cause.constructor as typeof HebbError;
    throw new Kind('collate', `field ${field} of the samples doesn't stack: ${cause.message}${remedy}`, { cause, value: cause.value });
  }
}

function stackTensors(values: unknown[], field: Field): Tensor {
  const tensors = values.map((value, i) => {
    if (value instanceof Tensor && sameShape(value.shape, (values[0] as Tensor).shape)) return value;
    const found = value instanceof Tensor ? formatShape(value.shape) : describe(value);
    throw new ShapeError('collate', `field ${field} is ${found} in sample ${i}, ${formatShape((values[0] as Tensor).shape)} in the first`);
  });
  return concat(
    tensors.map((t) => t.reshape([1, ...t.shape])),
    0,
  );
}

/** Typed arrays of one class and length, copied one behind the other. */
function stackViews(values: Float32Array[], field: Field): Tensor {
  const [first] = values as [Float32Array];
  const flat = new (first.constructor as typeof Float32Array)(values.length * first.length);
  for (const [i, value] of values.entries()) {
    if (value?.constructor !== first.constructor || value.length !== first.length) {
      const found = ArrayBuffer.isView(value) ? `${value.constructor.name} of ${value.length}` : describe(value);
      const remedy = 'for sequences of unequal lengths: { collate: padded() }';
      const expected = `${first.constructor.name} of ${first.length}`;
      throw new ShapeError('collate', `field ${field} is a ${found} in sample ${i}, a ${expected} in the first; ${remedy}`, { value });
    }
    flat.set(value, i * first.length);
  }
  return tensor(flat, { shape: [values.length, first.length] });
}

const isSequence = (value: unknown): boolean =>
  Array.isArray(value) || ArrayBuffer.isView(value) || (value instanceof Tensor && value.rank > 0);

function lengthOf(value: unknown, sample: number, field: Field): number {
  if (!isSequence(value))
    throw new ArgumentError('padded', `field ${field} of sample ${sample} is no array: ${describe(value)}`, { value });
  return value instanceof Tensor ? value.shape[0]! : (value as ArrayLike<number>).length;
}

function padAll(values: unknown[], lengths: number[], target: number, value: number): unknown[] {
  // An empty sequence doesn't tell what its elements look like; another one does.
  const element = filler((values.find((each) => Array.isArray(each) && each.length > 0) as unknown[] | undefined)?.[0], value);
  return values.map((each, i) => {
    const missing = target - lengths[i]!;
    if (missing === 0) return each;
    if (each instanceof Tensor) return concat([each, full([missing, ...each.shape.slice(1)], value, { dtype: each.dtype })], 0);
    if (Array.isArray(each)) return [...each, ...Array(missing).fill(element)];
    const view = each as Float32Array;
    const longer = new (view.constructor as typeof Float32Array)(target).fill(value);
    longer.set(view);
    return longer;
  });
}

/** Something of `element`'s shape that holds `value` alone. */
const filler = (element: unknown, value: number): unknown =>
  Array.isArray(element) ? element.map((each) => filler(each, value)) : typeof element === 'boolean' ? value !== 0 : value;
