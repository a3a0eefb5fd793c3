// What every reader of files must stand: each cut is an error, and each flipped byte an error or something that the test accepts.
import { readFile, writeFile } from 'node:fs/promises';
import { FormatError, type Tensor } from 'hebb';
import { expect } from 'vitest';

/** Values, dtype and shape of tensors by name, as text. */
export async function describeAll(tensors: Record<string, Tensor>): Promise<string> {
  const lines = Object.entries(tensors).map(
    async ([name, t]) => `${name}: ${t.dtype} (${t.shape.join(', ')}) ${[...(await t.data())].join(' ')}`,
  );
  return (await Promise.all(lines)).sort().join('\n');
}

/** Loads `file` cut off after each of its bytes: always a FormatError. */
export async function cutEverywhere(file: string, scratch: string, load: (file: string) => Promise<unknown>): Promise<void> {
  const whole = await readFile(file);
  for (let length = 0; length < whole.length; length++) {
    await writeFile(scratch, whole.subarray(0, length));
    const found = await load(scratch).catch((error: unknown) => error);
    expect(found, `cut to ${length} of ${whole.length} bytes`).toBeInstanceOf(FormatError);
  }
}

/** Loads `file` with each of its bytes changed by each of the masks: a FormatError, or a result that `accepts` checks. */
export async function flipEverywhere<T>(
  file: string,
  scratch: string,
  load: (file: string) => Promise<T>,
  accepts: (found: T, where: string) => Promise<void>,
  masks: readonly number[] = [0x01, 0x20, 0xff],
): Promise<void> {
  const whole = await readFile(file);
  for (let i = 0; i < whole.length; i++) {
    for (const mask of masks) {
      const flipped = Uint8Array.from(whole);
      flipped[i]! ^= mask;
      await writeFile(scratch, flipped);
      const where = `byte ${i} of ${whole.length}, mask ${mask}`;
      const found = await load(scratch).catch((error: unknown) => error);
      if (found instanceof Error) expect(found, where).toBeInstanceOf(FormatError);
      else await accepts(found as T, where);
    }
  }
}
