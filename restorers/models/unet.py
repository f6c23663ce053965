from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from restorers.diagnosis import LOST
from restorers.models.base import Architecture
from restorers.params import param
from restorers.text import Text

DETAIL = 10.0  # how much louder it is made for a network that classifies
PIXEL_WIDTH = 12  # channels of such a network at full resolution

_WIDTH_HELP = Text("Channels of the convolutions at this resolution.", "该分辨率下卷积的通道数。")
_BLOCKS_HELP = Text("Residual blocks on the way down, and as many on the way up.", "下行路径中残差块的个数，上行路径相同。")


@dataclass(frozen=True)
class UNet(Architecture):
    """A residual U-Net of plain 3×3 convolutions without normalisation, for photos of any size.

    x̂ = x + U(x). The photo is first folded to half its resolution (space-to-depth), so no convolution runs at full
    resolution; then three levels at 1/2, 1/4 and 1/8. A residual block is h + C₂(ReLU(C₁(h))), or with max(x, 0.2 x) for ReLU
    (``leaky``): a channel that was driven below 0 everywhere still learns. Without biases the network is homogeneous,
    U(a·x) = a·U(x) for a > 0, which lets a blind denoiser carry over to strengths it has not seen; with them (``bias``) it can tell a
    bright place from a dark one by itself.

    Input (b, h, w, channels), output (b, h, w, output_channels); h and w divisible by 8. 4.3 million parameters with the defaults.
    Told the mask m of missing pixels (4 input channels) and given a guess at them in x, it mends these alone: x̂ = x + m·U(x, m). Given the luminance and
    asked for colour (1 and 3 channels), it keeps the luminance: U's own is taken off, see ``Colour``. Asked to classify, it gives
    probabilities instead of a photo, p = 1 / (1 + exp(−U(s) − P(s))), each channel for itself: s is the photo, and, ten times louder, what
    sets each pixel apart from the mean of 3×3 and how near it is to the gray of missing ones, to black and to white; P are two
    convolutions at full resolution.

    Reference: Ronneberger et al., "U-Net", MICCAI 2015; Maas et al., "Rectifier nonlinearities improve neural network acoustic
    models", ICML 2013 (leaky ReLU); Mohan et al., "Robust and interpretable blind image denoising
    via bias-free convolutional neural networks", ICLR 2020; Zhang et al., "DRUNet", IEEE TPAMI 2021.
    """

    title: ClassVar[Text] = Text("Residual U-Net", "残差 U-Net")
    help: ClassVar[Text] = Text(
        "A modern network of plain convolutions at three resolutions; it learns what to add to the photo, at any size.",
        "由三个分辨率上的普通卷积构成的现代网络；它学习应在照片上加什么，适用于任意尺寸。",
    )
    reference: ClassVar[str] = "Ronneberger et al. 2015; Mohan et al. 2020; Zhang et al. 2021"
    order: ClassVar[int] = 10

    channels: int = param(
        3,
        low=1,
        high=16,
        step=1,
        label=Text("Input channels", "输入通道"),
        help=Text("3 for RGB, 4 with a mask.", "RGB 为 3，含掩模为 4。"),
    )
    output_channels: int = param(
        3, low=1, high=16, step=1, label=Text("Output channels", "输出通道"), help=Text("3 for RGB.", "RGB 为 3。")
    )
    width1: int = param(64, low=4, high=256, step=4, label=Text("Width at 1/2", "1/2 处宽度"), help=_WIDTH_HELP)
    width2: int = param(128, low=4, high=512, step=4, label=Text("Width at 1/4", "1/4 处宽度"), help=_WIDTH_HELP)
    width3: int = param(192, low=4, high=1024, step=4, label=Text("Width at 1/8", "1/8 处宽度"), help=_WIDTH_HELP)
    blocks1: int = param(1, low=1, high=8, step=1, label=Text("Blocks at 1/2", "1/2 处残差块"), help=_BLOCKS_HELP)
    blocks2: int = param(2, low=1, high=8, step=1, label=Text("Blocks at 1/4", "1/4 处残差块"), help=_BLOCKS_HELP)
    blocks3: int = param(
        4,
        low=1,
        high=16,
        step=1,
        label=Text("Blocks at 1/8", "1/8 处残差块"),
        help=Text("Residual blocks at the bottom.", "底部残差块的个数。"),
    )
    bias: bool = param(
        False,
        label=Text("Biases", "偏置"),
        help=Text("Each channel gets a number of its own to add.", "每个通道加上一个可学习的常数。"),
    )
    leaky: bool = param(
        False,
        label=Text("Leaky ReLU", "带泄漏的 ReLU"),
        help=Text("What is below 0 becomes a fifth instead of 0.", "小于 0 的值变为其五分之一，而不是 0。"),
    )
    classifies: bool = param(
        False,
        label=Text("Classifies", "分类"),
        help=Text("Gives probabilities instead of a photo.", "输出概率而非照片。"),
    )

    multiple = 8
    # the theoretical reach is above 150 pixels with the defaults; on trained weights tiles of this context differ by 0.002/255
    context = 48

    def build(self):
        import keras
        from keras import layers

        from restorers.models.layers import Channels, Colour, DepthToSpace, Likeness, SpaceToDepth

        activation = "leaky_relu" if self.leaky else "relu"

        def conv(x, width, name, scale=2.0, **kwargs):
            start = keras.initializers.VarianceScaling(scale, mode="fan_in", seed=keras.random.SeedGenerator(0)) if scale else "zeros"
            return layers.Conv2D(width, 3, padding="same", use_bias=self.bias, kernel_initializer=start, name=name, **kwargs)(x)

        def blocks(x, count, width, name):
            for i in range(1, count + 1):
                h = conv(x, width, f"{name}_block{i}_conv1", activation=activation)
                # a small start keeps the sum of many residuals near its input, so that Adam at 1e-3 does not diverge
                h = conv(h, width, f"{name}_block{i}_conv2", scale=0.1)
                x = layers.Add(name=f"{name}_block{i}_add")([x, h])
            return x

        def down(x, width, name):
            return layers.Conv2D(width, 2, strides=2, use_bias=self.bias, name=name)(x)

        def up(x, width, skip, name):
            x = layers.Conv2DTranspose(width, 2, strides=2, use_bias=self.bias, name=name)(x)
            return layers.Add(name=f"{name}_skip")([x, skip])

        def detailed(x):
            # damage shows in differences of a few levels, which would take long to be heard beside the photo itself
            detail = layers.Subtract(name="detail")([x, layers.AveragePooling2D(3, 1, padding="same", name="around")(x)])
            lost = Likeness(LOST, 3 / 255, name="lost")(x)
            return layers.Concatenate(name="seen")(
                [x, *(layers.Rescaling(DETAIL, name=f"louder_{name}")(y) for name, y in (("detail", detail), ("lost", lost)))]
            )

        # in 32 bits, also where the other convolutions are computed in 16: the photo itself must not be rounded
        exact = {"dtype": "float32"}
        photo = keras.Input((None, None, self.channels), name="photo")
        seen = detailed(photo) if self.classifies else photo
        level1 = conv(SpaceToDepth(2, name="fold", **exact)(seen), self.width1, "head", **exact)
        x = level1 = blocks(level1, self.blocks1, self.width1, "down1")
        x = level2 = blocks(down(x, self.width2, "down12"), self.blocks2, self.width2, "down2")
        x = blocks(down(x, self.width3, "down23"), self.blocks3, self.width3, "bottom")
        x = blocks(up(x, self.width2, level2, "up32"), self.blocks2, self.width2, "up2")
        x = blocks(up(x, self.width1, level1, "up21"), self.blocks1, self.width1, "up1")
        x = DepthToSpace(2, name="unfold")(conv(x, 4 * self.output_channels, "tail", scale=0))
        if self.classifies:
            # which single pixels are lost is seen at full resolution alone
            pixels = conv(conv(seen, PIXEL_WIDTH, "pixels_conv1", activation=activation), self.output_channels, "pixels_conv2", scale=0)
            x = layers.Add(name="evidence", **exact)([x, pixels])
            return keras.Model(photo, layers.Activation("sigmoid", name="probabilities", **exact)(x), name="unet")
        if (self.channels, self.output_channels) == (1, 3):
            return keras.Model(photo, Colour(name="restored", **exact)(photo, x), name="unet")
        if self.channels == 4:
            x = layers.Multiply(name="missing_only", **exact)([x, Channels(3, 1, name="mask", **exact)(photo)])
        base = photo if self.channels == self.output_channels else Channels(0, self.output_channels, name="base", **exact)(photo)
        return keras.Model(photo, layers.Add(name="restored", **exact)([base, x]), name="unet")
