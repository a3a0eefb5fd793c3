// Saving is all or nothing: on a full disk, a read-only one, after a kill at any moment, the old file or the new one is there.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { load, save, type Tensor, tensor } from 'hebb';
import { afterEach, expect, test, vi } from 'vitest';
import { ownFolder } from './folder.js';

const at = ownFolder();

const systemError = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });
const values = async (file: string): Promise<unknown> => [...(await (await load(file)).t!.data())];
const strays = (): string[] => readdirSync(dirname(at('x'))).filter((name) => name.endsWith('.tmp'));

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

/** The class of file handles is not exported; its methods are where a disk fails. */
async function handleMethods(): Promise<fs.FileHandle> {
  const handle = await fs.open('.', 'r');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

test.each([
  ['write', 'ENOSPC'],
  ['sync', 'EIO'],
] as const)('a failing %s (%s) leaves the old file, and nothing beside it', async (method, code) => {
  await save({ t: tensor([1, 2]) }, at('old.safetensors'));
  vi.spyOn(await handleMethods(), method).mockRejectedValueOnce(systemError(code));
  await expect(save({ t: tensor([3, 4]) }, at('old.safetensors'))).rejects.toMatchObject({ code });
  expect(await values(at('old.safetensors'))).toEqual([1, 2]);
  expect(strays()).toEqual([]);
});

test.each([
  ['open', 'EROFS'],
  ['rename', 'EROFS'],
] as const)('a failing %s (%s) leaves the old file, and nothing beside it', async (method, code) => {
  await save({ t: tensor([1, 2]) }, at('old.safetensors'));
  vi.spyOn(fs, method).mockRejectedValueOnce(systemError(code));
  syncBuiltinESMExports();
  await expect(save({ t: tensor([3, 4]) }, at('old.safetensors'))).rejects.toMatchObject({ code });
  expect(await values(at('old.safetensors'))).toEqual([1, 2]);
  expect(strays()).toEqual([]);
});

test('short writes are continued', async () => {
  const methods = await handleMethods();
  const write = methods.write as (bytes: Uint8Array, offset: number, length: number) => Promise<{ bytesWritten: number }>;
  const short = function (this: fs.FileHandle, bytes: Uint8Array, offset: number) {
    return write.call(this, bytes, offset, Math.min(5, bytes.length - offset));
  };
  vi.spyOn(methods, 'write').mockImplementation(short as never);
  await save({ t: tensor([1, 2, 3, 4]) }, at('short.safetensors'));
  expect(await values(at('short.safetensors'))).toEqual([1, 2, 3, 4]);
});

test('a file may be replaced while it is loaded: the load sees the old one, whole', async () => {
  const size = 3_000_000;
  await save({ t: tensor(new Float32Array(size).fill(1)) }, at('both.safetensors'));
  const loading = load(at('both.safetensors'));
  await save({ t: tensor(new Float32Array(size).fill(2)) }, at('both.safetensors'));
  const sum = (dict: Record<string, Tensor>): Promise<number> => dict.t!.sum().item();
  expect(await sum(await loading)).toBe(size);
  expect(await sum(await load(at('both.safetensors')))).toBe(2 * size);
});

test('a link stays a link', async () => {
  await save({ t: tensor([1]) }, at('target.safetensors'));
  await fs.symlink(at('target.safetensors'), at('link.safetensors'));
  await save({ t: tensor([2]) }, at('link.safetensors'));
  expect((await fs.lstat(at('link.safetensors'))).isSymbolicLink()).toBe(true);
  expect(await values(at('target.safetensors'))).toEqual([2]);
});

test('a save removes what a dead process left of its own file, and nothing else', async () => {
  const [file, folder] = [at('kept.safetensors'), dirname(at('x'))];
  // The name of a temporary file of this process, taken from a save that fails to rename and to clean up.
  let temporary = '';
  vi.spyOn(fs, 'rename').mockImplementationOnce(async (from) => {
    temporary = String(from);
    throw systemError('EROFS');
  });
  vi.spyOn(fs, 'rm').mockRejectedValueOnce(systemError('EROFS'));
  syncBuiltinESMExports();
  await expect(save({ t: tensor([1]) }, file)).rejects.toMatchObject({ code: 'EROFS' });
  const dead = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => dead.once('exit', resolve));
  const ofDead = temporary.replace(`-${process.pid}-`, `-${dead.pid}-`);
  const elsewhere = [
    ofDead.replace('.kept.', '.other.'),
    ofDead.replace(/[0-9a-f]{8}-/, '00000000-'),
    join(folder, '.kept.safetensors.tmp'),
  ];
  for (const name of [ofDead, ...elsewhere]) await fs.writeFile(name, '');
  await save({ t: tensor([2]) }, file);
  expect(strays().sort()).toEqual([temporary, ...elsewhere].map((name) => basename(name)).sort());
  for (const name of [temporary, ...elsewhere]) await fs.rm(name);
});

test('a process killed while it saves leaves a whole file', async () => {
  const file = at('killed.safetensors');
  const program = `import { full, save } from 'hebb';
    for (let i = 1; ; i++) { await save({ t: full([200_000], i), u: full([200_000], i) }, ${JSON.stringify(file)}); console.log(i); }`;
  for (let round = 0; round < 8; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve);
      child.once('exit', () => reject(new Error('the child ended by itself')));
    });
    await new Promise((resolve) => setTimeout(resolve, round * 3.7));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const { t, u } = await load(file);
    const all = [...(await t!.data()), ...(await u!.data())];
    expect(all).toHaveLength(400_000);
    expect(new Set(all).size).toBe(1);
  }
  await save({ t: tensor([1]) }, file);
  expect(strays()).toEqual([]);
});
