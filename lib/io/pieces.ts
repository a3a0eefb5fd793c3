// Brings big arrays from files into native memory piece by piece, so that the event loop stays free and one buffer serves for all.
import { bytesPerElement, type DType, type Shape, sizeOf, stored, storedInPieces, type Tensor } from '../core/index.js';

/** Bytes of a file that are read, converted and copied in one go: within a millisecond. */
const PIECE = 2 ** 20;

/**
 * A stored tensor from a file's elements.
 * @param elementBytes Bytes of an element in the file.
 * @param fill Fills a buffer with the next bytes of the file.
 * @param convert These bytes as elements of `dtype`; the result may share their memory.
 */
export async function storePieces(
  shape: Shape,
  dtype: DType,
  elementBytes: number,
  fill: (buffer: Uint8Array) => Promise<void>,
  convert: (bytes: Uint8Array) => ArrayBufferView,
): Promise<Tensor> {
  const size = sizeOf(shape);
  const each = PIECE / elementBytes;
  const buffer = new Uint8Array(Math.min(size, each) * elementBytes);
  const next = async (count: number): Promise<Uint8Array> => {
    const bytes = buffer.subarray(0, count * elementBytes);
    await fill(bytes);
    const converted = convert(bytes);
    return new Uint8Array(converted.buffer, converted.byteOffset, converted.byteLength);
  };
  if (size <= each) return stored(await next(size), shape, dtype);
  const { tensor, write } = storedInPieces(shape, dtype);
  for (let done = 0; done < size; done += each) write(done * bytesPerElement[dtype], await next(Math.min(each, size - done)));
  return tensor;
}
