"""A training as a progress bar in a terminal."""

from __future__ import annotations

import keras
from tqdm import tqdm


class ProgressBar(keras.callbacks.Callback):
    """One bar an epoch: step, loss, and after it the validation PSNR, or the validation loss where the output is no photo.

    Args:
        steps: batches in one epoch.
    """

    def __init__(self, steps: int):
        super().__init__()
        self.steps = steps

    def on_epoch_begin(self, epoch, logs=None):
        self.bar = tqdm(total=self.steps, unit="step", desc=f"epoch {epoch + 1}", disable=None)

    def on_train_batch_end(self, batch, logs=None):
        self.bar.update()
        self.bar.set_postfix(loss=f"{logs['loss']:.4f}")

    def on_epoch_end(self, epoch, logs=None):
        self.bar.close()
        validation = f"{logs['val_psnr']:.3f} dB" if "val_psnr" in logs else f"loss {logs['val_loss']:.5f}"
        tqdm.write(f"epoch {epoch + 1}: loss {logs['loss']:.5f}, validation {validation}")
