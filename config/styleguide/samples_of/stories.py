"""What the chapters on stories and logic show: reasons, changes, conditions, a decision table."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from config.styleguide.samples_of.words import say


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a why panel, in the shape of the gate's."""

    state: str
    text: str
    got: str = ""
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a judged condition, in the shape of the sentences of conditions."""

    state: str
    text: str
    got: str = ""
    children: tuple["Line", ...] = field(default=())


def content(now: datetime) -> dict[str, Any]:
    """Return reasons, changes, a story and a table."""
    return {
        "checks": _checks(),
        "judged": _judged(),
        "changes": _changes(),
        "story": {
            name: now - timedelta(seconds=back) for name, back in (("a", 3), ("b", 61), ("c", 62), ("d", 90_000))
        },
        "decision": _decision(),
        "long_name": _long(),
    }


def _checks() -> tuple[Check, ...]:
    return (
        Check("pass", say("The person consented", "顾客已同意"), say("since 2026-03-02", "2026-03-02 起")),
        Check("pass", say("Outside quiet hours", "不在勿扰时段"), "14:02", "09:00–21:00"),
        Check("fail", say("At most 3 messages in 7 days", "7 天内不超过 3 条"), "3", "< 3"),
        Check("skip", say("Sender has room", "发送通道有余量"), say("not asked", "未检查")),
    )


def _judged() -> Line:
    return Line(
        "pass",
        say("all of these hold", "满足以下全部"),
        children=(
            Line("pass", say("tier is silver or gold", "会员等级为银卡或金卡"), say("silver", "银卡")),
            Line(
                "pass",
                say("any of these holds", "满足以下任一"),
                children=(
                    Line("fail", say("bought in the last 30 days", "近 30 天有购买"), say("41 days ago", "41 天前")),
                    Line("pass", say("opened the app at least 3 times", "打开 App 至少 3 次"), "5"),
                ),
            ),
            Line("pass", say("not in “Staff”", "不在“内部员工”人群中"), say("is not in it", "不在其中")),
        ),
    )


def _changes() -> tuple[dict[str, str], ...]:
    return (
        {
            "sort": "changed",
            "what": say("At most", "频次上限"),
            "before": say("5 messages in 7 days", "7 天内 5 条"),
            "after": say("3 messages in 7 days", "7 天内 3 条"),
        },
        {
            "sort": "added",
            "what": say("Step “Wait until Friday”", "步骤“等到周五”"),
            "before": "",
            "after": say("wait until 09:00 on Friday, in the zone of the customer", "等到顾客所在时区周五 09:00"),
        },
        {
            "sort": "removed",
            "what": say("Branch “Can be reached by WeCom”", "分支“可触达企微”"),
            "before": say("yes → WeCom, no → text message", "是 → 企微，否 → 短信"),
            "after": "",
        },
    )


def _decision() -> list[dict[str, Any]]:
    any_ = say("any", "任意")
    silver, gold = say("silver", "银卡"), say("gold", "金卡")
    return [
        {"cells": (gold, "≥ 500", any_), "answers": (say("voucher 50", "50 元券"), say("WeCom", "企微")), "mark": ""},
        {"cells": (gold, any_, any_), "answers": (say("voucher 30", "30 元券"), say("WeCom", "企微")), "mark": "hit"},
        {"cells": (silver, "≥ 200", any_), "answers": (say("voucher 20", "20 元券"), say("text", "短信")), "mark": ""},
        {"cells": (gold, "≥ 800", say("yes", "是")), "answers": (say("call", "电话回访"), "–"), "mark": "shadowed"},
        {"cells": (any_, any_, any_), "answers": (say("nothing", "不发"), "–"), "mark": ""},
    ]


def _long() -> str:
    part = say(
        "Second order within thirty days for people who came through the shop in the harbour and never open letters ",
        "三十天内二次下单且通过滨江门店入会但从未打开过任何一封邮件并且没有绑定企业微信的沉睡顾客专属唤回旅程",
    )
    return (part * 8)[:300]
