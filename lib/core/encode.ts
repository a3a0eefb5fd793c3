// Writes the Program of a lowered graph: buffers, then one command a unit, as docs/program.md lays it out.
import { type ChainWriter, chainBody, fillBody } from './chain.js';
import { bytesPerElement } from './dtype.js';
import { MemoryError } from './errors.js';
import type { Graph } from './graph.js';
import type { Lowering } from './lower.js';
import { opcode } from './native.js';
import type { Operands } from './op.js';
import { stridesOf } from './shape.js';
import { SMALL, type Tensor } from './tensor.js';
import { type Access, ChainUnit, CopyUnit, type Home, type Product, type Unit, UpdateUnit, Value } from './units.js';

const UNITS = 64; // bytes
const READ = 0;
const RESULT = 1;
const VARIABLE = 2;

/** What a leaf of the Program is bound to at each run. */
export interface Encoded {
  readonly program: Int32Array;
  readonly leaves: readonly Home[];
  /** Small stored tensors and their byte offsets in the input region. */
  readonly inputs: readonly { node: Tensor; offset: number }[];
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Result by result: its place in the output region, or among the leaves. */
  readonly results: readonly { bytes: number; small: boolean; offset: number }[];
  /** Constants beyond the recorded scalars. */
  readonly constants: readonly number[];
  readonly commands: readonly string[];
}

const align = (bytes: number): number => Math.ceil(bytes / UNITS) * UNITS;

export class Encoder {
  private readonly buffers = new Map<Value, number>();
  private readonly table: number[] = [];
  private readonly leaves: Home[] = [];
  private readonly leafTable: number[] = [];
  private readonly leafOf = new Map<unknown, number>();
  private readonly inputs: { node: Tensor; offset: number }[] = [];
  private inputBytes = 0;
  private outputBytes = 0;
  private readonly results: { bytes: number; small: boolean; offset: number }[];
  private readonly constants: number[] = [];
  private readonly scalarOf = new Map<Tensor, number>();

  constructor(
    private readonly graph: Graph,
    private readonly lowering: Lowering,
    private readonly order: readonly Unit[],
    private readonly workspace: number,
    /** Where each recorded node's scalars begin, by their array: a node that a gradient rule made from it may carry the same one. */
    private readonly scalarBase: ReadonlyMap<readonly number[], number>,
    private readonly scalarCount: number,
    resultTensors: readonly Tensor[],
  ) {
    this.results = resultTensors.map((t) => {
      const bytes = t.size * bytesPerElement[t.dtype];
      const small = bytes <= SMALL;
      const offset = this.outputBytes;
      if (small) this.outputBytes += align(Math.max(bytes, 1));
      return { bytes, small, offset };
    });
  }

  encode(): Encoded {
    const commands: number[] = [];
    const names: string[] = [];
    for (const unit of this.order)
      for (const [code, args] of this.commands(unit)) {
        if (!args.every(isCount)) throw tooLarge(unit.name);
        commands.push(code, args.length, ...args);
        names.push(unit.name);
      }
    const { table, leafTable, leaves, inputs, inputBytes, outputBytes, results, constants } = this;
    const header = [
      1,
      this.workspace / UNITS,
      inputBytes / UNITS,
      outputBytes / UNITS,
      leaves.length,
      this.scalarCount + constants.length,
      table.length / 4,
      names.length,
    ];
    if (!header.every(isCount)) throw tooLarge('run');
    const program = Int32Array.from([...header, ...leafTable, ...table, ...commands]);
    return { program, leaves, inputs, inputBytes, outputBytes, results, constants, commands: names };
  }

  private buffer(value: Value): number {
    const known = this.buffers.get(value);
    if (known !== undefined) return known;
    const [region, place] = this.placeOf(value);
    const number = this.table.length / 4;
    this.table.push(region, place, ...split(value.bytes));
    this.buffers.set(value, number);
    return number;
  }

  private placeOf(value: Value): [region: number, place: number] {
    const { home } = value;
    if (home === null) return [0, value.offset / UNITS];
    if (home.kind === 'input') {
      const offset = this.inputBytes;
      this.inputs.push({ node: home.node, offset });
      this.inputBytes += align(Math.max(value.bytes, 1));
      return [1, offset / UNITS];
    }
    if (home.kind === 'result') {
      const { small, offset } = this.results[home.index]!;
      return small ? [2, offset / UNITS] : [3, this.leaf(home, home, RESULT, value.bytes)];
    }
    if (home.kind === 'variable') return [3, this.leaf(home.variable, home, value.producer ? VARIABLE : READ, value.bytes)];
    return [3, this.leaf(home.node, home, READ, value.bytes)];
  }

  private leaf(identity: unknown, home: Home, access: number, bytes: number): number {
    let number = this.leafOf.get(identity);
    if (number === undefined) {
      number = this.leaves.push(home) - 1;
      this.leafTable.push(access, ...split(bytes));
      this.leafOf.set(identity, number);
    }
    if (access > this.leafTable[3 * number]!) this.leafTable[3 * number] = access;
    return number;
  }

  private scalar(node: Tensor, k = 0): number {
    const hyper = this.graph.hyper.get(node);
    if (hyper) return this.scalarBase.get(hyper.step.scalars)! + hyper.k;
    const base = this.scalarBase.get(node.scalars);
    if (base !== undefined) return base + k;
    let first = this.scalarOf.get(node);
    if (first === undefined) {
      first = this.scalarCount + this.constants.length;
      this.constants.push(...node.scalars);
      this.scalarOf.set(node, first);
    }
    return first + k;
  }

