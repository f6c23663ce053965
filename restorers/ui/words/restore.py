"""Words of the Restore tab."""

from restorers.text import Text

# 1 the photo
PHOTO = Text("Photo", "照片")
PHOTO_STEP = Text("Photo", "照片")
PHOTO_EMPTY = Text("Drop a photo here, or click to choose", "把照片拖到这里，或点击选择")
SIZE = Text("Working size", "处理尺寸")
SIZE_FIT = Text("Up to 1 megapixel", "最多 100 万像素")
SIZE_FULL = Text("Full size (slower)", "原始尺寸（较慢）")
SIZE_REDUCED = Text(
    "Reduced from {full_width} × {full_height} to {width} × {height} pixels.",
    "已从 {full_width} × {full_height} 缩小到 {width} × {height} 像素。",
)

# 2 the damage
DAMAGE_STEP = Text("Damage", "损坏")
DAMAGE = Text("Kind", "种类")
DAMAGE_NEXT = Text("Choose the next damage…", "选择下一种损坏……")
DAMAGE_NONE = Text("None: restore it as it is", "无：直接修复")
DAMAGE_NONE_GROUP = Text("My photo is already bad", "我的照片本来就不好")
DAMAGE_NONE_HELP = Text(
    "The photo is restored as it is. Nobody knows its original, so nothing can be measured.",
    "直接修复这张照片。没有人知道它的原样，因此无法测量。",
)
NONE_REDUCED = Text(
    "Your photo of {full_width} × {full_height} pixels is restored at {width} × {height} only.",
    "你的照片为 {full_width} × {full_height} 像素，目前只按 {width} × {height} 修复。",
)
NONE_FULL_SIZE = Text("Restore it at full size (slower)", "按原始尺寸修复（较慢）")
THEN = Text("+ then also…", "+ 然后再……")
THEN_FULL = Text(
    "At most {most} kinds of damage can follow one another. Remove one first.",
    "最多可依次施加 {most} 种损坏。请先移除一种。",
)
CHIPS_CLEAR = Text("Remove all", "全部移除")
CHIP_REMOVE = Text("Remove: {what}", "移除：{what}")
SEED = Text("Random draw", "随机编号")
SEED_HELP = Text("Same number, same damage.", "编号相同，损坏就相同。")
SEED_NEW = Text("Another draw", "换一次")
PAINT = Text("Paint over what shall be lost", "涂抹要丢失的部分")
BRUSH = Text("Brush", "笔刷")
UNDO = Text("Undo", "撤销")
CLEAR = Text("Clear", "清除")
PAINT_HELP = Text("Until you do, a scribble across the middle is lost.", "在你涂抹之前，中间的一道涂鸦会丢失。")

