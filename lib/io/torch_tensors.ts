// Tensors as a PyTorch file describes them: views of storages, by offset, shape and strides.
import { FormatError, sizeOf } from '../core/index.js';
import { ELEMENT_BYTES } from './safetensors_header.js';

/** The bytes that tensors are views of. */
export class StorageRef {
  constructor(
    readonly key: string,
    readonly bytes: number,
    /** By the name of safetensors. */
    readonly dtype: string,
  ) {}
}

/** One tensor; offset and strides count elements. */
export class TensorRef {
  constructor(
    readonly storage: StorageRef,
    readonly dtype: string,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}

  /** Throws unless the storage has as many bytes as it claims, and all elements lie in it. */
  check(name: string, bytes: number): void {
    const { storage, dtype, offset, shape, strides } = this;
    if (storage.bytes !== bytes)
      throw new FormatError('loadTorch', `the storage of "${name}" has ${bytes} bytes instead of ${storage.bytes}`, { value: bytes });
    const last = shape.includes(0) ? -1 : shape.reduce((at, size, i) => at + (size - 1) * strides[i]!, offset);
    // A view that repeats elements (stride 0) may be far bigger than its storage; a model's weights are not.
    const elements = bytes / ELEMENT_BYTES.get(dtype)!;
    if (!(last < elements) || sizeOf(shape) > Math.max(elements, 2 ** 20)) {
      const message = `"${name}" of (${shape.join(', ')}) reaches beyond its storage of ${elements} elements`;
      throw new FormatError('loadTorch', message, { value: shape });
    }
  }

  equals({ storage, dtype, offset, shape, strides }: TensorRef): boolean {
    const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((value, i) => value === b[i]);
    return (
      storage.key === this.storage.key &&
      dtype === this.dtype &&
      offset === this.offset &&
      same(shape, this.shape) &&
      same(strides, this.strides)
    );
  }
}

/** Whether the tensor is its storage, element for element. */
export function isCovering({ storage, dtype, offset, shape, strides }: TensorRef): boolean {
  if (offset !== 0 || sizeOf(shape) * ELEMENT_BYTES.get(dtype)! !== storage.bytes) return false;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** The elements of a view, row-major. */
export function readView(storage: Uint8Array, { dtype, offset, shape, strides }: TensorRef): Uint8Array {
  const bytes = ELEMENT_BYTES.get(dtype)!;
  const view = new Uint8Array(sizeOf(shape) * bytes);
  let to = 0;
  const copy = (axis: number, from: number): void => {
    if (axis === shape.length) {
      for (let i = 0; i < bytes; i++) view[to++] = storage[from * bytes + i]!;
      return;
    }
    for (let i = 0; i < shape[axis]!; i++) copy(axis + 1, from + i * strides[axis]!);
  };
  if (!shape.includes(0)) copy(0, offset);
  return view;
}
