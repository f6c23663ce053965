"""Words of the Inside tab."""

from restorers.inside import (
    CHANNELS,
    COLOUR,
    CONVOLUTION,
    DENSE,
    DEPTHWISE,
    FLATTEN,
    FOLD,
    NORMALISATION,
    PHOTO,
    POOLING,
    PRODUCT,
    RESHAPE,
    RESIZING,
    SCALING,
    SUM,
    TRANSPOSED,
    UNFOLD,
    UPSAMPLING,
)
from restorers.text import Text

# what is opened
NETWORK = Text("Network", "网络")
OWN = Text("Trained by you", "由你训练")
SHIPPED = Text("Here", "现有")
SHOWN_WHOLE = Text(
    "It is shown your damaged photo of the Restore tab: all of it, at {width} × {height} pixels.",
    "给它看的是“修复”页上损坏的照片：整张，{width} × {height} 像素。",
)
SHOWN_MIDDLE = Text(
    "It is shown the middle of your damaged photo of the Restore tab: {width} × {height} pixels, so that you need not wait.",
    "给它看的是“修复”页上损坏照片的中间部分：{width} × {height} 像素，以免等待。",
)
WORKING = Text("Working for {seconds} s…", "已运行 {seconds} 秒……")
OPENING = Text("Opening the network…", "正在打开网络……")
NO_PHOTO = Text("There is no photo yet. Choose one on the Restore tab.", "还没有照片。请在“修复”页选择一张。")
CALLS_OTHERS = Text(
    "This network only finds out what is wrong, and calls others. Choose one of those, such as Denoise.",
    "此网络只判断问题所在，再调用其他网络。请选择其中之一，例如“降噪”。",
)
NO_NETWORK = Text("This method is a formula: there is nothing inside. Choose a network.", "此方法是公式，没有内部结构。请选择一个网络。")
NONE_HERE = Text("No network is here. Train one on the Train tab.", "这里没有网络。请在“训练”页训练一个。")
GONE = Text("The photo has changed, or this is no longer kept. Choose the network again.", "照片已改变，或内容已不再保存。请重新选择网络。")
NO_LAYER = Text("There is no place “{name}” in this network.", "该网络中没有“{name}”这个位置。")

# the drawing
DRAWING = Text("The network", "网络")
DRAWING_HELP = Text(
    "The photo enters on the left. Each box is one layer: a list of small pictures made from the layer before it. "
    "Lower boxes hold coarser pictures. Press a box to look into it.",
    "照片从左边进入。每个方框是一层：由前一层算出的一组小图。位置越低，图越粗略。点击方框可查看其内部。",
)
ENCODER = Text("Encoder: the photo is summed up", "编码器：概括照片")
CODE_PART = Text("Code", "编码")
ENCODER_PART = Text("Encoder", "编码器")
DECODER_PART = Text("Decoder", "解码器")
DECODER = Text("Decoder: the photo is drawn again", "解码器：重新画出照片")
SKIPS = Text(
    "The arcs are skip connections: they carry what a layer has made past the layers between, so it need not fit through the code.",
    "弧线是跳跃连接：把某层的结果越过中间各层直接送过去，因此不必挤过编码。",
)
TABLE = Text("All {count} layers as a table", "以表格列出全部 {count} 层")
LAYER = Text("Layer", "层")
KIND = Text("What it does", "作用")
SHAPE = Text("Output", "输出")
PARAMETERS = Text("Learned numbers", "学得的参数")
REACH = Text("Receptive field", "感受野")
MAP_SHAPE_ONE = Text("1 map of {width} × {height}", "1 张 {width} × {height} 的图")
MAP_SHAPE = Text("{channels} maps of {width} × {height}", "{channels} 张 {width} × {height} 的图")
VECTOR_SHAPE = Text("{numbers} numbers", "{numbers} 个数")
REACH_ALL = Text("the whole photo", "整张照片")
REACH_PART = Text("{width} × {height} px", "{width} × {height} 像素")

