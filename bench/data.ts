// Data: a pass over shuffled batches as PyTorch's DataLoader makes them, and reading an .npy file of 100 MB against NumPy.
import { rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataLoader, full, loadNpy, rand, run, saveNpy, TensorDataset } from 'hebb';
import { repeated, type Workload } from './measure.js';

const all = availableParallelism();
const ROWS = 60_000;
const BATCH = 128;

export const data: Workload[] = [
  {
    id: 'data.loader',
    threads: all,
    peers: ['torch'],
    config: 'each batch computed, as many in flight as the loader allows',
    async prepare() {
      const [x, y] = [rand([ROWS, 784]), full([ROWS], 1, { dtype: 'i32' })];
      await run(x, y);
      const loader = new DataLoader(new TensorDataset(x, y), { batchSize: BATCH, shuffle: true });
      return repeated(async (count) => {
        for (let pass = 0; pass < count; pass++) {
          let last: Promise<void> | null = null;
          for await (const batch of loader) last = run(...batch).then(() => batch.forEach((t) => t.dispose()));
          await last;
        }
      });
    },
  },
  {
    id: 'io.npy',
    threads: all,
    peers: ['numpy'],
    async prepare() {
      const file = join(tmpdir(), `hebb-bench-${process.pid}.npy`);
      await saveNpy(rand([25_000, 1000]), file);
      process.once('exit', () => rmSync(file, { force: true }));
      return repeated(async (count) => {
        for (let i = 0; i < count; i++) (await loadNpy(file)).dispose();
      });
    },
  },
];
