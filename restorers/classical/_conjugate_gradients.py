"""Solve a large linear system that is known only by what it does to a vector."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def conjugate_gradients(
    apply: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    residual: np.ndarray,
    steps: int,
    precondition: Callable[[np.ndarray], np.ndarray] = lambda x: x,
    dot: Callable[[np.ndarray, np.ndarray], float] = lambda a, b: float(np.vdot(a, b).real),
) -> np.ndarray:
    """Solve A x = b for a symmetric positive semidefinite A, from ``start`` with b − A·start = ``residual``, in ``steps`` steps.

    Reference: Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems", 1952.
    """
    x, r = start, residual
    z = precondition(r)
    d, rz = z, dot(r, z)
    # below this the residual is rounding of float32
    enough = 1e-12 * rz
    for _ in range(steps):
        if rz <= enough:
            break
        image = apply(d)
        curvature = dot(d, image)
        if curvature <= 0:
            break
        length = np.float32(rz / curvature)
        x = x + length * d
        r = r - length * image
        z = precondition(r)
        previous, rz = rz, dot(r, z)
        d = z + np.float32(rz / previous) * d
    return x
