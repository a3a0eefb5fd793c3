// State dicts over several safetensors files: written all or nothing, read only when index and shards agree.
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ArgumentError, FormatError, full, load, save, type Tensor, tensor } from 'hebb';
import { expect, test } from 'vitest';
import { cutEverywhere, describeAll, flipEverywhere } from './damage.js';
import { ownFolder } from './folder.js';

const at = ownFolder();

const sample = (offset = 0): Record<string, Tensor> => ({
  a: tensor([1, 2, 3, 4].map((x) => x + offset)),
  b: tensor([5, 6], { dtype: 'i32' }),
  c: tensor([7.5, 8.5], { dtype: 'bf16' }),
  d: full([10], offset),
});

async function inFolder(name: string): Promise<(file: string) => string> {
  await mkdir(at(name), { recursive: true });
  return (file) => at(`${name}/${file}`);
}

test('as many tensors in a shard as fit, and an index that load is given', async () => {
  const own = await inFolder('plain');
  await save(sample(), own('m.safetensors'), { maxShardBytes: 24 });
  expect(readdirSync(dirname(own('m'))).sort()).toEqual([
    'm-00001-of-00003.safetensors',
    'm-00002-of-00003.safetensors',
    'm-00003-of-00003.safetensors',
    'm.safetensors.index.json',
  ]);
  const index = JSON.parse(await readFile(own('m.safetensors.index.json'), 'utf8'));
  expect(index.metadata).toEqual({ total_size: 16 + 8 + 4 + 40 });
  expect(index.weight_map).toEqual({
    a: 'm-00001-of-00003.safetensors',
    b: 'm-00001-of-00003.safetensors',
    c: 'm-00002-of-00003.safetensors',
    d: 'm-00003-of-00003.safetensors',
  });
  expect(await describeAll(await load(own('m.safetensors.index.json')))).toBe(await describeAll(sample()));
  expect(await describeAll(await load(own('m-00002-of-00003.safetensors')))).toBe('c: bf16 (2) 7.5 8.5');
});

test('what fits one file is one file', async () => {
  const own = await inFolder('one');
  await save(sample(), own('m.safetensors'), { maxShardBytes: 1000 });
  expect(readdirSync(dirname(own('m')))).toEqual(['m.safetensors']);
  for (const maxShardBytes of [0, -1, Number.NaN]) await expect(save(sample(), own('m'), { maxShardBytes })).rejects.toThrow(ArgumentError);
});

test('written over an older one: the new shards take other names, the old ones go', async () => {
  const own = await inFolder('over');
  const file = own('m.safetensors');
  await save(sample(), file, { maxShardBytes: 24 });
  const before = readdirSync(dirname(file));
  await save(sample(10), file, { maxShardBytes: 24 });
  const after = readdirSync(dirname(file));
  expect(after).toHaveLength(4);
  expect(after.filter((name) => before.includes(name))).toEqual(['m.safetensors.index.json']);
  expect(await describeAll(await load(own('m.safetensors.index.json')))).toBe(await describeAll(sample(10)));
});

test('a failure leaves the old one whole, and nothing beside it', async () => {
  const own = await inFolder('failure');
  const file = own('m.safetensors');
  await save(sample(), file, { maxShardBytes: 24 });
  const before = readdirSync(dirname(file)).sort();
  await rm(own('m.safetensors.index.json'));
  await mkdir(own('m.safetensors.index.json')); // the index can't be replaced: the last thing that is written
  await expect(save(sample(10), file, { maxShardBytes: 24 })).rejects.toThrow();
  expect(readdirSync(dirname(file)).sort()).toEqual(before);
});

test('an index that lies is refused', async () => {
  const own = await inFolder('lies');
  await save({ a: tensor([1]), b: tensor([2]) }, own('m.safetensors'), { maxShardBytes: 4 });
  const [one, two] = ['m-00001-of-00002.safetensors', 'm-00002-of-00002.safetensors'];
  const found = async (index: unknown): Promise<unknown> => {
    await writeFile(own('x.safetensors.index.json'), typeof index === 'string' ? index : JSON.stringify(index));
    return load(own('x.safetensors.index.json')).catch((error: unknown) => error);
  };
  expect(await found({ metadata: { a: [1, -2.5e3, { b: null }], c: 'x' }, weight_map: { a: one, b: two } })).toHaveProperty('a');
  for (const [index, message] of [
    [{ weight_map: { a: one } }, null],
    [{ weight_map: { a: two, b: one } }, /doesn't place there/],
    [{ weight_map: { a: one, b: two, c: one } }, /lacks "c"/],
    [{ weight_map: { a: one, b: one } }, /lacks "b"/],
    [{ weight_map: { a: 'none.safetensors' } }, /isn't beside it/],
    [{ weight_map: { a: `../lies/${one}` } }, /no file beside/],
    [{ weight_map: { a: '..' } }, /no file beside/],
    [{ weight_map: { a: own(one) } }, /no file beside/],
    [{ weight_map: { a: 1 } }, /expected a string/],
    [{ weights: {} }, /no "weight_map"/],
    ['[]', /expected "\{"/],
    [`{"weight_map":{"a":"${one}","a":"${one}"}}`, /occurs twice/],
    [`{"weight_map":{"__proto__":"${one}"}}`, /not a name/],
    [`{"metadata":${'['.repeat(1000)}${']'.repeat(1000)},"weight_map":{}}`, /too deeply/],
    [`{"metadata":tru,"weight_map":{}}`, /expected a value/],
  ] as const) {
    const result = await found(index);
    if (message === null) expect(Object.keys(result as object)).toEqual(['a']);
    else {
      expect(result, JSON.stringify(index)).toBeInstanceOf(FormatError);
      expect((result as Error).message).toMatch(message);
    }
  }
  expect(existsSync(own(one))).toBe(true);
});

test('an index cut off anywhere, or with any byte flipped', async () => {
  const own = await inFolder('damage');
  await save(sample(), own('m.safetensors'), { maxShardBytes: 24 });
  const index = own('m.safetensors.index.json');
  const text = (await readFile(index, 'utf8')).trimEnd();
  await writeFile(index, text);
  const expected = await describeAll(await load(index));
  await cutEverywhere(index, own('cut.safetensors.index.json'), load);
  await flipEverywhere(index, own('flip.safetensors.index.json'), load, async (dict, where) => {
    expect(await describeAll(dict), where).toBe(expected);
  });
});
