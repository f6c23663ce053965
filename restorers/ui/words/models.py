"""Words of the Models tab."""

from restorers.text import Text

# the cards
INTRO = Text(
    "Every network of this page: what it learned from, and what was measured of it. Beside each score stands what doing nothing scores.",
    "本页的所有网络：用什么训练，测得如何。每个分数旁都列出“什么都不做”的分数。",
)
GO_ADD = Text("Add one from the hub", "从 hub 添加")
GO_PUBLISH = Text("Publish yours", "发布你的网络")
SHIPPED = Text("Here for everyone", "所有人可用")
ADDED = Text("Added by you, while you visit", "由你添加，仅限本次访问")
NONE_HERE = Text("No trained network is here yet. Add one from the hub.", "这里还没有训练好的网络。请从 hub 添加。")
TRAINED_ON = Text("Trained on", "训练内容")
PICTURES = Text("Pictures", "训练图片")
ARCHITECTURE = Text("Architecture", "架构")
PARAMETERS = Text("Learned numbers", "学得的参数")
FILE = Text("File", "文件")
LICENCE = Text("Licence", "许可证")
REFERENCE = Text("Reference", "参考文献")
REPOSITORY = Text("Repository", "仓库")
COMMIT = Text("Commit", "提交")
CHECKSUM = Text("SHA-256", "SHA-256 校验")
SUITS = Text("Made for", "适用于")
ANY_SIZE = Text("any size", "任意尺寸")
ONE_SIZE = Text("{size}×{size} pixels", "{size}×{size} 像素")
GAIN = Text("Gain over doing nothing: {low} to {high} dB", "比“什么都不做”的增益：{low} 到 {high} dB")
GAIN_ONE = Text("Gain over doing nothing: {low} dB", "比“什么都不做”的增益：{low} dB")
GAIN_NONE = Text("It repairs nothing, so there is nothing to gain.", "它不修复任何损坏，因此没有增益。")
SCORES = Text("Measured scores of {title}", "{title}的测得分数")
SCORES_NONE = Text("No score was measured of it.", "没有测得的分数。")
MEASURED_ON = Text("Measured on", "测量对象")
NOTHING = Text("Doing nothing", "什么都不做")
GAINED = Text("Gain", "增益")
PHOTOS = Text("{count} pictures", "{count} 张图片")
HELD_OUT = Text("{count} held-out pictures of {size}", "{count} 张 {size} 的留出图片")
LEARNED = Text("{count} pictures of {size} that it has learned from", "{count} 张 {size} 的训练过的图片")
# settings as the cards hold them; what is not among them is a name or a formula, the same in both languages
SETTINGS = {
    text.en: text
    for text in (
        Text("cbsd68, σ 1.6, 8 bits", "cbsd68，σ 1.6，8 位"),
        Text("cbsd68, σ 1.6, noise 2", "cbsd68，σ 1.6，噪声 2"),
        Text("cbsd68, half missing", "cbsd68，缺失一半"),
        Text("cbsd68, scratches", "cbsd68，划痕"),
        Text("held-out pictures", "留出的图片"),
        Text("held-out pictures, noise that wraps modulo 256, as published", "留出的图片，噪声对 256 取模回绕，与原文一致"),
        Text("pictures it has learned from", "训练过的图片"),
        Text("squares of the sample photos", "从示例照片裁出的方块"),
        Text("test digits", "测试数字"),
        Text("validation, grayscale", "validation，灰度"),
    )
}
PROTOCOL = Text("Protocol: {protocol}", "测量方式：{protocol}")
FOREIGN = Text(
    "These words and scores are its author's; nobody here has measured them again.",
    "以上文字与分数来自其作者，这里没有重新测量。",
)
USE = Text("Use it on Restore", "在“修复”页使用")
WHOLE = Text("Whole card", "完整卡片")
REMOVE = Text("Remove", "移除")
ALL = Text("All models", "全部模型")
CARD_PUBLISHED = Text("The card that is published with it, in English.", "随网络发布的卡片，原文为英文。")
CARD_FOREIGN = Text("The card as its author wrote it, as plain text.", "作者所写的卡片，以纯文本显示。")
CARD_MISSING = Text("It has no card.", "没有卡片。")

