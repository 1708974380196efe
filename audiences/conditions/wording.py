"""The words of each language in which a condition is told to people; only words, no logic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The phrases of one language. `{name}`, `{value}` and the like are filled in by `telling`."""

    operators: Mapping[str, str]
    times: Mapping[str, str]
    units: Mapping[str, str]
    one_unit: Mapping[str, str]
    trait: str
    property: str
    event_name: str
    segment: str
    did: str
    within: str
    ever: str
    where: str
    every: str
    any: str
    negated: str
    bracket: str
    listed: str
    either: str
    pair: str
    truth: Mapping[bool, str]
    found: str
    missing: str
    member: Mapping[bool, str]


ENGLISH: Final = Wording(
    operators={
        "eq": "is {value}",
        "ne": "is not {value}",
        "lt": "is less than {value}",
        "lte": "is at most {value}",
        "gt": "is more than {value}",
        "gte": "is at least {value}",
        "between": "is between {value}",
        "in": "is one of {value}",
        "not_in": "is none of {value}",
        "contains": "contains {value}",
        "not_contains": "does not contain {value}",
        "starts_with": "starts with {value}",
        "ends_with": "ends with {value}",
        "matches": "matches {value}",
        "exists": "is known",
        "not_exists": "is not known",
        "before": "is before {value}",
        "after": "is after {value}",
        "older_than": "is more than {value} ago",
        "newer_than": "is less than {value} ago",
        "has_any": "has any of {value}",
        "has_all": "has all of {value}",
    },
    times={
        "at_least": "at least {n}×",
        "at_most": "at most {n}×",
        "exactly": "exactly {n}×",
        "less_than": "less than {n}×",
        "more_than": "more than {n}×",
    },
    units={"d": "{n} days", "h": "{n} hours", "m": "{n} minutes", "s": "{n} seconds"},
    one_unit={"d": "1 day", "h": "1 hour", "m": "1 minute", "s": "1 second"},
    trait="{name} {test}",
    property="the event's {name} {test}",
    event_name="the event is {value}",
    segment="member of {name}",
    did="did {name} {times}{window}{where}",
    within=" in the last {value}",
    ever="",
    where=" where {value}",
    every=" and ",
    any=" or ",
    negated="not ({value})",
    bracket="({value})",
    listed=", ",
    either=" or ",
    pair="{least} and {greatest}",
    truth={True: "true", False: "false"},
    found="{value}; found: {actual}",
    missing="nothing",
    member={True: "member", False: "no member"},
)
CHINESE: Final = Wording(
    operators={
        "eq": "为{value}",
        "ne": "不为{value}",
        "lt": "小于 {value}",
        "lte": "不大于 {value}",
        "gt": "大于 {value}",
        "gte": "不小于 {value}",
        "between": "介于 {value} 之间",
        "in": "为{value}之一",
        "not_in": "不属于{value}",
        "contains": "包含{value}",
        "not_contains": "不包含{value}",
        "starts_with": "以{value}开头",
        "ends_with": "以{value}结尾",
        "matches": "匹配{value}",
        "exists": "有值",
        "not_exists": "无值",
        "before": "早于 {value}",
        "after": "晚于 {value}",
        "older_than": "距今超过 {value}",
        "newer_than": "距今不足 {value}",
        "has_any": "含有{value}中任意一项",
        "has_all": "含有{value}全部各项",
    },
    times={
        "at_least": "至少 {n} 次",
        "at_most": "至多 {n} 次",
        "exactly": "恰好 {n} 次",
        "less_than": "少于 {n} 次",
        "more_than": "多于 {n} 次",
    },
    units={"d": "{n} 天", "h": "{n} 小时", "m": "{n} 分钟", "s": "{n} 秒"},
    one_unit={},
    trait="「{name}」{test}",
    property="事件的「{name}」{test}",
    event_name="事件为{value}",
    segment="属于人群{name}",
    did="{window}发生{name}{times}{where}",
    within="最近 {value}内",
    ever="曾经",
    where="，且其{value}",
    every="，并且",
    any="，或者",
    negated="并非（{value}）",
    bracket="（{value}）",
    listed="、",
    either="或",
    pair="{least} 与 {greatest}",
    truth={True: "是", False: "否"},
    found="{value}；实际：{actual}",
    missing="无",
    member={True: "属于", False: "不属于"},
)
LANGUAGES: Final = {"en": ENGLISH, "zh": CHINESE}
