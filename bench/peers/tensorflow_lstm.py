"""TensorFlow: a training step of a small LSTM classifier of Keras's layers, with TensorFlow's own fused Adam."""
import tensorflow as tf


def lstm(jit):
    def build():
        layer, dense = tf.keras.layers.LSTM(128), tf.keras.layers.Dense(10)
        x, y = tf.random.normal([32, 50, 64]), tf.random.uniform([32], 0, 10, tf.int32)
        dense(layer(x))
        variables = [v.value for v in layer.trainable_variables + dense.trainable_variables]
        m, v = ([tf.Variable(tf.zeros_like(a)) for a in variables] for _ in range(2))
        power1, power2 = tf.Variable(1.0), tf.Variable(1.0)

        @tf.function(jit_compile=jit)
        def step():
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, dense(layer(x))))
            gradients = tape.gradient(loss, variables)
            now1, now2 = power1.assign(power1 * 0.9), power2.assign(power2 * 0.999)
            for p, g, mean, square in zip(variables, gradients, m, v):
                tf.raw_ops.ResourceApplyAdam(var=p.handle, m=mean.handle, v=square.handle, beta1_power=now1, beta2_power=now2,
                                             lr=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, grad=g)
            return loss

        def run(n):
            for i in range(n):
                loss = step()
                if i % 100 == 0:
                    loss.numpy()
            loss.numpy()
        return run
    return build


workloads = {"train.lstm": {"tf.function": lstm(False), "tf.function jit_compile": lstm(True)}}
