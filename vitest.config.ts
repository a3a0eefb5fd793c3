// One project per instruction set runs the op table; `behaviour` runs everything else, and `timing` what must not share the machine.
import { defineConfig } from 'vitest/config';
import { isas } from './scripts/isas.mjs';

const shared = {
  pool: 'forks' as const, // the addon reads its environment variables when a process loads it
  execArgv: ['--expose-gc'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  server: { deps: { external: [/\/dist\//] } }, // hebb as Node itself loads it, not as Vite would
};

// avx512bf16 has no kernels of its own yet: it borrows avx512's, so its values alone show that it loads and is chosen.
const opsOf = (isa: string): string[] => (isa === 'avx512bf16' ? ['test/ops/values.test.ts'] : ['test/ops/**/*.test.ts']);

export default defineConfig({
  test: {
    projects: [
      ...isas().supported.map((isa) => ({
        test: { ...shared, name: `ops ${isa}`, include: opsOf(isa), env: { HEBB_ISA: isa } },
      })),
      { test: { ...shared, name: 'behaviour', include: ['test/**/*.test.ts'], exclude: ['test/ops/**', 'test/timing/**'] } },
      { test: { ...shared, name: 'timing', include: ['test/timing/**/*.test.ts'], fileParallelism: false } },
    ],
  },
});
