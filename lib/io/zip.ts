// Reads ZIP archives, which .npz and PyTorch's files are: the directory strictly, each member with its checksum. Deflate and plain
// storage only. Source of the format: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification".
import { crc32 } from 'node:zlib';
import { FormatError } from '../core/index.js';
import { ByteReader } from './bytes.js';
import type { RandomAccess } from './random_access.js';

const END = { signature: Buffer.from('PK\x05\x06'), bytes: 22 };
const END64 = { signature: 0x06064b50, bytes: 56 };
const LOCATOR64 = { signature: 0x07064b50, bytes: 20 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };

const MAX_DIRECTORY = 2 ** 28;

/** One file in an archive. */
export interface Member {
  readonly name: string;
  /** Bytes, inflated. */
  readonly size: number;
  /** Hands over a reader of its bytes; when that is done, all of them must have been read and fit the checksum. */
  read<T>(use: (fill: (buffer: Uint8Array) => Promise<void>) => Promise<T>): Promise<T>;
}

interface Listed {
  readonly name: string;
  readonly deflated: boolean;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly begin: number;
}

/** The members of an archive by name, in its order. @throws {FormatError} for anything that isn't as the format demands. */
export async function readZip(file: RandomAccess): Promise<Map<string, Member>> {
  const { position, bytes, count } = await findDirectory(file);
  if (bytes > MAX_DIRECTORY) throw broken(file, `its directory takes ${bytes} bytes`);
  const listed = parseDirectory(file, await file.read(Buffer.alloc(bytes), position), count);
  const members = new Map<string, Member>();
  let end = 0;
  for (const entry of [...listed].sort((a, b) => a.begin - b.begin)) {
    if (entry.begin < end) throw broken(file, `"${entry.name}" overlaps the member before it`);
    const data = await checkLocal(file, entry);
    end = data + entry.packed;
    if (end > position) throw broken(file, `"${entry.name}" reaches beyond byte ${position}, where the directory begins`);
    members.set(entry.name, memberAt(file, entry, data));
  }
  return members;
}

const broken = (file: RandomAccess, problem: string): FormatError =>
  new FormatError(file.op, `the ZIP archive is damaged or cut off: ${problem}`, { value: problem });

/** Where the directory lies. The end record is the file's last thing, but for a comment whose length it tells. */
async function findDirectory(file: RandomAccess): Promise<{ position: number; bytes: number; count: number }> {
  const tail = await file.read(Buffer.alloc(Math.min(file.size, END.bytes + 0xffff)), Math.max(0, file.size - END.bytes - 0xffff));
  let at = tail.length - END.bytes;
  const isEnd = (): boolean => at + END.bytes + tail.readUInt16LE(at + 20) === tail.length;
  for (at = at < 0 ? -1 : tail.lastIndexOf(END.signature, at); at >= 0 && !isEnd(); )
    at = at === 0 ? -1 : tail.lastIndexOf(END.signature, at - 1);
  if (at < 0) throw broken(file, 'it has no end record');
  const start = file.size - tail.length + at;
  if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 6) !== 0) throw broken(file, 'it is one of several parts');
  const short = { count: tail.readUInt16LE(at + 10), bytes: tail.readUInt32LE(at + 12), position: tail.readUInt32LE(at + 16) };
  const wide = short.count === 0xffff || short.bytes === 0xffffffff || short.position === 0xffffffff;
  if (!wide) {
    if (short.position + short.bytes > start) throw broken(file, 'its directory reaches beyond its end record');
    return short;
  }
  const locator = await file.read(Buffer.alloc(LOCATOR64.bytes), Math.max(0, start - LOCATOR64.bytes));
  if (locator.readUInt32LE(0) !== LOCATOR64.signature) throw broken(file, 'it has no ZIP64 locator');
  const record = Number(locator.readBigUInt64LE(8));
  if (record + END64.bytes + LOCATOR64.bytes > start) throw broken(file, 'its ZIP64 record is not where it should be');
  const end64 = await file.read(Buffer.alloc(END64.bytes), record);
  if (end64.readUInt32LE(0) !== END64.signature) throw broken(file, 'it has no ZIP64 record');
  const [count, bytes, position] = [32, 40, 48].map((offset) => Number(end64.readBigUInt64LE(offset))) as [number, number, number];
  if (position + bytes > record) throw broken(file, 'its directory reaches beyond its ZIP64 record');
  return { position, bytes, count };
}

