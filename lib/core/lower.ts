// Lowering: from nodes to units of work over values in memory. Decides what is materialised and where results and assignments are written.
import { bytesPerElement, type DType } from './dtype.js';
import { fuse, type Group, isElement, usersOf } from './fuse.js';
import type { Graph } from './graph.js';
import { isLeaf } from './key.js';
import { NUMBER, type Op } from './op.js';
import { record } from './record.js';
import { type Shape, sameShape, sizeOf, stridesOf } from './shape.js';
import { isAfter, type StepNode } from './step.js';
import type { Tensor } from './tensor.js';
import { type Access, ChainUnit, CommandUnit, CopyUnit, type Unit, UpdateUnit, Value } from './units.js';
import type { Parameter } from './variable.js';

/** What a compiled group of requests must leave behind. */
export interface Demand {
  readonly results: readonly Tensor[];
  readonly assigns: readonly { variable: Parameter; root: Tensor }[];
}

export class Lowering {
  readonly units: Unit[] = [];
  private readonly access = new Map<Tensor, readonly (Access | null)[]>();
  private readonly contiguousOf = new Map<Tensor, Value>();
  private readonly variables = new Map<Parameter, Value>();
  /** Earlier values of a variable that later writers overwrite, oldest first. */
  private readonly versions = new Map<Parameter, Value[]>();
  private readonly groups: Map<Tensor, Group>;
  private readonly users: Tensor[][];
  private readonly kept: Set<Tensor>;
  private readonly lowered = new Set<Tensor | Group>();
  private readonly afterStep = new Map<StepNode, Map<Parameter, Value>>();

  constructor(
    readonly graph: Graph,
    demand: Demand,
    /** Steps that work on copies, because something that may fail comes after them. */
    private readonly deferred: ReadonlySet<StepNode>,
  ) {
    const commits = [...graph.updates.values()].flatMap((update) => update.commits);
    const kept = [...demand.results, ...demand.assigns.map((a) => a.root), ...commits.map((c) => c.value)];
    this.kept = new Set(kept.map((t) => graph.resolve(t)));
    this.groups = fuse(graph, this.kept);
    this.users = usersOf(graph);
    for (const node of graph.nodes) if (graph.resolve(node) === node) this.lower(node);
    demand.results.forEach((node, index) => this.storeResult(node, index));
    for (const { variable, value } of commits) this.commit(variable, value);
    for (const { variable, root } of demand.assigns) this.commit(variable, root);
    this.orderWriters();
  }

  /** The value of a node, contiguous. */
  contiguous(node: Tensor): Value {
    const base = this.graph.resolve(node);
    const [access] = this.accessOf(base);
    if (access && access.strides === null) return access.value;
    const known = this.contiguousOf.get(base);
    if (known) return known;
    const value = this.newValue(base.shape, base.dtype);
    this.addCopy(access ?? this.numberOf(base)!, base.shape, value);
    this.contiguousOf.set(base, value);
    return value;
  }

  /** How an op that takes strides sees a node; null for a number, whose value is a scalar. */
  strided(node: Tensor): Access | null {
    const base = this.graph.resolve(node);
    if (this.numberOf(node)) return null;
    const [access] = this.accessOf(base);
    if (access && (access.strides === null || sameShape(base.shape, node.shape))) return access;
    return { value: this.contiguous(node), strides: null };
  }

  /** The number that a node spreads, where it is one. */
  numberOf(node: Tensor): Tensor | null {
    let base = this.graph.resolve(node);
    while (base.op.name === 'expand' && !isLeaf(base)) base = this.graph.resolve(base.inputs[0]!);
    return base.op === NUMBER ? base : null;
  }

  /** The memory of a node, which is lowered first where it isn't yet: a group may read what stands later in the list. */
  private accessOf(base: Tensor): readonly (Access | null)[] {
    if (!this.lowered.has(base)) this.lower(base);
    return this.access.get(base) ?? [];
  }

  private newValue(shape: Shape, dtype: DType): Value {
    return new Value(sizeOf(shape) * bytesPerElement[dtype], dtype);
  }

  private add<U extends Unit>(unit: U): U {
    this.units.push(unit);
    return unit;
  }

