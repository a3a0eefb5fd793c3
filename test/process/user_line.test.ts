// An error that only a run can find (a label out of range) has a stack that names the user's line, as one found while recording has.
import { DisposedError, IndexError, nn, optim, Parameter, randn, run, type Tensor, tensor } from 'hebb';
import { describe, expect, it } from 'vitest';

const bad = (): Tensor => nn.crossEntropy(tensor([[0, 0]]), tensor([7], { dtype: 'i32' }));
/** Too much work for the call: it goes through the queue. */
const badAndLarge = (): Tensor => bad().add(randn([3_000_000]).exp().sum());

const caught = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error) => error as Error,
  );

describe.each([
  ['in the call', bad],
  ['in the queue', badAndLarge],
])('%s', (_, loss) => {
  it.each([
    [
      'item',
      async function ofMine() {
        await loss().item();
      },
    ],
    [
      'data',
      async function ofMine() {
        await loss().data();
      },
    ],
    [
      'run',
      async function ofMine() {
        await run(loss(), tensor(1).add(1));
      },
    ],
    [
      'Promise.all',
      async function ofMine() {
        await Promise.all([loss().item(), tensor(1).add(1).item()]);
      },
    ],
    [
      'step',
      async function ofMine() {
        const w = new Parameter(tensor(1));
        const opt = new optim.SGD([w], { lr: 1 });
        const product = loss().mul(w);
        await opt.step(product);
        await product.item().catch(() => {});
        await opt.step(w.square()); // the step that was queued had resolved: the next one tells
      },
    ],
  ])('%s', async (_, ofMine) => {
    const error = await caught(ofMine());
    expect(error).toBeInstanceOf(IndexError);
    expect(error.stack).toMatch(/^IndexError: \[crossEntropy\] label 7 at position 0 is out of range; valid are 0 … 1\n/);
    expect(error.stack).toMatch(/at (async )?ofMine .*user_line\.test\.ts:\d+/);
  });
});

it('so has the next read of a variable whose assignment failed', async () => {
  const w = new Parameter(tensor(1));
  await w.item();
  w.assign(bad().sum());
  await null;
  await null;
  const read = async (): Promise<number> => await w.item();
  expect((await caught(read())).stack).toMatch(/at (async )?read .*user_line\.test\.ts:\d+/);
});

it('and a tensor that was disposed before its run', async () => {
  const x = tensor([1, 2]);
  const y = x.add(1);
  x.dispose();
  const read = async (): Promise<number> => await y.sum().item();
  const error = await caught(read());
  expect(error).toBeInstanceOf(DisposedError);
  expect(error.stack).toMatch(/at (async )?read .*user_line\.test\.ts:\d+/);
});
