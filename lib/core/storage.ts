// Native memory as JS holds it: a handle that is freed with its last holder, or at once by `releaseStorage`.
import { MemoryError } from './errors.js';
import { native } from './native.js';

/** A Storage of native code, by slot and generation. */
export class Storage {
  constructor(
    readonly slot: number,
    readonly generation: number,
    readonly bytes: number,
  ) {}
}

const owners = new FinalizationRegistry<readonly [slot: number, generation: number]>(([slot, generation]) =>
  native().freeStorage(slot, generation),
);

/** Allocates native memory with undefined contents; throws a MemoryError beyond the budget. */
export function allocate(op: string, bytes: number): Storage {
  const handle = native().createStorage(bytes);
  if (handle < 0) {
    const [used, pooled, workspace, budget] = native().memory() as unknown as [number, number, number, number];
    const mib = (n: number): string => `${(n / 2 ** 20).toFixed(1)} MiB`;
    throw new MemoryError(
      op,
      `${mib(bytes)} don't fit the budget: ${mib(used)} are in use, ${mib(workspace)} in the workspace, ${mib(pooled)} pooled, of ${mib(budget)}; ` +
        'dispose what is not needed, use smaller batches, or raise HEBB_MEMORY_LIMIT',
      { value: bytes },
    );
  }
  const storage = new Storage(handle % 2 ** 32, Math.floor(handle / 2 ** 32), bytes);
  owners.register(storage, [storage.slot, storage.generation], storage);
  return storage;
}

export function releaseStorage(storage: Storage): void {
  owners.unregister(storage);
  native().freeStorage(storage.slot, storage.generation);
}