TITLES = {
    PHOTO: Text("Photo", "照片"),
    CONVOLUTION: Text("Convolution", "卷积"),
    TRANSPOSED: Text("Transposed convolution", "转置卷积"),
    POOLING: Text("Max pooling", "最大池化"),
    UPSAMPLING: Text("Upsampling", "上采样"),
    RESIZING: Text("Resizing", "缩放"),
    DENSE: Text("Dense layer", "全连接层"),
    FLATTEN: Text("Flattening", "展平"),
    RESHAPE: Text("Reshaping", "重排"),
    SUM: Text("Addition", "相加"),
    PRODUCT: Text("Multiplication", "相乘"),
    NORMALISATION: Text("Batch normalisation", "批归一化"),
    FOLD: Text("Space to depth", "空间转通道"),
    UNFOLD: Text("Depth to space", "通道转空间"),
    CHANNELS: Text("Some channels", "选取通道"),
    COLOUR: Text("Laying on colour", "上色"),
    DEPTHWISE: Text("Depthwise convolution", "逐通道卷积"),
    SCALING: Text("Scaling", "缩放数值"),
}
DOES = {
    PHOTO: Text("What the network is given: one map a colour.", "交给网络的内容：每种颜色一张图。"),
    CONVOLUTION: Text(
        "Each number weighs a small patch of all maps before it, with the same weights at every place.",
        "每个数都是对前一层所有图的一小块加权求和，各处所用权重相同。",
    ),
    TRANSPOSED: Text(
        "Like a convolution, but it draws larger: each number before it spreads over several places.",
        "类似卷积，但会放大：前一层的每个数散布到多个位置。",
    ),
    POOLING: Text("Of each small square it keeps the largest number alone.", "每个小方块只保留最大的数。"),
    UPSAMPLING: Text("Repeats each number, so that the map grows. It learns nothing.", "重复每个数使图变大。没有可学的参数。"),
    RESIZING: Text("Repeats or drops numbers until the map has the size wanted.", "重复或舍去数，直到图达到所需尺寸。"),
    DENSE: Text("Each number weighs all numbers before it; where they lay is forgotten.", "每个数都是前面所有数的加权和；位置信息被遗忘。"),
    FLATTEN: Text("Writes all maps into one long list. Nothing is computed.", "把所有图写成一个长列表。不做计算。"),
    RESHAPE: Text("Cuts a long list into maps again. Nothing is computed.", "把长列表重新切成图。不做计算。"),
    SUM: Text("Adds two layers, number by number.", "把两层逐数相加。"),
    PRODUCT: Text("Multiplies two layers, number by number.", "把两层逐数相乘。"),
    NORMALISATION: Text("Shifts and stretches each map, so that all maps have a similar range.", "平移并伸缩每张图，使各图范围相近。"),
    FOLD: Text(
        "Moves each square of pixels into maps of half the size. Nothing is lost.", "把每个小方块的像素移入一半大小的图。没有丢失。"
    ),
    UNFOLD: Text("The way back: several maps become one of twice the size.", "反过来：几张图合成一张两倍大的图。"),
    CHANNELS: Text("Takes some of the maps as they are.", "原样取出其中几张图。"),
    DEPTHWISE: Text(
        "Weighs a small patch of each map by itself, each map with weights of its own.",
        "对每张图各自的一小块加权求和，每张图有自己的权重。",
    ),
    SCALING: Text(
        "Brings all numbers into the range that the next layer wants. It learns nothing.", "把数值变换到下一层所需的范围。没有可学的参数。"
    ),
    COLOUR: Text("Keeps the brightness of the photo and adds colour, as strong as fits.", "保持照片亮度并加上颜色，强度以不越界为限。"),
}
SIGNS = {
    CONVOLUTION: Text("C: convolution", "C：卷积"),
    TRANSPOSED: Text("T: transposed convolution", "T：转置卷积"),
    DEPTHWISE: Text("S: each map by itself (depthwise convolution)", "S：逐张图单独卷积（逐通道卷积）"),
    POOLING: Text("↓: pooling", "↓：池化"),
    UPSAMPLING: Text("↑: enlarging", "↑：放大"),
    DENSE: Text("D: dense layer", "D：全连接层"),
    SUM: Text("+: addition", "+：相加"),
    NORMALISATION: Text("N: normalisation", "N：归一化"),
    FLATTEN: Text("=: the same numbers, arranged anew", "=：相同的数，重新排列"),
}
NAMED = Text("Layer {name}: {kind}, {shape}", "层 {name}：{kind}，{shape}")

# one layer
MAPS = Text("What one layer makes of the photo", "一层对照片做了什么")
MAPS_HELP = Text(
    "A feature map shows where a layer has found what it looks for: black is its least number, white its greatest.",
    "特征图显示该层在哪里找到了它要找的东西：黑为最小数，白为最大数。",
)
STRONGEST = Text(
    "The {shown} strongest of {count} maps, strongest first. Press one.", "共 {count} 张，显示最强的 {shown} 张，由强到弱。请点击一张。"
)
ONE_MAP = Text("One map.", "一张图。")
ALL_MAPS = Text("All {count} maps, strongest first. Press one.", "全部 {count} 张，由强到弱。请点击一张。")
ALL_NUMBERS = Text("All {count} numbers, strongest first. Press one.", "全部 {count} 个数，由强到弱。请点击一个。")
STRONGEST_NUMBERS = Text(
    "The {shown} strongest of {count} numbers, strongest first. Press one.",
    "共 {count} 个数，显示最强的 {shown} 个，由强到弱。请点击一个。",
)
MAP_NAME = Text("Map {channel}, from {low} to {high}", "图 {channel}，从 {low} 到 {high}")
NUMBER_NAME = Text("Number {channel}: {value}", "第 {channel} 个数：{value}")
REACH_HELP = Text(
    "Receptive field: so much of the photo can change one number here. The frame on the photo shows it.",
    "感受野：照片中能影响这里一个数的范围。照片上的方框标出了它。",
)

