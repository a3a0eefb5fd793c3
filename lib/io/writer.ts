// The one place where hebb writes files. A reader sees the old file or the new one, never half, whatever happens in between.
import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Bytes handed to the system at once: a slow disk holds up one piece, not the whole file. */
const PIECE = 8 * 2 ** 20;

/**
 * Replaces `file` by `chunks` in one step: a temporary file beside it, fsync, rename, fsync of the folder. On any failure the old
 * file is untouched, the temporary one removed, and the system's error rejects.
 */
export async function writeAtomically(file: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const target = await followLink(file);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeDurably(temporary, chunks);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error is the one to tell
    throw error;
  }
  await syncFolder(dirname(target));
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