  private commands(unit: Unit): [code: number, args: number[]][] {
    const seen = (value: Value): number => this.buffer(this.lowering.seenBy(unit, value));
    if (unit instanceof CopyUnit) return [this.copy(unit, seen)];
    if (unit instanceof ChainUnit) return [this.chain(unit, seen)];
    if (unit instanceof UpdateUnit) return [this.update(unit, seen)];
    const { node } = unit;
    const { lowering } = node.op;
    const parts = lowering.kind === 'command' && lowering.parts ? lowering.parts(node) : 1;
    const io = this.operands(node, seen, (k) => unit.results[k]!);
    return Array.from({ length: parts }, (_, part) => this.plain(node, io, part));
  }

  private plain(node: Tensor, io: Operands, part: number): [number, number[]] {
    const { lowering } = node.op;
    if (lowering.kind !== 'command') throw new Error(`hebb: ${node.op.name} is no command`);
    const args = lowering.args(node, io, part);
    if (lowering.epilogue) args.push(0);
    if (lowering.prologue)
      args.push(
        ...chainBody(
          { nodes: [], head: null, tail: node, outputs: new Map() } as unknown as ChainUnit,
          this.writer((value) => this.buffer(value)),
        ),
      );
    return [opcode(lowering.opcode), args];
  }

  private operands(node: Tensor, seen: (value: Value) => number, output: (k: number) => Value | null): Operands {
    return {
      input: (k) => seen(this.lowering.operandOf(node, node.inputs[k]!).value),
      swapped: (k) => this.lowering.operandOf(node, node.inputs[k]!).swapped,
      output: (k = 0) => {
        const value = output(k);
        return value ? this.buffer(value) : -1;
      },
      scalar: (k) => this.scalar(node, k),
    };
  }

  private writer(seen: (value: Value) => number): ChainWriter {
    return {
      buffer: seen,
      scalar: (node, k) => this.scalar(node, k),
      access: (node) => this.lowering.strided(node),
      number: (node) => this.lowering.numberOf(node),
      resolve: (node) => this.graph.resolve(node),
    };
  }

  private chain(unit: ChainUnit, seen: (value: Value) => number): [number, number[]] {
    const writer = this.writer(seen);
    const { head, tail } = unit;
    if (tail) {
      const { lowering } = tail.op;
      if (lowering.kind !== 'command') throw new Error('hebb: a prologue needs a command');
      const io = this.operands(tail, seen, () => unit.outputs.get(tail)!);
      return [opcode(lowering.opcode), [...lowering.args(tail, io), ...chainBody(unit, writer)]];
    }
    if (!head) return [opcode('chain'), chainBody(unit, writer)];
    // Where nobody else needs the gemm's own result, it is computed in the memory of the Chain's first f32 output.
    const own = unit.outputs.get(head) ?? [...unit.outputs].find(([node]) => node.dtype === 'f32')![1];
    const io = this.operands(head, seen, () => own);
    const { lowering } = head.op;
    if (lowering.kind !== 'command') throw new Error('hebb: an epilogue needs a command');
    const args = lowering.args(head, io);
    return [opcode(lowering.opcode), unit.nodes.length ? [...args, 1, ...chainBody(unit, writer)] : [...args, 0]];
  }

  private copy(unit: CopyUnit, seen: (value: Value) => number): [number, number[]] {
    const { source, shape, target } = unit;
    if (!('value' in source)) return [opcode('chain'), fillBody(shape, target.dtype, this.scalar(source), this.buffer(target))];
    return [opcode('copy'), copyArgs(bytesPerElement[target.dtype], shape, seen(source.value), source, this.buffer(target))];
  }

  private update(unit: UpdateUnit, seen: (value: Value) => number): [number, number[]] {
    const { step } = unit;
    const { updater } = step;
    const base = this.scalarBase.get(step.scalars)!;
    const place = (value: Value | null): number => (value ? this.buffer(value) : -1);
    const args = updater.args({
      hyper: (k) => base + k,
      step: place(unit.stepCount),
      condition: unit.condition ? seen(unit.condition) : -1,
      scale: unit.scale ? seen(unit.scale) : -1,
      norm: place(unit.norm),
      segments: unit.segments.map(({ gradient, ...s }) => ({
        ...s,
        param: place(s.param),
        gradient: gradient instanceof Value ? [seen(gradient)] : productArgs(gradient, seen),
        states: s.states.map(place),
      })),
    });
    return [opcode(updater.opcode), args];
  }
}

const productArgs = ({ rows, columns, depth, a, b }: Product, seen: (value: Value) => number): number[] => {
  return [-1, rows, columns, depth, Number(a.swapped), seen(a.value), seen(b)];
};

/** What an Int32Array would wrap around is refused: 2^32+1 elements must not become one. */
const isCount = (n: number): boolean => (n | 0) === n;

const tooLarge = (op: string): Error =>
  new MemoryError(op, 'a tensor of this run has more than the 2^31-1 elements that a run counts; split it');

const split = (bytes: number): [low: number, high: number] => [bytes | 0, Math.floor(bytes / 2 ** 32)];

function copyArgs(elementBytes: number, shape: readonly number[], source: number, access: Access, target: number): number[] {
  const natural = stridesOf(shape);
  return [elementBytes, shape.length, ...shape, source, 0, -1, ...(access.strides ?? natural), target, 0, -1, ...natural];
}
