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
    # Before and after a page
    "Before this": "先读",
    "Before this: {names}": "先读：{names}",
    "Next": "接下来",
    "Next: {name}": "接下来：{name}",
    "{number} minute": "{number} 分钟",
    "{number} minutes": "{number} 分钟",
    # A step
    "leaf": "叶子张量",
    "gradient of this pass": "本次梯度",
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
    "That cannot be read: {why}": "看不懂这个答案：{why}",
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
    "run {run}/{steps}": "运行 {run}/{steps}",
    "seen {seen}/{steps}": "读过 {seen}/{steps}",
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
    # Work on pages
    "{number} output block changed": "改写了 {number} 个输出块",
    "{number} output blocks changed": "改写了 {number} 个输出块",
    "watching {path}; Ctrl-C ends it": "正在留意 {path} 的改动；按 Ctrl-C 结束",
    "wrote {path}; `gradcli scenario {path} --watch` runs it whenever you save it": (
        "已写入 {path}；`gradcli scenario {path} --watch` 会在每次保存后运行它"
    ),
    "forgot {number} scenario": "已清除 {number} 篇教程的进度",
    "forgot {number} scenarios": "已清除 {number} 篇教程的进度",
}
