from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from restorers.classical.base import Classical
from restorers.degradations.base import Observation
from restorers.params import param
from restorers.text import Text


@dataclass(frozen=True)
class NonLocalMeans(Classical):
    """An average of pixels whose surroundings look alike, near or far: weights exp(−max(0, D − 2 σ²) / h²).

    D is the mean squared difference of two patches of p × p pixels, p = 2·``patch_radius``: the fast mode leaves out the patch's
    first row and column, and counts as if it had not: h = ``strength`` · σ · (p + 1) / p. Partners are looked for up to
    ``search_radius`` pixels away. The noise σ is told where known, and else measured on the photo.

    Reference: Buades, Coll and Morel, "A non-local algorithm for image denoising", CVPR 2005; scikit-image's
    ``denoise_nl_means`` in its fast mode (Darbon et al. 2008).
    """

    title: ClassVar[Text] = Text("Non-local means", "非局部均值")
    help: ClassVar[Text] = Text(
        "Averages only those places around a pixel whose surroundings look alike. Noise goes, edges and patterns stay.",
        "只对周围那些外观相似的位置取平均。噪声消失，边缘和纹理保留。",
    )
    suits: ClassVar[frozenset[str]] = frozenset({"gaussian_noise", "poisson_noise", "speckle"})
    told: ClassVar[tuple[str, ...]] = ("noise_sigma",)
    context: ClassVar[int | None] = 18
    reference: ClassVar[str] = "Buades, Coll and Morel, CVPR 2005"
    order: ClassVar[int] = 11

    strength: float = param(
        0.6, low=0.1, high=2, step=0.05, label=Text("Strength", "强度"),
        help=Text("How unlike two places may be to be averaged, in multiples of the noise.", "两处相差多少仍可平均，以噪声的倍数计。"),
    )  # fmt: skip
    patch_radius: int = param(
        2, low=1, high=4, step=1, unit="px", label=Text("Patch radius", "图块半径"),
        help=Text("Size of what is compared: 2 is 4 × 4 pixels.", "被比较的图块大小：2 即 4 × 4 像素。"),
    )  # fmt: skip
    search_radius: int = param(
        6, low=1, high=12, step=1, unit="px", label=Text("Search radius", "搜索半径"),
        help=Text("How far away partners are looked for.", "在多远范围内寻找相似处。"),
    )  # fmt: skip

    def restore(self, observation: Observation) -> np.ndarray:
        from skimage.restoration import denoise_nl_means

        observation = self.require(observation)
        sigma = max(observation.noise_sigma, 1e-4)
        smooth = denoise_nl_means(
            observation.photo,
            patch_size=2 * self.patch_radius + 1,
            patch_distance=self.search_radius,
            h=self.strength * sigma,
            sigma=sigma,
            fast_mode=True,
            channel_axis=-1,
        )
        # scikit-image drops axes of one pixel
        return np.clip(smooth, 0, 1).astype(np.float32).reshape(observation.photo.shape)
