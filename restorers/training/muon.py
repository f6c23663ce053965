"""Keras' Muon, for the kernels of convolutions too."""

from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable("restorers")
class ConvolutionMuon(keras.optimizers.Muon):
    """Muon: a step goes along the momentum of a weight matrix with all its singular values brought near 1, U S Vᵀ ↦ U Vᵀ.

    Keras' own does so for matrices alone. Here a kernel (height, width, in, out) counts as the matrix (height · width · in, out).
    Layers whose path has a word of ``exclude_layers`` are left to Adam, and so is whatever is no kernel.

    Reference: Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024 (convolutions flattened likewise).
    """

    def _should_use_adamw(self, variable) -> bool:
        return len(variable.shape) != 4 or any(word in variable.path for word in self.exclude_layers)

    def _muon_update_step(self, gradient, variable, lr, m):
        self.assign_add(m, gradient + m * (self.momentum - 1))
        step = gradient + self.momentum * m if self.nesterov else m
        matrix = ops.reshape(step, (-1, variable.shape[-1]))
        update = self.lr_adjust(self.zeropower_via_newtonschulz5(matrix, self.ns_steps))
        self.assign_sub(variable, ops.reshape(lr * update, variable.shape))

    def zeropower_via_newtonschulz5(self, x, steps: int):
        """The same iteration, X ↦ p(X Xᵀ) X with p(A) = a + b A + c A², on the small square matrix alone.

        All p(A) commute, so A follows A ↦ p(A)² A, and X is multiplied once, by their product: less than half of the arithmetic.
        """
        tall = x.shape[0] > x.shape[1]
        x = x / (ops.norm(x) + 1e-7)
        square = ops.matmul(ops.transpose(x), x) if tall else ops.matmul(x, ops.transpose(x))
        product = unit = ops.eye(square.shape[0], dtype=x.dtype)
        for _ in range(steps):
            polynomial = self.muon_a * unit + self.muon_b * square + self.muon_c * ops.matmul(square, square)
            square = ops.matmul(polynomial, ops.matmul(polynomial, square))
            product = ops.matmul(product, polynomial)
        return ops.matmul(x, product) if tall else ops.matmul(product, x)