# adding one
ADD = Text("Add a model from the hub", "从 hub 添加模型")
ADD_HELP = Text(
    "Any repository of the Hugging Face hub that holds a preset of this project. It is yours alone, and only while you visit; "
    "only its weights are loaded, nothing of it is run.",
    "Hugging Face hub 上任何含有本项目预设的仓库。仅供你在本次访问期间使用；只读取权重，不运行其中任何程序。",
)
ID = Text("Name on the hub", "在 hub 上的名称")
ID_HELP = Text("user/name, or user/name@revision/folder", "写作 user/name 或 user/name@revision/folder")
LOOK_UP = Text("Look it up", "查询")
FETCH = Text("Fetch it", "下载")
STOP = Text("Stop", "停止")
ASKING = Text("Asking the hub…", "正在询问 hub……")
ASKING_LONG = Text("Asking the hub for {seconds} seconds…", "已询问 hub {seconds} 秒……")
FOUND = Text(
    "“{name}” is there: {size} at commit {commit}. Nothing has been fetched yet.",
    "已找到“{name}”：{size}，提交 {commit}。尚未下载。",
)
FETCHING = Text("Fetching: {done} of {size}", "正在下载：{done} / {size}")
CHECKING = Text("All {size} are here; checking the weights…", "{size} 已全部到达；正在检查权重……")
FETCHED = Text(
    "“{title}” is here, at commit {commit}. It stands among the methods of Restore, Compare and Inside while you visit.",
    "“{title}”已就绪，提交 {commit}。访问期间，它已列入“修复”“比较”“内部”页的方法。",
)
STOPPED = Text("Stopped. What has come is kept for the next attempt.", "已停止。已收到的部分会保留，供下次使用。")
ASK_FIRST = Text("Look a model up first.", "请先查询一个模型。")
ALREADY = Text("“{name}” at this commit is here already.", "“{name}”的这次提交已在这里。")
FULL = Text("You may add at most {most} models at a time. Remove one first.", "同时最多可添加 {most} 个模型。请先移除一个。")
GONE = Text("There is no model called “{name}” here any more. Add it again.", "这里已没有名为“{name}”的模型。请重新添加。")

# publishing
PUBLISH = Text("Publish a network of yours", "发布你的网络")
PUBLISH_ELSEWHERE = Text(
    "Signing in works where this page runs as a Space of the Hugging Face hub. Here, take your network away on the Train tab as a "
    "preset, unpack it, and publish it with this command:",
    "登录只在本页作为 Hugging Face Space 运行时可用。在这里，请在“训练”页下载预设并解压，再用此命令发布：",
)
COMMAND = Text("As a command", "命令")
PUBLISH_HELP = Text(
    "What you have trained on the Train tab goes to your own account, with its card, its scores and files that Keras loads alone.",
    "把你在“训练”页训练的网络发布到你自己的账户，附卡片、分数和 Keras 可直接读取的文件。",
)
SIGN_IN = Text("Sign in with Hugging Face", "用 Hugging Face 登录")
SIGN_IN_HELP = Text(
    "It opens in a new tab, so that what you have trained here stays. Come back to this one afterwards.",
    "将在新标签页中打开，因此你在这里训练的网络不会丢失。登录后请回到本页。",
)
SIGNED_IN = Text("Signed in as {name}.", "已登录：{name}。")
SIGN_OUT = Text("Sign out", "退出登录")
NOT_SIGNED_IN = Text("Sign in first.", "请先登录。")
TRAIN_FIRST = Text("Nothing to publish yet: train a network on the Train tab first.", "还没有可发布的网络：请先在“训练”页训练一个。")
NETWORK = Text("Network", "网络")
NAME = Text("Name of the repository", "仓库名称")
NAME_HELP = Text("Made if there is none of that name.", "若不存在则新建。")
PRIVATE = Text("Seen by me alone", "仅自己可见")
PUBLISH_NOW = Text("Publish", "发布")
PUBLISHING = Text("Publishing for {seconds} seconds…", "已发布 {seconds} 秒……")
PUBLISHED = Text("Published, at commit {commit}:", "已发布，提交 {commit}：")

# links
LINK_NO_MODEL = Text("there is no model called “{name}”.", "没有名为“{name}”的模型。")
LINK_HUB = Text("The link names the model “{name}” of the hub. Look it up to add it.", "链接指向 hub 上的模型“{name}”。请按“查询”后添加。")