  private read(unit: Unit, value: Value): Value {
    unit.reads.add(value);
    value.readers.add(unit);
    return value;
  }

  private write(unit: Unit, value: Value): Value {
    unit.writes.push(value);
    value.producer = unit;
    return value;
  }

  private addCopy(source: Access | Tensor, shape: Shape, target: Value): CopyUnit {
    const unit = this.add(new CopyUnit(source, shape, target));
    if ('value' in source) this.read(unit, source.value);
    this.write(unit, target);
    return unit;
  }

  private lower(node: Tensor): void {
    const group = this.groups.get(node);
    if (this.lowered.has(group ?? node)) return;
    this.lowered.add(group ?? node).add(node);
    if (group) return this.lowerGroup(group);
    if (isLeaf(node)) return this.lowerLeaf(node);
    const { lowering } = node.op;
    if (lowering.kind === 'view') return this.lowerView(node);
    if (lowering.kind === 'pick') this.lowerPick(node, lowering.of);
    else if (isAfter(node)) this.lowerAfter(node);
    else if (lowering.kind === 'update') this.lowerStep(node as StepNode);
    else if (lowering.kind === 'command') this.lowerCommand(node);
  }

  private lowerLeaf(node: Tensor): void {
    if (node.op === NUMBER) return;
    let value: Value;
    if (node.variable !== null && node.bytes === null) {
      this.variable(node.variable);
      value = this.versions.get(node.variable)![0]!;
    } else {
      value = this.newValue(node.shape, node.dtype);
      value.home = { kind: node.bytes !== null ? 'input' : 'leaf', node };
    }
    this.access.set(node, [{ value, strides: null }]);
  }

  private variable(variable: Parameter): Value {
    let value = this.variables.get(variable);
    if (!value) {
      value = this.newValue(variable.shape, variable.dtype);
      value.home = { kind: 'variable', variable };
      this.variables.set(variable, value);
      this.versions.set(variable, [value]);
    }
    return value;
  }

  private lowerView(node: Tensor): void {
    const input = node.inputs[0]!;
    const { lowering } = node.op;
    if (this.numberOf(node) || lowering.kind !== 'view') return;
    const base = this.graph.resolve(input);
    let [access] = this.accessOf(base);
    if (!access || (access.strides !== null && !sameShape(base.shape, input.shape)))
      access = { value: this.contiguous(input), strides: null };
    const strides = lowering.strides(node, access.strides ?? stridesOf(input.shape));
    // Turned twice it may lie as it should again.
    const natural = stridesOf(node.shape);
    const plain = strides.every((s, i) => s === natural[i] || node.shape[i] === 1) && sizeOf(node.shape) === sizeOf(input.shape);
    this.access.set(node, [{ value: access.value, strides: plain ? null : strides }]);
  }

  /** A further result of a command. Where that is stored only its first one is left: then the command runs again on the same operands. */
  private lowerPick(node: Tensor, of: Op): void {
    const [source, ...operands] = node.inputs as [Tensor, ...Tensor[]];
    let command = this.graph.resolve(source);
    if (isLeaf(command)) {
      command = record(of, operands, source.shape, source.dtype, node.attrs.slice(1), node.scalars);
      this.lowered.add(command);
      this.lowerCommand(command);
    }
    this.access.set(node, [this.accessOf(command)[node.attrs[0]!]!]);
  }

  private lowerCommand(node: Tensor): void {
    const { lowering } = node.op;
    if (lowering.kind !== 'command') return;
    const unit = this.add(new CommandUnit(node, node.op.name));
    unit.fails = lowering.fails ?? false;
    for (const input of node.inputs) this.read(unit, this.operandOf(node, input).value);
    const outputs = [{ shape: node.shape, dtype: node.dtype }, ...(lowering.extra?.(node) ?? [])];
    unit.results = outputs.map(({ shape, dtype }, k) => {
      const wanted = k === 0 || !lowering.spares || this.isPicked(node, k);
      return wanted ? this.write(unit, this.newValue(shape, dtype)) : null;
    });
    this.access.set(
      node,
      unit.results.map((value) => value && { value, strides: null }),
    );
  }

