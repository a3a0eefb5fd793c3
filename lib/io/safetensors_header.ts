// Reads the header of a safetensors file: which tensors lie where, checked so that they fill the file without hole or overlap.
import { FormatError } from '../core/index.js';
import { decodeUtf8, JsonScanner, quote } from './json_scanner.js';

/** One tensor as the header describes it; `begin` and `end` are byte offsets in the data that follows the header. */
export interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Bytes of one element, by the format's dtype names. */
export const ELEMENT_BYTES: ReadonlyMap<string, number> = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E5M2', 1],
  ['F8_E4M3', 1],
  ['I16', 2],
  ['U16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['I32', 4],
  ['U32', 4],
  ['F32', 4],
  ['I64', 8],
  ['U64', 8],
  ['F64', 8],
]);

/**
 * Reads the header's bytes and checks that the tensors fill `dataBytes` exactly, without hole or overlap.
 * @throws {FormatError} for anything that the format doesn't allow.
 */
export function readHeader(bytes: Uint8Array, dataBytes: number): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const scanner = new JsonScanner('safetensors', decodeUtf8('safetensors', bytes));
  scanner.document((name) => {
    if (name === '__metadata__') readMetadata(scanner);
    else entries.set(name, readEntry(scanner, name));
  });
  checkLayout(entries, dataBytes);
  return entries;
}

function checkLayout(entries: ReadonlyMap<string, Entry>, dataBytes: number): void {
  let filled = 0;
  const ordered = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { dtype, shape, begin, end }] of ordered) {
    if (begin !== filled) {
      const what = begin < filled ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new FormatError('safetensors', `${quote(name)} ${what}: it begins at byte ${begin}, expected ${filled}`, { value: begin });
    }
    const expected = shape.reduce((product, size) => product * size, ELEMENT_BYTES.get(dtype)!);
    if (end - begin !== expected) {
      throw new FormatError(
        'safetensors',
        `${quote(name)} is ${dtype} of (${shape.join(', ')}), which takes ${expected} bytes, but its offsets span ${end - begin}`,
        { value: end - begin },
      );
    }
    filled = end;
  }
  if (filled !== dataBytes) {
    throw new FormatError(
      'safetensors',
      `the tensors take ${filled} bytes, but ${dataBytes} follow the header; the file is cut off or damaged`,
      {
        value: dataBytes,
      },
    );
  }
}

/** Free text of the writer's, of no use here, but it must be well-formed. */
function readMetadata(scanner: JsonScanner): void {
  scanner.object(() => void scanner.string());
}

function readEntry(scanner: JsonScanner, name: string): Entry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  scanner.object((field) => {
    if (field === 'dtype') dtype = scanner.string();
    else if (field === 'shape') shape = scanner.integers();
    else if (field === 'data_offsets') offsets = scanner.integers();
    else scanner.fail(`${quote(name)} has an unknown field ${quote(field)}`);
  });
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    return scanner.fail(`${quote(name)} needs "dtype", "shape" and "data_offsets"`);
  }
  if (!ELEMENT_BYTES.has(dtype)) scanner.fail(`${quote(name)} has an unknown dtype ${quote(dtype)}`);
  const [begin, end] = offsets;
  if (offsets.length !== 2 || begin === undefined || end === undefined || begin > end) {
    return scanner.fail(`${quote(name)} needs two ascending "data_offsets", not [${offsets.join(', ')}]`);
  }
  return { dtype, shape, begin, end };
}
