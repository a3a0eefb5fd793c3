// npm run bench -- [SUITE | ROW …] [--json FILE]: measures the rows asked for beside their peers, prints a table and writes the JSON form.
// Rows of another instruction set are measured by a process of their own. README.md says how to read the figures.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { attention } from './attention.js';
import { convolutions } from './conv.js';
import { data } from './data.js';
import { gemm } from './gemm.js';
import { indexing } from './indexing.js';
import { fmaPeak, isa, isas } from './limits.js';
import { measure, type Workload } from './measure.js';
import { norm } from './norm.js';
import { ops } from './ops.js';
import { optimizers } from './optim.js';
import { overhead } from './overhead.js';
import { Peers } from './peers.js';
import { reduce } from './reduce.js';
import { machine, median, type Report, type Row, tableHead, tableLine } from './report.js';
import { train } from './train.js';

const suites = { gemm, conv: convolutions, ops, reduce, norm, attention, index: indexing, train, optim: optimizers, data, overhead };
const threads = availableParallelism();

/** The rows whose id is a name asked for or begins with it and a dot: `gemm`, `gemm.64`, `train.mlp.32`. */
function chosen(names: readonly string[]): Workload[] {
  const rows = Object.values(suites).flat();
  if (names.length === 0) return rows;
  const matches = (name: string) => (row: Workload) => row.id === name || row.id.startsWith(`${name}.`);
  const unknown = names.filter((name) => !rows.some(matches(name)));
  if (unknown.length) throw new Error(`no suite or row '${unknown.join("', '")}'; the rows are ${rows.map(({ id }) => id).join(', ')}`);
  return rows.filter((row) => names.some((name) => matches(name)(row)));
}

function peak(count: number): number {
  return median(Array.from({ length: 10 }, () => fmaPeak(count)));
}

/** Measures rows in a process that hebb starts in with another instruction set. */
function elsewhere(workloads: readonly Workload[], forced: string): Row[] {
  if (!isas.includes(forced)) {
    console.log(`not run, for this CPU lacks ${forced}: ${workloads.map(({ id }) => id).join(', ')}`);
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), 'hebb-bench-'));
  const file = join(folder, 'rows.json');
  const ids = workloads.map(({ id }) => id);
  const args = ['--import', 'tsx', fileURLToPath(import.meta.url), ...ids, '--json', file];
  const { status } = spawnSync(process.execPath, args, {
    env: { ...process.env, HEBB_ISA: forced },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`the process with HEBB_ISA=${forced} ended with ${status}`);
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  rmSync(folder, { recursive: true });
  for (const row of rows) console.log(tableLine(row));
  return rows;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
  const workloads = chosen(positionals);
  const report: Report = { machine: machine(), isa, threads, peakGflops: { one: peak(1), all: peak(threads) }, rows: [] };
  const { one, all } = report.peakGflops;
  console.log(`${report.machine}; ${isa}, ${one.toFixed(0)} GF/s on 1 thread, ${all.toFixed(0)} on ${threads}\n\n${tableHead}`);

  const peers = new Peers();
  try {
    for (const workload of workloads.filter((row) => !row.isa || row.isa === isa)) {
      const row = await measure(workload, peers);
      report.rows.push(row);
      console.log(tableLine(row));
    }
  } finally {
    peers.end();
  }
  const others = workloads.filter((row) => row.isa && row.isa !== isa);
  for (const forced of new Set(others.map((row) => row.isa!)))
    report.rows.push(
      ...elsewhere(
        others.filter((row) => row.isa === forced),
        forced,
      ),
    );

  for (const [name, why] of peers.missing) console.log(`missing: ${name}: ${why}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}

await main();
