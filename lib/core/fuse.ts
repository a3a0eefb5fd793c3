// Fusion: which element ops share a Chain, which Chain rides on a gemm's result, which is computed on the way into a reduction.
import { isFloat } from './dtype.js';
import { waitsOf } from './gate.js';
import type { Graph } from './graph.js';
import { isLeaf } from './key.js';
import { NUMBER } from './op.js';
import { sameShape, sizeOf } from './shape.js';
import type { Tensor } from './tensor.js';

export class Group {
  readonly members: number[] = [];
  /** The command whose result the Chain takes over (an epilogue), and the one that takes the Chain's (a prologue). */
  head: Tensor | null = null;
  tail: Tensor | null = null;
  /** Nodes of the window that must run before or with the group, as bits. */
  reach: Uint32Array;

  constructor(words: number) {
    this.reach = new Uint32Array(words);
  }
}

const WINDOW = 512;
const MAX_MEMBERS = 24;
const MAX_INPUTS = 16;
const MAX_LIVE = 12;

export const isElement = (node: Tensor): boolean =>
  !isLeaf(node) && (node.op.lowering.kind === 'element' || node.op.lowering.kind === 'cast');

/** Storing rounds these: what follows reads them from memory, so that fused and unfused give the same bits. */
const roundsWhenStored = (node: Tensor): boolean => node.dtype === 'bf16' || node.dtype === 'f16' || node.dtype === 'u8';

/** Finds the groups of a graph. `kept` are nodes whose value is needed in memory whatever happens. */
export function fuse(graph: Graph, kept: ReadonlySet<Tensor>): Map<Tensor, Group> {
  const { nodes } = graph;
  const users = usersOf(graph);
  const groupOf = new Map<Tensor, Group>();
  for (let start = 0; start < nodes.length; start += WINDOW)
    new Window(graph, start, Math.min(start + WINDOW, nodes.length), users, kept, groupOf).run();
  return groupOf;
}

/** For each node, the nodes that read its memory; aliases are looked through. */
export function usersOf(graph: Graph): Tensor[][] {
  const users: Tensor[][] = graph.nodes.map(() => []);
  for (const node of graph.nodes) {
    if (graph.resolve(node) !== node) continue;
    for (const input of graph.inputsOf(node)) users[graph.resolve(input).index]!.push(node);
  }
  return users;
}

class Window {
  private readonly words: number;
  private readonly reach: (Uint32Array | null)[] = [];
  private readonly groups = new Set<Group>();

  constructor(
    private readonly graph: Graph,
    private readonly start: number,
    private readonly end: number,
    private readonly users: readonly Tensor[][],
    private readonly kept: ReadonlySet<Tensor>,
    private readonly groupOf: Map<Tensor, Group>,
  ) {
    this.words = Math.ceil((end - start) / 32);
  }

  run(): void {
    for (let i = this.start; i < this.end; i++) {
      const node = this.graph.nodes[i]!;
      const reach = new Uint32Array(this.words);
      for (const input of this.graph.inputsOf(node)) this.addReach(reach, input.index);
      this.reach[i - this.start] = reach;
      const { lowering } = node.op;
      if (isLeaf(node)) continue;
      if (isElement(node)) this.place(node);
      else if (lowering.kind === 'command' && lowering.epilogue) this.found(node).head = node;
      else if (lowering.kind === 'command' && lowering.prologue) this.takeProducer(node);
    }
  }

  private found(node: Tensor): Group {
    const group = new Group(this.words);
    group.members.push(node.index);
    group.reach.set(this.reach[node.index - this.start]!);
    this.groups.add(group);
    this.groupOf.set(node, group);
    return group;
  }

  /** Everything that must run before or with node j. */
  private addReach(into: Uint32Array, j: number): void {
    if (j < this.start) return;
    const group = this.groupOf.get(this.graph.nodes[j]!);
    const from = group?.reach ?? this.reach[j - this.start]!;
    for (let w = 0; w < this.words; w++) into[w]! |= from[w]!;
    for (const member of group?.members ?? [j]) this.set(into, member);
  }

  private set(bits: Uint32Array, j: number): void {
    if (j >= this.start) bits[(j - this.start) >> 5]! |= 1 << ((j - this.start) & 31);
  }

