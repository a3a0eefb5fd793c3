// What the machine can do at best, timed in this process by the small addon in native/limits.cpp, which is built here when it is
// missing or older than its source.
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Limits {
  bestIsa(): string;
  /** 0 where the CPU lacks the instruction set. */
  fmaGflops(isa: string, threads: number): number;
  copyMs(how: 'memcpy' | 'stream', threads: number): number;
}

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, 'native', 'limits.cpp');
const addon = join(here, '..', 'build', 'bench', 'limits.node');

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function build(): void {
  const { include_dir: headers } = require('node-api-headers') as { include_dir: string };
  mkdirSync(dirname(addon), { recursive: true });
  const undefinedSymbols = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const options = ['-O2', '-std=c++20', '-shared', '-fPIC', '-pthread', '-DNODE_GYP_MODULE_NAME=limits', `-I${headers}`];
  execFileSync(process.env.CXX || 'c++', [...options, ...undefinedSymbols, source, '-o', addon], { stdio: 'inherit' });
}

if (modified(addon) < modified(source)) build();
const limits = require(addon) as Limits;

/** The instruction set that hebb runs with: the one it is told, else the best of this CPU. */
export const isa = process.env.HEBB_ISA || limits.bestIsa();

/** Whether this CPU has the instruction set. */
export function supports(name: string): boolean {
  return limits.fmaGflops(name, 1) > 0;
}

/** GFLOP/s of an f32 multiply-add loop in the instruction set in use; 0 for scalar code, which has no such limit. */
export function fmaPeak(threads: number): number {
  return limits.fmaGflops(isa.replace(/bf16$/, ''), threads);
}

/** Milliseconds to copy 64 MiB between buffers that stay: memcpy, or stores that pass the caches. */
export const copyMs = limits.copyMs;
