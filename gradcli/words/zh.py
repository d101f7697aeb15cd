"""Chinese: what is said, by its English text."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # The words of a verdict, each with its gloss
    "proved": "proved（已证明）",
    "agrees": "agrees（数值一致）",
    "ill-conditioned": "ill-conditioned（病态）",
    "kink": "kink（尖点）",
    "jump": "jump（间断点）",
    "domain": "domain（超出定义域）",
    "undecided": "undecided（未能判定）",
    "mismatch": "mismatch（不相符）",
    "verifying…": "verifying…（验证中）",
    "not checked": "未检验",
    "error {error}": "误差 {error}",
    "as enclosed": "落在包络之内",
    "{methods} agrees": "{methods} 一致",
    "{methods} agree": "{methods} 一致",
    # Tracks
    "start": "入门",
    "tensors": "张量",
    "basics": "基础",
    "gradients": "梯度",
    "graph": "计算图",
    "training": "训练",
    # Marks between words
    ", ": "、",
    "; ": "；",
    "{name}: {told}": "{name}：{told}",
    "{told}.": "{told}。",
    "{number} {word}": "{number} 个 {word}",
    "{source}, line {line}:": "{source}，第 {line} 行：",
    # Lines of a notebook
    "{prompt} is a console's prompt: code stands without it, its output in a block of its own": (
        "{prompt} 是控制台的提示符：代码里不写它，输出写在单独的块中"
    ),
    "{magic} is IPython's and no Python: it is not run here": "{magic} 是 IPython 的命令，不是 Python：这里不运行它",
    # Before and after a page
    "Before this": "先读",
    "Before this: {names}": "先读：{names}",
    "Next": "接下来",
    "Next: {name}": "接下来：{name}",
    "{number} minute": "{number} 分钟",
    "{number} minutes": "{number} 分钟",
    # A step
    "leaf": "叶子张量",
    "input": "输入",
    "gradient of this pass": "本次梯度",
    "There are hooks on the way: these are the gradients without what hooks make of them.": (
        "途中有钩子（hook）：表中是钩子改动之前的梯度。"
    ),
    "verdict": "结论",
    "backward": "反向传播",
    "backward from {root}": "从 {root} 开始反向传播",
    "Backward from {root}": "从 {root} 开始的反向传播",
    "A backward pass": "一次反向传播",
    "the recorded operations, in the direction of the forward pass": "记录下来的运算，箭头沿前向传播的方向",
    "{number} nodes": "{number} 个节点",
    "grad_fn graph of {number} nodes": "grad_fn 图，共 {number} 个节点",
    "… {number} more nodes": "……另有 {number} 个节点",
    "… {number} more nodes (--json has them all)": "……另有 {number} 个节点（--json 给出全部）",
    "(see #{mark} above)": "（见上面的 #{mark}）",
    "{number} gradients": "{number} 个梯度",
    "{number} more backward pass": "另有 {number} 次反向传播",
    "{number} more backward passes": "另有 {number} 次反向传播",
    "… {more} ({verdicts})": "……{more}：{verdicts}",
    "… and {more}.": "……{more}。",
    "The output is not the document's:": "输出与文档不符：",
    "The question is not answered by its code: {why}": "代码没有给出这个问题的答案：{why}",
    "It prints": "输出",
    # Questions
    "Question: ": "问题：",
    "Question.": "问题。",
    "of": "函数",
    "at": "取值",
    "with respect to": "自变量",
    "cotangent": "余切向量",
    "Answer: ": "答案：",
    "Answer": "答案",
    "answer: ": "你的答案：",
    "Given: ": "你的回答：",
    "nothing": "（没有回答）",
    "Right. ": "正确。",
    "Not right. ": "不对。",
    "hint: ": "提示：",
    "Hint: ": "提示：",
    "Hint": "提示",
    "there is none for this question": "这个问题没有提示",
    "Line {line} of {path} cannot be read: {why}": "{path} 第 {line} 行看不懂：{why}",
    "That cannot be read: {why}": "看不懂这个答案：{why}",
    "with": "可以使用",
    "as": "写成",
    "a formula in {names}": "含 {names} 的公式",
    "read as {answer}": "理解为 {answer}",
    # Judgements on answers
    "everywhere": "处处",
    "where {conditions}": "在 {conditions} 处",
    "It is the derivative {domain}.": "它{domain}等于所求的导数。",
    "It is the derivative {domain}, for these {names}.": "当 {names} 取所给的值时，它{domain}等于所求的导数。",
    "It is the derivative {domain}; SymPy finds no difference either.": (
        "它{domain}等于所求的导数；SymPy 也没有发现差别。"
    ),
    "It is the derivative {domain}, for these {names}; SymPy finds no difference either.": (
        "当 {names} 取所给的值时，它{domain}等于所求的导数；SymPy 也没有发现差别。"
    ),
    "SymPy finds no difference from the derivative.": "SymPy 没有发现它与导数有差别。",
    "It has the values of the derivative, there and at random points.": (
        "在所给的点和随机选取的点上，它的值都与导数相同。"
    ),
    "That is the answer to the question before.": "这是上一题的答案。",
    "A formula is asked for, and not its value at a point.": "要求的是公式，而不是它在某一点的值。",
    "These are its values at the point.": "这正是导数在该点的值。",
    "These are its values at the point, rounded.": "这是导数在该点舍入后的值。",
    "It is close, but not the derivative with respect to {name}.": "很接近，但不是对 {name} 的导数。",
    "It is the derivative, with a rounded number in it.": "这是所求的导数，只是其中一个数经过了舍入。",
    "It is right at the point, but not at every other one.": "在该点是对的，但并非在其他每一点都对。",
    "It is right at the point, but not at {other}.": "在该点是对的，但在 {other} 处不对。",
    "It is close.": "很接近。",
    "Give four digits.": "请给出四位有效数字。",
    "It has shape {found}, and the gradient that of {name}, {own}.": (
        "它的形状是 {found}，而梯度的形状与 {name} 相同，是 {own}。"
    ),
    "It is not the derivative with respect to {name}.": "这不是对 {name} 的导数。",
    "None would say that there is no gradient at all.": "None 的意思是根本没有梯度。",
    # Mistakes
    "Only the sign is wrong.": "只有符号错了。",
    "The cotangent is left out: each element of the result counts with its weight.": (
        "漏掉了余切向量：结果的每个元素都要按它的权重计入。"
    ),
    "This is the value, not its derivative.": "这是函数值，不是导数。",
    "This is twice the derivative.": "这是导数的两倍。",
    "This is half the derivative.": "这是导数的一半。",
    "The gradient of the question before is added to this one: this is what `.grad` would hold.": (
        "上一个问题的梯度被加了进来：这是 `.grad` 中累积的结果。"
    ),
    "This is twice the gradient: what `.grad` holds after two backward passes without zeroing.": (
        "这是梯度的两倍：没有清零就做两次反向传播，`.grad` 中就是这个结果。"
    ),
    "This is the derivative with respect to {name}.": "这是对 {name} 的导数。",
    "This is the sum of the derivatives with respect to both variables; {name} is a constant here.": (
        "这是对两个变量的导数之和；这里 {name} 是常数。"
    ),
    "The gradient has the shape of {name}, {own}: its elements are added up here.": (
        "梯度与 {name} 的形状相同，是 {own}：你的答案把它的各元素加起来了。"
    ),
    "The numbers are right, but a gradient has the shape of its variable: {own}, not {shape}.": (
        "数都对，但梯度的形状与变量相同：是 {own}，不是 {shape}。"
    ),
    "{name} was broadcast from {own} to {shape}: its gradient is summed over the axes that were added.": (
        "{name} 从 {own} 广播到 {shape}：它的梯度要沿着新增的轴求和。"
    ),
    "Rows and columns are exchanged.": "行和列弄反了。",
    "This is an integral: a derivative says how steep, not how much in all.": (
        "这是积分：导数说的是有多陡，不是总共有多少。"
    ),
    "The factor 1/n of the mean is missing: each element has an n-th part in it.": (
        "漏掉了均值的因子 1/n：每个元素只占均值的 n 分之一。"
    ),
    "What is detached is a constant for the gradient: {part} has no derivative.": (
        "分离出来的部分对梯度来说是常数：{part} 没有导数。"
    ),
    "The factor {factor} is missing.": "漏掉了因子 {factor}。",
    "The divisor {divisor} is missing.": "漏掉了除数 {divisor}。",
    "The inner derivative is missing, that of {part}.": "漏掉了内层函数 {part} 的导数。",
    "The outer derivative is missing, that of {outer} with respect to {inner}.": (
        "漏掉了外层函数的导数，即 {outer} 对 {inner} 的导数。"
    ),
    "The exponent of {power} goes down by one when it is differentiated.": "对 {power} 求导时，指数要减 1。",
    "The exponent of {power} comes down as a factor.": "{power} 的指数要移到前面作为因子。",
    "The product rule has a term for each factor; the one from {part} is missing.": (
        "按乘积法则，每个因子都有一项；缺了来自 {part} 的一项。"
    ),
    "The quotient rule has two terms; the one from {part} is missing.": "商的求导法则有两项；缺了来自 {part} 的一项。",
    "There is a term for each place where the variable stands; the one from {part} is missing.": (
        "变量每出现一处就有一项；缺了来自 {part} 的一项。"
    ),
    # Values, shapes, errors, nodes, choices
    "That is its value.": "这正是它的值。",
    "That is its value, rounded.": "这是它舍入后的值。",
    "That is not its value.": "这不是它的值。",
    "This has shape {found}; the value has another.": "它的形状是 {found}，而所求的值是另一种形状。",
    "This is the sum of all its elements; the value has each of them.": "这是它所有元素之和；答案要分别给出各元素。",
    "That is its shape.": "这正是它的形状。",
    "Its shape is not {found}.": "它的形状不是 {found}。",
    "The lengths are right, their order is not: rows come before columns.": "长度都对，次序不对：先行后列。",
    "The lengths are right, their order is not.": "长度都对，次序不对。",
    "An axis of length 1 counts as an axis too: one is missing here, or too many.": (
        "长度为 1 的轴也是轴：这里少了一个，或者多了一个。"
    ),
    "This is the number of elements; a shape has a length for each axis.": ("这是元素的个数；形状要写出每个轴的长度。"),
    "This is the number of axes; a shape has a length for each of them.": "这是轴的个数；形状要写出每个轴的长度。",
    "It has another number of axes than {found}.": "它的轴数与 {found} 不同。",
    "It raises {name}.": "它抛出 {name}。",
    "It does not raise {name}.": "它抛出的不是 {name}。",
    "It does raise an error.": "它确实会抛出异常。",
    "This code cannot go on: which rule does it break?": "这段代码无法继续运行：它违反了哪条规则？",
    "True, but too general: name the kind of {name}.": "没错，但太笼统：请说出是哪一种 {name}。",
    "That is its grad_fn.": "这正是它的 grad_fn。",
    "Its grad_fn is not {name}.": "它的 grad_fn 不是 {name}。",
    "The operation is right. The number at the end is that of another form of it.": (
        "运算是对的，末尾的数字却是它的另一种形式的。"
    ),
    "AccumulateGrad stands in the graph for a leaf that requires grad; no tensor has it as its grad_fn.": (
        "AccumulateGrad 在计算图中代表需要梯度的叶子张量；它不是任何张量的 grad_fn。"
    ),
    "Only a leaf has no grad_fn, and AccumulateGrad stands for it in the graph: this one was computed.": (
        "只有叶子张量没有 grad_fn，计算图中由 AccumulateGrad 代表它：而这一个是算出来的。"
    ),
    "A grad_fn names the operation that made a tensor; no recorded operation made this one.": (
        "grad_fn 写明张量由哪个运算得到；而这一个不是由记录下来的运算得到的。"
    ),
    "That is a name of the operation; PyTorch names the node differently.": (
        "这是运算的一个名字；PyTorch 给节点起的名字不同。"
    ),
    "That operation is in the code too, but grad_fn names the one that was done last.": (
        "代码里也有这个运算，但 grad_fn 写明的是最后做的那个运算。"
    ),
    "That is the one.": "就是这一项。",
    "It is not {letter}.": "不是 {letter}。",
    # Answers that cannot be read
    "the answer is empty": "答案是空的",
    "an answer is one expression": "答案应当是一个表达式",
    "write what stands right of the =": "只写等号右边的部分",
    "an answer may make arrays of up to {most} elements": "答案中的数组最多有 {most} 个元素",
    "the question has no name {name}": "问题中没有名字 {name}",
    "it has {names}": "可以使用 {names}",
    "the answer is a number or an array of numbers": "答案应当是一个数，或者由数组成的数组",
    "a shape is a list of lengths": "形状由各个轴的长度组成",
    "for instance (2, 3), or () for a number": "例如 (2, 3)；一个数的形状是 ()",
    "an error is named by its class": "请写出异常的类名",
    "for instance ValueError": "例如 ValueError",
    "a grad_fn is named by its class": "请写出 grad_fn 的类名",
    "for instance SinBackward0, or None": "例如 SinBackward0，或者 None",
    "the answer is one of the letters {letters}": "答案应当是字母 {letters} 之一",
    "'{text}' can be read in several ways": "“{text}”有几种读法",
    "write {both}": "请写成 {both}",
    " or ": " 或 ",
    "{name} stands between numbers": "{name} 写在了两个数之间",
    "give one number, or a list: [1, 2]": "请写一个数，或一个列表：[1, 2]",
    "how far does {name} reach?": "{name} 作用到哪里为止？",
    "put what belongs to {name} in brackets": "请用括号括起属于 {name} 的部分",
    "put its argument in brackets: {name}(…)": "请用括号括起它的自变量：{name}(…)",
    # A file of answers
    "It was not answered.": "没有回答这个问题。",
    "{name} has {number} question, no more": "{name} 只有 {number} 个问题",
    "{name} has {number} questions, no more": "{name} 只有 {number} 个问题",
    "{name} is not among the scenarios to be run": "要运行的教程里没有 {name}",
    "which scenario is this an answer for?": "这是哪一篇教程的答案？",
    "for instance a line {name}:": "例如先写一行 {name}:",
    # One step at a time
    "a answer · h hint · s show it · b back · q quit · ? keys": "a 回答 · h 提示 · s 答案 · b 上一步 · q 退出 · ? 按键",
    "n next · b back · r again · g graph · q quit · ? keys": "n 下一步 · b 上一步 · r 重来 · g 图 · q 退出 · ? 按键",
    """
