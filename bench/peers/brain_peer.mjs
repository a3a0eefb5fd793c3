// brain.js, which trains one row at a time by plain gradient descent in JavaScript. For comparison, not for a bar.
import { peerRequire, serve } from './serve.mjs';

const brain = peerRequire('brain.js');
const { version } = peerRequire('brain.js/package.json');

/** A step is one pass over the rows: an update after each row, and the error read. */
const passes = (hiddenLayers, rows) => () => {
  const net = new brain.NeuralNetwork({ hiddenLayers, activation: 'sigmoid', learningRate: 0.9 });
  return (n) => {
    net.train(rows(), { iterations: n, errorThresh: 1e-12, errorCheckInterval: 1 });
  };
};

const xor = () =>
  [
    [0, 0, 0],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
  ].map(([a, b, y]) => ({ input: [a, b], output: [y] }));

const digits = () =>
  Array.from({ length: 32 }, (_, row) => ({
    input: Float32Array.from({ length: 784 }, () => Math.random()),
    output: Array.from({ length: 10 }, (_, digit) => (digit === row % 10 ? 1 : 0)),
  }));

const config = 'NeuralNetwork, sigmoid, an update a row';
const workloads = {
  'train.xor': { [config]: passes([4], xor) },
  'train.mlp.32': { [config]: passes([128], digits) },
};
await serve('brain.js', version, workloads, 1);