# one number
PLACE = Text("How one number came about", "一个数是怎么来的")
PLACE_HELP = Text("Press a place in the map, or move with the arrow keys.", "点击图中一处，或用方向键移动。")
PLACE_MAP = Text(
    "Map {channel}. Arrow keys move the place, now row {row}, column {column}.",
    "图 {channel}。方向键移动位置，现在是第 {row} 行第 {column} 列。",
)
PLACE_VECTOR = Text(
    "All numbers, row by row. Arrow keys move the place, now number {index}.", "全部数，逐行排列。方向键移动位置，现在是第 {index} 个数。"
)
AT_MAP = Text("Map {channel}, row {row}, column {column}", "图 {channel}，第 {row} 行第 {column} 列")
AT_VECTOR = Text("Number {index}", "第 {index} 个数")
PHOTO_FIELD = Text("The photo it is shown; the frame is the receptive field: {reach}", "给它看的照片；方框为感受野：{reach}")
PATCH_HELP = Text(
    "Map {channel} of the layer before contributes most: its patch, number by number, times the kernel, which was learned.",
    "前一层的图 {channel} 贡献最大：其图块逐数乘以学得的卷积核。",
)
PATCH_DEPTHWISE_HELP = Text(
    "The patch of map {channel} of the layer before, number by number, times the kernel, which was learned.",
    "前一层的图 {channel} 的图块逐数乘以学得的卷积核。",
)
PATCH = Text("patch", "图块")
KERNEL = Text("kernel", "卷积核")
ALL_TERMS = Text("And all together:", "全部合起来：")
FROM_MAP = Text("map {channel}, row {row}, column {column}", "图 {channel}，第 {row} 行第 {column} 列")
FROM_OUTSIDE = Text("map {channel}, beyond the border: 0", "图 {channel}，边界之外：0")
FROM_VECTOR = Text("number {index}", "第 {index} 个数")
OF_LAYER = Text("{place} of {layer}", "{layer} 的{place}")
OTHERS = Text("smaller products: {count}", "较小的乘积：{count} 个")
BIAS = Text("bias (learned)", "偏置（学得）")
SHIFT = Text("shift (learned)", "平移（学得）")
OFFSET = Text("shift", "平移")
TOTAL = Text("sum", "总和")
ACTIVATIONS = {
    "linear": Text("taken as it is", "原样采用"),
    "relu": Text("ReLU: below 0 becomes 0", "ReLU：小于 0 变为 0"),
    "relu6": Text("ReLU6: below 0 becomes 0, above 6 becomes 6", "ReLU6：小于 0 变为 0，大于 6 变为 6"),
    "leaky_relu": Text("leaky ReLU: below 0 becomes a fifth of it", "带泄漏的 ReLU：小于 0 变为其五分之一"),
    "sigmoid": Text("sigmoid: squeezed between 0 and 1", "sigmoid：压到 0 与 1 之间"),
}
IN_MAP = Text("the number in the map", "图中的数")
LARGEST = Text("The largest of these is kept:", "保留其中最大的：")
COPIED = Text("Taken as it is from:", "原样取自：")
ADDED = Text("Added:", "相加：")
MULTIPLIED = Text("Multiplied:", "相乘：")
GIVEN = Text("This is the photo itself: nothing was computed yet.", "这就是照片本身：尚未计算。")

