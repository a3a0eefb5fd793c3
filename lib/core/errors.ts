// The typed errors of hebb. Each says op, expectation, reality and remedy, has a stable `code`, and carries the user's stack.

/** The base of every error that hebb throws; `code` is stable (`HEBB_SHAPE`, `HEBB_DTYPE` …), the message is not. */
export class HebbError extends Error {
  /** A stable, machine-readable name of the kind of error. */
  readonly code: string = 'HEBB_ERROR';
  /** The op or function that refused its input, for example `matmul`. */
  readonly op: string;
  /** The path of the module whose forward failed, for example `features.1`; empty outside of modules. */
  module = '';
  /** The offending value, where there is one. */
  readonly value: unknown;

  constructor(op: string, message: string, options: { cause?: unknown; value?: unknown } = {}) {
    super(`[${op}] ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.op = op;
    this.value = options.value;
  }

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

/** Shapes that don't fit an op, or an impossible shape. */
export class ShapeError extends HebbError {
  override readonly code: string = 'HEBB_SHAPE';
}

/** A dtype that an op doesn't take, or an unknown one. */
export class DTypeError extends HebbError {
  override readonly code: string = 'HEBB_DTYPE';
}

/** An index, label or axis out of its range. */
export class IndexError extends HebbError {
  override readonly code: string = 'HEBB_INDEX';
}

/** An argument of the wrong kind or out of its domain. */
export class ArgumentError extends HebbError {
  override readonly code: string = 'HEBB_ARGUMENT';
}

/** The memory budget is used up. */
export class MemoryError extends HebbError {
  override readonly code: string = 'HEBB_MEMORY';
}

/** A file that isn't what its format demands. */
export class FormatError extends HebbError {
  override readonly code: string = 'HEBB_FORMAT';
}

/** A tensor recorded from a variable's value that has been overwritten since. */
export class StaleError extends HebbError {
  override readonly code: string = 'HEBB_STALE';
}

/** A tensor used after `dispose()`. */
export class DisposedError extends HebbError {
  override readonly code: string = 'HEBB_DISPOSED';
}

/** Gradients that finite differences contradict, as `gradcheck` found; it names the entry that differs most. */
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
