// A run on its way: who waits for it, what it stores and writes, and what happens when it ends. Also the queue's back-pressure.
import type { Fault } from '../../binding.js';
import { ArgumentError, HebbError, IndexError, locate, MemoryError } from './errors.js';
import { native } from './native.js';
import { releaseStorage } from './storage.js';
import { LOST, type Tensor } from './tensor.js';
import type { Parameter } from './variable.js';

/** Runs that may be in flight before a loop is made to wait, and their estimated time. */
const MAX_FLIGHTS = 3;
const MAX_NANOSECONDS = 20e6;

export interface Waiter {
  resolve(): void;
  /** Returns false where its promise can't carry the error any more. */
  reject(error: Error): unknown;
}

/** What failed runs should have stored, with their errors. */
export const lost = new WeakMap<Tensor, Error>();

export class Flight {
  /** What it stores: small results with their place in the run's output, large ones in memory of their own. */
  readonly results: { tensor: Tensor; small: boolean; offset: number; bytes: number }[] = [];
  readonly waiters: Waiter[] = [];
  /** Variables that it overwrites: by steps, and by assignments, whose failure only the next read can tell. */
  readonly written: Parameter[] = [];
  readonly assigned: Parameter[] = [];
  /** Those of them that had no value before. */
  readonly first: Parameter[] = [];
  /** Whether somebody was told of a failure. */
  told = false;

  constructor(
    readonly number: number,
    readonly nanoseconds: number,
    /** The op of each command, for messages. */
    readonly commands: readonly string[],
    /** Filled when it lands. */
    readonly output: Uint8Array,
  ) {}

  land(): void {
    for (const { tensor, small, offset, bytes } of this.results) {
      if (small) tensor.bytes = this.output.subarray(offset, offset + bytes);
      tensor.flight = null;
    }
    for (const variable of this.written) variable.settled = true;
    for (const waiter of this.waiters) waiter.resolve();
  }

  fail(error: Error): void {
    for (const { tensor } of this.results) {
      tensor.flight = null;
      if (tensor.storage !== null) releaseStorage(tensor.storage); // nothing was written to it
      tensor.storage = null;
      if (tensor.op.lowering.kind !== 'leaf') continue; // it still has its record: asked for again, it is computed again
      tensor.flags |= LOST;
      lost.set(tensor, error);
    }
    for (const waiter of this.waiters) if (waiter.reject(error) !== false) this.told = true;
  }
}

/**
 * What an asker's promise resolves with where its run failed. It rejects a few microtasks later, inside a microtask that the asker waits for:
 * only there does V8 know who awaits, so that the error's stack names the user's line, and a run that succeeds pays nothing for it.
 */
export async function failing(error: Error): Promise<never> {
  await null;
  await null;
  throw locate(error);
}

const flights = new Map<number, Flight>();
const failures = new Map<number, Error>();
const other = new Map<number, Waiter>();
/** Those who wait for room, each behind the newest run of its time: what was submitted after that doesn't hold it back. */
const room: { readonly behind: number; go(): void }[] = [];
let newest = 0;
let inFlight = 0;
let untold: Error[] = [];

/** How many failed runs JS has heard of; native code compares it with what poisoned a variable. */
export const failuresSeen = { count: 0 };

/** Set by stretch.ts: makes a failed run's assignments void. */
export const voidAssignments = { of: (_flight: Flight, _error: Error): void => {} };

export function launch(flight: Flight): void {
  attach();
  flights.set(flight.number, flight);
  newest = flight.number;
  inFlight += flight.nanoseconds;
}

/** Waits for a run that isn't a Program's: a read of native memory. */
export function landing(run: number): Promise<void> {
  attach();
  return new Promise((resolve, reject) => other.set(run, { resolve, reject }));
}

let attached = false;

/** Must precede the first run of the environment. */
export function attach(): void {
  if (attached) return;
  attached = true;
  native().attach(done);
}