  /** Whether somebody reads output `k` of a command; one that a pick runs again stands in no list. */
  private isPicked(node: Tensor, k: number): boolean {
    if (this.graph.nodes[node.index] !== node) return true;
    return this.users[node.index]!.some(({ op, attrs }) => op.lowering.kind === 'pick' && attrs[0] === k);
  }

  /** An operand of a command; a matrix may stay stored with its axes swapped. */
  operandOf(node: Tensor, input: Tensor): { value: Value; swapped: boolean } {
    const { lowering } = node.op;
    if (lowering.kind === 'command' && lowering.swaps && !this.numberOf(input)) {
      const access = this.strided(input)!;
      if (access.strides !== null && isSwapped(input.shape, access.strides)) return { value: access.value, swapped: true };
    }
    return { value: this.contiguous(input), swapped: false };
  }

  private lowerGroup(group: Group): void {
    const members = group.members.map((j) => this.graph.nodes[j]!).sort((a, b) => a.index - b.index);
    for (const member of members) this.lowered.add(member);
    const unit = new ChainUnit(group.tail?.op.name ?? group.head?.op.name ?? members[members.length - 1]!.op.name);
    unit.head = group.head;
    unit.tail = group.tail;
    unit.nodes = members.filter(isElement);
    const inside = new Set(members);
    if (unit.head) for (const input of unit.head.inputs) this.read(unit, this.operandOf(unit.head, input).value);
    for (const member of unit.nodes)
      for (const input of member.inputs) {
        if (inside.has(this.graph.resolve(input)) || this.numberOf(input)) continue;
        this.read(unit, this.strided(input)!.value);
      }
    this.add(unit);
    for (const member of members) {
      const users = this.users[member.index]!;
      const needed = this.kept.has(member) || member === unit.tail || users.some((u) => !inside.has(u));
      if (!needed) continue;
      const value = this.write(unit, this.newValue(member.shape, member.dtype));
      unit.outputs.set(member, value);
      this.access.set(member, [{ value, strides: null }]);
    }
    // The gemm's own result needs memory: an f32 output's, or its own.
    if (unit.head && !unit.outputs.has(unit.head) && ![...unit.outputs.keys()].some((n) => n.dtype === 'f32'))
      unit.outputs.set(unit.head, this.write(unit, this.newValue(unit.head.shape, unit.head.dtype)));
  }

  private lowerAfter(node: Tensor): void {
    const [step, old] = node.inputs as [StepNode, Tensor];
    this.accessOf(step);
    const value = this.afterStep.get(step)?.get(node.variable!);
    this.access.set(node, value ? [{ value, strides: null }] : this.accessOf(this.graph.resolve(old)));
  }

  private lowerStep(step: StepNode): void {
    const update = this.graph.updates.get(step)!;
    if (update.segments.length === 0) return;
    const unit = new UpdateUnit(step);
    const { updater } = step;
    for (const { grad } of update.segments) this.contiguous(grad);
    this.add(unit);
    const after = new Map<Parameter, Value>();
    this.afterStep.set(step, after);
    const own = (variable: Parameter): Value => {
      const old = this.variable(variable);
      if (!this.deferred.has(step)) return this.nextVersion(variable, unit);
      const copy = this.newValue(variable.shape, variable.dtype);
      this.addCopy({ value: old, strides: null }, variable.shape, copy);
      this.read(unit, copy);
      unit.writes.push(copy);
      const settled = this.newValue(variable.shape, variable.dtype);
      const commit = this.addCopy({ value: copy, strides: null }, variable.shape, settled);
      commit.after.add(unit);
      this.becomes(variable, settled, commit);
      this.variables.set(variable, copy);
      return copy;
    };
    for (const { variable, grad, place } of update.segments) {
      const gradient = this.read(unit, this.contiguous(grad));
      const param = own(variable);
      after.set(variable, param);
      unit.segments.push({ place, count: sizeOf(variable.shape), param, grad: gradient, states: updater.states(place).map(own) });
    }
    unit.stepCount = own(updater.stepCount);
    if (update.condition) unit.condition = this.read(unit, this.contiguous(update.condition));
    if (update.scale) unit.scale = this.read(unit, this.contiguous(update.scale));
    if (update.norm) this.access.set(step, [{ value: this.contiguous(update.norm), strides: null }]);
    else {
      unit.norm = this.write(unit, new Value(4, 'f32'));
      this.access.set(step, [{ value: unit.norm, strides: null }]);
    }
  }

