// Reads the header of a safetensors file with a strict scanner. JSON.parse would keep the last of two equal keys, round integers
// beyond 2^53 and lose `__proto__`; here each of these is a FormatError. Nothing is read twice, nothing is guessed.
import { FormatError } from '../core/index.js';

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
  const entries = new Scanner(decode(bytes)).header();
  checkLayout(entries, dataBytes);
  return entries;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError('safetensors', 'the header is not valid UTF-8; the file is damaged', { cause });
  }
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

const quote = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);

/** A reader of just the JSON that a safetensors header may hold. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  header(): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    if (this.#text[0] !== '{') this.#fail('expected "{" as its first byte');
    this.#object((name) => {
      if (name === '__metadata__') this.#metadata();
      else entries.set(name, this.#entry(name));
    });
    if (this.#at !== this.#text.length) this.#fail('expected nothing but spaces after its last "}"');
    return entries;
  }

  /** Free text of the writer's, of no use here, but it must be well-formed. */
  #metadata(): void {
    this.#object(() => this.#string());
  }

  #entry(name: string): Entry {
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    this.#object((field) => {
      if (field === 'dtype') dtype = this.#string();
      else if (field === 'shape') shape = this.#integers();
      else if (field === 'data_offsets') offsets = this.#integers();
      else this.#fail(`${quote(name)} has an unknown field ${quote(field)}`);
    });
    if (dtype === undefined || shape === undefined || offsets === undefined) {
      return this.#fail(`${quote(name)} needs "dtype", "shape" and "data_offsets"`);
    }
    if (!ELEMENT_BYTES.has(dtype)) this.#fail(`${quote(name)} has an unknown dtype ${quote(dtype)}`);
    const [begin, end] = offsets;
    if (offsets.length !== 2 || begin === undefined || end === undefined || begin > end) {
      return this.#fail(`${quote(name)} needs two ascending "data_offsets", not [${offsets.join(', ')}]`);
    }
    return { dtype, shape, begin, end };
  }

  #object(member: (name: string) => void): void {
    this.#expect('{');
    const seen = new Set<string>();
    if (this.#accept('}')) return;
    do {
      const name = this.#string();
      if (seen.has(name)) this.#fail(`the key ${quote(name)} occurs twice`);
      if (name === '__proto__') this.#fail('"__proto__" is not a name');
      seen.add(name);
      this.#expect(':');
      member(name);
    } while (this.#accept(','));
    this.#expect('}');
  }

  #integers(): number[] {
    const values: number[] = [];
    this.#expect('[');
    if (this.#accept(']')) return values;
    do values.push(this.#integer());
    while (this.#accept(','));
    this.#expect(']');
    return values;
  }

  #integer(): number {
    this.#space();
    const pattern = /(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
    pattern.lastIndex = this.#at;
    const digits = pattern.exec(this.#text)?.[0];
    if (digits === undefined) return this.#fail('expected a whole number ≥ 0');
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) this.#fail(`${digits} is too large`);
    this.#at += digits.length;
    this.#space();
    return value;
  }

  #string(): string {
    this.#space();
    if (this.#text[this.#at] !== '"') this.#fail('expected a string');
    let end = this.#at + 1;
    for (let code = 0; (code = this.#text.charCodeAt(end)) !== 0x22; end += code === 0x5c ? 2 : 1) {
      if (Number.isNaN(code) || code < 0x20) this.#fail('a string has no end');
    }
    const value = this.#unescape(this.#text.slice(this.#at, end + 1));
    if (/\p{Surrogate}/u.test(value)) this.#fail('a string has half a surrogate pair');
    this.#at = end + 1;
    this.#space();
    return value;
  }

  /** One string literal with its quotes: only its escapes are left to read, which JSON.parse does right. */
  #unescape(literal: string): string {
    try {
      return JSON.parse(literal);
    } catch {
      return this.#fail('a string has a wrong escape');
    }
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '?')) this.#at++;
  }

  #accept(mark: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    this.#space();
    return true;
  }

  #expect(mark: string): void {
    if (!this.#accept(mark)) this.#fail(`expected "${mark}"`);
  }

  #fail(problem: string): never {
    throw new FormatError('safetensors', `the header is malformed near character ${this.#at}: ${problem}`, { value: this.#at });
  }
}
