"""Words of the Train tab."""

from restorers.text import Text

# 1 the recipe
RECIPE_STEP = Text("What to learn", "学什么")
RECIPE = Text("Recipe", "配方")
RECIPES_PAGE = Text("Learned within a minute", "一分钟内学会")
RECIPES_TUTORIAL = Text("From the tutorials (slower)", "来自教程（较慢）")
RECIPES_OWN = Text("Your own", "自己动手")
FROM = Text("{label}, from", "{label}，从")
TO = Text("{label}, to", "{label}，到")
RANGE_HELP = Text("Each picture draws its own strength between the two.", "每张图片在两者之间各取一个强度。")

# 2 the pictures
PHOTOS_STEP = Text("Pictures", "图片")
PHOTOS = Text("Your photos", "你的照片")
WATCHED_HELP = Text("The first photo is the one you watch.", "你将看着第一张照片逐渐变好。")
SOURCE = Text("Learn from", "学习对象")
SOURCE_THIS = Text("Only this photo, or yours", "只用这张，或你的照片")
SOURCE_SAMPLES = Text("The sample photos", "示例照片")
SOURCE_SHAPES = Text("Drawn shapes and textures", "绘制的形状与纹理")
SOURCE_DIGITS = Text("Drawn digits", "绘制的数字")
SOURCE_HERE = Text("At hand", "现成的")
SOURCE_PUBLIC = Text("Public data", "公开数据")
SOURCE_SIZED = Text("{title} ({megabytes} MB)", "{title}（大小 {megabytes} MB）")
FETCH = Text("Fetch {megabytes} MB", "获取 {megabytes} MB")
FETCH_AGAIN = Text("Try again", "重试")
FETCH_FIRST = Text(
    "“{title}” must be fetched first ({megabytes} MB): press the button beside it, or learn from something else.",
    "须先获取“{title}”（{megabytes} MB）：请按旁边的按钮，或选择其他学习对象。",
)
FETCH_OFFERED = Text(
    "Nothing is fetched before you press. Once it is here, it serves all visitors.", "按下按钮之前不会下载。下载后供所有访客使用。"
)
FETCH_WAITING = Text("Waiting for another download…", "正在等待另一项下载……")
FETCHING = Text("Fetching: {done} of {total} MB", "正在获取：{done}/{total} MB")
FETCH_UNPACKING = Text("All {total} MB are here; unpacking…", "{total} MB 已全部到达；正在解压……")
FETCH_READY = Text("It is here. Each training draws some of it.", "数据已就绪。每次训练从中抽取一部分。")
FETCH_UNKNOWN = Text("Looking whether it can be reached…", "正在检查能否访问……")
FETCH_UNREACHABLE = Text(
    "This server has no connection to the place where it lies. Choose something else to learn from.",
    "此服务器无法连接到数据所在处。请选择其他学习对象。",
)
NO_PHOTO = Text("None of the files is a photo. {reason}", "文件中没有照片。{reason}")

# 3 the run
RUN_STEP = Text("Train", "训练")
SECONDS = Text("Seconds", "秒数")
SECONDS_HELP = Text("Pauses do not count.", "暂停不计时。")
STEPS = Text("Steps at most", "最多步数")
STEPS_HELP = Text("0: as many as the time allows.", "0：时间允许多少就多少。")
SEED = Text("Random draw", "随机编号")
DELAY = Text("Slow motion (seconds a step)", "慢动作（每步秒数）")
START = Text("Start", "开始")
PAUSE = Text("Pause", "暂停")
RESUME = Text("Go on", "继续")
ONE_STEP = Text("One step", "走一步")
STOP = Text("Stop", "停止")
RESET = Text("Reset", "重置")
COST = Text(
    "{parameters} numbers to learn, about {memory} MB; about {rate} steps a second, so {steps} steps in {seconds} s.",
    "{parameters} 个待学参数，约需 {memory} MB；每秒约 {rate} 步，{seconds} 秒内约 {steps} 步。",
)
COST_ASKED = Text("Working out what this will cost…", "正在估算开销……")

