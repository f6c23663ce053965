from __future__ import annotations

from typing import ClassVar

from restorers.lessons.base import Lesson, Step
from restorers.text import Text

_TRAIN = "train=small-bottleneck,code={code}&learn=this&watch=cat&seconds=20"


class Autoencoder(Lesson):
    """What an autoencoder is, and what undercomplete means; after tutorial 000."""

    title: ClassVar[Text] = Text("What is an autoencoder?", "什么是自编码器？")
    about: ClassVar[Text] = Text(
        "A network copies a picture through a hole that is too narrow for it. What gets through, and what is lost?",
        "一个网络要让图片穿过太窄的通道再复制出来。什么能通过，什么会丢失？",
    )
    order: ClassVar[int] = 1
    steps: ClassVar[tuple[Step, ...]] = (
        Step(
            Text(
                "An autoencoder is a network that learns to copy: a picture goes in, and the same picture should come out. "
                "This one has practised on handwritten digits.",
                "自编码器是一种学习“复制”的网络：输入一张图片，应当输出同一张图片。这个网络是用手写数字练习的。",
            ),
            Text("Compare the first picture with the last. Is the copy perfect?", "比较第一张和最后一张图片。复制得完美吗？"),
            Text(
                "No. You can still guess the digit, but its strokes have become round and crooked, as if written by hand. "
                "The network was not allowed to copy perfectly; the next step shows why. "
                "(The page added a trace of noise, too weak to see: it needs some damage in order to measure.)",
                "不完美。还能猜出是几，但笔画变圆、变歪了，像手写的一样。网络被限制着，无法完美复制；下一步说明原因。"
                "（页面加了一点点看不出来的噪声：要有损坏才能测量。）",
            ),
            "pictures",
            "photo=digit&with=gaussian_noise,sigma=1&using=tutorial-digits-dense",
            run=True,
        ),
        Step(
            Text(
                "Here you build one yourself, for pieces of 16 × 16 pixels with 3 colours: 768 numbers each. "
                "Its first half, the encoder, must say a piece in 8 numbers, the code. Its second half, the decoder, draws it again from them.",
                "现在自己动手造一个，对象是 16 × 16 像素、3 种颜色的小块：每块 768 个数。"
                "前一半叫编码器，要用 8 个数（编码）说清一小块。后一半叫解码器，再根据这 8 个数画出来。",
            ),
            Text(
                "How many times fewer numbers has the code than the piece? Read “Bottleneck”.", "编码的数比小块少多少倍？请看“瓶颈”一项。"
            ),
            Text(
                "768 : 8 = 96 times fewer. A code that is smaller than its picture is called undercomplete. "
                "Such a network cannot keep everything: it must find out what matters most.",
                "768 ÷ 8 = 96 倍。编码比图片小，就叫“欠完备”。这样的网络留不住一切：它必须找出最重要的东西。",
            ),
            "recipe",
            _TRAIN.format(code=8),
        ),
        Step(
            Text(
                "Press Start. For 20 seconds the film shows how the network draws the cat while it learns.",
                "按“开始”。影片会用 20 秒展示网络一边学习、一边怎样画这只猫。",
            ),
            Text("What comes back first, and what never comes?", "什么最先出现？什么始终没有出现？"),
            Text(
                "First come light and colour of each piece, so that you see the pieces; then a little of the shapes in them. "
                "Fur and whiskers never come: 8 numbers for a piece cannot hold them.",
                "先出现每个小块的明暗和颜色，所以能看出一块一块的；然后出现一点形状。毛和胡须始终没有出现：每块 8 个数装不下它们。",
            ),
            "film",
            _TRAIN.format(code=8),
            seconds=25,
        ),
        Step(
            Text(
                "Now the bottleneck is wider: 64 numbers instead of 8. Press Start again. Your last film stays beside the new one.",
                "现在瓶颈更宽：64 个数，而不是 8 个。再按“开始”。上一次的影片会留在旁边对照。",
            ),
            Text("Which of the two comes closer to the original? And what is the price?", "哪一个更接近原图？代价是什么？"),
            Text(
                "The wide one, for more fits through: compare the decibels. The price is a code eight times as long. "
                "With 768 numbers it could copy everything, and would not have to understand anything.",
                "宽的那个，因为能通过的更多：比较一下分贝数。代价是编码长了八倍。如果有 768 个数，它什么都能照抄，也就什么都不必弄懂。",
            ),
            "film",
            _TRAIN.format(code=64),
            seconds=25,
        ),
        Step(
            Text(
                "An autoencoder need not copy. The first tutorial shows it colour photos and asks for the gray ones.",
                "自编码器不一定要照抄。第一篇教程给它看彩色照片，要它画出灰度照片。",
            ),
            Text("Zoom in on the whiskers. What has become of them, besides gray?", "放大看胡须。除了变灰，它们还怎么了？"),
            Text(
                "They are softer. The tutorial says so itself: its gray pictures are less sharp. "
                "In the middle of this network there is only one place for every four pixels.",
                "它们变模糊了。教程自己也承认：它的灰度图不够锐利。在这个网络的中间，每四个像素只剩一个位置。",
            ),
            "pictures",
            "photo=cat&with=none&using=tutorial-grayscale,sizing=tiles",
            run=True,
        ),
        Step(
            Text(
                "Nobody needs a network for that. Gray is a formula: 0.299 of the red, 0.587 of the green and 0.114 of the blue.",
                "其实这件事用不着网络。灰度有公式：红的 0.299、绿的 0.587 加蓝的 0.114。",
            ),
            Text("Zoom in again. Is the formula's gray sharper?", "再放大看看。公式的灰度更锐利吗？"),
            Text(
                "Yes, it loses nothing but the colour. The network found nearly the same numbers by itself: 0.301, 0.585 and 0.111. "
                "But on photos it had never seen it reaches 25.93 dB. The formula at half the resolution reaches 28.51 dB. "
                "Where a formula is known, take the formula.",
                "是的，它除了颜色什么都没丢。网络自己找到了几乎相同的数：0.301、0.585 和 0.111。"
                "但在没见过的照片上，它只有 25.93 dB；把公式降到一半分辨率也有 28.51 dB。有现成公式，就用公式。",
            ),
            "pictures",
            "photo=cat&with=none&using=luminance",
            run=True,
        ),
        Step(
            Text(
                "The tutorial calls its network undercomplete. A photo of 128 × 128 pixels has 49,152 numbers. "
                "The code has 64 × 64 places, and 128 numbers at each of them.",
                "教程说它的网络是“欠完备”的。128 × 128 像素的照片有 49,152 个数。编码有 64 × 64 个位置，每个位置 128 个数。",
            ),
            Text("Count: is this code smaller than the photo?", "数一数：这个编码比照片小吗？"),
            Text(
                "No: 64 × 64 × 128 = 524,288 numbers, more than ten times the photo. Only its resolution is half. "
                "So the tutorial is mistaken here; its network is soft, but not undercomplete. Count before you believe a word.",
                "不小：64 × 64 × 128 = 524,288 个数，是照片的十倍多。减半的只是分辨率。所以教程在这里说错了；"
                "它的网络只是模糊，并不是欠完备。先数一数，再相信一个术语。",
            ),
            "method",
            "photo=cat&with=none&using=tutorial-grayscale,sizing=tiles",
        ),
        Step(
            Text(
                "A network copies only what resembles its training pictures. The first one of this lesson knows digits and nothing else. "
                "Let us show it a face.",
                "网络只会复制与训练图片相像的东西。本课的第一个网络只认识数字。我们给它看一张脸。",
            ),
            Text("What does it draw?", "它画出了什么？"),
            Text(
                "White blots on black, as if the face were a digit. It has no other strokes to draw with. "
                "That a copy is so bad can even be useful: it tells you that the picture is of an unknown kind.",
                "黑底上的白色团块，好像脸是一个数字。它只会用这种笔画。复制得这么差甚至很有用：它告诉你，这种图片它不认识。",
            ),
            "pictures",
            "photo=face&with=gaussian_noise,sigma=1&using=tutorial-digits-dense",
            run=True,
            gains=False,
        ),
    )