function parseDirectory(file: RandomAccess, bytes: Buffer, count: number): Listed[] {
  const listed: Listed[] = [];
  const names = new Set<string>();
  let at = 0;
  while (at < bytes.length) {
    if (at + CENTRAL.bytes > bytes.length || bytes.readUInt32LE(at) !== CENTRAL.signature)
      throw broken(file, `entry ${listed.length} of its directory is none`);
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [number, number, number];
    const next = at + CENTRAL.bytes + nameBytes + extraBytes + commentBytes;
    if (next > bytes.length) throw broken(file, 'its directory ends in the middle of an entry');
    const name = bytes.toString('utf8', at + CENTRAL.bytes, at + CENTRAL.bytes + nameBytes);
    const extra = bytes.subarray(at + CENTRAL.bytes + nameBytes, next - commentBytes);
    if (!isPlain(name)) throw new FormatError(file.op, `the archive has a member named ${JSON.stringify(name)}`, { value: name });
    if (names.has(name)) throw broken(file, `"${name}" occurs twice`);
    if (flags & 1) throw new FormatError(file.op, `"${name}" is encrypted`, { value: name });
    if (method !== 0 && method !== 8)
      throw new FormatError(file.op, `"${name}" is packed by method ${method}, not by deflate`, { value: method });
    const sizes = [24, 20, 42].map((offset) => bytes.readUInt32LE(at + offset));
    const [size, packed, begin] = widen(file, sizes, extra) as [number, number, number];
    if (method === 0 ? size !== packed : size > packed * 1032) throw broken(file, `"${name}" can't hold ${size} bytes in ${packed}`);
    names.add(name);
    listed.push({ name, deflated: method === 8, crc: bytes.readUInt32LE(at + 16), packed, size, begin });
    at = next;
  }
  if (listed.length !== count) throw broken(file, `its directory has ${listed.length} entries, not ${count}`);
  return listed;
}

/** A relative path that stays where it is put. */
const isPlain = (name: string): boolean => name !== '' && !/^\/|\\|\0|^[A-Za-z]:|�/.test(name) && !name.split('/').includes('..');

/** Sizes of 2³²-1 stand, in this order, in the ZIP64 extra field. */
function widen(file: RandomAccess, sizes: number[], extra: Buffer): number[] {
  if (!sizes.includes(0xffffffff)) return sizes;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    const end = Math.min(extra.length, next + extra.readUInt16LE(at + 2));
    return sizes.map((size) => {
      if (size !== 0xffffffff) return size;
      if (next + 8 > end) throw broken(file, 'a ZIP64 field is too short');
      next += 8;
      return Number(extra.readBigUInt64LE(next - 8));
    });
  }
  throw broken(file, 'a size is told nowhere');
}

/** The member's own header must name it too; gives the position of its data. */
async function checkLocal(file: RandomAccess, { name, deflated, begin }: Listed): Promise<number> {
  if (begin + LOCAL.bytes > file.size) throw broken(file, `"${name}" begins beyond its end`);
  const head = await file.read(Buffer.alloc(LOCAL.bytes + Math.min(Buffer.byteLength(name), file.size - begin - LOCAL.bytes)), begin);
  if (head.readUInt32LE(0) !== LOCAL.signature || head.readUInt16LE(8) !== (deflated ? 8 : 0))
    throw broken(file, `"${name}" is not where the directory says`);
  const nameBytes = head.readUInt16LE(26);
  if (LOCAL.bytes + nameBytes !== head.length || head.toString('utf8', LOCAL.bytes) !== name)
    throw broken(file, `"${name}" has another name in its own header`);
  return begin + head.length + head.readUInt16LE(28);
}

function memberAt(file: RandomAccess, { name, deflated, crc, packed, size }: Listed, position: number): Member {
  return {
    name,
    size,
    async read(use) {
      const reader = deflated ? ByteReader.inflate(file.op, file.handle, position, packed) : null;
      const next = reader === null ? file.from(position) : (buffer: Uint8Array) => reader.fill(buffer);
      let left = size;
      let found = 0;
      try {
        const result = await use(async (buffer) => {
          if (buffer.length > left)
            throw new FormatError(file.op, `"${name}" ends ${buffer.length - left} bytes too early; it is cut off`, { value: name });
          left -= buffer.length;
          await next(buffer);
          if (buffer.length > 0) found = crc32(buffer, found); // Node's takes no bytes for a fresh start
        });
        if (left !== 0) throw new FormatError(file.op, `"${name}" has ${left} bytes more than it should`, { value: left });
        await reader?.finish();
        if (found !== crc) throw new FormatError(file.op, `"${name}" is damaged: its checksum doesn't fit`, { value: name });
        return result;
      } finally {
        reader?.close();
      }
    },
  };
}
