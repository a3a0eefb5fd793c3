// What a Program is made of before it is encoded: values in memory, and the units of work that read and write them.
import type { DType } from './dtype.js';
import type { Shape } from './shape.js';
import type { StepNode } from './step.js';
import type { Tensor } from './tensor.js';
import type { Parameter } from './variable.js';

/** A piece of memory. Its place is settled by memory.ts, or from the start for leaves. */
export class Value {
  producer: Unit | null = null;
  readonly readers = new Set<Unit>();
  /** Leaves: what to bind. Results: where the value must end up. */
  home: Home | null = null;
  first = -1;
  last = -1;
  offset = -1;

  constructor(
    readonly bytes: number,
    readonly dtype: DType,
  ) {}
}

export type Home = { kind: 'input' | 'leaf'; node: Tensor } | { kind: 'variable'; variable: Parameter } | { kind: 'result'; index: number };

/** How a node is seen in memory: contiguous, or by strides. */
export interface Access {
  readonly value: Value;
  readonly strides: readonly number[] | null;
}

/** A matrix in memory, perhaps stored with its axes swapped. */
export interface Matrix {
  readonly value: Value;
  readonly swapped: boolean;
}

/** a · b, computed by whoever uses it. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly a: Matrix;
  readonly b: Value;
}

export type Unit = ChainUnit | CommandUnit | CopyUnit | UpdateUnit;

abstract class BaseUnit {
  readonly reads = new Set<Value>();
  readonly writes: Value[] = [];
  /** Units that must run before this one, beyond the producers of what it reads. */
  readonly after = new Set<Unit>();
  writesVariable = false;
  fails = false;
  order = -1;
  abstract readonly name: string;
}

export class ChainUnit extends BaseUnit {
  /** Element nodes in order. */
  nodes: Tensor[] = [];
  head: Tensor | null = null;
  tail: Tensor | null = null;
  readonly outputs = new Map<Tensor, Value>();
  constructor(readonly name: string) {
    super();
  }
}

export class CommandUnit extends BaseUnit {
  /** Output by output; null: left out. */
  results: readonly (Value | null)[] = [];
  constructor(
    readonly node: Tensor,
    readonly name: string,
  ) {
    super();
  }
}

/** A strided copy into a fresh contiguous value, or into a variable; of a number: a fill. */
export class CopyUnit extends BaseUnit {
  readonly name = 'copy';
  constructor(
    readonly source: Access | Tensor,
    readonly shape: Shape,
    readonly target: Value,
  ) {
    super();
  }
}

export class UpdateUnit extends BaseUnit {
  readonly name = 'step';
  condition: Value | null = null;
  scale: Value | null = null;
  norm: Value | null = null;
  stepCount!: Value;
  segments: { place: number; count: number; param: Value; gradient: Value | Product; states: Value[] }[] = [];
  constructor(readonly step: StepNode) {
    super();
  }
}

/** Whether `unit` needs what `other` does. */
export function dependsOn(unit: Unit, other: Unit): boolean {
  const seen = new Set<Unit>();
  const stack = [unit];
  while (stack.length) {
    const u = stack.pop()!;
    if (u === other) return true;
    if (seen.has(u)) continue;
    seen.add(u);
    for (const value of u.reads) if (value.producer) stack.push(value.producer);
    for (const before of u.after) stack.push(before);
  }
  return false;
}
