"""Words of the Compare tab."""

from restorers.text import Text

# what is compared on
OWN_PHOTO = Text("Your photo", "你的照片")
SUBJECT = Text("{photo}, {width} × {height} pixels", "{photo}，{width} × {height} 像素")
DAMAGED = Text("Damaged by: {damage}", "损坏：{damage}")
UNDAMAGED = Text("Not damaged here: nobody knows the original, so nothing can be ranked.", "未在此处损坏：没有人知道原图，因此无法排名。")
CHANGE = Text("Change photo or damage", "更换照片或损坏")
OUTDATED = Text(
    "Photo or damage have changed since. Press the button again to compare on what is set now.",
    "照片或损坏此后已改变。请再按一次按钮，用现在的设置比较。",
)

# the three views
VIEW_ALL = Text("All methods", "全部方法")
VIEW_MATRIX = Text("Matrix", "矩阵")
VIEW_CURVE = Text("Strength", "强度")
STOP = Text("Stop", "停止")
STOPPED = Text("Stopped after {done} of {total}.", "已停止，完成 {done}/{total}。")
STOPPED_EARLY = Text("Stopped before the first result.", "在得到第一个结果之前已停止。")
WORKING = Text("{done} of {total} done, {percent} %. Now: {what}…", "已完成 {done}/{total}，{percent}%。正在运行：{what}……")
FILLING = Text("{done} of {total} done, {percent} %", "已完成 {done}/{total}，{percent}%")
STARTING = Text("Starting…", "正在开始……")
DONE_ALL = Text("Methods compared: {total}, in {seconds} s.", "{total} 种方法，用时 {seconds} 秒。")
DONE_TABLE = Text("Restorations done: {total}, in {seconds} s.", "{total} 次修复，用时 {seconds} 秒。")

# all methods on one photo
COMPARE = Text("Compare all methods", "比较全部方法")
COMPARE_HELP = Text(
    "Every method made for this damage restores the same photo, each with its usual settings. Quick ones come first.",
    "每种适合这种损坏的方法都以常用设置修复同一张照片。快的先来。",
)
OTHERS = Text("Also methods made for other damage", "也包括适合其他损坏的方法")
RANKING = Text("Methods, best gain first", "方法，按增益从高到低")
METHOD = Text("Method", "方法")
GAIN = Text("Gain over doing nothing", "比什么都不做高出")
TIME = Text("Time", "用时")
SECONDS = Text("{seconds} s", "{seconds} 秒")
FORMULA = Text("formula", "公式")
NETWORK = Text("network, {parameters} numbers", "网络，{parameters} 个参数")
TOLD = Text("told {what}", "已知{what}")
TOLD_NOTHING = Text("told nothing", "无额外信息")
TOLD_WHAT = {
    "kernel": Text("the blur", "模糊核"),
    "mask": Text("the gaps", "缺失位置"),
    "noise_sigma": Text("the noise level", "噪声强度"),
    "scale": Text("the factor", "缩小倍数"),
}
OPEN = Text("Open in Restore", "在“修复”页打开")
RUNS_NOW = Text("runs now…", "运行中……")
WAITS = Text("waits", "等待中")
UNTOLD = Text(
    "Left out, because they must be told what nobody knows here: {what}.", "未参加比较，因为它们需要知道此处无人知道的信息：{what}。"
)
PROTOCOL = Text(
    "Measured: PSNR over {protocol}; doing nothing scores {psnr} dB, SSIM {ssim}. Random draw {seed}.",
    "测量方式：PSNR，{protocol}；什么都不做为 {psnr} dB，SSIM {ssim}。随机编号 {seed}。",
)

# the matrix
MATRIX = Text("Fill the matrix", "填充矩阵")
MATRIX_HELP = Text(
    "Every kind of damage at its usual strength against every method, on {side} × {side} pixels from the middle of the photo.",
    "每种损坏（常用强度）对每种方法，取照片中央 {side} × {side} 像素。",
)
MATRIX_CAPTION = Text("Gain in dB over doing nothing", "比什么都不做高出的 dB 数")
MATRIX_LEGEND = Text("farther from the original", "离原图更远")
MATRIX_LEGEND_GOOD = Text("closer", "更近")
MATRIX_KEY = Text(
    "★ best of its row · – must be told what nobody knows there · ! failed",
    "★ 该行最佳 · – 需要知道那里无人知道的信息 · ! 失败",
)
MATRIX_BOX = Text(
    "In a box: best of its row. –: must be told what nobody knows there.",
    "方框：该行最佳。–：需要知道那里无人知道的信息。",
)
MATRIX_HINT = Text("Choose a number to open that pair in Restore.", "点选一个数字，即可在“修复”页打开这一组合。")
MATRIX_EMPTY = Text("The numbers appear here, one by one.", "数字会逐个显示在这里。")
BEST = Text("best", "最佳")
CROP = Text("The crop", "所取部分")

# the curve
CURVE = Text("Draw the curves", "绘制曲线")
CURVE_HELP = Text(
    "How much each method gains when the damage is weaker or stronger, on {side} × {side} pixels from the middle of the photo.",
    "损坏减弱或加强时各方法的增益，取照片中央 {side} × {side} 像素。",
)
CURVE_TITLE = Text("Gain over the strength of: {damage}", "增益随强度变化：{damage}")
CURVE_EMPTY = Text("The curves appear here.", "曲线会显示在这里。")
CURVE_NO_DAMAGE = Text(
    "There is no damage whose strength could change. Choose one on the Restore tab.",
    "没有可改变强度的损坏。请在“修复”页选择一种。",
)
CURVE_MARK = Text(
    "The marked strength is the one set now. Losses greater than the greatest gain are cut off.",
    "标出的强度为当前设置。超过最大增益的损失不再绘出。",
)
CURVE_NUMBERS = Text("The numbers", "数值")
GAIN_AXIS = Text("Gain (dB)", "增益（dB）")

# taking away
TABLE_FILE = Text("Table (CSV)", "表格（CSV）")
PICTURE_FILE = Text("Picture (PNG)", "图片（PNG）")
CARD_FILE = Text("Result card (PNG)", "结果卡片（PNG）")
CARD_TITLE = Text("Which method comes closest to the original?", "哪种方法最接近原图？")
CARD_ORIGINAL = Text("Original", "原图")
CARD_DEGRADED = Text("Degraded", "退化图")
CARD_PROTOCOL = Text(
    "Gain: PSNR in dB over doing nothing ({psnr} dB), {protocol}. Random draw {seed}.",
    "增益：比什么都不做（{psnr} dB）高出的 PSNR（dB），{protocol}。随机编号 {seed}。",
)
CROP_PROTOCOL = Text(
    "{photo}: {side} × {side} pixels from the middle. PSNR in dB over doing nothing, RGB. Random draw {seed}.",
    "{photo}：中央 {side} × {side} 像素。比什么都不做高出的 PSNR（dB），RGB。随机编号 {seed}。",
)
