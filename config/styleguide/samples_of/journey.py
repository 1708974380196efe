"""What the chapter on the journey canvas shows: a graph laid out by hand, in the shape that the canvas draws."""

from typing import Any, Final

from config.kit.labels import Label
from config.styleguide.samples_of.words import say

WIDTH: Final = 232
HEIGHT: Final = 84
PLACES: Final = {
    "enter": (280, 24),
    "welcome": (280, 156),
    "wait": (280, 288),
    "reach": (280, 420),
    "wecom": (96, 568),
    "text": (464, 568),
    "goal": (280, 712),
}
WAYS: Final = (
    ("enter", "welcome", "", ""),
    ("welcome", "wait", "", ""),
    ("wait", "reach", "", ""),
    ("reach", "wecom", "yes", "walked"),
    ("reach", "text", "no", ""),
    ("wecom", "goal", "", "walked"),
    ("text", "goal", "", ""),
)

Step = tuple[str, tuple[str, str, str, str], tuple[int, int, int]]
Marks = dict[str, tuple[str, Label]]


def content() -> dict[str, Any]:
    """Return one graph as it is, one that is compared, and single cards."""
    return {"graph": _graph({}), "compared": _graph(_marks()), "cards": _graph(_marks())["nodes"]}


def _marks() -> Marks:
    return {
        "wait": ("changed", Label("warn", "pencil", say("changed", "已修改"))),
        "wecom": ("added", Label("ok", "plus", say("added", "新增"))),
        "text": ("removed", Label("bad", "minus", say("removed", "删除"))),
        "welcome": ("", Label("vio", "sparkles", say("AI-made", "AI 生成"))),
        "reach": ("refused", Label("bad", "circle-alert", say("1 problem", "1 个问题"))),
        "goal": ("walked", Label("brand", "route", say("on the path", "经过"))),
    }


def _graph(marks: Marks) -> dict[str, Any]:
    nodes = [_node(*step, marks) for step in _steps()]
    return {"width": 792, "height": 824, "nodes": nodes, "ways": [_way(*way) for way in WAYS]}


def _steps() -> tuple[Step, ...]:
    text, wecom = say("sends a text message", "发送短信"), say("sends WeCom", "发送企微消息")
    return (
        (
            "enter",
            (say("Reaches silver", "升级为银卡"), say("starts on event", "事件触发"), "vio", "zap"),
            (48_210, 0, 0),
        ),
        ("welcome", (say("Welcome text", "欢迎短信"), text, "brand", "send"), (48_210, 0, 278)),
        ("wait", (say("Two days", "等待 2 天"), say("waits", "等待"), "warn", "hourglass"), (44_381, 2_589, 0)),
        (
            "reach",
            (say("Can WeCom reach them?", "可触达企微？"), say("branches", "条件分支"), "info", "split"),
            (41_792, 0, 0),
        ),
        ("wecom", (say("Adviser says hello", "导购一对一问候"), wecom, "brand", "message-square"), (27_508, 0, 28)),
        ("text", (say("Voucher by text", "短信发券"), text, "brand", "send"), (14_284, 0, 70)),
        ("goal", (say("Second order", "完成二次下单"), say("goal", "目标"), "ok", "target"), (9_120, 0, 0)),
    )


def _node(key: str, about: tuple[str, str, str, str], numbers: tuple[int, int, int], marks: Marks) -> dict[str, Any]:
    name, kind, level, icon = about
    mark, flag = marks.get(key, ("", None))
    x, y = PLACES[key]
    entered, waiting, failed = (f"{number:,}" if number else "" for number in numbers)
    return {
        "name": name,
        "kind": kind,
        "level": level,
        "icon": icon,
        "url": f"?step={key}",
        "x": x,
        "y": y,
        "mark": mark,
        "flags": [flag] if flag else [],
        "entered": entered or "0",
        "waiting": waiting,
        "failed": failed,
    }


def _way(start: str, end: str, text: str, mark: str) -> dict[str, Any]:
    """Draw from the foot of one card to the head of the next, with rounded corners half-way."""
    x1, y1 = PLACES[start][0] + WIDTH // 2, PLACES[start][1] + HEIGHT
    x2, y2 = PLACES[end][0] + WIDTH // 2, PLACES[end][1]
    middle = (y1 + y2) // 2
    words = {"yes": say("yes", "是"), "no": say("no", "否"), "": ""}
    if x1 == x2:
        path = f"M{x1} {y1}V{y2}"
    else:
        turn = 8 if x2 > x1 else -8
        down, up = f"Q{x1} {middle} {x1 + turn} {middle}", f"Q{x2} {middle} {x2} {middle + 8}"
        path = f"M{x1} {y1}V{middle - 8}{down}H{x2 - turn}{up}V{y2}"
    return {"path": path, "mark": mark, "text": words[text], "x": (x1 + x2) // 2, "y": middle - 6}
