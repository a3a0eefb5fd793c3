// Measures one row: our samples and the rivals' alternate, each rival in its best configuration, and medians are compared.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setNumThreads } from 'hebb';
import { fmaPeak, isa } from './limits.js';
import type { PeerName, Peers, Rival } from './peers.js';
import { median, type Row } from './report.js';

/** One row, as data, and a function that prepares our side of it. */
export interface Workload {
  id: string;
  threads: number;
  /** Measured in a process of its own with this HEBB_ISA. */
  isa?: string;
  /** Floating-point operations of one operation of the row. */
  flops?: number;
  peers?: readonly PeerName[];
  /** Rivals in this process. */
  rivals?: readonly Rival[];
  /** Tells the event loop's delay while our side works. */
  eventLoop?: boolean;
  config?: string;
  /** Resolves to a function that takes one sample: milliseconds for one operation. */
  prepare(): Promise<Sampler>;
}

export type Sampler = () => Promise<number>;

const ROUNDS = 12;
const COMPARISON_ROUNDS = 3;
const SAMPLE_MS = 30;
const WARM_MS = 300;
/** After a pause a core's clock takes so long to come back: 64³ products run at 80 % of their speed until then. */
const WAKE_MS = 100;
const LONG_MS = 200;
const PAUSE_MS = 5; // after which the threads of whoever was measured last have stopped spinning
/** OpenMP's and OpenBLAS's threads spin for up to 0.2 s after their work: nobody else is timed meanwhile. */
const COOL_MS = 250;

/** Warms `work(n)` up, which does an operation n times, and makes a sampler of about 30 ms of it. */
export async function repeated(work: (count: number) => Promise<void>): Promise<Sampler> {
  const began = performance.now();
  await work(1);
  for (let count = 1; ; ) {
    const start = performance.now();
    await work(count);
    const ms = performance.now() - start;
    if (ms < SAMPLE_MS / 2) count *= 2;
    else if (start - began > WARM_MS) return sampler(work, Math.max(1, Math.round((count * SAMPLE_MS) / ms)));
  }
}

function sampler(work: (count: number) => Promise<void>, count: number): Sampler {
  return async () => {
    const began = performance.now();
    do await work(count);
    while (performance.now() - began < WAKE_MS);
    const start = performance.now();
    await work(count);
    return (performance.now() - start) / count;
  };
}

export async function measure(workload: Workload, peers: Peers): Promise<Row> {
  const { id, threads, flops } = workload;
  setNumThreads(threads);
  const sample = await workload.prepare();
  const rivals = await best([...(workload.rivals ?? []), ...(await peers.rivals(id, workload.peers ?? []))], id, peers);
  const ours: number[] = [];
  const theirs = rivals.map((): number[] => []);
  const peaks: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  if (workload.eventLoop) delay.enable();
  for (let round = 0; round < ROUNDS; round++) {
    await sleep(rivals.length ? COOL_MS : PAUSE_MS); // also a turn of the event loop, in which a delay is noticed
    ours.push(await sample());
    if (flops) peaks.push(fmaPeak(threads));
    for (const [i, rival] of rivals.entries()) {
      if (rival.comparison && round >= COMPARISON_ROUNDS) continue;
      await sleep(COOL_MS);
      theirs[i]!.push(await rival.sample());
    }
  }
  await sleep(PAUSE_MS);
  delay.disable();
  const ms = median(ours);
  const gflops = flops && flops / ms / 1e6;
  const figures = rivals.map((rival, i) => {
    const time = median(theirs[i]!);
    return [rival.name, { ms: time, ratio: time / ms, config: rival.config }] as const;
  });
  return {
    id,
    ms,
    ...(gflops && { gflops, percentOfPeak: (100 * gflops) / median(peaks) }),
    ...(workload.eventLoop && { eventLoopP99Ms: delay.percentile(99) / 1e6 }),
    peers: Object.fromEntries(figures),
    threads,
    isa,
    ...(workload.config && { config: workload.config }),
  };
}

/** Of each rival, the configuration that is fastest in a short trial. */
async function best(rivals: Rival[], id: string, peers: Peers): Promise<Rival[]> {
  const fastest = new Map<string, { rival: Rival; ms: number }>();
  for (const rival of rivals) {
    try {
      const times = [await rival.sample()];
      while (times.length < 3 && times[0]! < LONG_MS) times.push(await rival.sample());
      const ms = median(times);
      if (ms < (fastest.get(rival.name)?.ms ?? Infinity)) fastest.set(rival.name, { rival, ms });
    } catch (error) {
      peers.missing.set(`${rival.name} (${rival.config}) at ${id}`, (error as Error).message);
    }
  }
  return [...fastest.values()].map(({ rival }) => rival);
}
