// Writes ZIP archives as a test wants them, lies included.
import { crc32 } from 'node:zlib';

/** One member; what is told beside its data is taken as it is, right or wrong. */
export interface Packed {
  name: string;
  data: Uint8Array;
  method?: number;
  flags?: number;
  /** Inflated. */
  size?: number;
  crc?: number;
  /** Where the directory says that it begins. */
  begin?: number;
}

/** With `wide`, every size stands in the ZIP64 form, as in archives beyond 4 GiB. */
export function zip(members: Packed[], { wide = false } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, method = 0, flags = 0, size = data.length, crc = crc32(data), begin = at } of members) {
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(flags, 2);
    shared.writeUInt16LE(method, 4);
    shared.writeUInt32LE(crc, 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(size, 18);
    shared.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(wide ? 0xffffffff : begin, 10);
    const listed = Buffer.from(shared);
    const extra = Buffer.alloc(wide ? 28 : 0);
    if (wide) {
      listed.fill(0xff, 14, 22);
      listed.writeUInt16LE(extra.length, 24);
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      for (const [i, value] of [size, data.length, begin].entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
    }
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), listed, rest, Buffer.from(name), extra);
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  const listed = Buffer.concat(directory);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  if (!wide) return Buffer.concat([...parts, listed, end]);
  end.fill(0xff, 8, 20);
  const end64 = Buffer.alloc(56);
  end64.write('PK\x06\x06', 'latin1');
  for (const [offset, value] of [
    [4, 44],
    [24, members.length],
    [32, members.length],
    [40, listed.length],
    [48, at],
  ] as const)
    end64.writeBigUInt64LE(BigInt(value), offset);
  const locator = Buffer.alloc(20);
  locator.write('PK\x06\x07', 'latin1');
  locator.writeBigUInt64LE(BigInt(at + listed.length), 8);
  return Buffer.concat([...parts, listed, end64, locator, end]);
}
