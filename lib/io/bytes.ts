// Reads a file, or a part of one, that may be deflated as a stream of exactly as many bytes as its reader asks for: a bomb inflates no
// further than that.
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { FormatError } from '../core/index.js';

const CHUNK = 2 ** 18;

/** A file from its first byte to its last, inflated where it is gzipped. Close it, whatever happens. */
export class ByteReader {
  readonly #op: string;
  readonly #source: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  /** The most bytes that the file can hold: its size, or what gzip can make of it at best. */
  readonly capacity: number;

  private constructor(op: string, source: Readable, capacity: number) {
    this.#op = op;
    this.#source = source;
    this.#chunks = source[Symbol.asyncIterator]();
    this.capacity = capacity;
  }

  static async open(op: string, path: string): Promise<ByteReader> {
    const handle = await open(path, 'r');
    let gzipped: boolean;
    let size: number;
    try {
      gzipped = await isGzip(handle);
      size = (await handle.stat()).size;
    } finally {
      await handle.close();
    }
    const file = createReadStream(path, { highWaterMark: CHUNK });
    if (!gzipped) return new ByteReader(op, file, size);
    // Deflate writes at least one bit for every 129 bytes: 258 bytes from a length and a distance of one bit each.
    return new ByteReader(
      op,
      pipeline(file, createGunzip({ chunkSize: CHUNK }), () => {}),
      size * 1032,
    );
  }

  /** Raw deflate data that take `bytes` of an open file from `position` on. */
  static inflate(op: string, handle: FileHandle, position: number, bytes: number): ByteReader {
    if (bytes === 0) throw new FormatError(op, 'the deflated data are cut off');
    const part = handle.createReadStream({ start: position, end: position + bytes - 1, autoClose: false, highWaterMark: CHUNK });
    return new ByteReader(
      op,
      pipeline(part, createInflateRaw({ chunkSize: CHUNK }), () => {}),
      bytes * 1032,
    );
  }

  /** Fills `buffer` with the next bytes. */
  async fill(buffer: Uint8Array): Promise<void> {
    for (let at = 0; at < buffer.length; ) {
      if (this.#chunk.length === 0 && !(await this.#next())) {
        throw new FormatError(this.#op, `the file ends ${buffer.length - at} bytes too early; it is cut off`, { value: at });
      }
      const part = this.#chunk.subarray(0, buffer.length - at);
      buffer.set(part, at);
      this.#chunk = this.#chunk.subarray(part.length);
      at += part.length;
    }
  }

  /** Throws unless every byte was read. */
  async finish(): Promise<void> {
    while (this.#chunk.length === 0) if (!(await this.#next())) return;
    throw new FormatError(this.#op, 'the file has more bytes than its header says');
  }

  close(): void {
    this.#source.destroy();
  }

  async #next(): Promise<boolean> {
    try {
      const { done, value } = await this.#chunks.next();
      this.#chunk = done ? new Uint8Array(0) : value;
      return !done;
    } catch (cause) {
      if (String((cause as NodeJS.ErrnoException).code).startsWith('Z_'))
        throw new FormatError(this.#op, 'the deflated data are damaged or cut off', { cause });
      throw cause;
    }
  }
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}
