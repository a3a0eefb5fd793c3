// A run on its way: who waits for it, what it stores and writes, and what happens when it ends. Also the queue's back-pressure.
import type { Fault } from '../../binding.js';
import { ArgumentError, HebbError, IndexError, MemoryError } from './errors.js';
import { native } from './native.js';
import type { Tensor } from './tensor.js';
import type { Parameter } from './variable.js';

/** Runs that may be in flight before a loop is made to wait, and their estimated time. */
const MAX_FLIGHTS = 3;
const MAX_NANOSECONDS = 20e6;

export interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

export class Flight {
  /** What it stores: small results with their place in the run's output, large ones in memory of their own. */
  readonly results: { tensor: Tensor; small: boolean; offset: number; bytes: number }[] = [];
  readonly waiters: Waiter[] = [];
  /** Variables that it overwrites: by steps, and by assignments, whose failure only the next read can tell. */
  readonly written: Parameter[] = [];
  readonly assigned: Parameter[] = [];
  /** Whether somebody was told of a failure. */
  told = false;

  constructor(
    readonly number: number,
    readonly nanoseconds: number,
    /** The op of each command, for messages. */
    readonly commands: readonly string[],
  ) {}

  land(output: Uint8Array): void {
    for (const { tensor, small, offset, bytes } of this.results) {
      if (small) tensor.bytes = output.subarray(offset, offset + bytes);
      tensor.flight = null;
    }
    for (const waiter of this.waiters) waiter.resolve();
  }

  fail(error: Error): void {
    for (const { tensor } of this.results) tensor.flight = null;
    this.told ||= this.waiters.length > 0;
    for (const waiter of this.waiters) waiter.reject(error);
  }
}

const flights = new Map<number, Flight>();
const failures = new Map<number, Error>();
const other = new Map<number, Waiter>();
let room: (() => void)[] = [];
let inFlight = 0;
let untold: Error[] = [];

/** How many failed runs JS has heard of; native code compares it with what poisoned a variable. */
export const failuresSeen = { count: 0 };

/** Set by stretch.ts: makes a failed run's assignments void. */
export const voidAssignments = { of: (_flight: Flight, _error: Error): void => {} };

export function launch(flight: Flight): void {
  attach();
  flights.set(flight.number, flight);
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

function done(run: number, _nanoseconds: number, fault: Fault | null, output: Uint8Array | null): void {
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
    if (!flight.told) owe(error);
  } else flight.land(output ?? EMPTY);
  if (hasRoom()) {
    const waiting = room;
    room = [];
    for (const go of waiting) go();
  }
  if (flights.size === 0) {
    failures.clear();
    if (untold.length) queueMicrotask(warnUntold);
  }
}

const EMPTY = new Uint8Array(0);

/** A failure that no promise carries yet: a warning, unless something claims it before the queue is empty. */
export function owe(error: Error): void {
  untold.push(error);
  if (flights.size === 0) queueMicrotask(warnUntold);
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

/** Resolves when at most 3 runs and about 20 ms of work are in flight: the back-pressure of loops. */
export function roomInQueue(): Promise<void> {
  return hasRoom() ? ready : new Promise((resolve) => room.push(resolve));
}

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
      return new ArgumentError(op, `the weights of row ${fault.row} are negative or not finite, or too few are positive`, {
        value: fault.row,
      });
    case 5:
      return new HebbError(op, 'a run that this one needed failed before it', { cause: failures.get(fault.cause) });
    default:
      return new HebbError(op, `the run was stopped (fault ${fault.code})`);
  }
}
