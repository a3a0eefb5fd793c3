"""TensorFlow: training steps as one tf.function each, with XLA (jit_compile) and without: the caller keeps the faster."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import tensorflow as tf

import tensorflow_lstm
from serve import serve, thread_count

IMAGES, BATCH = 60_000, 32


def dense(inputs, outputs):
    limit = inputs ** -0.5
    return tf.Variable(tf.random.uniform([inputs, outputs], -limit, limit)), tf.Variable(tf.zeros([outputs]))


def xor(jit):
    def build():
        x, y = tf.constant([[0.0, 0], [0, 1], [1, 0], [1, 1]]), tf.constant([[0.0], [1], [1], [0]])
        (w1, b1), (w2, b2) = dense(2, 4), dense(4, 1)
        variables = [w1, b1, w2, b2]

        @tf.function(jit_compile=jit)
        def step():
            with tf.GradientTape() as tape:
                out = tf.sigmoid(tf.sigmoid(x @ w1 + b1) @ w2 + b2)
                loss = tf.reduce_mean(tf.square(out - y))
            for variable, gradient in zip(variables, tape.gradient(loss, variables)):
                variable.assign_sub(gradient)
            return loss

        def run(n):
            for _ in range(n):
                step().numpy()
        return run
    return build


def mlp_body():
    """step(x, y) -> loss of the 784-128-10 net; Adam is TensorFlow's own fused op, which is faster than Keras's optimizer."""
    (w1, b1), (w2, b2) = dense(784, 128), dense(128, 10)
    variables = [w1, b1, w2, b2]
    m = [tf.Variable(tf.zeros_like(v)) for v in variables]
    v = [tf.Variable(tf.zeros_like(v)) for v in variables]
    power1, power2 = tf.Variable(1.0), tf.Variable(1.0)

    def step(x, y):
        with tf.GradientTape() as tape:
            logits = tf.nn.relu(x @ w1 + b1) @ w2 + b2
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        gradients = tape.gradient(loss, variables)
        now1, now2 = power1.assign(power1 * 0.9), power2.assign(power2 * 0.999)
        for p, g, mean, square in zip(variables, gradients, m, v):
            tf.raw_ops.ResourceApplyAdam(var=p.handle, m=mean.handle, v=square.handle, beta1_power=now1, beta2_power=now2,
                                         lr=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, grad=g)
        return loss
    return step


def mlp(jit, batch):
    def build():
        step = tf.function(mlp_body(), jit_compile=jit)
        x, y = tf.random.uniform([batch, 784]), tf.random.uniform([batch], 0, 10, tf.int32)

        def run(n):
            for i in range(n):
                loss = step(x, y)
                if i % 100 == 0:
                    loss.numpy()
            loss.numpy()
        return run
    return build


def epoch(jit):
    def build():
        body = mlp_body()
        images, labels = tf.random.uniform([IMAGES, 784]), tf.random.uniform([IMAGES], 0, 10, tf.int32)

        @tf.function(jit_compile=jit)
        def step(rows):
            return body(tf.gather(images, rows), tf.gather(labels, rows))

        def run(n):
            for _ in range(n):
                for i, rows in enumerate(tf.split(tf.random.shuffle(tf.range(IMAGES)), IMAGES // BATCH)):
                    loss = step(rows)
                    if i % 100 == 0:
                        loss.numpy()
                loss.numpy()
        return run
    return build


threads = thread_count()
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.random.set_seed(1)
both = {"tf.function": False, "tf.function jit_compile": True}
workloads = {
    "train.xor": {name: xor(jit) for name, jit in both.items()},
    "train.mlp.32": {name: mlp(jit, 32) for name, jit in both.items()},
    "train.mlp.128": {name: mlp(jit, 128) for name, jit in both.items()},
    "train.mnist.epoch": {name: epoch(jit) for name, jit in both.items()},
}
serve("tensorflow", tf.__version__, workloads | tensorflow_lstm.workloads, threads)
