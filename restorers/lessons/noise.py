from __future__ import annotations

from typing import ClassVar

from restorers.lessons.base import Lesson, Step
from restorers.text import Text

_STRONG = "photo=cat&with=gaussian_noise,sigma=50,mean=10&using="


class Noise(Lesson):
    """A network that sees noisy photos and shall draw clean ones, beside formulas that do the same; after tutorial 001."""

    title: ClassVar[Text] = Text("Noise in, clean out", "噪声进，清晰出")
    about: ClassVar[Text] = Text(
        "How grain is taken out of a photo: by averaging, by waves, by networks. And what a bug in a tutorial does.",
        "怎样去掉照片上的颗粒：靠平均、靠小波、靠网络。再看看教程里的一个错误会造成什么。",
    )
    order: ClassVar[int] = 2
    steps: ClassVar[tuple[Step, ...]] = (
        Step(
            Text(
                "Noise is a random number that is added to every pixel. Its strength is called σ (sigma). "
                "The number over the degraded picture says how close it still is to the original, in decibels (dB).",
                "噪声就是给每个像素加上一个随机数。它的强度叫 σ（西格玛）。退化图上方的数字表示它离原图还有多近，单位是分贝（dB）。",
            ),
            Text(
                "Move “Strength σ” from 25 to 50. By how many decibels does the number fall?",
                "把“强度 σ”从 25 移到 50。那个数字下降了多少分贝？",
            ),
            Text(
                "By nearly 6 dB: twice the noise is four times the squared error, and each doubling of that costs 3 dB. "
                "(A little less here, for nothing gets darker than black or brighter than white.) "
                "Your eye still finds the cat: it knows what cats look like.",
                "将近 6 dB：噪声加倍，平方误差就是四倍；平方误差每加倍一次，损失 3 dB。"
                "（这里略少一点，因为没有什么能比黑更黑、比白更白。）你的眼睛仍能认出猫：因为你知道猫长什么样。",
            ),
            "damage",
            "photo=cat&with=gaussian_noise,sigma=25&using=do_nothing",
        ),
        Step(
            Text(
                "The oldest remedy: replace each pixel by the average of its surroundings. "
                "Random numbers are now too high, now too low, and averaging cancels them.",
                "最古老的办法：把每个像素换成周围的平均值。随机数时高时低，一平均就互相抵消。",
            ),
            Text(
                "The gain, the big number, is large. Now look at the whiskers: what else was averaged away?",
                "增益（那个大数字）很大。再看胡须：还有什么被平均掉了？",
            ),
            Text(
                "Fine detail. An average cannot tell hair from noise: both are small and change from pixel to pixel.",
                "细节。平均分不清毛发和噪声：两者都很小，都在相邻像素间变化。",
            ),
            "before_after",
            _STRONG + "gaussian_filter",
            run=True,
            gains=True,
        ),
        Step(
            Text(
                "Wavelet shrinkage is cleverer. It writes the photo as a sum of small waves and drops the weak ones. "
                "It is a formula, has learned nothing, and is told how strong the noise is.",
                "小波收缩更聪明。它把照片写成许多小波之和，再去掉弱的。它是一个公式，什么都没学过，但会被告知噪声有多强。",
            ),
            Text("Does it gain more than the average did?", "它比平均法提高得更多吗？"),
            Text(
                "Yes. Strong waves are edges and stay; weak waves are mostly noise and go. Remember its gain for the next step.",
                "是的。强的波是边缘，留下；弱的波多半是噪声，去掉。请记住它的增益，下一步要用。",
            ),
            "numbers",
            _STRONG + "wavelet",
            run=True,
            gains=True,
            seconds=2,
        ),
        Step(
            Text(
                "The second tutorial trains an autoencoder with noisy photos going in and clean ones as the goal. "
                "Copying no longer helps: it must find out what photos look like without noise.",
                "第二篇教程训练一个自编码器：输入有噪声的照片，目标是干净的照片。照抄没有用了：它必须弄明白没有噪声的照片是什么样。",
            ),
            Text("Who wins on this photo, the network or the wavelets?", "在这张照片上，网络和小波谁赢？"),
            Text(
                "The wavelets, by a little. It is the same on 90 photos of dogs that the network had never seen: "
                "doing nothing 14.73 dB, network 23.30 dB, wavelets 23.57 dB. A network is not better just because it is a network.",
                "小波略胜一筹。在网络没见过的 90 张狗的照片上也一样：什么都不做 14.73 dB，网络 23.30 dB，小波 23.57 dB。不能因为它是网络就说它更好。",
            ),
            "numbers",
            _STRONG + "tutorial-denoise",
            run=True,
            gains=True,
        ),
        Step(
            Text(
                "The published code has a bug. It adds the noise in 8 bits, where 255 + 1 is 0: what gets too bright turns black, "
                "and what gets too dark turns white.",
                "公开的代码里有个错误。它用 8 位数相加，而 8 位数里 255 + 1 等于 0：太亮的变成黑，太暗的变成白。",
            ),
            Text(
                "Look for the darkest places in the degraded picture. What has happened there?", "找找退化图中最暗的地方。那里发生了什么？"
            ),
            Text(
                "They sparkle in bright colours. That is another task than removing grain: on the 90 dogs doing nothing falls from 14.73 dB "
                "to 10.55 dB. Our network, trained without the bug, then reaches 15.32 dB. A bug in the data is easy to miss, "
                "for the training runs all the same.",
                "那里闪着鲜艳的亮点。这已不是去除颗粒的任务了：在那 90 张狗的照片上，什么都不做的得分从 14.73 dB 降到 10.55 dB。"
                "我们的网络训练时没有这个错误，此时达到 15.32 dB。数据里的错误很容易漏掉，因为训练照样能跑。",
            ),
            "pictures",
            "photo=cat&with=gaussian_noise,sigma=50,mean=10,wrap=true&using=tutorial-denoise",
            run=True,
            gains=True,
        ),
        Step(
            Text(
                "The tutorial's network has seen one strength only: σ 50. Here the noise is weak, σ 5.",
                "教程的网络只见过一种强度：σ 50。这里的噪声很弱，只有 σ 5。",
            ),
            Text("What is its gain now?", "现在它的增益是多少？"),
            Text(
                "Negative: it does harm. It smooths as if the noise were strong, and takes the fur for grain. And the cat has become darker: "
                "the noise that it knows always came with some brightness (mean 10), and that it takes off here as well. "
                "A specialist is good at its specialty only.",
                "是负的：它帮了倒忙。它仍像对付强噪声那样抹平，把毛当成了颗粒。猫也变暗了："
                "它认识的噪声总会带来一点亮度（均值 10），在这里它也照样减去。专才只擅长自己的专长。",
            ),
            "numbers",
            "photo=cat&with=gaussian_noise,sigma=5&using=tutorial-denoise",
            run=True,
            gains=False,
        ),
        Step(
            Text(
                "Our own network has practised on every strength from 0 to 60. And it has bridges that carry fine detail past the bottleneck.",
                "我们自己的网络用 0 到 60 的各种强度练习过。它还有几座“桥”，让细节绕过瓶颈。",
            ),
            Text("Does it help against weak noise? Then set σ to 50 and press Restore.", "它对弱噪声有用吗？再把 σ 设为 50，按“修复”。"),
            Text(
                "It gains on both. On 68 test photos it lifts σ 25 from 20.17 to 31.01 dB, and σ 50 from 14.15 to 27.73 dB. "
                "Practice on many strengths makes it reliable.",
                "两种都有提高。在 68 张测试照片上，σ 25 时从 20.17 升到 31.01 dB，σ 50 时从 14.15 升到 27.73 dB。用多种强度练习，才靠得住。",
            ),
            "numbers",
            "photo=cat&with=gaussian_noise,sigma=5&using=denoise",
            run=True,
            gains=True,
            seconds=4,
        ),
        Step(
            Text(
                "The noise of a real camera is less tidy. Each pixel of its sensor sees red, green or blue only; the camera guesses the other two "
                "colours from the neighbours, and spreads the noise with them.",
                "真实相机的噪声没有这么规整。传感器的每个像素只感受红、绿、蓝中的一种；另外两种颜色由相机根据相邻像素推算，噪声也随之扩散。",
            ),
            Text(
                "Enlarge the degraded picture. Where is the noise strongest, and what does it look like?",
                "放大退化图。哪里的噪声最强？它是什么样子？",
            ),
            Text(
                "Strongest in the dark, and in coloured blotches wider than a pixel. Choose the method “Wavelet shrinkage” and restore again: "
                "it expects every pixel to be wrong by itself, and leaves the blotches. This network has practised on such noise too. "
                "A network undoes what it has seen.",
                "暗处最强，而且是比一个像素更宽的彩色斑块。选“小波收缩”方法再修复一次：它认为每个像素各自出错，所以斑块留了下来。"
                "而这个网络也用这种噪声练习过。网络能消除的，是它见过的东西。",
            ),
            "pictures",
            "photo=cat&with=camera_noise,iso=3200&using=denoise",
            run=True,
            gains=True,
            seconds=4,
        ),
        Step(
            Text(
                "Teach a small network yourself. It gets pieces of this one photo, with noise and without. Press Start and watch for 30 seconds.",
                "自己教一个小网络。它只看这一张照片的小块，有噪声的和没噪声的。按“开始”，看 30 秒。",
            ),
            Text(
                "What does it give before its first step? And how soon does it gain? Move the slider under the film.",
                "在第一步之前它给出什么？多久以后开始变好？移动影片下面的滑块看看。",
            ),
            Text(
                "At step 0 it gives back the noisy photo: it adds nothing yet. Then each step compares with the clean pieces and corrects a little. "
                "That is all there is to learning: compare, correct, again.",
                "在第 0 步，它原样交还有噪声的照片：还什么都没加。之后每一步都与干净的小块比较，纠正一点点。学习就是这样：比较，纠正，再来。",
            ),
            "film",
            "train=denoise-your-photo,sigma=25&learn=this&watch=cat&seconds=30",
            seconds=35,
        ),
    )
