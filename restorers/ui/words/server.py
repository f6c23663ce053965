"""What the server answers where it does not do what was asked."""

from restorers.text import Text

TOO_LONG = Text(
    "A request may have at most {limit:g} MB; this one has more. Send a smaller file.",
    "每个请求最多 {limit:g} MB，此请求超出。请发送更小的文件。",
)
NO_LENGTH = Text("The length of the request is not a number.", "请求的长度不是数字。")
TOO_OFTEN = Text(
    "From one address this server takes {most} such requests a minute, and there were more. Try again in {seconds} s.",
    "本服务器每分钟接受同一地址的此类请求 {most} 个，现已超出。请 {seconds} 秒后再试。",
)
TOO_MANY = Text(
    "From one address this server keeps {most} connections open, and there are as many. Close a tab, or try again in a minute.",
    "本服务器对同一地址最多保持 {most} 个连接，现已达到。请关闭一个标签页，或一分钟后再试。",
)
FOREIGN = Text(
    "Another site asked for this; only this page itself may. Open the page.",
    "这是另一个网站发出的请求；只有本页面自身可以发出。请打开本页面。",
)
CLOSED = Text("This server does not offer that.", "本服务器不提供此功能。")
ONLY_UPLOADS = Text(
    "A photo must be a file that was sent to this page; an address cannot be fetched. Save the picture, then upload it.",
    "照片必须是上传到本页面的文件，不能按网址获取。请先保存图片再上传。",
)
CHECK_FAILED = Text(
    "A small restoration failed; the server's log says why. Start the server again.",
    "一次小型修复失败，原因见服务器日志。请重新启动服务器。",
)
CHECK_WORSE = Text(
    "A small restoration made its photo worse ({gain:.1f} dB): the weights or the libraries are damaged. Install them again.",
    "一次小型修复使照片变差（{gain:.1f} dB）：权重或程序库已损坏。请重新安装。",
)
CHECK_SLOW = Text(
    "A small restoration has not ended within {seconds:g} s. If that stays so, start the server again.",
    "一次小型修复未在 {seconds:g} 秒内完成。若持续如此，请重新启动服务器。",
)
LINE_STUCK = Text(
    "The restoration at work has said nothing for {seconds:.0f} s, and the others wait for it. Start the server again.",
    "正在进行的修复已 {seconds:.0f} 秒没有进展，其他任务都在等待。请重新启动服务器。",
)