# 3 the restorer
RESTORER_STEP = Text("Restore with", "修复方法")
RESTORER = Text("Method", "方法")
SUITED = Text("Made for this damage", "适合这种损坏")
OWN = Text("Trained by you", "由你训练")
ADDED = Text("Added by you from the hub", "由你从 hub 添加")
OTHERS = Text("Made for other damage", "适合其他损坏")
ANY = Text("Methods", "方法")
UNTOLD = Text("Not usable here: need to know how it was damaged", "此处不可用：需要知道照片是如何损坏的")
UNSUITED = Text(
    "No method here is made for this damage yet. Those made for related damage can be tried: {what}.",
    "这里还没有适合这种损坏的方法。可以试试适合相近损坏的方法：{what}。",
)
UNSUITED_ALONE = Text(
    "No method here is made for this damage yet. The others can be tried, but expect little.",
    "这里还没有适合这种损坏的方法。可以试试其他方法，但效果有限。",
)
TOLD_NOTHING = Text("It sees the degraded photo only.", "它只看到退化照片。")
TOLD = Text("It is told {what}.", "它知道{what}。")
TOLD_WHAT = {
    "kernel": Text("how exactly the photo was blurred", "照片究竟是如何模糊的"),
    "mask": Text("which pixels are missing", "哪些像素缺失"),
    "noise_sigma": Text("how strong the noise is", "噪声有多强"),
    "scale": Text("how much the resolution was reduced", "分辨率降低了多少"),
}
MISSING = Text(
    "This method needs to know {what}, and here nobody does. Choose another method or another damage.",
    "此方法需要知道{what}，但此处无人知道。请选择其他方法或其他损坏。",
)
NETWORK = Text(
    "A neural network with {parameters} learned numbers, trained on: {trained}.",
    "一个神经网络，含 {parameters} 个学得的参数，训练内容：{trained}。",
)
NETWORK_NARROW = Text(
    "It knows only such pictures of {size}×{size} pixels. On other photos a gain can mislead: a smear is often nearer to the "
    "original than the damage was. Trust your eye.",
    "它只认识这类 {size}×{size} 像素的图。对其他照片，分数提高可能误导：模糊的一片往往比损坏的照片更接近原图。请相信眼睛。",
)
FORMULA = Text("A formula: it has learned nothing.", "一个公式，没有经过训练。")
RUN = Text("Restore", "修复")
STOP = Text("Stop", "停止")
STOPPED = Text("Stopped.", "已停止。")
OVERTAKEN = Text("Stopped: the settings have changed. Press Restore again.", "已停止：设置已改变。请再按一次“修复”。")
WAITING = Text("Waiting, {ahead} ahead of you", "排队中，前面还有 {ahead} 位")
STARTING = Text("Restoring…", "正在修复……")
RUNNING = Text("Restoring… {percent} %", "正在修复…… {percent}%")
RUNNING_LONG = Text("Restoring for {seconds} seconds…", "已修复 {seconds} 秒……")
STOPPING = Text("Stopping…", "正在停止……")
MEASURING = Text("Measuring how close it came…", "正在测量它有多接近原图……")
MEASURING_LONG = Text("Measuring how close it came… {seconds} seconds so far", "正在测量它有多接近原图…… 已用 {seconds} 秒")
NO_PHOTO = Text("Choose a photo first: your own, or one of the examples.", "请先选择一张照片：你自己的，或示例之一。")

# the numbers
GAIN = Text("closer to the original than the degraded photo", "比退化照片更接近原图")
GAIN_LOSS = Text("farther from the original than the degraded photo", "比退化照片离原图更远")
GAIN_ZERO = Text("as close to the original as the degraded photo", "与退化照片离原图一样远")
GAIN_HELP = Text(
    "How many decibels the result gains over doing nothing. Every 3 dB halve the squared error; below 0.5 dB the eye sees little.",
    "结果比“什么都不做”高出的分贝数。每 3 dB 平方误差减半；低于 0.5 dB 肉眼几乎看不出。",
)
DEGRADED = Text("Degraded", "退化图")
RESTORED = Text("Restored", "修复")
PSNR_HELP = Text(
    "Peak signal-to-noise ratio: how small the average error of a pixel is. "
    "20 dB is poor, 30 dB good, 40 dB hard to tell from the original.",
    "峰值信噪比：像素平均误差有多小。20 dB 较差，30 dB 较好，40 dB 很难与原图区分。",
)
SSIM_HELP = Text(
    "Structural similarity: how alike edges and textures are. 1 is the same picture, 0 nothing in common.",
    "结构相似度：边缘与纹理有多相像。1 表示完全相同，0 表示毫无相似之处。",
)
SECONDS = Text("Time", "用时")
SECONDS_VALUE = Text("{seconds} s", "{seconds} 秒")
SECONDS_HELP = Text("How long the method took on this server, loading included.", "该方法在本服务器上的用时，含加载。")
PARAMETERS = Text("Learned numbers", "学得的参数")
PARAMETERS_NONE = Text("none (formula)", "无（公式）")
PARAMETERS_HELP = Text("How many numbers the network has learned from examples.", "网络从样例中学到了多少个数。")
CONSISTENCY = Text("Fits what was seen", "与所见相符")
CONSISTENCY_HELP = Text(
    "The result is damaged again in the same way and compared with the degraded photo (PSNR). "
    "What disagrees, the method has made up or lost. What agrees may still be wrong.",
    "把结果以同样方式再损坏一次，与退化照片比较（PSNR）。不一致之处，就是方法编造或丢失的内容。一致之处也未必正确。",
)
PROTOCOL = Text("Measured: {protocol}.", "测量方式：{protocol}。")
NO_TRUTH = Text(
    "Nobody knows the original of this photo. So there is no score here, only your eye: compare both halves.",
    "没有人知道这张照片的原样。因此这里没有分数，只有你的眼睛：请比较两半。",
)
NOT_YET = Text(
    "Doing nothing scores {psnr} dB. Press Restore to see how much a method gains.",
    "什么都不做的得分是 {psnr} dB。按“修复”看看方法能提高多少。",
)
NOT_YET_NO_TRUTH = Text("Press Restore to see what a method makes of your photo.", "按“修复”看看方法如何处理你的照片。")
STRENGTH = Text("How much restoration (%)", "修复程度（%）")
STRENGTH_HELP = Text("0 is the degraded photo, 100 the restored one; the numbers follow.", "0 为退化照片，100 为修复照片；数字随之变化。")
RESULT_GONE = Text("This result is no longer kept. Press Restore again.", "此结果已不再保存。请再按一次“修复”。")

