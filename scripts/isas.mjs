// Which instruction sets this processor has, asked of the system and not of hebb: what the op table is run for.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

// Every instruction set of hebb for this architecture, with the processor's features (Linux names) that it needs.
const NEEDS = {
  x64: {
    scalar: [],
    sse2: [],
    avx2: ['avx2', 'fma', 'f16c'],
    avx512: ['avx2', 'fma', 'f16c', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl'],
    avx512bf16: ['avx2', 'fma', 'f16c', 'avx512f', 'avx512bw', 'avx512dq', 'avx512vl', 'avx512_bf16'],
  },
  arm64: { scalar: [], neon: [] },
};

/** @returns {{ supported: string[], missing: string[] }} */
export function isas() {
  const needs = NEEDS[process.arch] ?? { scalar: [] };
  const have = features();
  const names = Object.keys(needs);
  const supported = names.filter((name) => needs[name].every((feature) => have.has(feature)));
  return { supported, missing: names.filter((name) => !supported.includes(name)) };
}

function features() {
  if (process.platform === 'linux') return new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' '));
  if (process.platform !== 'darwin' || process.arch !== 'x64') return new Set();
  const keys = ['machdep.cpu.features', 'machdep.cpu.leaf7_features'];
  return new Set(
    execFileSync('sysctl', ['-n', ...keys], { encoding: 'utf8' })
      .toLowerCase()
      .split(/\s+/),
  );
}
