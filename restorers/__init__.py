"""Restorers: break a photo in a known way, mend it with any restorer, and see the truth.

A photo is a float32 array (height, width, 3), RGB, values in [0, 1], everywhere inside this package.
"""

__version__ = "1.0.0"