function done(run: number, _nanoseconds: number, fault: Fault | null): void {
  const flight = flights.get(run);
  if (flight === undefined) {
    const waiter = other.get(run);
    other.delete(run);
    if (fault) waiter?.reject(wordFault(fault, []));
    else waiter?.resolve();
    return;
  }
  flights.delete(run);
  inFlight -= flight.nanoseconds;
  if (fault) {
    const error = wordFault(fault, flight.commands);
    failuresSeen.count++;
    failures.set(run, error);
    voidAssignments.of(flight, error);
    flight.fail(error);
    if (!flight.told && fault.code !== ENTAILED) owe(error);
  } else flight.land();
  letGo();
  if (flights.size === 0) {
    failures.clear();
    if (untold.length) setImmediate(warnUntold);
  }
}

/** A failure that no promise carries yet: a warning, unless something claims it before the queue is empty and this turn is over. */
export function owe(error: Error): void {
  untold.push(error);
  if (flights.size === 0) setImmediate(warnUntold);
}

/** A failed step's error that its own promise could no longer carry is claimed by the optimizer's next step. */
export function claim(error: Error): void {
  untold = untold.filter((e) => e !== error);
}

function warnUntold(): void {
  if (flights.size) return;
  const errors = untold;
  untold = [];
  for (const error of errors) process.emitWarning(`a run failed and no promise carried its error: ${error.message}`, 'HebbWarning');
}

const hasRoom = (): boolean => flights.size < MAX_FLIGHTS && inFlight < MAX_NANOSECONDS;

const ready = Promise.resolve();

/**
 * Resolves when at most 3 runs and about 20 ms of work are in flight: the back-pressure of loops. A loop that doesn't wait may keep the queue
 * full for ever, so it resolves at the latest when the newest run of this moment has landed.
 */
export function roomInQueue(): Promise<void> {
  return hasRoom() ? ready : new Promise((resolve) => room.push({ behind: newest, go: resolve }));
}

function letGo(): void {
  const all = hasRoom();
  let gone = 0;
  while (gone < room.length && (all || !flights.has(room[gone]!.behind))) room[gone++]!.go();
  if (gone > 0) room.splice(0, gone);
}

/** The fault of a run that needed what a failed one should have written: whoever hears of that one has heard enough. */
const ENTAILED = 5;

/** Ops whose negative positions count from the end. */
const FROM_END: ReadonlySet<string> = new Set(['at', 'with', 'take']);

/** @internal The typed error of a fault that native code tells in numbers. */
export function wordFault(fault: Fault, commands: readonly string[]): Error {
  const op = commands[fault.command] ?? 'run';
  switch (fault.code) {
    case 1:
      return new IndexError(
        op,
        `${op === 'crossEntropy' ? 'label' : 'index'} ${fault.value} at position ${fault.row} is out of range; valid are ${FROM_END.has(op) ? -fault.limit : 0} … ${fault.limit - 1}`,
        { value: fault.value },
      );
    case 2:
      return new IndexError(op, `a slice starts at ${fault.value}, outside of its tensor`, { value: fault.value });
    case 3:
      return new MemoryError(
        op,
        'the workspace of this run does not fit the memory budget; use smaller batches or raise HEBB_MEMORY_LIMIT',
      );
    case 6:
      return new ArgumentError(
        op,
        `an integer is divided by 0 at position ${fault.row} of the divisor; mask it first: b.eq(0).where(1, b)`,
        { value: 0 },
      );
    case 7:
      return new ArgumentError(op, `the weights of row ${fault.row} are negative or not finite, or too few are positive`, {
        value: fault.row,
      });
    case ENTAILED:
      return new HebbError(op, 'a run that this one needed failed before it', { cause: failures.get(fault.cause) });
    default:
      return new HebbError(op, `the run was stopped (fault ${fault.code})`);
  }
}
