// The order of a Program's units: what can fail first, what writes variables last. Then memory: the workspace's offsets by lifetime.
import type { Lowering } from './lower.js';
import type { StepNode } from './step.js';
import type { Unit, UpdateUnit, Value } from './units.js';

/**
 * A topological order in which writers of variables come as late as they can. Of the others a unit that frees at least as much memory as it
 * takes goes first: a weight's gradient is computed before the next layer's values are.
 */
export function schedule(units: readonly Unit[]): Unit[] {
  const waiting = new Map<Unit, number>();
  const followers = new Map<Unit, Unit[]>();
  const readers = new Map<Value, number>();
  const ready: Unit[] = [];
  const late: Unit[] = [];
  for (const unit of units) {
    const before = new Set(unit.after);
    for (const value of unit.reads) {
      if (value.producer && value.producer !== unit) before.add(value.producer);
      readers.set(value, (readers.get(value) ?? 0) + 1);
    }
    before.delete(unit);
    waiting.set(unit, before.size);
    for (const b of before) (followers.get(b) ?? followers.set(b, []).get(b)!).push(unit);
  }
  const put = (unit: Unit): void => void (unit.writesVariable ? late : ready).push(unit);
  // Ready units leave in the order of recording: it keeps lifetimes short.
  const place = new Map(units.map((unit, i) => [unit, i]));
  for (const unit of units) if (waiting.get(unit) === 0) put(unit);
  const order: Unit[] = [];
  while (ready.length || late.length) {
    const from = ready.length ? ready : late;
    let best = 0;
    let bestFrees = from === ready && freesMemory(from[0]!, readers);
    for (let i = 1; i < from.length; i++) {
      const isEarlier = place.get(from[i]!)! < place.get(from[best]!)!;
      if (bestFrees && !isEarlier) continue;
      const frees = from === ready && freesMemory(from[i]!, readers);
      if (frees === bestFrees ? !isEarlier : bestFrees) continue;
      best = i;
      bestFrees = frees;
    }
    const [unit] = from.splice(best, 1) as [Unit];
    unit.order = order.length;
    order.push(unit);
    for (const value of unit.reads) readers.set(value, readers.get(value)! - 1);
    for (const next of followers.get(unit) ?? []) {
      const left = waiting.get(next)! - 1;
      waiting.set(next, left);
      if (left === 0) put(next);
    }
  }
  if (order.length !== units.length) throw new Error('hebb: the units of a Program form a cycle; please report this');
  return order;
}

/** Whether the workspace holds no more after a unit than before: what it writes there is made up for by what it is the last to read. */
function freesMemory(unit: Unit, readers: ReadonlyMap<Value, number>): boolean {
  let growth = 0;
  for (const value of unit.writes) if (value.home === null) growth += value.bytes;
  for (const value of unit.reads) if (value.home === null && readers.get(value) === 1) growth -= value.bytes;
  return growth <= 0;
}

/** The steps whose update precedes something that may fail: they must work on copies. */
export function stepsToDefer(order: readonly Unit[]): StepNode[] {
  const last = order.findLastIndex((unit) => unit.fails);
  return order
    .slice(0, Math.max(last, 0))
    .filter((unit) => unit.writesVariable && 'step' in unit)
    .map((unit) => (unit as UpdateUnit).step);
}

const ALIGN = 64;
const aligned = (bytes: number): number => Math.ceil(bytes / ALIGN) * ALIGN;

/** Gives every value without a home an offset in the workspace; memory of dead values is reused. Returns the workspace's size. */
export function layOut(lowering: Lowering, order: readonly Unit[]): number {
  const values = new Set<Value>();
  for (const unit of order) {
    for (const value of unit.reads) {
      const seen = lowering.seenBy(unit, value);
      seen.last = Math.max(seen.last, unit.order);
      values.add(seen);
    }
    for (const value of unit.writes) {
      value.first = value.first < 0 ? unit.order : Math.min(value.first, unit.order);
      value.last = Math.max(value.last, unit.order);
      values.add(value);
    }
  }
  const births: Value[][] = order.map(() => []);
  const deaths: Value[][] = order.map(() => []);
  for (const value of values) {
    if (value.home !== null) continue;
    births[value.first]!.push(value);
    deaths[value.last]!.push(value);
  }
  let size = 0;
  let free: { offset: number; bytes: number }[] = [];
  for (let i = 0; i < order.length; i++) {
    for (const value of births[i]!) {
      const bytes = Math.max(aligned(value.bytes), ALIGN);
      let best = -1;
      for (let k = 0; k < free.length; k++) if (free[k]!.bytes >= bytes && (best < 0 || free[k]!.bytes < free[best]!.bytes)) best = k;
      if (best >= 0) {
        const hole = free[best]!;
        value.offset = hole.offset;
        if (hole.bytes === bytes) free.splice(best, 1);
        else free[best] = { offset: hole.offset + bytes, bytes: hole.bytes - bytes };
      } else {
        value.offset = size;
        size += bytes;
      }
    }
    for (const value of deaths[i]!) free = withHole(free, value.offset, Math.max(aligned(value.bytes), ALIGN));
  }
  return size;
}

/** Adds a hole and joins neighbours; `free` stays sorted by offset. */
function withHole(free: readonly { offset: number; bytes: number }[], offset: number, bytes: number): { offset: number; bytes: number }[] {
  const out: { offset: number; bytes: number }[] = [];
  const all = [...free, { offset, bytes }].sort((a, b) => a.offset - b.offset);
  for (const hole of all) {
    const before = out[out.length - 1];
    if (before && before.offset + before.bytes === hole.offset) before.bytes += hole.bytes;
    else out.push({ ...hole });
  }
  return out;
}
