// The waist trusts nobody: whatever JavaScript hands to the addon, the answer is an exception or a result, never a crash.
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Addon, Fault } from '../binding.d.ts';

const addon = createRequire(import.meta.url)('../build/Release/hebb.node') as Addon;
const info = addon.info();
const told = new Map<number, { fault: Fault | null }>();
const listeners = new Map<number, () => void>();
let failures = 0;

addon.attach((run, _nanoseconds, fault) => {
  if (fault && fault.code !== 8) failures++;
  told.set(run, { fault });
  listeners.get(run)?.();
});

/** Waits for a queued run. */
async function done(run: number) {
  expect(run).toBeGreaterThan(0);
  if (!told.has(run)) await new Promise<void>((resolve) => listeners.set(run, resolve));
  return told.get(run)!;
}

const [READ, RESULT, VARIABLE] = [0, 1, 2];
const [WORKSPACE, INPUT, OUTPUT, LEAF] = [0, 1, 2, 3];
const LINE = 64;

function storage(bytes: number): [number, number] {
  const handle = addon.createStorage(bytes);
  return [handle % 2 ** 32, Math.floor(handle / 2 ** 32)];
}

function program(
  sizes: { workspace?: number; input?: number; output?: number; scalars?: number },
  leaves: number[][],
  buffers: number[][],
  commands: number[][],
) {
  const { workspace = 0, input = 0, output = 0, scalars = 0 } = sizes;
  const counts = [workspace, input, output, leaves.length, scalars, buffers.length, commands.length];
  const [parts, encoded] = [[...leaves, ...buffers].flat(), commands.flatMap(([op, ...rest]) => [op!, rest.length, ...rest])];
  return new Int32Array([info.version, ...counts, ...parts, ...encoded]);
}

/** out[i] = src[index[i]] for rows of 4 bytes; then the variable takes what was gathered. */
const gather = [info.ops.indexOf('gather_rows'), 1, 16, 4, 16];
const move = (from: number, to: number) => [info.ops.indexOf('copy'), 4, 1, 16, from, 0, -1, 1, to, 0, -1, 1];
const picked = program(
  { workspace: 1, input: 1, output: 1 },
  [
    [READ, LINE, 0],
    [VARIABLE, LINE, 0],
  ],
  [
    [WORKSPACE, 0, LINE, 0],
    [INPUT, 0, LINE, 0],
    [OUTPUT, 0, LINE, 0],
    [LEAF, 0, LINE, 0],
    [LEAF, 1, LINE, 0],
  ],
  [[...gather, 3, 1, 0], move(0, 2), move(0, 4)],
);
const none = { scalars: new Float64Array(0), input: new Uint8Array(0), output: new Uint8Array(0) };
const rows = (value: number) => new Uint8Array(new Int32Array(16).fill(value).buffer);

describe('storages', () => {
  test('keep what was written', () => {
    const [slot, generation] = storage(16);
    addon.writeStorage(slot, generation, 4, new Float32Array([1, 2]));
    const target = new ArrayBuffer(8);
    expect(addon.readStorage(slot, generation, 4, target)).toBe(0);
    expect([...new Float32Array(target)]).toEqual([1, 2]);
    addon.freeStorage(slot, generation);
  });

  test('a stale or invented handle names nothing', () => {
    const [slot, generation] = storage(16);
    addon.freeStorage(slot, generation);
    addon.freeStorage(slot, generation);
    addon.freeStorage(-5, 2 ** 31);
    const names: [number, number][] = [
      [slot, generation],
      [slot, generation + 1],
      [2 ** 20, 0],
    ];
    for (const handle of names) {
      expect(() => addon.writeStorage(...handle, 0, new Uint8Array(1))).toThrow(TypeError);
      expect(() => addon.readStorage(...handle, 0, new ArrayBuffer(1))).toThrow('no such storage');
    }
  });

  test('have bounds', () => {
    const [slot, generation] = storage(16);
    for (const [offset, bytes] of [
      [0, 17],
      [16, 1],
      [1, 16],
      [2 ** 40, 0],
      [-1, 1],
      [0.5, 1],
      [Number.NaN, 1],
    ] as const) {
      expect(() => addon.writeStorage(slot, generation, offset, new Uint8Array(bytes))).toThrow(TypeError);
      expect(() => addon.readStorage(slot, generation, offset, new ArrayBuffer(bytes))).toThrow(TypeError);
    }
  });

  test('more than the budget is refused before anything is taken', () => {
    const before = process.memoryUsage().rss;
    expect(addon.createStorage(2 ** 49)).toBe(-1);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 24);
    for (const bytes of [-1, 1.5, Number.NaN, 2 ** 60, '4', null, 4n])
      expect(() => addon.createStorage(bytes as number)).toThrow(TypeError);
  });

  test('are counted', () => {
    const before = addon.memory()[0]!;
    const [slot, generation] = storage(1000);
    expect(addon.memory()[0]).toBe(before + 1000);
    addon.freeStorage(slot, generation);
    expect(addon.memory()[0]).toBe(before);
  });
});

