"""Words of the whole page."""

from restorers.text import Text

NAME = "Restorers"
TITLE = Text("Restorers", "Restorers 照片修复")
TAGLINE = Text(
    "Damage a photo in a known way, let a method restore it, and see how close it comes to the original.",
    "以已知方式损坏一张照片，用一种方法修复它，再看它与原图有多接近。",
)
LANGUAGE = Text("Language", "语言")
TAB_RESTORE = Text("Restore", "修复")
TAB_COMPARE = Text("Compare", "比较")
TAB_TRAIN = Text("Train", "训练")
TAB_INSIDE = Text("Inside", "内部")
TAB_MODELS = Text("Models", "模型")
TAB_LESSONS = Text("Lessons", "课程")
ERROR_TITLE = Text("This did not work", "未能完成")
ERROR_UNEXPECTED = Text(
    "Something went wrong on the server, and it has been noted there. Your settings are kept: try again, or with other settings.",
    "服务器出现问题，已记录。你的设置仍在：请重试，或换一种设置。",
)
TOO_LARGE = Text(
    "“{name}” has {size} MB; a photo may have at most {most} MB here. Save it smaller or as a JPEG, and give that.",
    "“{name}”有 {size} MB；此处照片最多 {most} MB。请缩小或另存为 JPEG 后再上传。",
)
PRIVACY = Text(
    "Your photo stays on this server only while you visit: it is sent nowhere else, "
    "and deleted when you close the page, at the latest after an hour or two.",
    "你的照片只在访问期间留在本服务器：不会发往别处，关闭页面后即删除，最迟一两个小时内删除。",
)
