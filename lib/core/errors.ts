// The typed errors of hebb. Each says op, expectation, reality and remedy, has a stable `code`, and carries the user's stack.

/**
 * The base of every error that hebb throws; `code` is stable (`HEBB_SHAPE`, `HEBB_DTYPE` …), the message is not. It says the op, what that
 * expects, what it got, and mostly a remedy.
 * @example
 * try {
 *   zeros([2, 3]).matmul(zeros([2, 3]));
 * } catch (error) {
 *   if (error instanceof HebbError) console.log(error.code, error.op); // → HEBB_SHAPE matmul
 * }
 */
export class HebbError extends Error {
  /** A stable, machine-readable name of the kind of error. */
  readonly code: string = 'HEBB_ERROR';
  /** The op or function that refused its input, for example `matmul`. */
  readonly op: string;
  /** The path of the module whose forward failed, for example `features.1`; empty outside of modules. */
  module = '';
  /** The offending value, where there is one. */
  readonly value: unknown;

  /** @param options `cause`: the error behind this one; `value`: the offending value. */
  constructor(op: string, message: string, options: { cause?: unknown; value?: unknown } = {}) {
    super(`[${op}] ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.op = op;
    this.value = options.value;
  }

  /** The class's name: `ShapeError` …. */
  override get name(): string {
    return this.constructor.name;
  }
}

const located = new WeakSet<Error>();

/** An error that a run raised was made far from the user's code: the first place that hears of it gives it its stack. */
export function locate(error: Error): Error {
  if (error instanceof HebbError && !located.has(error)) {
    located.add(error);
    Error.captureStackTrace(error, locate);
  }
  return error;
}

/**
 * Shapes that don't fit an op, or an impossible shape. `code` is `HEBB_SHAPE`.
 * @example
 * zeros([3]).add(zeros([4])); // throws ShapeError
 */
export class ShapeError extends HebbError {
  override readonly code: string = 'HEBB_SHAPE';
}

/**
 * A dtype that an op doesn't take, or an unknown one. `code` is `HEBB_DTYPE`.
 * @example
 * tensor([1.5]).bitwiseAnd(1); // throws DTypeError
 */
export class DTypeError extends HebbError {
  override readonly code: string = 'HEBB_DTYPE';
}

/**
 * An index, label or axis out of its range. `code` is `HEBB_INDEX`. Where an index is a tensor, the run that reads it rejects.
 * @example
 * zeros([3]).sum({ axis: 1 }); // throws IndexError
 * await zeros([3]).take(tensor([7], { dtype: 'i32' })).data(); // throws IndexError
 */
export class IndexError extends HebbError {
  override readonly code: string = 'HEBB_INDEX';
}

/**
 * An argument of the wrong kind or out of its domain. `code` is `HEBB_ARGUMENT`.
 * @example
 * new nn.Dropout(2); // throws ArgumentError
 */
export class ArgumentError extends HebbError {
  override readonly code: string = 'HEBB_ARGUMENT';
}

/**
 * The memory budget is used up: 80 % of what the process may use, or `HEBB_MEMORY_LIMIT`. `code` is `HEBB_MEMORY`.
 * @example
 * await zeros([2 ** 20, 2 ** 20]).data(); // throws MemoryError
 */
export class MemoryError extends HebbError {
  override readonly code: string = 'HEBB_MEMORY';
}

/**
 * A file or state that isn't what its format demands. `code` is `HEBB_FORMAT`.
 * @example
 * import { writeFile } from 'node:fs/promises';
 * await writeFile('broken.npy', 'no array');
 * await loadNpy('broken.npy'); // throws FormatError
 */
export class FormatError extends HebbError {
  override readonly code: string = 'HEBB_FORMAT';
}

/**
 * A tensor recorded from a variable's value that has been overwritten since, and not computed before: ask for it before `step()` or
 * `assign()`, then await after. `code` is `HEBB_STALE`.
 * @example
 * const w = new Parameter(tensor(1));
 * const opt = new optim.SGD([w], { lr: 0.1 });
 * const twice = w.mul(2);
 * await opt.step(w.square());
 * await twice.item(); // throws StaleError
 */
export class StaleError extends HebbError {
  override readonly code: string = 'HEBB_STALE';
}

/**
 * A tensor used after `dispose()`. `code` is `HEBB_DISPOSED`.
 * @example
 * const x = tensor([1, 2]);
 * x.dispose();
 * x.add(1); // throws DisposedError
 */
export class DisposedError extends HebbError {
  override readonly code: string = 'HEBB_DISPOSED';
}

/**
 * Gradients that finite differences contradict, as `gradcheck` found; it names the entry that differs most. `code` is `HEBB_GRADIENT`.
 * @example
 * const wrong = defineOp({ name: 'wrong', forward: (x: Tensor) => x.square(), grad: ({ dy }) => [dy] });
 * await gradcheck(wrong, [tensor([2])]); // throws GradientError
 */
export class GradientError extends HebbError {
  override readonly code: string = 'HEBB_GRADIENT';
  /** The place among the inputs. */
  readonly input: number;
  /** The element's place in that input. */
  readonly index: readonly number[];
  /** What `grad` gives. */
  readonly analytic: number;
  /** What finite differences give. */
  readonly numeric: number;

  /** @param entry The worst one: `input`, `index`, `analytic`, `numeric`. */
  constructor(
    op: string,
    message: string,
    entry: { readonly input: number; readonly index: readonly number[]; readonly analytic: number; readonly numeric: number },
  ) {
    super(op, message, { value: entry });
    this.input = entry.input;
    this.index = entry.index;
    this.analytic = entry.analytic;
    this.numeric = entry.numeric;
  }
}
