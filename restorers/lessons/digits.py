from __future__ import annotations

from typing import ClassVar

from restorers.lessons.base import Lesson, Step
from restorers.text import Text

_COPY = "photo=digit&with=gaussian_noise,sigma=1&using="
_NOISY = "photo=digit&with=gaussian_noise,sigma=102&using="


class Digits(Lesson):
    """A linear, a dense and a convolutional network copy the same digit; after tutorial 003."""

    title: ClassVar[Text] = Text("Digits, and why convolutions", "数字，以及为什么用卷积")
    about: ClassVar[Text] = Text(
        "Three networks copy the same digit. One is an old formula in disguise, one is big, and one is tiny.",
        "三个网络复制同一个数字。一个其实是老公式，一个很大，一个极小。",
    )
    order: ClassVar[int] = 4
    steps: ClassVar[tuple[Step, ...]] = (
        Step(
            Text(
                "To a computer a picture is a table of numbers: 0 is black, 255 is white. This digit has 28 rows of 28 pixels.",
                "对计算机来说，图片就是一张数字表：0 是黑，255 是白。这个数字有 28 行，每行 28 个像素。",
            ),
            Text("How many numbers are that? Zoom in until you see the single pixels.", "一共多少个数？请放大，直到看见单个像素。"),
            Text(
                "28 × 28 = 784. A network knows nothing of lines and circles. All it gets are these 784 numbers.",
                "28 × 28 = 784。网络不懂什么线条和圆圈，它得到的只有这 784 个数。",
            ),
            "pictures",
            _COPY + "do_nothing",
        ),
        Step(
            Text(
                "The simplest autoencoder only multiplies and adds: 784 numbers become 32, and 32 become 784 again. Such a network is called linear.",
                "最简单的自编码器只做乘法和加法：784 个数变成 32 个，32 个再变回 784 个。这样的网络叫线性网络。",
            ),
            Text("Where do you see gray that does not belong there?", "哪里有不该出现的灰色？"),
            Text(
                "Around the digit, like waves. It can only add up 32 fixed pictures, and their leftovers do not cancel. "
                "By itself it has found an old recipe of statistics, PCA: on 1,000 test digits both reach 18.44 dB.",
                "在数字周围，像波纹一样。它只能把 32 张固定的图叠加起来，多余的部分抵消不掉。"
                "它自己找到了统计学里的老方法 PCA：在 1,000 个测试数字上，两者都是 18.44 dB。",
            ),
            "pictures",
            _COPY + "tutorial-digits-linear",
            run=True,
        ),
        Step(
            Text(
                "The dense network also has 32 numbers in the middle. But it has more layers, and between them a kink: what is below zero becomes zero.",
                "全连接网络中间也是 32 个数。但它的层更多，层与层之间还有一个“折弯”：小于零的都变成零。",
            ),
            Text("Is the black around the digit cleaner than before?", "数字周围的黑色比刚才干净吗？"),
            Text(
                "Yes. With kinks it can switch strokes on and off instead of only adding. On the test digits: 19.63 dB instead of 18.44 dB, with the same 32 numbers.",
                "是的。有了折弯，它能打开或关掉某些笔画，而不只是叠加。在测试数字上：同样 32 个数，19.63 dB，而不是 18.44 dB。",
            ),
            "pictures",
            _COPY + "tutorial-digits-dense",
            run=True,
        ),
        Step(
            Text(
                "Dense means: each pixel has a wire of its own to each number of the next layer. Every wire is a number to learn.",
                "全连接的意思是：每个像素到下一层的每个数都有自己的连线。每条连线都是一个要学的数。",
            ),
            Text("How many numbers has it learned? Read “Learned numbers”.", "它学了多少个数？请看“学得的参数”。"),
            Text(
                "209,968, for pictures of 28 × 28 pixels. The first layer alone has 784 × 128 wires. "
                "For a photo of a megapixel in colour that would be hundreds of millions.",
                "209,968 个，而图片只有 28 × 28 像素。仅第一层就有 784 × 128 条连线。对一百万像素的彩色照片，就要几亿条。",
            ),
            "numbers",
            _COPY + "tutorial-digits-dense",
            run=True,
        ),
        Step(
            Text(
                "A convolution is a small stencil, 3 × 3 numbers, that slides over the picture. At every place it is the same stencil, and it sees only neighbours.",
                "卷积是一个 3 × 3 的小模板，在图片上滑动。每个位置都用同一个模板，而且只看邻近的像素。",
            ),
            Text("How many numbers has the convolutional network learned?", "卷积网络学了多少个数？"),
            Text(
                "4,385: some 48 times fewer. Stencils are shared by all places, and they know who is whose neighbour. "
                "The dense network got the picture as one long column and had to discover that.",
                "4,385 个：约少 48 倍。所有位置共用模板，而且模板知道谁挨着谁。全连接网络拿到的是一长列数，邻里关系要自己去发现。",
            ),
            "numbers",
            _COPY + "tutorial-digits",
            run=True,
        ),
        Step(
            Text(
                "Now be fair. The code of the convolutional network has 4 × 4 × 8 = 128 numbers, four times as many as the dense one's.",
                "现在公平地比一比。卷积网络的编码有 4 × 4 × 8 = 128 个数，是全连接网络的四倍。",
            ),
            Text("Look at its copy. Which digit do you read?", "看看它的复制品。你读出来是几？"),
            Text(
                "More a 0 than a 5. It has practised on handwriting, and this 5 is printed. On handwritten test digits it reaches 19.23 dB, less than the dense one's 19.63 dB; "
                "plain PCA with 128 numbers reaches 25.16 dB. Convolutions are not better at copying digits. They are smaller, and fit pictures of any size.",
                "更像 0 而不是 5。它练的是手写体，而这个 5 是印刷体。在手写测试数字上它是 19.23 dB，不如全连接的 19.63 dB；"
                "普通的 PCA 用 128 个数就有 25.16 dB。卷积并不更会复制数字，它只是更小，而且能用于任意大小的图片。",
            ),
            "pictures",
            _COPY + "tutorial-digits",
            run=True,
        ),
        Step(
            Text(
                "The same small network can learn to denoise: noisy digits in, clean ones as the goal. This is the tutorial's noise, 0.4 of the full range: σ 102.",
                "同一个小网络还能学会降噪：输入有噪声的数字，目标是干净的。这是教程用的噪声，为全范围的 0.4：σ 102。",
            ),
            Text("How much does it gain?", "它提高了多少？"),
            Text(
                "Several decibels; the colourful grain is gone. On 1,000 test digits it lifts 11.02 dB to 17.69 dB. "
                "But look at the shape as well: the next step comes back to that.",
                "提高了好几分贝，彩色颗粒都没了。在 1,000 个测试数字上，从 11.02 dB 升到 17.69 dB。但也请看看形状：下一步会说到。",
            ),
            "numbers",
            _NOISY + "tutorial-digits-denoise",
            run=True,
            gains=True,
        ),
        Step(
            Text(
                "The median filter is a formula: each pixel becomes the middle one of its neighbours. On test digits it reaches 15.55 dB, less than the network.",
                "中值滤波是一个公式：每个像素取邻居的中间值。在测试数字上它有 15.55 dB，不如网络。",
            ),
            Text("With which of the two can you still read a 5?", "两种结果中，哪一种还能读出 5？"),
            Text(
                "With the median, although it gains less. The network drew a fine clean digit, but the wrong one. "
                "A score is an average over pixels; it does not know how to read.",
                "用中值滤波的那张，尽管它的得分较低。网络画出了一个干净漂亮的数字，但画错了。分数是像素的平均，它不识字。",
            ),
            "pictures",
            _NOISY + "median_filter",
            run=True,
            gains=True,
        ),
    )
