// A strict reader of Python's pickles, as torch.save writes them. It runs no code: it knows the opcodes that build plain values, and the few
// names that its caller lets pass; any other name is refused. Source of the opcodes: CPython, "pickletools".
import { FormatError } from '../core/index.js';

/** What a pickle can become. */
export type Pickled = null | boolean | number | bigint | string | Pickled[] | Map<Pickled, Pickled> | Global | Built;

/** A name that the pickle mentions, of a class or a function; nothing is looked up. */
export class Global {
  constructor(readonly name: string) {}
}

/** What the caller made of a call or a persistent id. */
export class Built {
  constructor(readonly value: unknown) {}
}

/** What the caller lets a pickle do. */
export interface Allowed {
  /** Whether this name, `module.attribute`, may be mentioned. */
  mention(name: string): boolean;
  /** What calling the name with these arguments gives. */
  call(name: string, args: Pickled[]): Pickled;
  /** What a persistent id stands for. */
  persistent(id: Pickled): Pickled;
}

const MARK = Symbol('mark');

/** The one value of a pickle of protocol 2 to 5. @throws {FormatError} for whatever isn't allowed or malformed. */
export function unpickle(op: string, bytes: Uint8Array, allowed: Allowed): Pickled {
  return new Machine(op, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), allowed).run();
}

class Machine {
  readonly #op: string;
  readonly #bytes: Buffer;
  readonly #allowed: Allowed;
  readonly #stack: (Pickled | typeof MARK)[] = [];
  readonly #memo = new Map<number, Pickled>();
  #at = 0;

  constructor(op: string, bytes: Buffer, allowed: Allowed) {
    this.#op = op;
    this.#bytes = bytes;
    this.#allowed = allowed;
  }

  run(): Pickled {
    const protocol = this.#byte() === 0x80 ? this.#byte() : 0;
    if (protocol < 2 || protocol > 5) this.#fail(`it is no pickle of protocol 2 to 5`);
    for (;;) {
      const code = this.#byte();
      if (code === 0x2e) break; // STOP
      const step = STEPS.get(code) ?? this.#fail(`the opcode 0x${code.toString(16)} isn't one that state dicts need`);
      step(this);
    }
    const value = this.pop();
    if (this.#stack.length > 0 || this.#at !== this.#bytes.length) this.#fail('something is left over at its end');
    return value;
  }

  push(value: Pickled | typeof MARK): void {
    this.#stack.push(value);
  }

  pop(): Pickled {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) return this.#fail('it takes a value that is not there');
    return value;
  }

