// Writes a Chain body: inputs with strides, steps on registers, outputs. See docs/program.md for the encoding.
import { type DType, dtypeCode, isFloat } from './dtype.js';
import { stepCode } from './native.js';
import { paired, STEP } from './pairs.js';
import { type Shape, sizeOf, stridesOf } from './shape.js';
import type { Tensor } from './tensor.js';
import type { Access, ChainUnit, Value } from './units.js';

const INPUT = 0;
const REGISTER = 1 << 16;
const SCALAR = 2 << 16;
const NONE = -1;
const REGISTERS = 16;

/** What the encoder lends to a Chain: numbers of buffers and scalars. */
export interface ChainWriter {
  buffer(value: Value): number;
  /** The scalar of a number node, or of a node's own scalar k. */
  scalar(node: Tensor, k?: number): number;
  access(node: Tensor): Access | null;
  number(node: Tensor): Tensor | null;
  resolve(node: Tensor): Tensor;
}

interface Input {
  value: Value | null; // null: the host
  dtype: DType;
  strides: readonly number[] | null;
}

type Kind = 'f' | 'i';
const kindOf = (dtype: DType): Kind => (isFloat(dtype) ? 'f' : 'i');

/** One Chain body under construction. */
class Body {
  readonly inputs: Input[] = [];
  readonly steps: number[] = [];
  readonly outputs: number[] = [];
  outputCount = 0;
  private readonly free = Array.from({ length: REGISTERS }, (_, i) => REGISTERS - 1 - i);

  constructor(
    readonly shape: Shape,
    readonly writer: ChainWriter,
  ) {}

  input(value: Value | null, dtype: DType, strides: readonly number[] | null): number {
    let k = this.inputs.findIndex((i) => i.value === value && sameStrides(i.strides, strides));
    if (k < 0) k = this.inputs.push({ value, dtype, strides }) - 1;
    return INPUT | k;
  }

  step(name: string, a: number, b = NONE, c = NONE): number {
    const register = this.free.pop();
    if (register === undefined) throw new Error('hebb: a Chain needs too many registers; please report this');
    this.steps.push(stepCode(name), register, a, b, c);
    return REGISTER | register;
  }

  release(source: number): void {
    if (source >= REGISTER && source < SCALAR) this.free.push(source - REGISTER);
  }

  output(buffer: number, dtype: DType, source: number): void {
    this.outputs.push(buffer, dtypeCode[dtype], source);
    this.outputCount++;
  }

  encode(): number[] {
    const { dims, strides } = collapse(
      this.shape,
      this.inputs.map((i) => i.strides),
    );
    const out = [dims.length, ...dims, this.inputs.length];
    this.inputs.forEach((input, k) => {
      out.push(
        input.value === null ? -1 : this.writer.buffer(input.value),
        dtypeCode[input.dtype],
        strides[k] ? 1 : 0,
        ...(strides[k] ?? []),
      );
    });
    const steps = paired(this.steps, this.outputs);
    return [...out, steps.length / STEP, ...steps, this.outputCount, ...this.outputs];
  }
}

const sameStrides = (a: readonly number[] | null, b: readonly number[] | null): boolean =>
  a === b || (a !== null && b !== null && a.every((n, i) => n === b[i]));

/** Drops axes of size 1 and joins axes that every strided input walks as one. */
function collapse(shape: Shape, strides: readonly (readonly number[] | null)[]): { dims: number[]; strides: (number[] | null)[] } {
  const kept = shape.map((_, i) => i).filter((i) => shape[i] !== 1);
  const dims: number[] = [];
  const out = strides.map((s): number[] | null => (s ? [] : null));
  for (const axis of kept) {
    const last = dims.length - 1;
    const joins = last >= 0 && strides.every((s, k) => s === null || out[k]![last] === s[axis]! * shape[axis]!);
    if (joins) {
      dims[last]! *= shape[axis]!;
      strides.forEach((s, k) => s && (out[k]![last] = s[axis]!));
    } else {
      dims.push(shape[axis]!);
      strides.forEach((s, k) => s && out[k]!.push(s[axis]!));
    }
  }
  return { dims, strides: out };
}

/** How an operand of shape `from` walks under the iteration shape: null when it is the same memory in the same order. */
function stridesUnder(shape: Shape, from: Shape, access: Access): readonly number[] | null {
  const own = access.strides ?? stridesOf(from);
  if (access.strides === null && from.length === shape.length && from.every((n, i) => n === shape[i])) return null;
  const lead = shape.length - from.length;
  const strides = shape.map((n, i) => (i < lead || (from[i - lead] === 1 && n !== 1) ? 0 : own[i - lead]!));
  const natural = stridesOf(shape);
  return sizeOf(shape) > 0 &&
    strides.every((s, i) => s === natural[i] || shape[i] === 1) &&
    access.strides === null &&
    sizeOf(from) === sizeOf(shape)
    ? null
    : strides;
}

