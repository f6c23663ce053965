from __future__ import annotations

from typing import ClassVar

from restorers.lessons.base import Lesson, Step
from restorers.text import Text

_FACE = "photo=face&with=downscale,factor=2.5,method=area&using="


class Resolution(Lesson):
    """What fewer pixels lose, and what enlarging cannot bring back; after tutorial 002."""

    title: ClassVar[Text] = Text("Too few pixels", "像素太少")
    about: ClassVar[Text] = Text(
        "Films enlarge a blurred face until it can be recognised. What of that is possible, and what can never come back?",
        "电影里，模糊的脸放大后总能认出来。哪些做得到？哪些永远回不来？",
    )
    order: ClassVar[int] = 3
    steps: ClassVar[tuple[Step, ...]] = (
        Step(
            Text(
                "This face has 80 × 80 pixels. As in the third tutorial each side is reduced to 40 %, to 32 pixels, and then shown at its old size.",
                "这张脸有 80 × 80 像素。像第三篇教程那样，每条边缩到 40 %，即 32 像素，再按原来的大小显示。",
            ),
            Text("What share of the pixels is left?", "还剩下多少像素？"),
            Text(
                "32 × 32 = 1,024 of 6,400: 16 %. Half the side is a quarter of the pixels. You can count the blocks in the second picture.",
                "6,400 个里剩 32 × 32 = 1,024 个：16 %。边长减半，像素就只剩四分之一。在第二张图里可以数出这些方块。",
            ),
            "pictures",
            _FACE + "do_nothing",
        ),
        Step(
            Text(
                "Bicubic enlargement lays smooth curves through the pixels that are left. Every photo program can do it.",
                "双三次放大用平滑的曲线穿过剩下的像素。每个修图软件都会。",
            ),
            Text("It comes closer to the original. Are the eyes back?", "它更接近原图了。眼睛回来了吗？"),
            Text(
                "No. The steps between the blocks are gone, and that is the gain. But nothing new has appeared: smooth is not sharp.",
                "没有。方块之间的台阶没了，增益就是这样来的。但没有出现任何新东西：平滑不等于清晰。",
            ),
            "pictures",
            _FACE + "bicubic_resample",
            run=True,
            gains=True,
        ),
        Step(
            Text(
                "An unsharp mask makes every edge steeper. To the eye that looks sharp.",
                "反锐化掩模让每条边缘变陡。看上去就锐利了。",
            ),
            Text("Does it come closer to the original as well?", "它也更接近原图吗？"),
            Text(
                "No: the gain is negative. It has made the edges of the blocks steeper, and those were never in the face. Looking sharp and being right are two things.",
                "没有：增益是负的。它让方块的边缘变陡了，而脸上本来没有方块。看起来锐利和真的正确是两回事。",
            ),
            "numbers",
            _FACE + "unsharp_mask",
            run=True,
            gains=False,
        ),
        Step(
            Text(
                "The error map shows where the enlarged picture is still wrong. Bright is far off, black is right.",
                "误差图显示放大后的图片哪里仍然不对。亮表示差得多，黑表示正确。",
            ),
            Text("Where does it glow most?", "哪里最亮？"),
            Text(
                "At edges and in fine patterns: the outline of the hair, the eyes, the mouth. Smooth skin needs few pixels; a fine line needs many.",
                "在边缘和细密的图案处：头发的轮廓、眼睛、嘴。光滑的皮肤用不了几个像素，细线却需要很多。",
            ),
            "error_map",
            _FACE + "lanczos_resample",
            run=True,
            gains=True,
        ),
        Step(
            Text(
                "Another test needs no original: reduce the result once more, and see whether it gives the same small picture. "
                "“What did it invent?” glows where it does not.",
                "还有一种不需要原图的检验：把结果再缩小一次，看得到的小图是否一样。“它编造了什么？”在不一样的地方发亮。",
            ),
            Text("This map is nearly black. Is the result right, then?", "这张图几乎全黑。那么结果就是对的吗？"),
            Text(
                "No. It only fits. Very many different faces become the same 32 × 32 pixels, and all of them would fit. "
                "Which one it was, the pixels no longer say. That is what “lost” means.",
                "不是。它只是相符。许许多多不同的脸都会缩成同样的 32 × 32 像素，它们全都相符。究竟是哪一张，像素已经说不出来了。这就叫“丢失”。",
            ),
            "invented",
            _FACE + "lanczos_resample",
            run=True,
            gains=True,
        ),
        Step(
            Text(
                "The tutorial's network has looked at nine tenths of 3,000 small faces, all reduced in this very way.",
                "教程里的网络看过 3,000 张小人脸中的十分之九，它们都是这样缩小的。",
            ),
            Text("Does what it knows of faces help with this one?", "它对人脸的了解对这一张有帮助吗？"),
            Text(
                "A little. On 100 faces that it has never seen it comes to 27.03 dB, Lanczos to 26.73. "
                "On squares of other photos it stays behind: 25.75 against 26.60. It has learned faces, not photos.",
                "有一点。在 100 张从未见过的人脸上，它达到 27.03 dB，Lanczos 为 26.73。换成其他照片的方块，它就落后了：25.75 对 26.60。它学会的是人脸，不是照片。",
            ),
            "numbers",
            _FACE + "tutorial-enhance",
            run=True,
            gains=True,
        ),
        Step(
            Text("Now only 10 × 10 pixels of the face are left.", "现在这张脸只剩 10 × 10 像素。"),
            Text(
                "Could a better method, or a network, make the face of this woman out of them?",
                "更好的方法或网络，能由此还原出这位女士的脸吗？",
            ),
            Text(
                "It could make a face, but not know that it is hers. 100 pixels are left of 6,400; all else would come from faces it has seen before. "
                "Never identify anybody by a picture that was made in this way.",
                "它可以画出一张脸，但无法知道是不是她的。6,400 个像素只剩 100 个；其余全来自它以前见过的脸。绝不要凭这样得来的图片指认任何人。",
            ),
            "pictures",
            "photo=face&with=downscale,factor=8&using=lanczos_resample",
            run=True,
        ),
        Step(
            Text(
                "It also matters how a photo is reduced. Here one pixel of every 4 × 4 was kept and the others thrown away, without averaging.",
                "怎样缩小也很重要。这里每 4 × 4 个像素只留一个，其余直接扔掉，没有先取平均。",
            ),
            Text("Zoom in on the whiskers in the degraded picture. What is wrong with them?", "放大退化图里的胡须。它们怎么了？"),
            Text(
                "They have become rows of dots. Detail too fine for the coarse grid turns into patterns that were never there: aliasing. "
                "Smoothing repairs a part of it. Average first, then reduce: try “Bicubic, antialiased” under “More settings”.",
                "它们变成了一排排小点。对粗网格来说太细的细节，会变成本来没有的图案，这叫“混叠”。平滑只能补救一部分。"
                "应先平均再缩小：在“更多设置”里试试“双三次（抗锯齿）”。",
            ),
            "pictures",
            "photo=cat&with=downscale,factor=4,method=nearest&using=bicubic_resample",
            run=True,
            gains=True,
        ),
    )
