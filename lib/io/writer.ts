// The one place where hebb writes files. A reader sees the old file or the new one, never half, whatever happens in between.
import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Bytes handed to the system at once: a slow disk holds up one piece, not the whole file. */
const PIECE = 8 * 2 ** 20;

/**
 * Replaces `file` by `chunks` in one step: a temporary file beside it, fsync, rename, fsync of the folder. On any failure the old
 * file is untouched, the temporary one removed, and the system's error rejects. What a killed process left of `file` is removed first.
 */
export async function writeAtomically(file: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const target = await followLink(file);
  await removeLeftovers(target);
  const temporary = join(dirname(target), `.${basename(target)}.${machine}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeDurably(temporary, chunks);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error is the one to tell
    throw error;
  }
  await syncFolder(dirname(target));
}

/** A folder may be shared with other machines and containers, whose processes can't be looked for here. */
const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** Removes temporary files of `target` whose process is gone; nothing that fails here is worth failing a save. */
async function removeLeftovers(target: string): Promise<void> {
  const start = `.${basename(target)}.${machine}-`;
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names) {
    const pid = name.startsWith(start) && /^(\d+)-[0-9a-f]{12}\.tmp$/.exec(name.slice(start.length))?.[1];
    if (pid && !isAlive(Number(pid))) await rm(join(dirname(target), name), { force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // another user's process may not be signalled
  }
}

/** A link stays a link: what it points at is replaced. */
async function followLink(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    return file; // not there yet; a missing folder fails in open(), with a better message
  }
}

async function writeDurably(file: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += PIECE) await writeAll(handle, chunk.subarray(at, at + PIECE));
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

/** Makes the rename itself survive a power cut. Windows can't open folders, and journals renames anyway. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
