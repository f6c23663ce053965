from __future__ import annotations

from typing import ClassVar

from restorers.lessons.base import Lesson, Step
from restorers.text import Text

_BLURRED = "photo=cat&with=gaussian_blur,sigma=2&using="


class Invention(Lesson):
    """How to notice that a restored picture shows what was never seen: error map, consistency, another draw, another world."""

    title: ClassVar[Text] = Text("When a network makes things up", "当网络无中生有")
    about: ClassVar[Text] = Text(
        "A restored picture can be beautiful and wrong. Four tests that show it, three of them without the original.",
        "修复后的图片可以又漂亮又错误。四种检验方法，其中三种不需要原图。",
    )
    order: ClassVar[int] = 6
    steps: ClassVar[tuple[Step, ...]] = (
        Step(
            Text(
                "This page has damaged the photo itself. So it knows the original, and its error map shows where the result differs from it.",
                "照片是本页面自己弄坏的。所以它知道原图，误差图能显示结果与原图哪里不同。",
            ),
            Text(
                "Could you draw such a map for an old photo from your family's album?",
                "对一张家里的老照片，你能画出这样的误差图吗？",
            ),
            Text(
                "No, for nobody has its original. That is why there is a second map, “What did it invent?”. It needs no original; the next step shows it.",
                "不能，因为没有人有它的原样。所以还有第二张图：“它编造了什么？”。它不需要原图；下一步就来看。",
            ),
            "error_map",
            _BLURRED + "wiener",
            run=True,
            gains=True,
            seconds=2,
        ),
        Step(
            Text(
                "The second test: damage the result once more in the same way. If it is right, that must give exactly what was seen.",
                "第二种检验：把结果以同样方式再损坏一次。如果结果正确，就应当恰好得到我们看到的照片。",
            ),
            Text("What does it mean that the map is black?", "图是全黑的，说明什么？"),
            Text(
                "The result contradicts nothing: blurred again, it is the photo that you gave. “Fits what was seen” says it in decibels.",
                "结果与所见毫无矛盾：再模糊一次，就是你给的那张照片。“与所见相符”一项用分贝表示它。",
            ),
            "invented",
            _BLURRED + "wiener",
            run=True,
            gains=True,
            seconds=2,
        ),
        Step(
            Text(
                "The same test for the network with 256 numbers.",
                "对只有 256 个数的网络做同样的检验。",
            ),
            Text("Would you have noticed without the original that it invents?", "没有原图，你能发现它在编造吗？"),
            Text(
                "Yes: the map glows all over. Whatever it has painted, blurred again it is not your photo. So it cannot be the truth.",
                "能：图上到处发亮。不管它画的是什么，再模糊一次都不是你的照片。所以不可能是真的。",
            ),
            "invented",
            _BLURRED + "tutorial-deblur",
            run=True,
            gains=False,
            seconds=4,
        ),
        Step(
            Text(
                "Here parts of the photo are missing, and a formula has filled them from their edges. In the error map they glow.",
                "这里照片缺了几处，公式从边缘出发把它们填上了。在误差图里，这些地方发亮。",
            ),
            Text("Now open “What did it invent?”. What do you see at the same places?", "再打开“它编造了什么？”。同样的地方是什么样？"),
            Text(
                "Black. Where nothing was seen, nothing can contradict, although every single pixel there is made up. "
                "A bright place proves an invention; a black one proves nothing.",
                "黑的。没看到的地方，就没有什么可以反驳，尽管那里每个像素都是编的。亮处证明是编造；黑处什么也证明不了。",
            ),
            "error_map",
            "photo=cat&with=scratches,width=12&using=telea",
            run=True,
            gains=True,
        ),
        Step(
            Text(
                "The third test: the same photo with other noise. Look closely at the restored face. "
                "Then press “Another draw” and “Restore”, and look again.",
                "第三种检验：同一张照片，换一次噪声。仔细看修复后的脸。然后按“换一次”和“修复”，再看一遍。",
            ),
            Text("What has changed in the face?", "脸上有什么变了？"),
            Text(
                "Small things: the corners of the mouth, the eyes, strands of hair. The woman did not move. "
                "So these details come from the noise and from the network's guess, not from her.",
                "一些小地方：嘴角、眼睛、发丝。这位女士并没有动。所以这些细节来自噪声和网络的猜测，而不是来自她本人。",
            ),
            "pictures",
            "photo=face&with=gaussian_noise,sigma=50&using=denoise",
            run=True,
            gains=True,
            seconds=3,
        ),
        Step(
            Text(
                "The fourth test: has the method ever seen such a photo? This network knows noisy digits only. Here is a noisy face.",
                "第四种检验：这种方法见过这样的照片吗？这个网络只认识有噪声的数字。给它一张有噪声的脸。",
            ),
            Text("Does it say “I do not know this”?", "它会说“我不认识”吗？"),
            Text(
                "No. It draws white strokes on black, the only language it has learned, and draws them without any doubt. A network always answers.",
                "不会。它在黑底上画出白色笔画，这是它学过的唯一语言，而且画得毫不犹豫。网络总会给出答案。",
            ),
            "pictures",
            "photo=face&with=gaussian_noise,sigma=25&using=tutorial-digits-denoise",
            run=True,
            gains=False,
        ),
        Step(
            Text(
                "It is worse where the answer looks good. This is the same network with a digit, as it was trained; only that the digit is printed.",
                "更糟的是答案看起来很好的时候。同一个网络，这次给它数字，正是它学过的；只不过这个数字是印刷体。",
            ),
            Text("It gains several decibels. Which digit went in, and which came out?", "它提高了好几分贝。进去的是几，出来的是几？"),
            Text(
                "A 5 went in, and something like a 0 came out: clean, sharp, higher in score, and wrong. Imagine it were the sum on a bill.",
                "进去的是 5，出来的却像 0：干净、清楚、分数更高，但是错了。想象一下，如果这是账单上的金额呢。",
            ),
            "pictures",
            "photo=digit&with=gaussian_noise,sigma=102&using=tutorial-digits-denoise",
            run=True,
            gains=True,
        ),
        Step(
            Text(
                "Colours can only be guessed: a red and a green apple may have the same gray. Press Start; "
                "for 30 seconds a network learns the colours of this photo from its gray.",
                "颜色只能靠猜：红苹果和绿苹果的灰度可能一样。按“开始”；网络用 30 秒，由灰度学习这张照片的颜色。",
            ),
            Text("Where does it guess well, and where does it not dare?", "哪里猜得好？哪里它不敢猜？"),
            Text(
                "Some brown comes soon; orange and red hardly come at all. What could be of several colours it paints brownish, "
                "for the middle of all guesses costs it least. And on the lowest quarter of the photo, which was kept from it, "
                "it mostly does worse than plain gray: see the middle curve.",
                "棕色很快出现；橙色和红色几乎不出现。可能有几种颜色的地方，它涂成褐色：取所有猜测的中间值，损失最小。"
                "照片最下面的四分之一没有给它看过，在那里它多半还不如灰色：请看中间的曲线。",
            ),
            "film",
            "train=color-from-gray&learn=this&watch=astronaut&seconds=30",
            seconds=35,
        ),
        Step(
            Text(
                "Before you believe a restored picture, ask: Does it fit what was seen? Does it stay the same with another draw? "
                "Has the method learned from such pictures?",
                "相信一张修复的图片之前，先问三句：它与所见相符吗？换一次噪声，它还一样吗？这种方法学过这类图片吗？",
            ),
            Text("Which of the three questions needs the original?", "这三个问题中，哪一个需要原图？"),
            Text(
                "None of them. So you can ask them of every restored picture, also of one in the news. "
                "Now take a photo of your own on the Restore tab, and find a method that makes something up.",
                "一个也不需要。所以对任何修复的图片都可以这样问，包括新闻里的。现在到“修复”页用你自己的照片，找一种会无中生有的方法吧。",
            ),
            "invented",
            "photo=coffee&with=missing_pixels,share=0.9&using=telea",
            run=True,
            gains=True,
        ),
    )
