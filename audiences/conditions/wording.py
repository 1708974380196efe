"""The words of each language in which a condition is told to people; only words, no logic."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The phrases of one language. `{name}`, `{value}` and the like are filled in by `telling`."""

    operators: Mapping[str, str]
    times: Mapping[str, str]
    once: Mapping[str, str]
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
    groups: Mapping[str, str]
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
    granted: Mapping[bool, str]
    measures: Mapping[str, str]
    measured: str
    sequence: str
    step: str
    then: str
    gap: str
    last: str
    held: str
    lasts: Mapping[str, str]
    first: str
    stopped: str
    returned: str
    regularly: str
    consent: str
    channels: Mapping[str, str]
    purposes: Mapping[str, str]
    steps_done: str
    since: str


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
        "at_least": "at least {n} times",
        "at_most": "at most {n} times",
        "exactly": "exactly {n} times",
        "less_than": "fewer than {n} times",
        "more_than": "more than {n} times",
    },
    once={
        "at_least": "at least once",
        "at_most": "at most once",
        "exactly": "exactly once",
        "less_than": "not even once",
        "more_than": "more than once",
    },
    units={"d": "{n} days", "h": "{n} hours", "m": "{n} minutes", "s": "{n} seconds"},
    one_unit={"d": "1 day", "h": "1 hour", "m": "1 minute", "s": "1 second"},
    trait="{name} {test}",
    property="the event's {name} {test}",
    event_name="the event is {value}",
    segment="is in the segment {name}",
    did="did {name} {times}{window}{where}",
    within=" in the last {value}",
    ever="",
    where=" where {value}",
    groups={"all": "All of these", "any": "At least one of these", "not": "Not"},
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
    member={True: "is in it", False: "is not in it"},
    granted={True: "granted", False: "not granted"},
    measures={
        "sum": "the sum of {of}",
        "avg": "the average of {of}",
        "min": "the least {of}",
        "max": "the greatest {of}",
        "distinct": "the number of different {of}",
    },
    measured="{measure} over {name}{window}{where} {test}",
    sequence="{steps}{window}",
    step="{name}{gap}{where}",
    then=", then ",
    gap=" within {value}",
    last="the last {name}{where} has {has}",
    held="{leaf}, {lasts}",
    lasts={"at_least": "for at least {value}", "less_than": "for less than {value}"},
    first="did {name}{where} for the first time{window}",
    stopped="did {name}{window}, but not in the last {quiet}{where}",
    returned="did {name} again{window}, after nothing for {quiet}{where}",
    regularly="did {name} {times} in {least} of the last {periods} periods of {every}{where}",
    consent="may be contacted by {channel} for {purpose}",
    channels={},
    purposes={},
    steps_done="{n} of {all} steps",
    since="since {value}",
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
    once={
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
    groups={"all": "满足全部", "any": "满足任意一项", "not": "不满足"},
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
    granted={True: "已同意", False: "未同意"},
    measures={
        "sum": "「{of}」之和",
        "avg": "「{of}」均值",
        "min": "「{of}」最小值",
        "max": "「{of}」最大值",
        "distinct": "「{of}」去重数",
    },
    measured="{window}{name}的{measure}{test}{where}",
    sequence="{window}依次发生{steps}",
    step="{name}{gap}{where}",
    then="，然后",
    gap="（间隔不超过 {value}）",
    last="最近一次{name}{where}，满足{has}",
    held="{leaf}，{lasts}",
    lasts={"at_least": "已持续至少 {value}", "less_than": "持续不足 {value}"},
    first="{window}首次发生{name}{where}",
    stopped="{window}发生过{name}，但最近 {quiet}内没有{where}",
    returned="沉默 {quiet}后，{window}再次发生{name}{where}",
    regularly="最近 {periods} 个周期（每个 {every}）中至少 {least} 个周期发生{name}{times}{where}",
    consent="同意通过 {channel} 接收 {purpose}",
    channels={"email": "电子邮件", "sms": "短信", "push": "推送"},
    purposes={"marketing": "营销消息", "transactional": "事务消息"},
    steps_done="完成 {n}/{all} 步",
    since="自 {value}",
)
LANGUAGES: Final = {"en": ENGLISH, "zh": CHINESE}
