"""Restorers: break a photo in a known way, mend it with any restorer, and see the truth.

A photo is a float32 array (height, width, 3), RGB, values in [0, 1], everywhere inside this package.
"""

import os

# read when numpy is first imported: on the small products here, OpenBLAS threads waiting for each other cost ten times the work
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "1.0.0"
