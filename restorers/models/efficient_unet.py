from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.models.base import Architecture
from restorers.params import param
from restorers.text import Text

# of each stage of EfficientNet-Lite0: blocks, side of the kernel, stride, expansion, width
STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))
STEM = 32  # channels
SKIPS = {2: 0, 4: 1, 8: 2, 16: 4}  # the last stage at 1/2, 1/4, 1/8 and 1/16
MEAN, SPREAD = 127 / 255, 128 / 255  # of the pixels, as the encoder wants them

_WIDTH_HELP = Text("Channels on the way up at this resolution.", "上行路径在该分辨率下的通道数。")


@dataclass(frozen=True)
class EfficientUNet(Architecture):
    """A U-Net whose way down is EfficientNet-Lite0, which can start from weights that have learned to recognise things.

    x̂ = x + U(x); given the luminance and asked for colour (``colours``), it keeps the luminance, see ``Colour``.
    Down: a 3×3 convolution and 16 inverted bottlenecks (1×1 to six times the width, depthwise 3×3 or 5×5, 1×1 back) with ReLU6, to 1/32 of the
    resolution; batch normalisation is folded into the convolutions. Up: at 1/16, 1/8, 1/4 and 1/2 a transposed 2×2 convolution, the
    features of the way down added through a 1×1 convolution, and residual blocks of two 3×3 convolutions with max(x, 0.2 x).

    Input (b, h, w, 3), or (b, h, w, 1) with ``colours``; output (b, h, w, 3); h and w divisible by 32. 3.8 million parameters with the defaults.

    Reference: Tan and Le, "EfficientNet", ICML 2019, and Liu, "Higher accuracy on vision models with EfficientNet-Lite", 2020; Ronneberger
    et al., "U-Net", MICCAI 2015.
    """

    title: ClassVar[Text] = Text("U-Net over EfficientNet", "以 EfficientNet 为下行路径的 U-Net")
    help: ClassVar[Text] = Text(
        "Sees the whole at 1/32 of its size; trained for colour, its way down began with weights that had learned to recognise things.",
        "在 1/32 的尺寸上看到整体；用于上色时，下行路径从已学会识别物体的权重开始。",
    )
    reference: ClassVar[str] = "Tan and Le 2019; Ronneberger et al. 2015"
    order: ClassVar[int] = 11

    width2: int = param(32, low=4, high=256, step=4, label=Text("Width at 1/2", "1/2 处宽度"), help=_WIDTH_HELP)
    width4: int = param(64, low=4, high=256, step=4, label=Text("Width at 1/4", "1/4 处宽度"), help=_WIDTH_HELP)
    width8: int = param(96, low=4, high=512, step=4, label=Text("Width at 1/8", "1/8 处宽度"), help=_WIDTH_HELP)
    width16: int = param(128, low=4, high=512, step=4, label=Text("Width at 1/16", "1/16 处宽度"), help=_WIDTH_HELP)
    blocks: int = param(
        1,
        low=1,
        high=8,
        step=1,
        label=Text("Blocks", "残差块"),
        help=Text("Residual blocks at each resolution on the way up.", "上行路径每个分辨率下的残差块数。"),
    )

    colours: bool = param(
        False,
        label=Text("Adds colour", "添加颜色"),
        help=Text("It is given the luminance alone and lays colour over it.", "仅给出亮度，由网络为其上色。"),
    )

    multiple = 32
    context = 128
    output_channels = 3

    @property
    def channels(self) -> int:
        return 1 if self.colours else 3

    def build(self):
        import keras
        from keras import layers

        from restorers.models.layers import Colour, DepthToSpace

        def start(scale):
            return keras.initializers.VarianceScaling(scale, mode="fan_in", seed=keras.random.SeedGenerator(0)) if scale else "zeros"

        def conv(x, width, side, name, scale=2.0, **kwargs):
            return layers.Conv2D(width, side, padding="same", kernel_initializer=start(scale), name=name, **kwargs)(x)

        def bottleneck(x, side, stride, expansion, width, name):
            h, narrow = x, x.shape[-1]
            if expansion > 1:
                h = conv(h, expansion * narrow, 1, f"{name}_expand", activation="relu6")
            h = layers.DepthwiseConv2D(
                side, stride, padding="same", activation="relu6", depthwise_initializer=start(2.0), name=f"{name}_depthwise"
            )(h)
            h = conv(h, width, 1, f"{name}_project", scale=1.0)
            return layers.Add(name=f"{name}_add")([x, h]) if stride == 1 and width == narrow else h

        def up(x, skip, width, name):
            x = layers.Conv2DTranspose(width, 2, strides=2, kernel_initializer=start(1.0), name=name)(x)
            x = layers.Add(name=f"{name}_add")([x, conv(skip, width, 1, f"{name}_skip", scale=1.0)])
            for i in range(1, self.blocks + 1):
                h = conv(x, width, 3, f"{name}_block{i}_conv1", activation="leaky_relu")
                h = conv(h, width, 3, f"{name}_block{i}_conv2", scale=0.1)
                x = layers.Add(name=f"{name}_block{i}_add")([x, h])
            return x

        # in 32 bits, also where the other convolutions are computed in 16: the photo itself must not be rounded
        exact = {"dtype": "float32"}
        photo = keras.Input((None, None, self.channels), name="photo")
        x = layers.Rescaling(1 / SPREAD, -MEAN / SPREAD, name="centred", **exact)(photo)
        x = conv(x, STEM, 3, "head", strides=2, activation="relu6", **exact)
        stages = []
        for s, (count, side, stride, expansion, width) in enumerate(STAGES):
            for i in range(count):
                x = bottleneck(x, side, stride if i == 0 else 1, expansion, width, f"down_stage{s + 1}_block{i + 1}")
            stages.append(x)
        for shrunk, width in ((16, self.width16), (8, self.width8), (4, self.width4), (2, self.width2)):
            x = up(x, stages[SKIPS[shrunk]], width, f"up{shrunk}")
        x = DepthToSpace(2, name="unfold")(conv(x, 12, 3, "tail", scale=0))
        lay_on = Colour(name="restored", **exact)
        restored = lay_on(photo, x) if self.colours else layers.Add(name="restored", **exact)([photo, x])
        return keras.Model(photo, restored, name="efficient_unet")