/** The body of a Chain unit. */
export function chainBody(unit: ChainUnit, writer: ChainWriter): number[] {
  const first = unit.nodes[0] ?? unit.tail!.inputs[0]!;
  const shape = unit.nodes.length ? first.shape : unit.tail!.inputs[0]!.shape;
  const body = new Body(shape, writer);
  const sources = new Map<Tensor, number>();
  if (unit.head) sources.set(unit.head, body.input(null, unit.head.dtype, null));
  const last = lastUses(unit, writer);
  unit.nodes.forEach((node, i) => {
    const temporary: number[] = [];
    const source = (input: Tensor, want: Kind): number => {
      const have = operandSource(body, sources, input, want, writer);
      if (have.fresh) temporary.push(have.source);
      return have.source;
    };
    const result = emit(body, node, source, writer);
    temporary.forEach((s) => body.release(s));
    for (const input of new Set(node.inputs.map((x) => writer.resolve(x)))) {
      if (last.get(input) === i && sources.has(input)) body.release(sources.get(input)!);
    }
    sources.set(node, result);
  });
  for (const [node, value] of unit.outputs) {
    if (node === unit.head || node === unit.tail) continue;
    body.output(writer.buffer(value), node.dtype, sources.get(node)!);
  }
  if (unit.tail) {
    const input = unit.tail.inputs[0]!;
    const base = writer.resolve(input);
    const kind = kindOf(input.dtype);
    const { source } =
      unit.nodes.length && sources.has(base) ? { source: sources.get(base)! } : operandSource(body, sources, input, kind, writer);
    body.output(-1, kind === 'f' ? 'f32' : 'i32', source);
  }
  return body.encode();
}

/** For each member, the place of its last user; stored members live to the end. */
function lastUses(unit: ChainUnit, writer: ChainWriter): Map<Tensor, number> {
  const last = new Map<Tensor, number>();
  unit.nodes.forEach((node, i) => node.inputs.forEach((x) => last.set(writer.resolve(x), i)));
  for (const node of unit.outputs.keys()) last.delete(node);
  if (unit.tail) last.delete(writer.resolve(unit.tail.inputs[0]!));
  return last;
}

function operandSource(
  body: Body,
  sources: ReadonlyMap<Tensor, number>,
  input: Tensor,
  want: Kind,
  writer: ChainWriter,
): { source: number; fresh: boolean } {
  const number = writer.number(input);
  if (number) return { source: SCALAR | writer.scalar(number), fresh: false };
  const member = sources.get(writer.resolve(input));
  let source: number;
  if (member !== undefined) source = member;
  else {
    const access = writer.access(input)!;
    source = body.input(access.value, input.dtype, stridesUnder(body.shape, input.shape, access));
  }
  const have = kindOf(input.dtype);
  if (have === want) return { source, fresh: false };
  return { source: body.step(want === 'f' ? 'i_to_f' : 'f_to_i', source), fresh: true };
}

function emit(body: Body, node: Tensor, source: (input: Tensor, want: Kind) => number, writer: ChainWriter): number {
  const { lowering } = node.op;
  if (lowering.kind === 'cast') return emitCast(body, node, source);
  if (lowering.kind !== 'element') throw new Error(`hebb: ${node.op.name} is no element op`);
  const { inputs } = node;
  if (inputs.length === 0)
    return body.step((lowering.float ?? lowering.int)!, node.scalars.length ? SCALAR | writer.scalar(node, 0) : NONE);
  const operands = lowering.mask ? inputs.slice(1) : inputs;
  const float = lowering.float !== null && (lowering.int === null || operands.some((x) => isFloat(x.dtype)));
  const want: Kind = float ? 'f' : 'i';
  const name = (float ? lowering.float : lowering.int)!;
  const args = inputs.map((x, k) => source(x, lowering.mask && k === 0 ? 'i' : want));
  return body.step(name, args[0]!, args[1] ?? NONE, args[2] ?? NONE);
}

function emitCast(body: Body, node: Tensor, source: (input: Tensor, want: Kind) => number): number {
  const [input] = node.inputs as [Tensor];
  const from = kindOf(input.dtype);
  const x = source(input, from);
  if (isFloat(node.dtype)) return from === 'f' ? body.step('copy', x) : body.step('i_to_f', x);
  if (node.dtype === 'bool') return body.step(from === 'f' ? 'f_to_b' : 'i_to_b', x);
  if (from === 'i') return body.step(node.dtype === 'u8' && input.dtype === 'i32' ? 'i_to_u8' : 'copy_i', x);
  const whole = body.step('f_to_i', x);
  if (node.dtype !== 'u8') return whole;
  body.release(whole);
  return body.step('i_to_u8', whole);
}

/** The body of a fill, or of a copy between contiguous values. */
export function fillBody(shape: Shape, dtype: DType, scalar: number, buffer: number): number[] {
  const size = sizeOf(shape);
  const code = dtypeCode[dtype];
  return [1, size, 0, 1, stepCode(isFloat(dtype) ? 'copy' : 'copy_i'), 0, SCALAR | scalar, NONE, NONE, 1, buffer, code, REGISTER];
}
