"""TensorFlow and Keras, set up before their first use. Every other module takes them from here.

Their import takes 3 to 4 seconds and 700 MB, and only a fit pays for it.
"""

import os

from db import interrupts

os.environ["KERAS_BACKEND"] = "tensorflow"
# A file keras.json of the user's may ask for float16, another backend or nonsense. There is none below this path.
os.environ["KERAS_HOME"] = os.devnull
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # Otherwise TensorFlow reports every feature of the processor.
# oneDNN is on by default where the processor has AVX512-VNNI. It adds in another order, and says so on stderr.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

with interrupts.held():  # An interrupt in the middle of these imports may end in an error of any other kind.
    import keras
    import tensorflow as tf

# Sums are split by the number of threads. By default that is the number of cores, and a machine with one core would
# give other last bits than one with two. 2, 4 and 8 threads gave the same bytes on 1 and on 2 cores. A fit may set
# another number.
tf.config.threading.set_intra_op_parallelism_threads(4)

# The fifth fit in a process would get a warning that tracing is expensive; but each fit needs a trace of its own.
tf.get_logger().setLevel("ERROR")

__all__ = ["keras", "tf"]
