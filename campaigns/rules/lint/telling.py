"""Tells findings in a sentence of a language; only words, no logic beyond filling them in."""

from collections.abc import Mapping
from typing import Any, Final

from campaigns.rules.lint.findings import Finding

_ENGLISH: Final[Mapping[str, str]] = {
    "dead": "{rule} can never match{names}",
    "never_on": "{rule} can never match on {events}, though it listens to it",
    "always": "{rule} matches on every event that it listens to: its condition says nothing",
    "duplicate": "{rule} matches exactly where {others} does, and does the same",
    "subsumed": "{rule} matches only where {others} matches too, and does the same: it adds nothing",
    "unreachable": "{rule} always gives way to {others} in the group {group}: it never acts",
    "overlap": "{rule} and {others} may match on the same event {over}",
    "loop": "{rule} may set itself off without end: {names} {way}",
    "unknown_event": "no event {name} has been seen yet{meant}",
    "unknown_property": "no event of {rule} was seen with a property {name}{meant}",
    "unknown_trait": "nobody was seen with a trait {name}{meant}",
    "other_type": "{rule} compares {name} as {type}, but it was only seen as {others_type}",
    "mixed_types": "{rule} compares {name} as {type}, and other rules as {others_type}: {others}",
    "row_dead": "row {row} of {rule} can never match{names}",
    "row_unreachable": "row {row} of {rule} is never reached: all that it matches is taken before by {rows}",
    "row_duplicate": "row {row} of {rule} says the same as {rows}",
    "row_overlap": "row {row} of {rule} may match together with {rows}, and they differ in what they do",
    "gap": "{rule} has no row for some events, such as the one shown",
    "no_catch_all": "{rule} has no last row that matches whatever the others leave over",
    "outcome_unreachable": "no row of {rule} that can be reached leads to {outcome}",
}
_CHINESE: Final[Mapping[str, str]] = {
    "dead": "规则 {rule} 永远不会命中{names}",
    "never_on": "规则 {rule} 虽然监听 {events}，但在该事件上永远不会命中",
    "always": "规则 {rule} 对它监听的每个事件都会命中：条件没有起作用",
    "duplicate": "规则 {rule} 与 {others} 的命中范围完全相同，动作也相同",
    "subsumed": "规则 {rule} 命中时 {others} 也必定命中，且动作相同：它没有任何作用",
    "unreachable": "在互斥组 {group} 中，规则 {rule} 总是让位于 {others}：它永远不会执行",
    "overlap": "规则 {rule} 与 {others} 可能同时命中同一个事件{over}",
    "loop": "规则 {rule} 可能无限循环触发自己：{names}{way}",
    "unknown_event": "尚未见过事件 {name}{meant}",
    "unknown_property": "规则 {rule} 的事件中尚未见过属性 {name}{meant}",
    "unknown_trait": "尚未见过任何人有特征 {name}{meant}",
    "other_type": "规则 {rule} 把 {name} 当作{type}来比较，但只见过它是{others_type}",
    "mixed_types": "规则 {rule} 把 {name} 当作{type}来比较，其他规则当作{others_type}：{others}",
    "row_dead": "决策表 {rule} 的第 {row} 行永远不会命中{names}",
    "row_unreachable": "决策表 {rule} 的第 {row} 行永远轮不到：它前面的{rows}已包含它的全部情况",
    "row_duplicate": "决策表 {rule} 的第 {row} 行与{rows}的条件相同",
    "row_overlap": "决策表 {rule} 的第 {row} 行可能与{rows}同时命中，但结果不同",
    "gap": "决策表 {rule} 对某些事件没有对应的行，例如所示的事件",
    "no_catch_all": "决策表 {rule} 没有兜底的最后一行",
    "outcome_unreachable": "决策表 {rule} 中没有任何可到达的行会得出 {outcome}",
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "and": " and ",
        "comma": ", ",
        "names": ": what it asks of {names} cannot all be true",
        "meant": "; did you mean {meant}?",
        "group": "in the group {group}",
        "target": "and treat {target} differently",
        "way": "leads back to it by way of {others}",
        "back": "is what it listens to itself",
        "rows": "rows {rows}",
        "one_row": "row {rows}",
        "text": "a text",
        "number": "a number",
        "truth": "yes or no",
        "moment": "a date and time",
        "list": "a list",
    },
    "zh": {
        "and": "、",
        "comma": "、",
        "names": "：对 {names} 的要求不能同时成立",
        "meant": "；是否是指 {meant}？",
        "group": "（同属互斥组 {group}）",
        "target": "，但对 {target} 的处理不同",
        "way": "经由 {others} 又回到它自己",
        "back": "正是它自己监听的事件",
        "rows": "第 {rows} 行",
        "one_row": "第 {rows} 行",
        "text": "文本",
        "number": "数字",
        "truth": "是或否",
        "moment": "日期时间",
        "list": "列表",
    },
}
_SENTENCES: Final = {"en": _ENGLISH, "zh": _CHINESE}


def sentence(finding: Finding, language: str) -> str:
    """Return what was found in a language (`en`, or any form of `zh`)."""
    code = "zh" if language.lower().startswith("zh") else "en"
    return _SENTENCES[code][finding.kind].format(**_filled(finding, _WORDS[code]))


def _filled(finding: Finding, words: Mapping[str, str]) -> dict[str, Any]:
    about = finding.about
    others = _listed(finding.rules[1:], words)
    rows = words["one_row" if len(finding.rows) == 2 else "rows"]
    return {
        "rule": finding.rules[0],
        "others": others,
        "row": finding.rows[0] if finding.rows else "",
        "rows": rows.format(rows=words["comma"].join(map(str, finding.rows[1:]))),
        "names": _names(about.get("names"), words),
        "meant": words["meant"].format(meant=about["meant"]) if about.get("meant") else "",
        "events": _listed(about.get("events", ()), words),
        "over": next((words[key].format(**about) for key in ("group", "target") if key in about), ""),
        "way": words["way"].format(others=others) if others else words["back"],
        "type": words.get(about.get("type", ""), ""),
        "others_type": words.get(about.get("others", ""), ""),
        **{key: about.get(key, "") for key in ("name", "group", "outcome")},
    }


def _names(names: Any, words: Mapping[str, str]) -> str:
    if isinstance(names, str):
        return names
    return words["names"].format(names=_listed(names, words)) if names else ""


def _listed(names: Any, words: Mapping[str, str]) -> str:
    first, last = list(names)[:-1], list(names)[-1:]
    return words["and"].join([words["comma"].join(first), *last] if first else last)
