from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class GaussianNoise(Degradation):
    """Additive white Gaussian noise: y = x + n, n ~ N(mean/255, (sigma/255)²), drawn for each pixel and channel.

    With ``wrap`` the noise is made as the tutorial's code makes it: drawn in gray levels, cut to whole numbers and added
    modulo 256, so that a dark pixel may turn bright: y = ((⌊255 x⌉ + trunc(n)) mod 256) / 255. That is a bug of the original
    which changes the task; it is kept as a choice. With ``clip`` the result is limited to [0, 1], as a file would.

    Reference: Zhang et al., "Beyond a Gaussian Denoiser", IEEE TIP 2017 (protocol); tutorial 001 (mean 10, std 50, wrap).
    """

    family: ClassVar[str] = "noise"
    title: ClassVar[Text] = Text("Gaussian noise", "高斯噪声")
    help: ClassVar[Text] = Text(
        "Grain of equal strength everywhere, as from a sensor with little light.", "各处强度相同的颗粒，如光线不足时的传感器。"
    )
    reference: ClassVar[str] = "Zhang et al., IEEE TIP 26(7), 2017"
    order: ClassVar[int] = 10

    sigma: float = param(
        25.0, low=0, high=150, step=1, unit="/255", label=Text("Strength σ", "强度 σ"),
        help=Text("Standard deviation of the noise, in gray levels of 255.", "噪声的标准差，以 255 灰阶计。"),
    )  # fmt: skip
    mean: float = param(
        0.0, low=-50, high=50, step=1, unit="/255", label=Text("Mean", "均值"),
        help=Text("What the noise adds on average; 10 in the tutorial.", "噪声的平均值；教程中为 10。"),
    )  # fmt: skip
    wrap: bool = param(
        False, label=Text("Wrap around, as in the tutorial", "溢出回绕（如教程）"),
        help=Text("Add in 8 bits modulo 256: bright turns dark. A bug of the tutorial, kept to be seen.", "以 8 位相加并对 256 取模：亮变暗。教程的错误，保留以供观察。"),
    )  # fmt: skip
    clip: bool = param(
        True, label=Text("Clip to the visible range", "截断到可见范围"),
        help=Text("Limit the result to black…white, as any file does. Off: the noise of the published benchmarks.", "将结果限制在黑白之间，如同任何图像文件。关闭：已发表基准所用的噪声。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        noise = rng.standard_normal(photo.shape, dtype=np.float32) * np.float32(self.sigma) + np.float32(self.mean)
        if self.wrap:
            levels = np.rint(photo * 255).astype(np.int32) + noise.astype(np.int32)
            return Observation((levels % 256).astype(np.float32) / np.float32(255))
        noisy = photo + noise / np.float32(255)
        return Observation(np.clip(noisy, 0, 1) if self.clip else noisy, noise_sigma=self.sigma / 255)
