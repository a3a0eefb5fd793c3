// Where the benchmarks' peers are installed: outside this tree, so that no checkout carries 4 GB.
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

/** The folder that `npm run bench:peers` fills; HEBB_PEERS overrides it. */
export const peersFolder = process.env.HEBB_PEERS || join(cache, 'hebb-peers');
export const pythonFolder = join(peersFolder, 'python');
export const pythonPath = process.platform === 'win32' ? join(pythonFolder, 'Scripts', 'python.exe') : join(pythonFolder, 'bin', 'python');
export const nodeFolder = join(peersFolder, 'node');