n space enter →  next
b backspace ←    the step before
r                run again from the start
g                the graph
a                answer the question
h                a hint
s                show the answer
q                quit: you go on here later
""": """
n 空格 回车 →   下一步
b 退格 ←        上一步
r               从头再运行一遍
g               画出计算图
a               回答问题
h               看提示
s               看答案
q               退出，下次从这里继续
""",
    "There is nothing in it.": "这一篇没有内容。",
    "You go on at step {step}.": "从第 {step} 步继续。",
    "your place could not be saved: {why}": "进度无法保存：{why}",
    "This step raised an error, so what follows cannot be run.": "这一步出错了，后面的步骤无法运行。",
    "This is the first step.": "这已经是第一步。",
    "Nothing is recorded yet.": "还没有记录任何运算。",
    "Nothing is asked here.": "这里没有问题。",
    "Your place is kept.": "进度已保存。",
    # What came of a run
    "{good} of {number} output as documented": "{number} 处输出，{good} 处与文档一致",
    "{good} of {number} outputs as documented": "{number} 处输出，{good} 处与文档一致",
    "{number} of your own data, not compared": "{number} 处来自你自己的数据，未作比较",
    "gradients: {words}": "梯度：{words}",
    "{right} of {number} answer right": "{number} 个答案，答对 {right} 个",
    "{right} of {number} answers right": "{number} 个答案，答对 {right} 个",
    "{number} backward pass not checked": "{number} 次反向传播未检验",
    "{number} backward passes not checked": "{number} 次反向传播未检验",
    "{name}: there is no code in it, so nothing was checked": "{name}：其中没有代码，所以什么也没有检验",
    "code to run stands in a block ```python; --step and --emit html show the text": (
        "要运行的代码写在 ```python 代码块里；用 --step 或 --emit html 可以阅读文字"
    ),
    "what you have done cannot be written down: {why}": "学习进度无法写入：{why}",
    "line {line}": "第 {line} 行",
    "{number} backward pass": "{number} 次反向传播",
    "{number} backward passes": "{number} 次反向传播",
    "{told}, loss {loss:.4g}": "{told}，损失 {loss:.4g}",
    # Many pages
    "track": "单元",
    "name": "名称",
    "minutes": "分钟",
    "done": "进度",
    "aim": "目标",
    "{minutes} min": "{minutes} 分钟",
    "passed": "通过",
    "FAILED": "未通过",
    "run {run}/{steps}": "已运行 {run}/{steps}",
    "seen {seen}/{steps}": "已读 {seen}/{steps}",
    "scenario": "教程",
    "s": "秒",
    "result": "结果",
    "outputs": "输出",
    "{number} scenario, {total} minutes; {passed} passed": "{number} 篇教程，共 {total} 分钟；已通过 {passed} 篇",
    "{number} scenarios, {total} minutes; {passed} passed": "{number} 篇教程，共 {total} 分钟；已通过 {passed} 篇",
    "{good} of {number} scenario passed": "{number} 篇教程，{good} 篇通过",
    "{good} of {number} scenarios passed": "{number} 篇教程，{good} 篇通过",
    "{number} scenario": "{number} 篇教程",
    "{number} scenarios": "{number} 篇教程",
    "{number} problem": "{number} 处问题",
    "{number} problems": "{number} 处问题",
    "{same} of {number} output as on PyTorch {version}": "{number} 处输出，{same} 处与 PyTorch {version} 一致",
    "{same} of {number} outputs as on PyTorch {version}": "{number} 处输出，{same} 处与 PyTorch {version} 一致",
    "drawn by matplotlib {version}, since here {lack}": "由 matplotlib {version} 绘制，因为这里的替代品做不到：{lack}",
    "matplotlib itself draws what is lacking, if it is there: {command}": (
        "缺少的部分可由 matplotlib 本身绘制，安装即可：{command}"
    ),
    "Not run here: this needs PyTorch itself, which --engine torch takes.": (
        "此处未运行：需要 PyTorch 本身，可用 --engine torch。"
    ),
    "Not run here: this needs a graphics card; where there is one, --engine torch runs it.": (
        "此处未运行：需要显卡；有显卡时可用 --engine torch 运行。"
    ),
    "{number} not run": "{number} 处未运行",
    "not run, since {library} is not installed beside PyTorch: {names}": "PyTorch 旁没有 {library}，未运行：{names}",
    "run on {engine}; gradients are not checked there": "在 {engine} 上运行；其梯度不作验证",
    "with PyTorch itself": "需要 PyTorch 本身",
    "with PyTorch and a graphics card": "需要 PyTorch 和显卡",
    # Work on pages
    "{number} output block changed": "改写了 {number} 个输出块",
    "{number} output blocks changed": "改写了 {number} 个输出块",
    "nothing was written, since a block raises": "有代码块出错，文件没有改写",
    "watching {path}; Ctrl-C ends it": "正在监视 {path} 的改动；按 Ctrl-C 结束",
    "wrote {path}; `gradcli scenario {path} --watch` runs it whenever you save it": (
        "已写入 {path}；`gradcli scenario {path} --watch` 会在每次保存后运行它"
    ),
    "forgot {number} scenario": "已清除 {number} 篇教程的进度",
    "forgot {number} scenarios": "已清除 {number} 篇教程的进度",
}
