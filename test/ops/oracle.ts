// The reference: every op in plain float64, written to be read, not to be fast. Nothing here knows hebb.

/** An array of float64 with a shape, row-major. */
export interface Ref {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** An array whose value at each position is `value(index)`. */
export function build(shape: readonly number[], value: (index: readonly number[]) => number): Ref {
  const data = new Float64Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let flat = 0; flat < data.length; flat++) {
    data[flat] = value(index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return { shape, data };
}

export function at(x: Ref, index: readonly number[]): number {
  return x.data[index.reduce((flat, i, axis) => flat * x.shape[axis]! + i, 0)]!;
}

export const map = (x: Ref, f: (value: number) => number): Ref => ({ shape: x.shape, data: x.data.map(f) });

/** NumPy's rule: shapes are aligned at their ends, and size 1 spreads. */
export function broadcastShape(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return sizes.find((n) => n !== 1) ?? 1;
  });
}

export function expand(x: Ref, shape: readonly number[]): Ref {
  const lead = shape.length - x.shape.length;
  return build(shape, (index) =>
    at(
      x,
      x.shape.map((n, axis) => (n === 1 ? 0 : index[lead + axis]!)),
    ),
  );
}

/** An elementwise function of several arrays, under broadcasting. */
export function zip(f: (...values: number[]) => number, ...xs: Ref[]): Ref {
  const shape = broadcastShape(...xs.map((x) => x.shape));
  const spread = xs.map((x) => expand(x, shape).data);
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => f(...spread.map((data) => data[i]!))) };
}

export const reshape = (x: Ref, shape: readonly number[]): Ref => ({ shape, data: x.data });

/** Axis i of the result is axis `order[i]` of x. */
export function transpose(x: Ref, order = x.shape.map((_, axis) => axis).reverse()): Ref {
  return build(
    order.map((axis) => x.shape[axis]!),
    (index) =>
      at(
        x,
        x.shape.map((_, axis) => index[order.indexOf(axis)]!),
      ),
  );
}

export function narrow(x: Ref, axis: number, start: number, length: number): Ref {
  const shape = x.shape.map((n, k) => (k === axis ? length : n));
  return build(shape, (index) =>
    at(
      x,
      index.map((i, k) => (k === axis ? start + i : i)),
    ),
  );
}

export function concat(xs: readonly Ref[], axis: number): Ref {
  const starts = xs.map((_, k) => total(xs.slice(0, k).map((x) => x.shape[axis]!)));
  const shape = xs[0]!.shape.map((n, k) => (k === axis ? total(xs.map((x) => x.shape[axis]!)) : n));
  return build(shape, (index) => {
    const part = xs.findLastIndex((x, k) => starts[k]! <= index[axis]! && x.shape[axis]! > 0);
    return at(
      xs[part]!,
      index.map((i, k) => (k === axis ? i - starts[part]! : i)),
    );
  });
}

export function indexSelect(x: Ref, axis: number, rows: Ref): Ref {
  const shape = x.shape.map((n, k) => (k === axis ? rows.data.length : n));
  return build(shape, (index) =>
    at(
      x,
      index.map((i, k) => (k === axis ? rows.data[i]! : i)),
    ),
  );
}

/** Replaces the values along `axes` (all axes unless given) by `f` of them, in row-major order. */
export function reduce(x: Ref, f: (values: number[]) => number, axes = x.shape.map((_, axis) => axis), keepDim = false): Ref {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const within = axes.map((axis) => x.shape[axis]!);
  const result = build(
    kept.map((axis) => x.shape[axis]!),
    (outer) => {
      const values: number[] = [];
      build(within, (inner) => {
        const value = at(
          x,
          x.shape.map((_, axis) => (axes.includes(axis) ? inner[axes.indexOf(axis)]! : outer[kept.indexOf(axis)]!)),
        );
        return values.push(value);
      });
      return f(values);
    },
  );
  return keepDim
    ? reshape(
        result,
        x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n)),
      )
    : result;
}