# the code
CODE = Text("The code", "编码")
CODE_HELP = Text(
    "The code is what the encoder hands to the decoder. What does not fit into it must be left out.",
    "编码是编码器交给解码器的内容。装不下的只好舍弃。",
)
CODE_FEWER = Text(
    "{code} numbers instead of {photo}: {times} times fewer numbers than the photo it is shown.",
    "用 {code} 个数代替 {photo} 个：只有所看照片的 1/{times}。",
)
CODE_EQUAL = Text(
    "{code} numbers, as many as the photo it is shown ({photo}): nothing is forced to be left out.",
    "{code} 个数，与所看照片（{photo} 个）一样多：没有什么被迫舍弃。",
)
CODE_MORE = Text(
    "{code} numbers instead of {photo}: {times} times more numbers than the photo it is shown. It coarsens the photo without making it smaller.",
    "用 {code} 个数代替 {photo} 个：是所看照片的 {times} 倍。它使照片变粗，却没有变少。",
)
CODE_SKIPS = Text(
    "And skip connections carry the fine detail past it: this network has no bottleneck. Silence the code and see how much really goes through it.",
    "而且跳跃连接把细节绕过编码送过去：该网络没有瓶颈。让编码沉默，看看真正有多少信息经过它。",
)
SILENCE = Text("Channels of the code silenced (%)", "沉默的编码通道（%）")
SILENCE_HELP = Text("Their numbers become 0.", "这些数变为 0。")
WHICH = Text("Which first", "先沉默")
WHICH_WEAKEST = Text("The weakest", "最弱的")
WHICH_STRONGEST = Text("The strongest", "最强的")
NOISE = Text("Noise on the code (%)", "编码上的噪声（%）")
NOISE_HELP = Text("100: as strong as the code itself.", "100：与编码本身一样强。")
TRUTH = Text("Should be", "应为")
GIVEN_PICTURE = Text("Is shown", "所见")
BEFORE = Text("Result with the whole code", "完整编码的结果")
AFTER = Text("Result with the changed code", "改动编码后的结果")
CHANGED = Text("{silent} of {channels} channels are silent, noise {noise} %.", "{channels} 个通道中有 {silent} 个沉默，噪声 {noise}%。")
CHANGE_LOSS = Text("Lost by the change: {loss} dB", "改动造成的损失：{loss} dB")
CHANGE_GAIN = Text("Gained by the change: {gain} dB", "改动带来的提高：{gain} dB")
CHANGE_NONE = Text("The change makes no difference to be seen", "改动没有可见的影响")
NO_TRUTH = Text("No original is known: compared with the result of the whole code.", "没有原图：与完整编码的结果比较。")

# from one code to another
WALK = Text("From one code to another", "从一个编码走到另一个")
WALK_HELP = Text(
    "Between two codes lie other codes. What the decoder draws from them is no mixture of two photos: it is what the network takes for a photo.",
    "两个编码之间还有别的编码。解码器据此画出的不是两张照片的混合，而是网络眼中的照片。",
)
WALK_TO = Text("Walk to", "走到")
WALK_DRAWN = Text("Drawn digit {number}", "手绘数字 {number}")
WALK_START = Text("Walk", "出发")
WALK_MAPS = Text(
    "Only where the code is one list of numbers is there a way between two photos. Choose such a network: {which}.",
    "只有编码是一串数时，两张照片之间才有路可走。请选择这样的网络：{which}。",
)
WALK_MAPS_ALONE = Text(
    "Only where the code is one list of numbers is there a way between two photos. Choose another network.",
    "只有编码是一串数时，两张照片之间才有路可走。请选择其他网络。",
)
WALK_SLIDER = Text("From your photo to the other", "从你的照片到另一张")
WALK_CODES = Text("Codes mixed, then drawn", "先混合编码，再画出")
WALK_PIXELS = Text("Pixels mixed", "直接混合像素")

# wide and narrow
WIDTHS = Text("Narrow and wide codes", "窄编码与宽编码")
WIDTHS_HELP = Text(
    "Three networks learned to copy digits through codes of different kinds. What each cannot keep, it draws as it usually looks.",
    "三个网络通过不同的编码学习重建数字。保留不住的，就按通常的样子来画。",
)
WIDTHS_ON = Text("Try them on", "用于")
WIDTHS_DIGIT = Text("The example digit", "示例数字")
WIDTHS_OWN = Text("Your photo, as gray 28 × 28", "你的照片，灰度 28 × 28")
WIDTHS_START = Text("Compare", "比较")
WIDTHS_NONE = Text("The networks for digits are not here, so there is nothing to compare.", "这里没有数字网络，无法比较。")
WIDTHS_NUMBERS = Text("{numbers} numbers: {times} times fewer than the picture", "{numbers} 个数：为图片的 1/{times}")
WIDTHS_USUAL = Text("On {photos} test digits: {psnr} dB on average", "在 {photos} 个测试数字上平均 {psnr} dB")
WIDTHS_HERE = Text("On this one", "在这一张上")
WIDTHS_LESSON = Text(
    "More room in the code helps only as far as a network has learned to use it.", "编码空间再大，也只有在网络学会利用时才有用。"
)
WIDTHS_LOST = Text("Lost: what a bigger code would keep", "丢失的部分：更大的编码会保留它")
WIDTHS_PICTURE = Text("The picture, {numbers} numbers", "图片，{numbers} 个数")
WIDTHS_CURVE = Text("What if only the largest numbers of the code were kept?", "如果只保留编码中最大的几个数？")
WIDTHS_CURVE_HELP = Text(
    "No network was trained anew for this: one that had learned with so small a code would use it better.",
    "没有为此重新训练网络：专门用这么小的编码学习的网络会用得更好。",
)
WIDTHS_KEPT = Text("Numbers kept", "保留的数")
EMPTY = Text("Nothing yet", "尚无数据")
