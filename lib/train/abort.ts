// Batches until a signal aborts: also while a data set keeps the loop waiting.
import type { DataLoader } from '../data/index.js';

/** The loader's batches; throws the signal's reason as soon as it aborts. */
export function batches<B>(loader: DataLoader<B>, signal: AbortSignal | undefined): AsyncIterable<B> {
  return signal === undefined ? loader : untilAborted(loader, signal);
}

async function* untilAborted<B>(loader: DataLoader<B>, signal: AbortSignal): AsyncGenerator<B, void, undefined> {
  const iterator = loader[Symbol.asyncIterator]();
  // One listener for all waits: a race with one long-lived promise would leave a reaction behind with every batch.
  let giveUp: (reason: unknown) => void = () => {};
  const onAbort = (): void => giveUp(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await new Promise<IteratorResult<B, void>>((resolve, reject) => {
        giveUp = reject;
        iterator.next().then(resolve, reject);
      });
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    iterator.return().catch(() => {}); // not awaited: a data set that hangs would hold this up too
  }
}
