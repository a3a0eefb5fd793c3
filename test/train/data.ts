// A small problem that a small model learns in a few epochs, for the tests of training.
import { arange, Generator, nn, optim, randn, type Tensor, TensorDataset } from 'hebb';

/** Points in the plane; the class says on which side of a line they lie. */
export function halves(rows: number, seed = 1): TensorDataset<[Tensor, Tensor]> {
  const x = randn([rows, 2], { generator: new Generator(seed) });
  return new TensorDataset(x, x.sum({ axis: 1 }).gt(0).to('i32'));
}

/** y = row / rows, so that a batch tells which rows it holds. */
export function numbered(rows: number): TensorDataset<[Tensor, Tensor]> {
  const x = arange(rows).to('f32').div(rows).reshape([rows, 1]);
  return new TensorDataset(x, x.mul(1));
}

export function classifier(lr = 0.05): { model: nn.Sequential; optimizer: optim.Adam; loss: typeof nn.crossEntropy } {
  const model = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 2));
  return { model, optimizer: new optim.Adam(model.parameters(), { lr }), loss: nn.crossEntropy };
}

/** All parameters' bits. */
export async function bits(model: nn.Module): Promise<string> {
  const values: Tensor[] = Object.values(await model.stateDict());
  const parts = await Promise.all(values.map(async (t) => new Uint8Array((await t.data()).buffer)));
  return Buffer.concat(parts).toString('hex');
}
