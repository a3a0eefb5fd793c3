/**
 * The waist: all that JavaScript knows of the native side. `lib/core/native.ts` alone imports it; no published type names it.
 * Everything given is checked and copied before a call returns; what is wrong throws a TypeError, never a crash.
 */

/** Why a run failed, as numbers; docs/program.md says which command can fail. */
export interface Fault {
  /** 1: an index or label out of range; 2: a runtime offset out of range; 3: no memory; 4: stopped; 5: what it needed failed; 8: a file could not be read. */
  code: number;
  /** Position in the Program. */
  command: number;
  row: number;
  /** The offending value; for code 3 the bytes asked for. */
  value: number;
  /** Valid values are 0 … limit-1; for code 3 the budget. */
  limit: number;
  /** For code 5: the number of the failed run that this one needed, else 0. */
  cause: number;
}

/** How a queued run ends: `fault` where it failed, else its `output` is filled. */
export type Done = (run: number, nanoseconds: number, fault: Fault | null) => void;

export interface Info {
  /** Of the Program's layout. */
  version: number;
  isa: string;
  /** Those that this CPU and this build support, best first. */
  isas: string[];
  threads: number;
  cores: number;
  /** Names of commands; an opcode is an index in it. */
  ops: string[];
  /** Names of chain steps, likewise. */
  steps: string[];
  caches: { l1: number; l2: number; l3: number };
}

export interface Addon {
  info(): Info;
  /** Once per environment, before any run is queued. */
  attach(done: Done): void;

  /** slot + generation · 2³²; 64-byte aligned, contents undefined. -1 when the budget doesn't allow it. */
  createStorage(bytes: number): number;
  /** The memory lives on until the queued runs that use it are done. A handle that names nothing is ignored. */
  freeStorage(slot: number, generation: number): void;
  /** Throws while a queued run uses the storage. */
  writeStorage(slot: number, generation: number, offset: number, source: ArrayBufferView): void;
  /** Fills `target`: 0 done at once; n > 0: completes through Done as run n, and `target` must not be touched before. */
  readStorage(slot: number, generation: number, offset: number, target: ArrayBuffer): number;
  /**
   * Fills a storage from an open file, by threads that do nothing else: completes through Done as run n > 0, with a fault of code 8 where the
   * file ends before or the system refuses. Nobody else may touch these bytes, or close the file, before.
   */
  readFile(slot: number, generation: number, offset: number, file: number, position: number, bytes: number): number;

  /** The Program's id, from 1; a TypeError with the reason when it isn't valid. */
  compile(program: Int32Array): number;
  /** Forgets it once no queued run uses it. */
  release(program: number): void;
  /** Estimated nanoseconds on one thread. */
  cost(program: number): number;
  /**
   * 0: done in the call, `output` is filled. n > 0: queued, completes through Done as run n, and fills `output` just before. -1: failed
   * in the call, see fault().
   * `handles` holds slot and generation of each leaf; `failuresSeen` counts the failures told so far, by -1 or through Done, reads of files aside.
   */
  run(
    program: number,
    scalars: Float64Array,
    handles: Int32Array,
    input: Uint8Array,
    output: Uint8Array,
    inline: boolean,
    failuresSeen: number,
  ): number;
  /** Of the last run() that returned -1. */
  fault(): Fault;

  /** [storage bytes in use, pooled bytes, workspace bytes, budget bytes, programs, program bytes] */
  memory(): Float64Array;
  /** Clamps to what is possible and returns it. In force from the next Program on. */
  setThreads(threads: number): number;

  /** For the benchmark: GFLOP/s of a loop of multiply-adds. Blocks. */
  fmaPeak(threads: number, isa: string): number;
  /** For the benchmark: the best bytes/s, read and written both counted, of memcpy and of non-temporal copies in pooled memory. Blocks. */
  copySpeed(bytes: number, threads: number): number;
}