describe('typed arrays', () => {
  const [slot, generation] = storage(64);
  const write = (source: unknown) => addon.writeStorage(slot, generation, 0, source as ArrayBufferView);
  const read = (target: unknown) => addon.readStorage(slot, generation, 0, target as ArrayBuffer);
  const detached = new Uint8Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const Resizable = ArrayBuffer as unknown as new (bytes: number, options: { maxByteLength: number }) => ArrayBuffer;

  test('detached, shared and resizable memory is refused', () => {
    expect(() => write(detached)).toThrow('still there');
    expect(() => read(detached.buffer)).toThrow('still there');
    expect(() => write(new Uint8Array(new SharedArrayBuffer(8)))).toThrow("isn't shared");
    expect(() => read(new SharedArrayBuffer(8))).toThrow("isn't shared");
    expect(() => write(new Uint8Array(new Resizable(8, { maxByteLength: 16 })))).toThrow('fixed size');
    expect(() => read(new Resizable(8, { maxByteLength: 16 }))).toThrow('fixed size');
  });

  test('other things are refused, views of every kind are taken', () => {
    for (const wrong of [null, undefined, 5, 'x', {}, [1, 2], new ArrayBuffer(8), new Proxy(new Uint8Array(8), {})])
      expect(() => write(wrong)).toThrow(TypeError);
    for (const wrong of [null, {}, new Uint8Array(8)]) expect(() => read(wrong)).toThrow(TypeError);
    for (const view of [
      new DataView(new ArrayBuffer(9), 1),
      new BigInt64Array(2),
      new Uint8ClampedArray(3),
      Buffer.from('abc'),
      new Uint8Array(0),
    ])
      write(view);
    write(new (class extends Float32Array {})(4));
  });

  test('a run takes arrays of its types and sizes only', () => {
    const id = addon.compile(program({ scalars: 1 }, [], [], []));
    const arrays = (scalars: unknown, handles: unknown = new Int32Array(0)) =>
      addon.run(id, scalars as Float64Array, handles as Int32Array, none.input, none.output, true, failures);
    expect(arrays(new Float64Array(1))).toBe(0);
    const emptied = new Float64Array(1);
    structuredClone(emptied.buffer, { transfer: [emptied.buffer] });
    for (const wrong of [new Float64Array(2), new Float32Array(1), new Float64Array(new SharedArrayBuffer(8)), emptied, {}]) {
      expect(() => arrays(wrong)).toThrow(TypeError);
    }
    expect(() => arrays(new Float64Array(1), new Int32Array(2))).toThrow('0 leaves');
    expect(() => (addon.run as (id: number) => number)(id)).toThrow('7 arguments');
    expect(() => addon.run(id + 1000, none.scalars, new Int32Array(0), none.input, none.output, true, 0)).toThrow('no such Program');
    addon.release(id);
    expect(() => arrays(new Float64Array(1))).toThrow('no such Program');
  });
});

