"""What the chapters on basics and forms show."""

from typing import Any, Final

from config.styleguide.samples_of.words import say

TONES: Final = (
    "bg", "surface", "raised", "sunken", "hover", "line", "line-strong", "ink", "ink-2", "ink-3", "brand",
    "brand-strong", "brand-soft", "on-brand", "ok", "ok-soft", "warn", "warn-soft", "bad", "bad-soft", "bad-strong",
    "on-bad", "info", "info-soft", "vio", "vio-soft", "hatch", "plot-1", "plot-2", "plot-3", "plot-4", "plot-5",
    "plot-6",
)  # fmt: skip
SIZES: Final = ("26", "20", "15", "14", "13", "12")
ICONS: Final = (
    "house", "users", "tags", "workflow", "zap", "route", "send", "inbox", "scroll-text", "activity", "layers",
    "filter", "columns-3", "star", "bookmark", "calendar", "clock", "hourglass", "timer", "bell", "megaphone",
    "target", "split", "scale", "sparkles", "flask-conical", "git-compare", "lock", "shield-check", "shield-alert",
    "siren", "octagon-x", "circle-check", "circle-alert", "circle-x", "triangle-alert", "ban", "info",
)  # fmt: skip


def content() -> dict[str, Any]:
    """Return tokens, icons and the options of the fields."""
    return {
        "tones": TONES,
        "sizes": SIZES,
        "icons": ICONS,
        "channels": (
            ("email", say("E-mail", "邮件")),
            ("sms", say("Text message", "短信")),
            ("wecom", say("WeCom", "企业微信")),
            ("push", say("App push", "App 推送")),
        ),
        "refused_form": {
            "id": "guide-form",
            "key": "",
            "problems": True,
            "faults": {"g-days": say("Waits: at least 0.", "等待：不能小于 0。")},
        },
        "chosen": ("sms", "wecom"),
        "checklist": (
            ("sms", say("The text names the sender", "文案写明发送方"), "林岚 · 13:51"),
            ("wecom", say("Simulated on last week", "已用上周数据模拟"), "林岚 · 13:58"),
            ("link", say("Every link opens", "所有链接可打开")),
        ),
        "leaving": (
            ("stay", say("Stay until the end", "继续走完"), say("The usual choice.", "通常的选择。")),
            (
                "leave",
                say("Leave at once", "立即退出"),
                say("Messages that wait are not sent.", "等待中的消息不再发送。"),
            ),
        ),
    }
