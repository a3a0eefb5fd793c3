// The processes that the benchmarks compare with (bench/peers). Each is started when a row first needs it, stays up, and times a
// workload when asked, so that its samples and ours alternate. A peer that isn't installed is named, never guessed.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeFolder, pythonPath } from './peers/place.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'peers');
const all = availableParallelism();
const oneAndAll = all > 1 ? [1, all] : [1];

/** `comparison`: what users of JavaScript would otherwise have; no bar, so few samples. */
const PEERS = {
  numpy: { file: 'numpy_peer.py', threads: oneAndAll, comparison: false },
  torch: { file: 'torch_peer.py', threads: oneAndAll, comparison: false },
  tensorflow: { file: 'tensorflow_peer.py', threads: oneAndAll, comparison: false },
  jax: { file: 'jax_peer.py', threads: oneAndAll, comparison: false },
  'tfjs-wasm': { file: 'tfjs_peer.mjs', threads: [1], comparison: true },
  'brain.js': { file: 'brain_peer.mjs', threads: [1], comparison: true },
};

export type PeerName = keyof typeof PEERS;

/** One way in which a rival does a row's work; sample() resolves to milliseconds for one operation. */
export interface Rival {
  name: string;
  config: string;
  comparison: boolean;
  sample(): Promise<number>;
}

interface Greeting {
  version: string;
  threads: number;
  workloads: Record<string, string[]>;
}

class PeerProcess {
  #child: ChildProcess;
  #lines: AsyncIterator<string>;
  #errors = '';
  greeting!: Greeting;

  constructor(file: string, threads: number) {
    const count = String(threads);
    const env: NodeJS.ProcessEnv = { ...process.env, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
    // Set on some machines for old OpenBLAS builds; they make a current one slow.
    delete env.OPENBLAS_CORETYPE;
    delete env.OPENBLAS_L2_SIZE;
    const command = file.endsWith('.py') ? pythonPath : process.execPath;
    this.#child = spawn(command, [join(folder, file), count], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk).slice(-2000);
    });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async #answer<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(this.#errors.trim().split('\n').at(-1) || 'its process ended');
    return JSON.parse(value) as T;
  }

  async greet(): Promise<void> {
    this.greeting = await this.#answer<Greeting>();
  }

  async time(id: string, config: string): Promise<number> {
    this.#child.stdin!.write(`${JSON.stringify({ id, config, samples: 1 })}\n`);
    const { ms, error } = await this.#answer<{ ms?: number[]; error?: string }>();
    if (!ms) throw new Error(error);
    return ms[0]!;
  }

  end(): void {
    this.#child.stdin!.end();
  }
}

export class Peers {
  #processes = new Map<PeerName, PeerProcess[]>();
  /** What could not be measured, and why. */
  readonly missing = new Map<string, string>();

  async #start(name: PeerName): Promise<PeerProcess[]> {
    const known = this.#processes.get(name);
    if (known) return known;
    const { file, threads } = PEERS[name];
    const started: PeerProcess[] = [];
    this.#processes.set(name, started);
    if (!existsSync(file.endsWith('.py') ? pythonPath : nodeFolder)) {
      this.missing.set(name, 'not installed; npm run bench:peers');
      return started;
    }
    for (const count of threads) {
      const peer = new PeerProcess(file, count);
      try {
        await peer.greet();
        started.push(peer);
      } catch (error) {
        this.missing.set(name, (error as Error).message);
      }
    }
    return started;
  }

  /** Every configuration in which the peers named do this row's work. */
  async rivals(id: string, names: readonly PeerName[]): Promise<Rival[]> {
    const rivals: Rival[] = [];
    for (const name of names)
      for (const peer of await this.#start(name)) {
        const { version, threads, workloads } = peer.greeting;
        for (const config of workloads[id] ?? [])
          rivals.push({
            name,
            config: `${version}, ${config}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
            comparison: PEERS[name].comparison,
            sample: () => peer.time(id, config),
          });
      }
    return rivals;
  }

  end(): void {
    for (const peers of this.#processes.values()) for (const peer of peers) peer.end();
  }
}