/** Replaces each line of values along an axis by `f` of it, which is `size` values. */
export function alongAxis(x: Ref, axis: number, f: (line: number[]) => number[], size = x.shape[axis]!): Ref {
  const done = new Map<string, number[]>();
  return build(x.shape.with(axis, size), (index) => {
    const key = index.with(axis, 0).join();
    if (!done.has(key)) done.set(key, f(Array.from({ length: x.shape[axis]! }, (_, i) => at(x, index.with(axis, i)))));
    return done.get(key)![index[axis]!]!;
  });
}

/** The positions that sort values, stably: -0 before 0, NaN last; descending is the opposite order. */
export function sortingOrder(values: readonly number[], descending = false): number[] {
  const place = (x: number): number => (Number.isNaN(x) ? 2 : x === 0 && !Object.is(x, -0) ? 1 : 0);
  const compare = (a: number, b: number): number => (place(a) === 2 || place(b) === 2 || a === b ? place(a) - place(b) : a < b ? -1 : 1);
  const sign = descending ? -1 : 1;
  return values.map((_, i) => i).sort((i, j) => sign * compare(values[i]!, values[j]!) || i - j);
}

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const average = (values: readonly number[]): number => total(values) / values.length;
export const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value));
export const smallest = (values: readonly number[]): number => values.reduce((least, value) => Math.min(least, value));
export const length2 = (values: readonly number[]): number => Math.sqrt(total(values.map((value) => value * value)));

/** The first NaN if there is one, else the first of the smallest values. */
export const whereSmallest = (values: readonly number[]): number => whereLargest(values.map((value) => -value));

/** The first NaN if there is one, else the first of the largest values. */
export function whereLargest(values: readonly number[]): number {
  const nan = values.findIndex(Number.isNaN);
  return nan >= 0 ? nan : values.indexOf(largest(values));
}

/** (…, M, K) · (…, K, N) with NumPy's rules: leading axes broadcast; a vector is a row on the left, a column on the right. */
export function matmul(a: Ref, b: Ref): Ref {
  const x = a.shape.length === 1 ? reshape(a, [1, ...a.shape]) : a;
  const y = b.shape.length === 1 ? reshape(b, [...b.shape, 1]) : b;
  const [m, k] = x.shape.slice(-2) as [number, number];
  const n = y.shape.at(-1)!;
  const batch = broadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2));
  const left = expand(x, [...batch, m, k]).data;
  const right = expand(y, [...batch, k, n]).data;
  const data = new Float64Array(sizeOf(batch) * m * n);
  for (let matrix = 0; matrix < sizeOf(batch); matrix++)
    for (let row = 0; row < m; row++)
      for (let col = 0; col < n; col++) {
        let sum = 0;
        for (let i = 0; i < k; i++) sum += left[(matrix * m + row) * k + i]! * right[(matrix * k + i) * n + col]!;
        data[(matrix * m + row) * n + col] = sum;
      }
  const shape = [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])];
  return { shape, data };
}

/** x - log Σ eˣ along an axis; -inf beside finite values gives -inf, as PyTorch does. */
export function logSoftmax(x: Ref, axis: number): Ref {
  const most = reduce(x, largest, [axis], true);
  const shifted = zip((value, top) => value - top, x, most);
  const sums = reduce(map(shifted, Math.exp), total, [axis], true);
  return zip((value, sum) => value - Math.log(sum), shifted, sums);
}

export const softmax = (x: Ref, axis: number): Ref => map(logSoftmax(x, axis), Math.exp);

/** -log softmax(logits)[label] of each row. */
export function crossEntropyRows(logits: Ref, labels: Ref): Ref {
  const logs = logSoftmax(logits, logits.shape.length - 1);
  return build(labels.shape, (index) => -at(logs, [...index, at(labels, index)]));
}

export const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
export const silu = (x: number): number => x * sigmoid(x);
export const gelu = (x: number): number => (x / 2) * (1 + erf(x * Math.SQRT1_2));
export const sign = (x: number): number => (Number.isNaN(x) ? x : x > 0 ? 1 : x < 0 ? -1 : 0);

/** 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·5 … (2n+1)): no term cancels another. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
