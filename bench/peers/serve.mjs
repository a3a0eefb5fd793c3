// The line protocol of a JavaScript peer, as serve.py has it: it stays up and times a workload whenever one is asked for.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeFolder } from './place.mjs';

const SAMPLE_MS = 30;
const WARM_MS = 300;
const WAKE_MS = 100; // after a pause a core's clock takes so long to come back

/** Requires a package of the peers' folder, where `npm run bench:peers` installs them. */
export const peerRequire = createRequire(join(nodeFolder, 'package.json'));

/** Warms the workload up, then says how many operations one sample takes, so that the clock and the call around them don't count. */
async function calibrate(run) {
  const began = performance.now();
  await run(1);
  for (let count = 1; ; ) {
    const start = performance.now();
    await run(count);
    const ms = performance.now() - start;
    if (ms < SAMPLE_MS / 2) count *= 2;
    else if (start - began > WARM_MS) return Math.max(1, Math.round((count * SAMPLE_MS) / ms));
  }
}

async function sample(run, count) {
  const began = performance.now();
  do await run(count);
  while (performance.now() - began < WAKE_MS);
  const start = performance.now();
  await run(count);
  return (performance.now() - start) / count;
}

/** workloads: { ID: { CONFIG: build } }; build() gives run(n), which does the operation n times and waits for the last. */
export async function serve(peer, version, workloads, threads) {
  const write = process.stdout.write.bind(process.stdout);
  const answer = (what) => write(`${JSON.stringify(what)}\n`);
  console.log = console.error; // what a framework prints must not mix with the answers
  const names = Object.entries(workloads).map(([id, configs]) => [id, Object.keys(configs)]);
  answer({ peer, version, threads, workloads: Object.fromEntries(names) });

  const ready = new Map();
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, config, samples } = JSON.parse(line);
    const key = JSON.stringify([id, config]);
    try {
      if (!ready.has(key)) {
        const run = await workloads[id][config]();
        ready.set(key, { run, count: await calibrate(run) });
      }
      const { run, count } = ready.get(key);
      const ms = [];
      for (let i = 0; i < samples; i++) ms.push(await sample(run, count));
      answer({ ms });
    } catch (error) {
      answer({ error: String(error) });
    }
  }
}