describe('Programs', () => {
  test('one that is not valid is refused with the reason', () => {
    expect(() => addon.compile(new Int32Array(0))).toThrow('too short');
    expect(() => addon.compile(program({}, [], [], [[info.ops.length]]))).toThrow('no opcode');
    expect(() => addon.compile(program({}, [[RESULT, 4, 0]], [[LEAF, 0, 5, 0]], []))).toThrow('not within a leaf');
    expect(() => addon.compile(new Float32Array(9) as unknown as Int32Array)).toThrow('Int32Array');
  });

  test('a reduction takes values of its own type alone', () => {
    const [F32, I32] = [0, 3];
    const reduce = (kind: number, dtype: number) => [
      info.ops.indexOf('reduce'),
      kind,
      1,
      16,
      1,
      1,
      1,
      16,
      1,
      0,
      dtype,
      0,
      0,
      1,
      -1,
      dtype,
      0,
    ];
    const buffers = [
      [INPUT, 0, LINE, 0],
      [OUTPUT, 0, LINE, 0],
    ];
    const compile = (kind: number, dtype: number) => addon.compile(program({ input: 1, output: 1 }, [], buffers, [reduce(kind, dtype)]));
    const [sum, sumOfIntegers] = [0, 8];
    addon.release(compile(sum, F32));
    addon.release(compile(sumOfIntegers, I32));
    expect(() => compile(sum, I32)).toThrow('the host takes f32');
    expect(() => compile(sumOfIntegers, F32)).toThrow('the host takes i32');
  });

  test('leaves must have the sizes that it was made for', () => {
    const id = addon.compile(picked);
    const run = (...handles: number[]) =>
      addon.run(id, none.scalars, new Int32Array(handles), rows(0), new Uint8Array(LINE), true, failures);
    const [right, wrong] = [storage(LINE), storage(LINE + 4)];
    expect(run(...right, ...storage(LINE))).toBe(0);
    expect(() => run(...right, ...wrong)).toThrow('leaf 1 has another size');
    expect(() => run(...right, right[0], right[1] + 1)).toThrow('leaf 1 names no storage');
  });
});

describe('runs', () => {
  const id = addon.compile(picked);
  const source = storage(LINE);
  const variable = storage(LINE);
  addon.writeStorage(
    ...source,
    0,
    new Int32Array(16).map((_, i) => i * i),
  );
  const handles = new Int32Array([...source, ...variable]);
  const run = (row: number, inline: boolean, output = new Uint8Array(LINE)) =>
    addon.run(id, none.scalars, handles, rows(row), output, inline, failures);

  test('give the same in the call and queued', async () => {
    const output = new Uint8Array(LINE);
    expect(run(3, true, output)).toBe(0);
    expect(new Int32Array(output.buffer)[15]).toBe(9);
    expect((await done(run(4, false, output))).fault).toBeNull();
    expect(new Int32Array(output.buffer)[15]).toBe(16);
  });

  test('storages that a queued run uses are left alone until it is told', async () => {
    const number = run(1, false);
    expect(() => addon.writeStorage(...source, 0, new Uint8Array(4))).toThrow('queued run');
    await done(number);
    addon.writeStorage(...source, 0, new Int32Array([0]));
  });

  test('a storage freed in flight lives until its runs are done', async () => {
    const [from, to] = [storage(LINE), storage(LINE)];
    addon.writeStorage(...from, 0, new Int32Array(16).fill(7));
    const output = new Uint8Array(LINE);
    const number = addon.run(id, none.scalars, new Int32Array([...from, ...to]), rows(2), output, false, failures);
    addon.freeStorage(...from);
    addon.freeStorage(...to);
    await done(number);
    expect(new Int32Array(output.buffer)[0]).toBe(7);
  });

  test('an output whose buffer is taken away in flight is left alone', async () => {
    const output = new Uint8Array(LINE);
    const number = addon.run(id, none.scalars, new Int32Array([...source, ...variable]), rows(2), output, false, failures);
    structuredClone(output.buffer, { transfer: [output.buffer] });
    expect((await done(number)).fault).toBeNull();
    expect(output.length).toBe(0);
  });

  test('a Program released in flight runs to its end', async () => {
    const brief = addon.compile(program({ scalars: 1 }, [], [], []));
    const number = addon.run(brief, new Float64Array(1), new Int32Array(0), none.input, none.output, false, failures);
    addon.release(brief);
    expect((await done(number)).fault).toBeNull();
  });

  test('a fault names command, row, value and limit, and the variable keeps its value', async () => {
    expect(run(5, true)).toBe(0);
    expect(run(16, true)).toBe(-1);
    failures++;
    expect(addon.fault()).toEqual({ code: 1, command: 0, row: 0, value: 16, limit: 16, cause: 0 });
    const { fault } = await done(run(-1, false));
    expect(fault).toMatchObject({ code: 1, row: 0, value: -1, limit: 16 });
    const target = new ArrayBuffer(LINE);
    expect(addon.readStorage(...variable, 0, target)).toBe(0);
    expect(new Int32Array(target)[0]).toBe(25);
  });

  test('what a failed run should have written fails those that were queued behind it, and no later ones', async () => {
    const bad = run(99, false);
    const next = run(6, false);
    const reading = addon.readStorage(...variable, 0, new ArrayBuffer(LINE));
    expect((await done(bad)).fault!.code).toBe(1);
    expect((await done(next)).fault).toMatchObject({ code: 5, cause: bad });
    expect((await done(reading)).fault).toMatchObject({ code: 5, cause: next });
    expect(run(6, true)).toBe(0);
  });

  test('large reads go through the queue', async () => {
    const big = storage(2 ** 20);
    addon.writeStorage(...big, 2 ** 20 - 4, new Int32Array([11]));
    const target = new ArrayBuffer(2 ** 20);
    expect((await done(addon.readStorage(...big, 0, target))).fault).toBeNull();
    expect(new Int32Array(target).at(-1)).toBe(11);
  });
});

