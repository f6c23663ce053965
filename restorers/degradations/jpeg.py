from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from restorers.degradations.base import Degradation, Observation
from restorers.errors import RestorersError
from restorers.params import param
from restorers.text import Text

_SAMPLING = {
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
}
_LONGEST = 65500  # libjpeg's limit


@dataclass(frozen=True)
class Jpeg(Degradation):
    """JPEG compression: y = decode(encode(x rounded to 8 bit, quality)), with OpenCV's encoder (libjpeg).

    Raises ``RestorersError`` where a side is longer than the 65,500 pixels that the encoder can write.

    Reference: Wallace, "The JPEG still picture compression standard", Communications of the ACM 34(4), 1991.
    """

    family: ClassVar[str] = "coding"
    title: ClassVar[Text] = Text("JPEG compression", "JPEG 压缩")
    help: ClassVar[Text] = Text("Blocks and rings, as in a photo saved too small.", "方块与振铃，如压缩过度的照片。")
    reference: ClassVar[str] = "Wallace, Communications of the ACM 34(4), 1991"
    order: ClassVar[int] = 50

    quality: int = param(
        10, low=1, high=100, step=1, label=Text("Quality", "质量"),
        help=Text("The encoder's quality: 1 is the worst, 100 the best.", "编码器的质量：1 最差，100 最好。"),
    )  # fmt: skip
    chroma: str = param(
        "4:2:0", label=Text("Colour resolution", "颜色分辨率"),
        choices={
            "4:2:0": Text("4:2:0, half the width and height (usual)", "4:2:0，宽高各减半（常用）"),
            "4:2:2": Text("4:2:2, half the width", "4:2:2，宽度减半"),
            "4:4:4": Text("4:4:4, full", "4:4:4，完整"),
        },
        help=Text("Size at which the colours are stored; the brightness is always full.", "颜色的存储尺寸；亮度始终完整。"),
    )  # fmt: skip

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        height, width = photo.shape[:2]
        if max(height, width) > _LONGEST:
            raise RestorersError(
                Text(
                    f"JPEG holds at most {_LONGEST} pixels a side. Received: {width} × {height}. Use a smaller photo.",
                    f"JPEG 每边最多 {_LONGEST} 像素。收到：{width} × {height}。请使用较小的照片。",
                )
            )
        levels = np.rint(np.clip(photo, 0, 1) * 255).astype(np.uint8)
        settings = [cv2.IMWRITE_JPEG_QUALITY, self.quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _SAMPLING[self.chroma]]
        _, code = cv2.imencode(".jpg", cv2.cvtColor(levels, cv2.COLOR_RGB2BGR), settings)
        decoded = cv2.cvtColor(cv2.imdecode(code, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        return Observation(decoded.astype(np.float32) / np.float32(255))