  /** A writer in place: the variable's next value in the same memory. */
  private nextVersion(variable: Parameter, unit: Unit): Value {
    const old = this.variable(variable);
    this.read(unit, old);
    const next = this.newValue(variable.shape, variable.dtype);
    this.write(unit, next);
    this.becomes(variable, next, unit);
    return next;
  }

  private becomes(variable: Parameter, next: Value, writer: Unit): void {
    next.home = { kind: 'variable', variable };
    writer.writesVariable = true;
    this.variable(variable);
    this.versions.get(variable)!.push(next);
    this.variables.set(variable, next);
  }

  private storeResult(node: Tensor, index: number): void {
    const number = this.numberOf(node);
    const base = this.graph.resolve(node);
    const access = number ? undefined : this.accessOf(base)[0];
    if (access && access.strides === null && access.value.home === null && access.value.producer !== null) {
      access.value.home = { kind: 'result', index };
      return;
    }
    const value = this.newValue(node.shape, node.dtype);
    value.home = { kind: 'result', index };
    this.addCopy(number ?? this.strided(node)!, node.shape, value);
  }

  private commit(variable: Parameter, root: Tensor): void {
    const source = this.numberOf(root) ?? this.strided(root)!;
    this.variable(variable);
    const next = this.newValue(variable.shape, variable.dtype);
    const unit = this.addCopy(source, variable.shape, next);
    this.becomes(variable, next, unit);
  }

  /** Readers of a variable's value run before its next writer; where they can't, they read a copy. */
  private orderWriters(): void {
    for (const [variable, versions] of this.versions)
      for (let k = 0; k + 1 < versions.length; k++) {
        const writer = versions[k + 1]!.producer!;
        const readers = [...versions[k]!.readers].filter((reader) => reader !== writer);
        const late = readers.filter((reader) => dependsOn(reader, writer));
        for (const reader of readers) if (!late.includes(reader)) writer.after.add(reader);
        if (versions[k]!.producer && versions[k]!.producer !== writer) writer.after.add(versions[k]!.producer!);
        if (late.length) this.readCopy(variable, versions[k]!, writer, late);
      }
  }

  private readCopy(variable: Parameter, old: Value, writer: Unit, late: readonly Unit[]): void {
    const copy = this.newValue(variable.shape, variable.dtype);
    writer.after.add(this.addCopy({ value: old, strides: null }, variable.shape, copy));
    for (const reader of late) {
      reader.reads.delete(old);
      reader.reads.add(copy);
      copy.readers.add(reader);
      old.readers.delete(reader);
      (this.replaced.get(reader) ?? this.replaced.set(reader, new Map()).get(reader)!).set(old, copy);
    }
  }

  /** The variables that the Program writes. */
  written(): Parameter[] {
    return [...this.versions].filter(([, versions]) => versions.length > 1).map(([variable]) => variable);
  }

  private readonly replaced = new Map<Unit, Map<Value, Value>>();

  /** What a unit reads in place of a value that was overwritten too early for it. */
  seenBy(unit: Unit, value: Value): Value {
    return this.replaced.get(unit)?.get(value) ?? value;
  }
}

/** Whether `strides` are those of contiguous matrices with their last two axes swapped. */
function isSwapped(shape: Shape, strides: readonly number[]): boolean {
  const rank = shape.length;
  if (rank < 2) return false;
  const stored = [...shape.slice(0, -2), shape[rank - 1]!, shape[rank - 2]!];
  const expected = stridesOf(stored);
  return shape.every(
    (n, i) => n === 1 || strides[i] === (i === rank - 1 ? expected[rank - 2] : i === rank - 2 ? expected[rank - 1] : expected[i]),
  );
}

/** Whether `unit` needs what `other` does. */
function dependsOn(unit: Unit, other: Unit): boolean {
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
