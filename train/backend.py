"""TensorFlow and Keras, set up before their first use. Every other module takes them from here.

Their import takes 700 MB, and only a fit pays for it. It took 3.2 seconds of a core, and takes 1.3 as it is done here.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from db import interrupts

UNUSED = ("sklearn", "matplotlib")  # Keras takes them for wrappers and pictures where they are installed.

os.environ["KERAS_BACKEND"] = "tensorflow"
# A file keras.json of the user's may ask for float16, another backend or nonsense. There is none below this path.
os.environ["KERAS_HOME"] = os.devnull
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # Otherwise TensorFlow reports every feature of the processor.
# oneDNN is on by default where the processor has AVX512-VNNI. It adds in another order, and says so on stderr.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")


@contextmanager
def quickly() -> Iterator[None]:
    """Import without what is not used, and without the garbage collector, now and at the end of the process.

    It would go through some 500,000 objects again and again, all of which stay.
    """
    absent = [name for name in UNUSED if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: there is no such module.
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
        gc.freeze()
        if collecting:
            gc.enable()


with interrupts.held(), quickly():  # An interrupt in the middle of these imports may end in an error of any other kind.
    import keras
    import tensorflow as tf

# Sums are split by the number of threads. By default that is the number of cores, and a machine with one core would
# give other last bits than one with two. 2, 4 and 8 threads gave the same bytes on 1 and on 2 cores. A fit may set
# another number.
tf.config.threading.set_intra_op_parallelism_threads(4)

# The fifth fit in a process would get a warning that tracing is expensive; but each fit needs a trace of its own.
tf.get_logger().setLevel("ERROR")

__all__ = ["keras", "tf"]