describe('reads of files', () => {
  const path = fileURLToPath(import.meta.url);
  const bytes = readFileSync(path);

  test('fill a storage from a position on', async () => {
    const [slot, generation] = storage(1000);
    const file = openSync(path, 'r');
    const runs = [addon.readFile(slot, generation, 100, file, 7, 500), addon.readFile(slot, generation, 600, file, 0, 400)];
    for (const run of runs) expect((await done(run)).fault).toBeNull();
    closeSync(file);
    const target = new ArrayBuffer(900);
    addon.readStorage(slot, generation, 100, target);
    expect(Buffer.from(target).equals(Buffer.concat([bytes.subarray(7, 507), bytes.subarray(0, 400)]))).toBe(true);
  });

  test('fail beyond the end of the file, of what is no open file, and of a folder', async () => {
    const [slot, generation] = storage(1000);
    const [file, folder] = [openSync(path, 'r'), openSync(dirname(path), 'r')];
    const fault = async (...rest: [file: number, position: number]) =>
      (await done(addon.readFile(slot, generation, 0, ...rest, 1000))).fault?.code;
    expect(await fault(file, bytes.length - 999)).toBe(8);
    expect(await fault(file, 2 ** 49)).toBe(8);
    expect(await fault(folder, 0)).toBe(8);
    expect(await fault(2 ** 31 - 1, 0)).toBe(8);
    expect(await fault(file, 0)).toBeUndefined();
    for (const open of [file, folder]) closeSync(open);
  });

  test('are checked', () => {
    const [slot, generation] = storage(1000);
    for (const [offset, file, position, length] of [
      [0, -1, 0, 10],
      [0, 0.5, 0, 10],
      [0, 0, -1, 10],
      [0, 0, 0, -1],
      [0, 0, 0, 1001],
      [1000, 0, 0, 1],
      [0, 0, 0, Number.NaN],
    ] as const)
      expect(() => addon.readFile(slot, generation, offset, file, position, length)).toThrow(TypeError);
    expect(() => addon.readFile(slot, generation + 1, 0, 0, 0, 10)).toThrow('no such storage');
  });

  test('a storage freed meanwhile lives until its read is done', async () => {
    const [slot, generation] = storage(1 << 16);
    const file = openSync(process.execPath, 'r');
    const run = addon.readFile(slot, generation, 0, file, 0, 1 << 16);
    addon.freeStorage(slot, generation);
    expect((await done(run)).fault).toBeNull();
    closeSync(file);
  });
});

test('threads are clamped', () => {
  const before = info.threads;
  expect(addon.setThreads(0)).toBe(1);
  expect(addon.setThreads(-1)).toBe(1);
  expect(addon.setThreads(1e6)).toBe(256);
  expect(() => addon.setThreads(Number.NaN)).toThrow(TypeError);
  expect(addon.setThreads(before)).toBe(before);
});

test('only one callback is attached', () => {
  expect(() => addon.attach(() => {})).toThrow(TypeError);
  expect(() => addon.attach(5 as never)).toThrow(TypeError);
});
