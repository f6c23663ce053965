"""Words of the Lessons tab; what the lessons say stands in ``restorers/lessons``."""

from restorers.text import Text

# the list
INTRO = Text(
    "Six walks over the real page. Each step says one thing, sets the controls for you and asks one question that the page answers.",
    "六次导览，就在真实的页面上进行。每一步只讲一件事，替你设好控件，并提一个由页面来回答的问题。",
)
LENGTH = Text("{steps} steps, about {minutes} minutes", "{steps} 步，约 {minutes} 分钟")

# a step
PLACE_IN = Text("Step {step} of {steps}", "第 {step} 步，共 {steps} 步")
STEPS = Text("Steps", "步骤")
QUESTION = Text("Question", "问题")
ANSWER = Text("Show the answer", "看答案")
SHOW = Text("Show me", "带我去看")
WHERE = Text("“{tab}” tab, {place}", "“{tab}”页，{place}")
TAKES = Text("takes about {seconds} seconds", "约需 {seconds} 秒")
NEXT = Text("Next", "下一步")
PREVIOUS = Text("Previous", "上一步")
ALL = Text("All lessons", "全部课程")

# the bar on the other tabs
BAR = Text("Lesson", "课程")
BACK = Text("Back to the lesson", "回到课程")
AGAIN = Text("Set it again", "重新设置")
FOLD = Text("Less", "收起")
UNFOLD = Text("More", "展开")
END = Text("End lesson", "结束课程")

# for teachers
TEACHERS = Text("For teachers", "教师专用")
TEACHERS_HELP = Text(
    "Choose what the class shall not see, and pass the link on. It opens the lesson and the step that are open here. "
    "It hides things to keep the page simple; it locks nothing.",
    "选择不想让全班看到的部分，再把链接发给学生。链接会打开此处正打开的课程和步骤。隐藏只是为了让页面更简单，并不能锁定什么。",
)
HIDE = Text("Hide", "隐藏")
HIDE_TAB = Text("“{tab}” tab", "“{tab}”页")
HIDE_PART = {
    "photo": Text("choice of the photo", "照片的选择"),
    "upload": Text("upload of own photos", "上传自己的照片"),
    "degradation": Text("choice of the damage", "损坏的选择"),
    "method": Text("choice of the method", "方法的选择"),
    "comparison": Text("before/after and the maps", "前后对比与各种图"),
    "numbers": Text("scores", "分数"),
    "share": Text("download, link and command", "下载、链接与命令"),
    "title": Text("title", "标题"),
    "language": Text("choice of the language", "语言选择"),
}
LINK = Text("Link for the class", "给全班的链接")
FRAME = Text("To embed in a page", "嵌入网页的代码")
COPY = Text("Copy", "复制")
COPIED = Text("Copied", "已复制")

# links
LINK_NO_TAB = Text("there is no tab called “{value}”.", "没有名为“{value}”的标签页。")
LINK_NO_LESSON = Text("there is no lesson called “{value}”.", "没有名为“{value}”的课程。")
LINK_NO_STEP = Text(
    "the step must be a whole number from 1 to {steps}, it was “{value}”.", "步骤必须是 1 到 {steps} 的整数，收到“{value}”。"
)
LINK_NO_CONTROL = Text("nothing called “{value}” can be hidden.", "没有名为“{value}”的可隐藏部分。")
CLOSE = Text("Close", "关闭")
