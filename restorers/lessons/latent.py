from __future__ import annotations

from typing import ClassVar

from restorers.lessons.base import Lesson, Step
from restorers.text import Text

_BLURRED = "photo=cat&with=gaussian_blur,sigma=2&using="


class Latent(Lesson):
    """A network that squeezes a whole photo into 256 numbers and invents the rest, beside a formula; after tutorial 004."""

    title: ClassVar[Text] = Text("The code that invents", "会编造的编码")
    about: ClassVar[Text] = Text(
        "A network with 35 million learned numbers loses against doing nothing. Its tutorial reports 78 %. How can that be?",
        "一个学了 3500 万个数的网络，还不如什么都不做。教程却报告 78 %。这是怎么回事？",
    )
    order: ClassVar[int] = 5
    steps: ClassVar[tuple[Step, ...]] = (
        Step(
            Text(
                "Blur mixes each pixel with its neighbours. The width σ says how far.",
                "模糊就是让每个像素与邻居混合。宽度 σ 表示混合的范围。",
            ),
            Text(
                "Move the width from 0.5 up to 6. What disappears first, what stays to the end?",
                "把宽度从 0.5 移到 6。什么最先消失，什么留到最后？",
            ),
            Text(
                "First the finest: whiskers and fur. The large shapes stay. Blur takes away detail in order of its size.",
                "最先消失的是最细的：胡须和毛。大的形状留了下来。模糊按大小依次带走细节。",
            ),
            "damage",
            _BLURRED + "do_nothing",
        ),
        Step(
            Text(
                "Wiener deconvolution is a formula. It is told exactly how the photo was blurred, and calculates backwards.",
                "维纳反卷积是一个公式。它被准确告知照片是怎样模糊的，然后倒着算回去。",
            ),
            Text("Are the whiskers back?", "胡须回来了吗？"),
            Text(
                "Mostly: it gains. On 10 test photos it lifts 24.74 dB to 29.28 dB. It has learned nothing; it was told the blur, and that is worth a lot.",
                "大半回来了：得分提高。在 10 张测试照片上，从 24.74 dB 升到 29.28 dB。它什么都没学，只是知道模糊的方式，而这非常有用。",
            ),
            "before_after",
            _BLURRED + "wiener",
            run=True,
            gains=True,
            seconds=2,
        ),
        Step(
            Text(
                "The fifth tutorial builds a network for it. It squeezes the whole photo into 256 numbers, the latent vector, and paints a photo from them.",
                "第五篇教程为此造了一个网络。它把整张照片压缩成 256 个数，即“潜在向量”，再据此画出一张照片。",
            ),
            Text("What do you see of the cat?", "还看得出猫吗？"),
            Text(
                "Nothing: a gray cloud with stripes. The gain is deeply negative. It has never seen a cat like this, and paints what it knows.",
                "完全看不出：一片带条纹的灰云。增益是很大的负数。它没见过这样的猫，只会画它认识的东西。",
            ),
            "pictures",
            _BLURRED + "tutorial-deblur",
            run=True,
            gains=False,
            seconds=4,
        ),
        Step(
            Text(
                "A photo of 128 × 128 pixels in colour has 49,152 numbers. All of it has to go through 256.",
                "128 × 128 像素的彩色照片有 49,152 个数。它们全都要通过 256 个数。",
            ),
            Text("How many times fewer is that? And what can get through?", "少了多少倍？什么能通过？"),
            Text(
                "192 times fewer. A rough layout of light and dark gets through. Where exactly a whisker lies does not: "
                "a dense code keeps no places, it mixes the whole photo into each of its numbers.",
                "少了 192 倍。能通过的只有大致的明暗布局。一根胡须究竟在哪里，是通不过的：全连接的编码不保留位置，它的每个数都混合了整张照片。",
            ),
            "before_after",
            _BLURRED + "tutorial-deblur",
            run=True,
            gains=False,
            seconds=4,
        ),
        Step(
            Text(
                "The network has learned 34,951,683 numbers, from 40 photos.",
                "这个网络从 40 张照片里学了 34,951,683 个数。",
            ),
            Text(
                "How many learned numbers are that for each photo? Compare with a photo's 49,152.",
                "平均每张照片多少个数？与照片的 49,152 个数比一比。",
            ),
            Text(
                "Some 874,000, nearly 18 times what the photo holds. It could learn its photos by heart without understanding anything. "
                "Even on those it only reaches 16.88 dB, where doing nothing has 23.33 dB.",
                "约 874,000 个，是照片本身的近 18 倍。它可以把照片背下来，却什么都没弄懂。即便在背过的照片上，它也只有 16.88 dB，而什么都不做有 23.33 dB。",
            ),
            "numbers",
            _BLURRED + "tutorial-deblur",
            run=True,
            gains=False,
            seconds=4,
        ),
        Step(
            Text(
                "How the tutorial tested: with the same photos that the network had learned from. Here a fifth of the photos was kept apart.",
                "教程是怎样检验的：用的就是网络学过的照片。我们在这里把五分之一的照片留了出来，不让它学。",
            ),
            Text("Why is the tutorial's test like an exam whose questions you know?", "为什么说教程的检验像事先知道题目的考试？"),
            Text(
                "Because learning by heart is enough. On learned photos our copy reaches 16.88 dB, on the 10 others 14.83 dB; "
                "there doing nothing has 24.74 dB. Only the second test says what it can do.",
                "因为背下来就够了。在学过的照片上，我们的复现达到 16.88 dB，在另外 10 张上是 14.83 dB；而那里什么都不做有 24.74 dB。只有后一种检验才说明真本事。",
            ),
            "method",
            _BLURRED + "tutorial-deblur",
        ),
        Step(
            Text(
                "The tutorial reports an accuracy of 78.07 %. But “acc” only counts how often the largest of the three colours is the same one as in the original.",
                "教程报告“准确率”78.07 %。但 acc 只是数一数：三种颜色中最大的那一种，有多少像素与原图相同。",
            ),
            Text(
                "In this photo nearly everything is reddish brown. What would that score say of a plain brown square?",
                "这张照片几乎全是红褐色。一个纯褐色的方块会得多少分？",
            ),
            Text(
                "It would praise it: red is the largest nearly everywhere, and there is no picture at all. "
                "Ours has 48.7 % on learned photos and 50.7 % on others: more where it does worse. Ask what a score counts before you trust it.",
                "它会得高分：几乎处处红色最大，可根本没有画面。我们的网络在学过的照片上是 48.7 %，在没学过的上是 50.7 %：画得更差，分数反而更高。"
                "相信一个分数之前，先问它数的是什么。",
            ),
            "pictures",
            "photo=coffee&with=gaussian_blur,sigma=4&using=tutorial-deblur",
            run=True,
            gains=False,
            seconds=4,
        ),
        Step(
            Text(
                "Is the formula always better? It needs to know the blur. Here some noise came on top, and the formula was told of both.",
                "公式总是更好吗？它需要知道模糊的方式。这里又加了一点噪声，而两者公式都知道。",
            ),
            Text("Does it still gain? And as much as without noise?", "它还能提高吗？与没有噪声时一样多吗？"),
            Text(
                "It gains, but less. To undo the blur it must amplify the fine detail, and it amplifies the noise with it. "
                "What noise has covered cannot be calculated back.",
                "还能提高，但少了。要消除模糊，就得放大细节，噪声也跟着放大。被噪声盖住的东西，算不回来。",
            ),
            "numbers",
            "photo=cat&with=gaussian_blur,sigma=2&with=gaussian_noise,sigma=5&using=wiener",
            run=True,
            gains=True,
            seconds=2,
        ),
    )
