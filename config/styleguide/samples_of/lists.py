"""What the chapters on lists, figures and messages show."""

from datetime import datetime, timedelta
from typing import Any

from config.kit.charts import Chart, Series
from config.kit.labels import Label
from config.styleguide.samples_of.words import say


def content(now: datetime) -> dict[str, Any]:
    """Return rows of a list, bars, a histogram and two charts."""
    return {
        "journeys": _journeys(now),
        "reasons": _reasons(),
        "sent_chart": _sent(),
        "reason_chart": _by_reason(),
        "hours": (12, 18, 9, 4, 3, 3, 6, 22, 41, 58, 63, 57, 49, 60, 97, 71, 55, 48, 52, 37, 30, 26, 19, 14),
        "files": (
            (say("People of March", "三月顾客名单"), "people-march.csv", 48_210, now - timedelta(minutes=4)),
            (say("Returns, all shops", "全部门店退货"), "returns.xlsx", 1_204, now - timedelta(hours=3)),
        ),
    }


def live() -> Label:
    return Label("ok", "circle-play", say("live", "运行中"))


def review() -> Label:
    return Label("warn", "hourglass", say("in review", "待审核"))


def failing() -> Label:
    return Label("bad", "triangle-alert", say("failing: WeCom limit", "异常：企微限流"))


def _journeys(now: datetime) -> list[dict[str, Any]]:
    draft = Label("", "pencil", say("draft", "草稿"))
    paused = Label("warn", "circle-pause", say("paused", "已暂停"))
    up, level, down = "0,18 16,14 32,16 48,9 64,11 80,5 96,3", "0,22 96,22", "0,4 16,3 32,6 48,7 64,14 80,18 96,21"
    steady, stopped = "0,14 16,12 32,13 48,11 64,12 80,10 96,11", "0,8 16,9 32,8 48,12 64,22 80,22 96,22"
    rows = (
        (
            "silver-activation",
            say("Silver member activation", "银卡会员激活"),
            live(),
            "林岚",
            (48_210, 2_589, 9_120),
            up,
        ),
        ("win-back", say("Win back those who sleep", "沉睡顾客唤回"), review(), "Amara", (0, 0, 0), level),
        ("return-care", say("Care after a return", "退货关怀"), failing(), "陈默", (1_204, 88, 73), down),
        ("birthday-week", say("Birthday week", "生日周"), live(), "林岚", (12_977, 410, 2_306), steady),
        ("fresh-fish", say("Fresh fish on Friday", "周五鲜鱼"), paused, "Mateo", (6_340, 0, 811), stopped),
        ("second-order", say("First order, second chance", "首单之后"), draft, "Jun", (0, 0, 0), level),
    )
    return [
        {
            "key": key,
            "name": name,
            "label": label,
            "owner": owner,
            "entered": entered,
            "inside": inside,
            "converted": converted,
            "points": points,
            "changed": now - timedelta(hours=len(key)),
        }
        for key, name, label, owner, (entered, inside, converted), points in rows
    ]


def _reasons() -> list[dict[str, Any]]:
    return [
        {"text": say("Sent 3 of at most 3 in 7 days", "7 天内已触达 3 次，上限 3 次"), "n": 5_684, "share": 61},
        {"text": say("No consent for text messages", "未同意接收短信"), "n": 2_143, "share": 23},
        {"text": say("Quiet hours of the customer", "顾客所在时区的勿扰时段"), "n": 1_118, "share": 12},
        {"text": say("Address on the suppression list", "地址在拒收名单中"), "n": 373, "share": 4},
    ]


def _days() -> list[str]:
    return ["11-16", "11-17", "11-18", "11-19", "11-20", "11-21", "11-22"]


def _sent() -> Chart:
    return Chart(
        id="guide-sent",
        title=say("Most went out on Friday", "周五发送最多"),
        said=say("Text messages grew each day; e-mail stayed level.", "短信逐日增长，邮件持平。"),
        of=say("Day", "日期"),
        unit=say("messages", "条"),
        labels=_days(),
        series=(
            Series(name=say("E-mail", "邮件"), values=(8210, 8032, 8411, 8120, 9904, 7713, 7020)),
            Series(name=say("Text message", "短信"), values=(3120, 3380, 3610, 4022, 6204, 5913, 5480)),
            Series(name=say("WeCom", "企业微信"), values=(1402, 1388, 1511, 1620, 1904, 902, 210)),
        ),
    )


def _by_reason() -> Chart:
    rows = _reasons()
    return Chart(
        id="guide-reasons",
        kind="rows",
        title=say("Six in ten were blocked by the cap", "六成因频次上限被拦下"),
        said=say("Consent is next.", "其次是缺少同意。"),
        of=say("Reason", "原因"),
        unit=say("messages", "条"),
        labels=[row["text"] for row in rows],
        series=(Series(name=say("Blocked", "拦下"), values=[row["n"] for row in rows], tone="bad"),),
    )
