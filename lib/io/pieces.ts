// Brings big arrays from files into native memory piece by piece, so that the event loop stays free and one buffer serves for all.
import { concat } from '../ops/index.js';
import { type DType, type Shape, type Tensor, type TypedArray, run, sizeOf, tensor } from '../core/index.js';

/** Bytes of a file that are read, converted and copied in one go: about a millisecond. */
const PIECE = 4 * 2 ** 20;

/**
 * A stored tensor from a file's elements.
 * @param elementBytes Bytes of an element in the file.
 * @param fill Fills a buffer with the next bytes of the file.
 * @param convert The elements that these bytes hold; they are copied at once.
 */
export async function storePieces(
  shape: Shape,
  dtype: DType,
  elementBytes: number,
  fill: (buffer: Uint8Array) => Promise<void>,
  convert: (bytes: Uint8Array) => TypedArray,
): Promise<Tensor> {
  const size = sizeOf(shape);
  const each = PIECE / elementBytes;
  const buffer = new Uint8Array(Math.min(size, each) * elementBytes);
  const next = async (count: number, pieceShape: Shape): Promise<Tensor> => {
    const bytes = buffer.subarray(0, count * elementBytes);
    await fill(bytes);
    return tensor(convert(bytes), { shape: pieceShape, dtype });
  };
  if (size <= each) return next(size, shape);
  const parts: Tensor[] = [];
  for (let done = 0; done < size; done += each) {
    const count = Math.min(each, size - done);
    parts.push(await next(count, [count]));
  }
  const whole = concat(parts).reshape(shape);
  await run(whole);
  for (const part of parts) part.dispose();
  return whole;
}