  /** The values above the last mark. */
  popMark(): Pickled[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) this.#fail('it takes a mark that is not there');
    const values = this.#stack.splice(mark + 1) as Pickled[];
    this.#stack.pop();
    return values;
  }

  append(values: Pickled[]): void {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) return this.#fail('it appends to what is no list');
    for (const value of values) list.push(value);
  }

  setItems(values: Pickled[]): void {
    const dict = this.#stack.at(-1);
    if (!(dict instanceof Map) || values.length % 2 !== 0) return this.#fail('it sets items of what is no dict');
    for (let i = 0; i < values.length; i += 2) dict.set(values[i]!, values[i + 1]!);
  }

  remember(index: number): void {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) this.#fail('it remembers a value that is not there');
    else this.#memo.set(index, value);
  }

  memoize(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    this.push(value === undefined ? this.#fail(`it recalls a value ${index} that it never had`) : value);
  }

  mention(module: Pickled, attribute: Pickled): void {
    const name = `${String(module)}.${String(attribute)}`;
    if (typeof module !== 'string' || typeof attribute !== 'string' || !this.#allowed.mention(name)) {
      const remedy = 'only tensors, dicts, lists, numbers and strings are read; save model.state_dict() instead of the model';
      throw new FormatError(this.#op, `the file asks for ${name}, which is refused: ${remedy}`, { value: name });
    }
    this.push(new Global(name));
  }

  call(): void {
    const [args, callee] = [this.pop(), this.pop()];
    if (!(callee instanceof Global) || !Array.isArray(args)) return this.#fail('it calls what is no name');
    this.push(this.#allowed.call(callee.name, args));
  }

  /** The state of a dict's attributes (PyTorch's `_metadata`) says nothing that is needed here; nothing else may have one. */
  build(): void {
    this.pop();
    if (!(this.#stack.at(-1) instanceof Map)) this.#fail('it sets the state of what is no dict');
  }

  persistent(): void {
    this.push(this.#allowed.persistent(this.pop()));
  }

  /** The next n bytes. */
  take(n: number): Buffer {
    if (n > this.#bytes.length - this.#at) this.#fail('it ends too early');
    this.#at += n;
    return this.#bytes.subarray(this.#at - n, this.#at);
  }

  uint(bytes: 1 | 2 | 4): number {
    return this.take(bytes).readUIntLE(0, bytes);
  }

  uint64(): number {
    const value = this.take(8).readBigUInt64LE();
    return value > 2n ** 40n ? this.#fail('it has a length beyond any file') : Number(value);
  }

  text(bytes: number): string {
    return this.take(bytes).toString('utf8');
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) return this.#fail('it ends in the middle of a line');
    const text = this.take(end - this.#at).toString('utf8');
    this.#at++;
    return text;
  }

  /** A whole number in two's complement; as a bigint where a number can't hold it. */
  long(bytes: number): number | bigint {
    let value = 0n;
    for (const byte of [...this.take(Math.min(bytes, 2 ** 16))].reverse()) value = value * 256n + BigInt(byte);
    value = BigInt.asIntN(Math.max(8 * bytes, 1), value);
    return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #byte(): number {
    return this.take(1)[0]!;
  }

  #fail(problem: string): never {
    throw new FormatError(this.#op, `the pickle is damaged near byte ${this.#at}: ${problem}`, { value: this.#at });
  }
}

type Step = (m: Machine) => void;

/** The opcodes that plain values need, and no other. Tuples are lists: nothing of what is read here tells them apart. */
const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  [0x28, (m) => m.push(MARK)],
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x4b, (m) => m.push(m.uint(1))], // BININT1, BININT2, BININT, BINFLOAT
  [0x4d, (m) => m.push(m.uint(2))],
  [0x4a, (m) => m.push(m.uint(4) | 0)],
  [0x47, (m) => m.push(m.take(8).readDoubleBE())],
  [0x8a, (m) => m.push(m.long(m.uint(1)))], // LONG1, LONG4
  [0x8b, (m) => m.push(m.long(m.uint(4)))],
  [0x8c, (m) => m.push(m.text(m.uint(1)))], // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
  [0x58, (m) => m.push(m.text(m.uint(4)))],
  [0x8d, (m) => m.push(m.text(m.uint64()))],
  [0x5d, (m) => m.push([])], // EMPTY_LIST, APPEND, APPENDS
  [0x61, (m) => m.append([m.pop()])],
  [0x65, (m) => m.append(m.popMark())],
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT, SETITEM, SETITEMS
  [0x73, (m) => m.setItems([m.pop(), m.pop()].reverse())],
  [0x75, (m) => m.setItems(m.popMark())],
  [0x29, (m) => m.push([])], // EMPTY_TUPLE, TUPLE, TUPLE1, TUPLE2, TUPLE3
  [0x74, (m) => m.push(m.popMark())],
  [0x85, (m) => m.push([m.pop()])],
  [0x86, (m) => m.push([m.pop(), m.pop()].reverse())],
  [0x87, (m) => m.push([m.pop(), m.pop(), m.pop()].reverse())],
  [0x71, (m) => m.remember(m.uint(1))], // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
  [0x72, (m) => m.remember(m.uint(4))],
  [0x94, (m) => m.memoize()],
  [0x68, (m) => m.recall(m.uint(1))],
  [0x6a, (m) => m.recall(m.uint(4))],
  [0x63, (m) => m.mention(m.line(), m.line())], // GLOBAL, STACK_GLOBAL
  [0x93, (m) => m.mention(...([m.pop(), m.pop()].reverse() as [Pickled, Pickled]))],
  [0x52, (m) => m.call()], // REDUCE
  [0x62, (m) => m.build()], // BUILD
  [0x51, (m) => m.persistent()], // BINPERSID
  [0x95, (m) => void m.take(8)], // FRAME: a hint for readers of streams
]);
