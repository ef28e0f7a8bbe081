"""TensorFlow and Keras, set up before their first use; every other module takes them from here.

The import takes 3 to 4 seconds and 700 MB: only a fit pays for it.
"""

import os

from db import interrupts

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # or its C++ side reports every feature of the processor
# oneDNN is on by itself where the processor has AVX512-VNNI. It adds in another order, and says so on stderr.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

with interrupts.held():  # interrupted half way, these imports may end with an error of any other kind
    import keras
    import tensorflow as tf

# Sums are split by the number of threads. By itself that is the number of cores, and a machine with one core would give
# other last bits than one with two. 2, 4 and 8 threads gave the same bytes on 1 and on 2 cores. A fit may set another.
tf.config.threading.set_intra_op_parallelism_threads(4)

tf.get_logger().setLevel("ERROR")  # the fifth fit in a process is told that tracing is expensive; each needs its own

__all__ = ["keras", "tf"]
