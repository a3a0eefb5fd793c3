// TensorFlow.js on its WebAssembly backend: what a JavaScript user has without a native addon. For comparison, not for a bar.
import { dirname } from 'node:path';
import { peerRequire, serve } from './serve.mjs';

const tf = peerRequire('@tensorflow/tfjs');
const wasm = peerRequire('@tensorflow/tfjs-backend-wasm');
wasm.setWasmPaths(`${dirname(peerRequire.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');

function dense(inputs, outputs) {
  const limit = inputs ** -0.5;
  return [tf.variable(tf.randomUniform([inputs, outputs], -limit, limit)), tf.variable(tf.zeros([outputs]))];
}

function xor() {
  const x = tf.tensor2d([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  const y = tf.tensor2d([[0], [1], [1], [0]]);
  const [w1, b1] = dense(2, 4);
  const [w2, b2] = dense(4, 1);
  const optimizer = tf.train.sgd(1);
  const forward = () => x.matMul(w1).add(b1).sigmoid().matMul(w2).add(b2).sigmoid();
  return (n) => {
    for (let i = 0; i < n; i++) {
      const loss = optimizer.minimize(() => forward().sub(y).square().mean(), true);
      loss.dataSync();
      loss.dispose();
    }
  };
}

/** step(x, y) of the 784-128-10 net under Adam; y holds one-hot rows, as tfjs' cross-entropy wants them. */
function mlpStep() {
  const [w1, b1] = dense(784, 128);
  const [w2, b2] = dense(128, 10);
  const optimizer = tf.train.adam(1e-3);
  const logits = (x) => x.matMul(w1).add(b1).relu().matMul(w2).add(b2);
  return (x, y, read) => {
    const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, logits(x)), read);
    if (!loss) return;
    loss.dataSync();
    loss.dispose();
  };
}

function labels(count) {
  return tf.tidy(() => tf.oneHot(tf.randomUniform([count], 0, 10, 'int32'), 10).toFloat());
}

const mlp = (batch) => () => {
  const step = mlpStep();
  const x = tf.randomUniform([batch, 784]);
  const y = labels(batch);
  return (n) => {
    for (let i = 0; i < n; i++) step(x, y, i % 100 === 0);
  };
};

const config = 'wasm backend';
const workloads = {
  'train.xor': { [config]: xor },
  'train.mlp.32': { [config]: mlp(32) },
  'train.mlp.128': { [config]: mlp(128) },
};
await serve('tfjs-wasm', tf.version.tfjs, workloads, 1);