# what happens
READY = Text(
    "Press Start. The film begins with what the network makes of your photo before it has learned anything.",
    "按“开始”。影片从网络尚未学习时的结果放起。",
)
WAITING = Text("Waiting, {ahead} ahead of you", "排队中，前面还有 {ahead} 位")
STARTING = Text("Getting ready…", "正在准备……")
RUNNING = Text("Learning: step {step}, {seconds} of {budget} s", "学习中：第 {step} 步，{seconds}/{budget} 秒")
PAUSED = Text("Paused at step {step}", "已在第 {step} 步后暂停")
STOPPING = Text("Stopped at step {step}; writing down what was learned…", "已在第 {step} 步后停止；正在记录所学……")
ENDED = {
    "budget": Text("Done at step {step}, after {seconds} s.", "完成：第 {step} 步，用时 {seconds} 秒。"),
    "stopped": Text("Stopped at step {step}.", "已在第 {step} 步后停止。"),
    "ended": Text("Done at step {step}: the recipe itself called it enough.", "在第 {step} 步完成：配方自身判定已足够。"),
    "lost": Text("Stopped at step {step}, because nobody was looking any more.", "已在第 {step} 步后停止，因为已无人查看。"),
}
FAILED = Text("Ended at step {step}.", "已在第 {step} 步后结束。")
GAIN_NOW = Text("closer to the original than the damaged photo", "比损坏的照片更接近原图")
GAIN_LOSS = Text("farther from the original than the damaged photo", "比损坏的照片离原图更远")
OVERFITTING = Text(
    "Overfitting: since step {step} the training loss falls on, but the validation loss rises. "
    "It learns its pictures by heart. The weights of step {step} are kept.",
    "过拟合：自第 {step} 步起训练损失继续下降，验证损失却在上升。它在死记训练图片。保留第 {step} 步的权重。",
)

# the curves
LOSS = Text("Loss", "损失")
STEP = Text("Step", "步数")
TRAINING = Text("training", "训练")
VALIDATION = Text("validation", "验证")
LAST_RUN = Text("last run", "上次")
GAIN = Text("Gain (dB)", "增益（dB）")
PSNR_TITLE = Text("Closeness on what it never learned from", "在未学过的内容上的接近程度")
GAIN_TITLE = Text("Gain on what it never learned from", "在未学过的内容上的增益")
STRENGTHS_TITLE = Text("Trained here, tried at every strength", "在此训练，用各种强度检验")
CURVE_EMPTY = Text("Nothing yet", "尚无数据")
STRENGTHS_NONE = Text("This task has no strength to vary", "此任务没有可变的强度")
STRENGTHS_EMPTY = Text("Drawn when the training is over", "训练结束后绘制")

# the film
GIVEN = Text("Is shown", "所见")
NOW = Text("Network", "网络")
TRUTH = Text("Should be", "应为")
AFTER = Text("step {step}", "第 {step} 步")
SCRUB = Text("Back and forth through the film", "前后浏览影片")
FILM_EMPTY = Text("Here your photo gets better while the network learns.", "网络学习时，你的照片会在这里逐渐变好。")

# keeping it
KEPT = Text(
    "It is yours: “{name}” now stands among the methods of the Restore tab while you visit.",
    "它归你了：访问期间，“{name}”已列入“修复”页的方法。",
)
MINE = Text("Mine {number}: {title}", "我的 {number}：{title}")
MINE_HELP = Text("Trained by you on this page: {steps} steps.", "由你在本页训练：{steps} 步。")
DOWNLOAD_KERAS = Text("Keras file", "Keras 文件")
DOWNLOAD_PRESET = Text("Preset (zip)", "预设（zip）")
DOWNLOAD_SCRIPT = Text("Script", "脚本")
DOWNLOAD_HELP = Text("The script repeats this training with plain Keras, without this project.", "脚本只用 Keras 重复此训练，无需本项目。")

# the link
LINK_NO_RECIPE = Text("there is no recipe called “{name}”.", "没有名为“{name}”的配方。")
LINK_NO_SOURCE = Text("this recipe cannot learn from “{name}”.", "此配方不能从“{name}”学习。")
LINK_NO_RANGE = Text(
    "{name} takes one value here; a range is for the strength, {strength}.", "{name} 在此只取一个值；范围只用于强度 {strength}。"
)
LINK_BAD_NUMBER = Text(
    "{name} must be a whole number from {low} to {high}, it was “{value}”.", "{name} 必须是 {low} 到 {high} 的整数，收到“{value}”。"
)
