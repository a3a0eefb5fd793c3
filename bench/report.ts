// What a run of the benchmarks says: the JSON form that `npm run bench:check` reads, and the table for people.
import { availableParallelism, cpus, totalmem } from 'node:os';

export interface PeerFigure {
  ms: number;
  /** The peer's time / ours: above 1 we are faster. */
  ratio: number;
  config: string;
}

export interface Row {
  id: string;
  /** Median time of one operation: a product, a pass, a step, an epoch. */
  ms: number;
  gflops?: number;
  /** Of the multiply-add loop timed between this row's own samples, on as many threads and with the same instructions. */
  percentOfPeak?: number;
  eventLoopP99Ms?: number;
  peers: Record<string, PeerFigure>;
  threads: number;
  isa: string;
  /** How our side was run, where that is not plain. */
  config?: string;
}

export interface Report {
  machine: string;
  isa: string;
  threads: number;
  peakGflops: { one: number; all: number };
  rows: Row[];
}

export function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores, ${gigabytes} GiB, Node ${process.version}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function geomean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

const significant = (value: number): string => (value >= 1000 ? value.toFixed(0) : value.toPrecision(3));

const columns = (cells: string[]): string =>
  `${cells[0]!.padEnd(20)}${cells[1]!.padStart(10)}${cells[2]!.padStart(9)}${cells[3]!.padStart(8)}${cells[4]!.padStart(9)}  ${cells[5]}`;

export const tableHead = columns(['row', 'ms', 'GF/s', '% peak', 'p99 ms', "peers: ratio (the peer's time / ours)"]);

export function tableLine(row: Row): string {
  const peers = Object.entries(row.peers)
    .sort(([, a], [, b]) => a.ms - b.ms)
    .map(([name, { ms, ratio, config }]) => `${name} ${ratio.toFixed(2)} (${significant(ms)} ms; ${config})`);
  const optional = (value: number | undefined, digits: number): string => value?.toFixed(digits) ?? '';
  const figures = [significant(row.ms), optional(row.gflops, 0), optional(row.percentOfPeak, 1), optional(row.eventLoopP99Ms, 1)];
  return columns([row.id, ...figures, peers.join(', ')]);
}
