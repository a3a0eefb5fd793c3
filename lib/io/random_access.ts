// A file read at positions of the reader's choice: exactly so many bytes, or a FormatError.
import { type FileHandle, open } from 'node:fs/promises';
import { FormatError, type Unfilled } from '../core/index.js';

/** Opens `path` for the time of `use`. */
export async function withFile<T>(op: string, path: string, use: (file: RandomAccess) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    return await use(new RandomAccess(op, handle, (await handle.stat()).size));
  } finally {
    await handle.close();
  }
}

export class RandomAccess {
  constructor(
    readonly op: string,
    readonly handle: FileHandle,
    readonly size: number,
  ) {}

  /** Fills `buffer` from the file's byte `position` on. */
  async read<T extends Uint8Array>(buffer: T, position: number): Promise<T> {
    for (let at = 0; at < buffer.length; ) {
      const { bytesRead } = await this.handle.read(buffer, at, buffer.length - at, position + at);
      if (bytesRead === 0) {
        throw new FormatError(this.op, `the file ends at byte ${position + at}, ${buffer.length - at} bytes too early; it is cut off`, {
          value: position + at,
        });
      }
      at += bytesRead;
    }
    return buffer;
  }

  /** Brings `bytes` from the file's byte `position` on into a tensor's memory, without a way through JavaScript's. */
  async readInto(target: Unfilled, byteOffset: number, bytes: number, position: number): Promise<void> {
    if (await target.read(byteOffset, bytes, this.handle.fd, position)) return;
    target.write(byteOffset, await this.read(new Uint8Array(bytes), position)); // Node's read says what is wrong, or finds that nothing is
  }

  /** Reads on and on from `position`: each call fills a buffer with the bytes behind those of the last. */
  from(position: number): (buffer: Uint8Array) => Promise<void> {
    return async (buffer) => {
      const at = position;
      position += buffer.length;
      await this.read(buffer, at);
    };
  }
}
