// What an IterableDataset does to the samples of one pass, step by step. Leaving a step early leaves the one before it, down to the source.
import { setImmediate } from 'node:timers/promises';
import type { Generator } from '../core/index.js';
import { failedAt, guarded } from './blame.js';
import { Dice } from './draw.js';

/** A pass, with the samples of the source counted for its errors. */
export async function* read<S>(open: () => Iterable<S> | AsyncIterable<S>): AsyncGenerator<S, void, undefined> {
  let index = 0;
  try {
    for await (const sample of open()) {
      yield sample;
      index++;
    }
  } catch (error) {
    throw failedAt('IterableDataset', `the source failed at sample ${index}`, index, error);
  }
}

/** Applies `fn`. Not a generator, so that a `prefetch` after it has several calls under way. */
export function map<S, T>(
  pass: AsyncIterator<S, unknown, undefined>,
  fn: (sample: S, index: number) => T | Promise<T>,
): AsyncIterableIterator<T> {
  let count = 0;
  return {
    async next() {
      const index = count++;
      const { done, value } = await pass.next();
      return done ? { done, value: undefined } : { done: false, value: await call('map', fn, value as S, index) };
    },
    async return() {
      await pass.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

export async function* filter<S>(
  samples: AsyncIterable<S>,
  fn: (sample: S, index: number) => boolean | Promise<boolean>,
): AsyncGenerator<S> {
  let index = 0;
  for await (const sample of samples) if (await call('filter', fn, sample, index++)) yield sample;
}

export async function* take<S>(samples: AsyncIterable<S>, count: number): AsyncGenerator<S> {
  if (count === 0) return;
  let left = count;
  for await (const sample of samples) {
    yield sample;
    if (--left === 0) return;
  }
}

/** Each sample is a random one of the next `bufferSize`; where the source ends, of those that are left. */
export async function* shuffle<S>(samples: AsyncIterable<S>, bufferSize: number, generator: Generator): AsyncGenerator<S> {
  const dice = new Dice(generator);
  const buffer: S[] = [];
  for await (const sample of samples) {
    if (buffer.length < bufferSize) {
      buffer.push(sample);
      continue;
    }
    const at = await dice.below(bufferSize);
    yield buffer[at]!;
    buffer[at] = sample;
  }
  while (buffer.length > 0) {
    const at = await dice.below(buffer.length);
    const last = buffer.pop()!;
    yield at === buffer.length ? last : buffer[at]!;
    if (at < buffer.length) buffer[at] = last;
  }
}

/** Hands out what was asked for before, and asks for one more each time. */
export async function* prefetch<S>(pass: AsyncIterator<S, unknown, undefined>, count: number): AsyncGenerator<S> {
  const ahead: Promise<IteratorResult<S, unknown>>[] = [];
  const ask = (): void => {
    const next = pass.next();
    next.catch(() => {}); // told when it is its turn; never, when the pass is left before
    ahead.push(next);
  };
  try {
    while (ahead.length < count) ask();
    for (;;) {
      const { done, value } = await ahead.shift()!;
      if (done) return;
      ask();
      yield value as S;
    }
  } finally {
    await pass.return?.();
  }
}

const call = <S, T>(op: string, fn: (sample: S, index: number) => T | Promise<T>, sample: S, index: number): T | Promise<T> =>
  guarded(
    () => fn(sample, index),
    (error) => failedAt(op, `the function failed at sample ${index}`, index, error),
  );

const TURN = 5; // milliseconds

/** Whoever goes through many samples awaits this for each: a source that never waits would otherwise hold up timers and I/O. */
export function breather(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < TURN) return undefined;
    return setImmediate().then(() => void (since = performance.now()));
  };
}