# the maps
ERROR_LEGEND = Text("Difference from the original, in gray levels of 255.", "与原图的差异，以 255 灰阶计。")
INVENTED_LEGEND = Text(
    "Bright: contradicts what was seen. Black: fits what was seen, which does not make it true.",
    "亮：与所见相矛盾。黑：与所见相符，但不等于真实。",
)
INVENTED_MASK_LEGEND = Text(
    "Bright: contradicts what was seen. Black: fits what was seen, or was missing: then it is all invented.",
    "亮：与所见相矛盾。黑：与所见相符；或者原本缺失，那里全是编造的。",
)

# taking away
SHARE = Text("Link and command", "链接与命令")
DOWNLOAD = Text("Download", "下载")
LINK = Text("As a link", "链接")
LINK_HELP = Text("Opens this page with the same settings. Your own photo is not part of it.", "以相同设置打开此页面。不含你自己的照片。")
COMMAND = Text("As a command", "命令")
COMMAND_HELP = Text("Does the same without the page, on your own computer.", "在你自己的电脑上，不用网页完成同样的事。")
PAINTING_STAYS = Text("What you painted is part of neither the link nor the command.", "你涂抹的内容不包含在链接和命令中。")
OWN_STAYS = Text(
    "The network that you have trained is part of neither; take it away on the Train tab.",
    "你训练的网络不包含在其中；可在“训练”页面下载。",
)
ADDED_STAYS = Text(
    "The network that you have added from the hub is not part of the link; the command fetches it.",
    "你从 hub 添加的网络不包含在链接中；命令会下载它。",
)
COMMAND_SIZE = Text("The command works at full size.", "命令以原始尺寸处理。")
COPY = Text("Copy", "复制")
COPIED = Text("Copied", "已复制")
YOUR_PHOTO_FILE = "photo.png"

# links
LINK_IGNORED = Text("Left out of the link:", "链接中被忽略的部分：")
LINK_NO_CHOICE = Text("“{value}” cannot be chosen for “{name}”.", "“{name}”不能选择“{value}”。")
LINK_NO_PHOTO = Text("there is no example photo called “{name}”.", "没有名为“{name}”的示例照片。")
LINK_BAD_SIZE = Text("the size must be “fit” or “full”, it was “{value}”.", "尺寸必须是 fit 或 full，收到“{value}”。")
LINK_NO_DEGRADATION = Text("there is no damage called “{name}”.", "没有名为“{name}”的损坏。")
LINK_NO_RESTORER = Text("there is no method called “{name}”.", "没有名为“{name}”的方法。")
LINK_ADDED = Text("“{name}” is on the hub: add it on the Models tab first.", "“{name}”在 hub 上：请先在“模型”页添加。")
LINK_UNKNOWN_SETTING = Text("there is no setting called “{name}”.", "没有名为“{name}”的设置。")
LINK_BAD_SEED = Text(
    "the random draw must be a whole number from 0 to {high}, it was “{value}”.", "随机编号必须是 0 到 {high} 的整数，收到“{value}”。"
)
LINK_BAD_STRENGTH = Text(
    "how much restoration (strength) must lie between 0 and 100, it was “{value}”.",
    "修复程度（strength）必须在 0 到 100 之间，收到“{value}”。",
)
LINK_UNFIT = Text("“{asked}” cannot be used with this damage; “{chosen}” takes its place.", "“{asked}”不适用于这种损坏；以“{chosen}”代替。")
LINK_MASK = Text("a painted mask is not part of a link; a scribble stands in its place.", "链接不含涂抹的遮挡；以一道涂鸦代替。")
LINK_MANY = Text("at most {most} kinds of damage can follow one another.", "最多可依次施加 {most} 种损坏。")
