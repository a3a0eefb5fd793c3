// Brings big arrays from files into native memory piece by piece, so that the event loop stays free and the file's bytes are held once.
import { bytesPerElement, type DType, type Shape, sizeOf, stored, storedInPieces, type Tensor } from '../core/index.js';
import { asIs } from './elements.js';
import type { RandomAccess } from './random_access.js';

/** Bytes of a file that are converted and copied in one go: within a millisecond. */
const PIECE = 2 ** 20;
/** Bytes that go straight into native memory in one go: each time one has arrived this thread takes a core from those that read. */
const PLAIN_PIECE = 2 ** 24;
/** Reads under way at once where a file allows it: the next bytes arrive while the last ones are looked after. */
const READS_AHEAD = 2;
const PLAIN_READS_AHEAD = 3;

/** Where the elements lie, in a file whose bytes are as they shall be read. */
export interface Place {
  readonly file: RandomAccess;
  readonly position: number;
}

/**
 * A stored tensor from a file's elements.
 * @param elementBytes Bytes of an element in the file.
 * @param fill Fills a buffer with the next bytes of the file.
 * @param convert These bytes as elements of `dtype`; the result may share their memory.
 * @param place Where `fill` begins to read, if that is a place in a file.
 */
export async function storePieces(
  shape: Shape,
  dtype: DType,
  elementBytes: number,
  fill: (buffer: Uint8Array) => Promise<void>,
  convert: (bytes: Uint8Array) => ArrayBufferView,
  place?: Place,
): Promise<Tensor> {
  const total = sizeOf(shape) * elementBytes;
  const converted = (bytes: Uint8Array): Uint8Array => {
    const { buffer, byteOffset, byteLength } = convert(bytes);
    return new Uint8Array(buffer, byteOffset, byteLength);
  };
  if (total <= PIECE) {
    const bytes = new Uint8Array(total);
    await fill(bytes);
    return stored(converted(bytes), shape, dtype);
  }
  const target = storedInPieces(shape, dtype);
  const readsAhead = place === undefined ? 1 : READS_AHEAD;
  try {
    if (place !== undefined && convert === asIs) {
      await inTurn(total, PLAIN_PIECE, PLAIN_READS_AHEAD, async (at, bytes) => {
        await place.file.readInto(target, at, bytes, place.position + at);
        return () => {};
      });
    } else {
      const buffers = Array.from({ length: readsAhead }, () => new Uint8Array(PIECE));
      await inTurn(total, PIECE, readsAhead, async (at, length) => {
        const bytes = buffers[(at / PIECE) % readsAhead]!.subarray(0, length);
        await fill(bytes);
        return () => target.write((at / elementBytes) * bytesPerElement[dtype], converted(bytes));
      });
    }
  } catch (error) {
    target.tensor.dispose();
    throw error;
  }
  return target.tensor;
}

/** Reads `total` bytes in pieces, some at once; what a read resolves to is called when those before it have been. */
async function inTurn(
  total: number,
  piece: number,
  atOnce: number,
  read: (at: number, bytes: number) => Promise<() => void>,
): Promise<void> {
  const reads: Promise<() => void>[] = [];
  try {
    for (let asked = 0; asked < total || reads.length > 0; ) {
      for (; reads.length < atOnce && asked < total; asked += piece) {
        const next = read(asked, Math.min(piece, total - asked));
        next.catch(() => {}); // it may fail before its turn
        reads.push(next);
      }
      (await reads[0]!)();
      reads.shift();
    }
  } finally {
    await Promise.allSettled(reads); // nobody may close the file under them
  }
}
