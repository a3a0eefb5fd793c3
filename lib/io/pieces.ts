// Brings big arrays from files into native memory piece by piece, so that the event loop stays free and one buffer serves for all.
import { bytesPerElement, type DType, type Shape, sizeOf, stored, storedInPieces, type Tensor } from '../core/index.js';
import { asIs } from './elements.js';

/** Bytes of a file that are converted and copied in one go: within a millisecond. */
const PIECE = 2 ** 20;
/** Bytes that are read and copied in one go where nothing is to convert. Asking the system costs as much as copying 1 MiB. */
const PLAIN_PIECE = 2 ** 22;

/** Reads under way at once where a file allows it: its next bytes arrive while the last ones are copied. */
export const READS_AHEAD = 2;

/** Buffers for the next file: the pages of new ones would take a fifth of the time that reading 100 MB takes. */
const spare: Uint8Array[] = [];

/**
 * A stored tensor from a file's elements.
 * @param elementBytes Bytes of an element in the file.
 * @param fill Fills a buffer with the next bytes of the file.
 * @param convert These bytes as elements of `dtype`; the result may share their memory.
 * @param readsAhead How many calls of `fill` may be under way at once, each with the bytes behind those of the last.
 */
export async function storePieces(
  shape: Shape,
  dtype: DType,
  elementBytes: number,
  fill: (buffer: Uint8Array) => Promise<void>,
  convert: (bytes: Uint8Array) => ArrayBufferView,
  readsAhead = 1,
): Promise<Tensor> {
  const total = sizeOf(shape) * elementBytes;
  const converted = (bytes: Uint8Array): Uint8Array => {
    const { buffer, byteOffset, byteLength } = convert(bytes);
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  const piece = convert === asIs && readsAhead > 1 ? PLAIN_PIECE : PIECE;
  if (total <= PIECE) {
    const bytes = new Uint8Array(total);
    await fill(bytes);
    return stored(converted(bytes), shape, dtype);
  }
  const { tensor, write } = storedInPieces(shape, dtype);
  const buffers = Array.from({ length: readsAhead }, () => (piece === PIECE ? undefined : spare.pop()) ?? new Uint8Array(piece));
  const reads: { bytes: Uint8Array; done: Promise<void> }[] = [];
  let asked = 0;
  const ask = (): void => {
    const bytes = buffers[(asked / piece) % readsAhead]!.subarray(0, total - asked);
    asked += piece;
    reads.push({ bytes, done: fill(bytes) });
  };
  try {
    while (reads.length < readsAhead && asked < total) ask();
    for (let at = 0; reads.length > 0; at += piece) {
      const { bytes, done } = reads.shift()!;
      await done;
      write((at / elementBytes) * bytesPerElement[dtype], converted(bytes));
      if (asked < total) ask();
    }
  } finally {
    await Promise.allSettled(reads.map(({ done }) => done)); // nobody may close the file, or take a buffer, under them
    if (piece === PLAIN_PIECE) spare.push(...buffers.slice(0, READS_AHEAD - spare.length));
  }
  return tensor;
}
