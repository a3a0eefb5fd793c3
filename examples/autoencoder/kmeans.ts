// k-means on rows of numbers: Lloyd's algorithm from several random starts, and how pure its clusters are by labels it never saw.
import { randperm, run, type Tensor, zeros } from 'hebb';

const STARTS = 5;
const ROUNDS = 40;

/** The cluster of each row of x (rows, features), from 0 to k-1: of several starts, the one whose rows are closest to their centres. */
export async function kMeans(x: Tensor, k: number): Promise<ArrayLike<number>> {
  let least = Number.POSITIVE_INFINITY;
  let best = zeros([0]);
  for (let start = 0; start < STARTS; start++) {
    const { clusters, distance } = await lloyd(x, k);
    if (distance >= least) continue;
    least = distance;
    best = clusters;
  }
  return best.data();
}

/** The share of rows whose label is the commonest one of their cluster, from 0 to 1. */
export function purity(clusters: ArrayLike<number>, labels: ArrayLike<number>): number {
  const counts = new Map<number, Map<number, number>>();
  for (let row = 0; row < labels.length; row++) {
    const own = counts.get(clusters[row]!) ?? new Map<number, number>();
    counts.set(clusters[row]!, own.set(labels[row]!, (own.get(labels[row]!) ?? 0) + 1));
  }
  const commonest = [...counts.values()].map((own) => Math.max(...own.values()));
  return commonest.reduce((sum, count) => sum + count, 0) / labels.length;
}

// Each round moves every centre to the mean of the rows that are nearest to it.
async function lloyd(x: Tensor, k: number): Promise<{ clusters: Tensor; distance: number }> {
  let centres = x.indexSelect(0, (await randperm(x.shape[0]!)).narrow(0, 0, k)); // (k, features)
  for (let round = 0; round < ROUNDS; round++) {
    const members = distances(x, centres).argmin(1).oneHot(k).to('f32'); // (rows, k)
    const sizes = members.sum({ axis: 0 }).maximum(1).reshape([k, 1]); // an empty cluster's centre goes to 0, and comes back or stays empty
    centres = members.transpose().matmul(x).div(sizes);
    await run(centres);
  }
  const away = distances(x, centres);
  const clusters = away.argmin(1);
  const distance = away.min({ axis: 1 }).mean();
  await run(clusters, distance);
  return { clusters, distance: await distance.item() };
}

// Squared distances (rows, k), but for each row's own square, which is the same to all centres.
function distances(x: Tensor, centres: Tensor): Tensor {
  return centres.square().sum({ axis: 1 }).sub(x.matmul(centres.transpose()).mul(2));
}
