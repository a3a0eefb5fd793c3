// Writes ZIP archives of plainly stored members, as NumPy's savez does. Below 4 GiB in all, so that every reader takes them.
import { crc32 } from 'node:zlib';
import { ArgumentError } from '../core/index.js';

const MAX_BYTES = 2 ** 32 - 1;
const MAX_MEMBERS = 2 ** 16 - 1;
/** 1 January 1980, the format's first day: the same members give the same bytes. */
const DATE = 0x21;

/** The chunks of an archive. @throws {ArgumentError} when it would need the ZIP64 form. */
export function encodeZip(op: string, members: readonly (readonly [name: string, chunks: readonly Uint8Array[]])[]): Uint8Array[] {
  const file: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, chunks] of members) {
    const title = Buffer.from(name);
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const crc = chunks.reduce((sum, chunk) => (chunk.length > 0 ? crc32(chunk, sum) : sum), 0);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    if (at + size + 30 + title.length > MAX_BYTES) throw tooBig(op);
    describe(local, 4, crc, size, title.length);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    describe(central, 6, crc, size, title.length);
    central.writeUInt32LE(at, 42);
    file.push(local, title, ...chunks);
    directory.push(central, title);
    at += local.length + title.length + size;
  }
  const directoryBytes = directory.reduce((sum, part) => sum + part.length, 0);
  if (at + directoryBytes > MAX_BYTES || members.length >= MAX_MEMBERS) throw tooBig(op);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(at, 16);
  return [...file, ...directory, end];
}

/** What both headers of a member say, from the version needed on. */
function describe(header: Buffer, at: number, crc: number, size: number, nameBytes: number): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(0x800, at + 2); // names are UTF-8
  header.writeUInt16LE(DATE, at + 8);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(nameBytes, at + 22);
}

const tooBig = (op: string): ArgumentError =>
  new ArgumentError(op, 'an archive holds less than 4 GiB and 65,535 members; save() writes safetensors files of any size');
