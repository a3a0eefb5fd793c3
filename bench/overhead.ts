// What using the package costs beside the arithmetic: importing it, and the delay of other work on the event loop while a net trains.
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repeated, type Workload } from './measure.js';
import { mnistEpochs, xorSteps } from './train.js';

const threads = availableParallelism();
const TURN_MS = 500;

const importing = `const start = performance.now(); await import('hebb'); console.log(performance.now() - start);`;

export const overhead: Workload[] = [
  {
    id: 'overhead.import',
    threads,
    config: 'plain Node, a process each time',
    async prepare() {
      const cwd = dirname(fileURLToPath(import.meta.url)); // inside the package, so that it finds itself by name
      return async () => Number(execFileSync(process.execPath, ['--input-type=module', '--eval', importing], { cwd, encoding: 'utf8' }));
    },
  },
  {
    id: 'overhead.loop.mnist',
    threads,
    eventLoop: true,
    config: 'an epoch of 60,000 images',
    prepare: async () => repeated(await mnistEpochs()),
  },
  {
    id: 'overhead.loop.xor',
    threads,
    eventLoop: true,
    config: 'a step, awaited, in loops of half a second',
    async prepare() {
      const steps = xorSteps();
      const once = await repeated(steps);
      const count = Math.round(TURN_MS / (await once()));
      return async () => {
        const start = performance.now();
        await steps(count);
        return (performance.now() - start) / count;
      };
    },
  },
];