  private place(node: Tensor): void {
    let group = this.found(node);
    const seen = new Set<Group>();
    for (const input of [...node.inputs].reverse()) {
      const base = this.graph.resolve(input);
      const other = this.groupOf.get(base);
      if (!other || !this.groups.has(other) || seen.has(other) || other === group) continue;
      seen.add(other);
      if (!sameShape(input.shape, node.shape) || !sameShape(base.shape, node.shape) || roundsWhenStored(base)) continue;
      if (other.tail || (other.head && group.head) || !this.mergeable(group, other)) continue;
      group = this.merge(group, other);
    }
  }

  private mergeable(a: Group, b: Group): boolean {
    const members = [...a.members, ...b.members].sort((x, y) => x - y);
    if (members.length > MAX_MEMBERS) return false;
    const inside = new Set(members);
    // A gemm's operands must be in memory before the Chain that rides on its result begins.
    const head = a.head ?? b.head;
    if (head && this.graph.inputsOf(head).some((input) => inside.has(this.graph.resolve(input).index))) return false;
    const bits = new Uint32Array(this.words);
    for (const j of members) this.set(bits, j);
    const outside = new Set<Tensor>();
    const reach = new Uint32Array(this.words);
    for (const j of members)
      for (const input of this.graph.inputsOf(this.graph.nodes[j]!)) {
        for (const gradient of waitsOf(input)) this.addReach(reach, gradient.index);
        const base = this.graph.resolve(input);
        if (!inside.has(base.index)) outside.add(base);
        else if (roundsWhenStored(base)) return false;
      }
    if ([...outside].filter((t) => t.op !== NUMBER).length > MAX_INPUTS) return false;
    for (const t of outside) this.addReach(reach, t.index);
    for (let w = 0; w < this.words; w++) if (reach[w]! & bits[w]!) return false;
    return this.live(members, inside) <= MAX_LIVE;
  }

  /** An upper bound of the registers in use at once: a member lives until its last user inside, or to the end when it is stored. */
  private live(members: readonly number[], inside: ReadonlySet<number>): number {
    const last = members.map((j) => {
      const users = this.users[j]!;
      const stored = users.length === 0 || this.kept.has(this.graph.nodes[j]!) || users.some((u) => !inside.has(u.index));
      return stored ? Infinity : Math.max(...users.map((u) => u.index));
    });
    let most = 0;
    members.forEach((j, k) => {
      let live = 0;
      for (let m = 0; m <= k; m++) if (last[m]! >= j) live++;
      most = Math.max(most, live);
    });
    return last.filter((l) => l === Infinity).length > 8 ? Infinity : most;
  }

  private merge(a: Group, b: Group): Group {
    const group = new Group(this.words);
    group.members.push(...[...a.members, ...b.members].sort((x, y) => x - y));
    group.head = a.head ?? b.head;
    for (let w = 0; w < this.words; w++) group.reach[w] = a.reach[w]! | b.reach[w]!;
    this.groups.delete(a);
    this.groups.delete(b);
    this.groups.add(group);
    const bits = new Uint32Array(this.words);
    for (const j of group.members) {
      this.groupOf.set(this.graph.nodes[j]!, group);
      this.set(bits, j);
    }
    // Whatever needed a part of the group now needs all of it.
    const widen = (reach: Uint32Array): void => {
      if (!reach.some((word, w) => word & bits[w]!)) return;
      for (let w = 0; w < this.words; w++) reach[w]! |= group.reach[w]! | bits[w]!;
    };
    for (const reach of this.reach) if (reach) widen(reach);
    for (const other of this.groups) if (other !== group) widen(other.reach);
    for (let w = 0; w < this.words; w++) group.reach[w]! &= ~bits[w]!;
    return group;
  }

  /** A reduction takes the Chain that feeds it alone. */
  private takeProducer(node: Tensor): void {
    const input = node.inputs[0]!;
    const base = this.graph.resolve(input);
    const group = this.groupOf.get(base);
    if (!group || !this.groups.has(group) || group.head || group.tail || !isElement(base) || roundsWhenStored(base)) return;
    if (!sameShape(base.shape, input.shape) || sizeOf(base.shape) === 0) return;
    if ((isFloat(base.dtype) ? 'f' : 'i') !== (isFloat(node.inputs[0]!.dtype) ? 'f' : 'i')) return;
    const inside = new Set(group.members);
    for (const j of group.members) {
      const member = this.graph.nodes[j]!;
      const alone = this.users[j]!.every((u) => (u === node && member === base) || inside.has(u.index));
      if (!alone || this.kept.has(member)) return;
    }
    group.tail = node;
    group.members.push(node.index);
    for (const gradient of waitsOf(input)) this.addReach(group.reach, gradient.index);
    this.groupOf.set(node, group);
  }
}
