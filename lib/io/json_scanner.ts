// Reads JSON strictly. JSON.parse would keep the last of two equal keys, round integers beyond 2^53 and lose `__proto__`; here each of
// these is a FormatError. The caller says what it expects next: nothing is read twice, nothing is guessed.
import { FormatError } from '../core/index.js';

/** Nesting of values that are read over. */
const MAX_DEPTH = 16;

/** The text of a file's bytes. */
export function decodeUtf8(op: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(op, 'the header is not valid UTF-8; the file is damaged', { cause });
  }
}

/** A name as messages show it. */
export const quote = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);

export class JsonScanner {
  readonly #op: string;
  readonly #text: string;
  #at = 0;

  constructor(op: string, text: string) {
    this.#op = op;
    this.#text = text;
  }

  /** The one object that the text must be; `member` reads each value. */
  document(member: (name: string) => void): void {
    if (this.#text[0] !== '{') this.fail('expected "{" as its first byte');
    this.object(member);
    if (this.#at !== this.#text.length) this.fail('expected nothing but spaces after its last "}"');
  }

  object(member: (name: string) => void): void {
    this.#expect('{');
    const seen = new Set<string>();
    if (this.#accept('}')) return;
    do {
      const name = this.string();
      if (seen.has(name)) this.fail(`the key ${quote(name)} occurs twice`);
      if (name === '__proto__') this.fail('"__proto__" is not a name');
      seen.add(name);
      this.#expect(':');
      member(name);
    } while (this.#accept(','));
    this.#expect('}');
  }

  integers(): number[] {
    const values: number[] = [];
    this.#expect('[');
    if (this.#accept(']')) return values;
    do values.push(this.integer());
    while (this.#accept(','));
    this.#expect(']');
    return values;
  }

  integer(): number {
    this.#space();
    const pattern = /(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
    pattern.lastIndex = this.#at;
    const digits = pattern.exec(this.#text)?.[0];
    if (digits === undefined) return this.fail('expected a whole number ≥ 0');
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) this.fail(`${digits} is too large`);
    this.#at += digits.length;
    this.#space();
    return value;
  }

  string(): string {
    this.#space();
    if (this.#text[this.#at] !== '"') this.fail('expected a string');
    let end = this.#at + 1;
    for (let code = 0; (code = this.#text.charCodeAt(end)) !== 0x22; end += code === 0x5c ? 2 : 1) {
      if (Number.isNaN(code) || code < 0x20) this.fail('a string has no end');
    }
    const value = this.#unescape(this.#text.slice(this.#at, end + 1));
    if (/\p{Surrogate}/u.test(value)) this.fail('a string has half a surrogate pair');
    this.#at = end + 1;
    this.#space();
    return value;
  }

  /** One string literal with its quotes: only its escapes are left to read, which JSON.parse does right. */
  #unescape(literal: string): string {
    try {
      return JSON.parse(literal);
    } catch {
      return this.fail('a string has a wrong escape');
    }
  }

  /** Reads over a value of any kind. */
  skip(depth = 0): void {
    this.#space();
    const first = this.#text[this.#at];
    if (depth > MAX_DEPTH) this.fail('it is nested too deeply');
    if (first === '{') return this.object(() => this.skip(depth + 1));
    if (first === '"') return void this.string();
    if (this.#accept('[')) {
      if (this.#accept(']')) return;
      do this.skip(depth + 1);
      while (this.#accept(','));
      return this.#expect(']');
    }
    const pattern = /(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])/y;
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) this.fail('expected a value');
    this.#at = pattern.lastIndex;
    this.#space();
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
    if (!this.#accept(mark)) this.fail(`expected "${mark}"`);
  }

  fail(problem: string): never {
    throw new FormatError(this.#op, `the header is malformed near character ${this.#at}: ${problem}`, { value: this.#at });
  }
}
