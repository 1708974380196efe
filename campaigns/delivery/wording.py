"""Says what the gate found: one line per check, with the value and the limit it was held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.delivery.labels import CHECKS, WORDS, label_of_state, reason_text
from campaigns.delivery.models import Delivery
from config.kit.labels import Label
from config.kit.templatetags.kit import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check as it is shown."""

    text: str
    held: bool
    got: str
    limit: str

    @property
    def state(self) -> str:
        return "pass" if self.held else "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Why a message is in its state: the sentence, and the gate's checks in their order."""

    label: Label
    text: str
    checks: tuple[CheckLine, ...]

    @property
    def level(self) -> str:
        return self.label.level


def answer(delivery: Delivery) -> Answer:
    """Say why this message was sent, blocked, held or left in doubt."""
    return Answer(
        label=label_of_state(delivery.state),
        text=_sentence(delivery),
        checks=tuple(_line(check) for check in delivery.gate),
    )


def _sentence(delivery: Delivery) -> str:
    if delivery.state == Delivery.State.PENDING and not delivery.reason:
        return _("On its way: the checks run just before it is sent.")
    sentence = SENTENCES.get(delivery.state, SENTENCES[Delivery.State.SENDING])
    return str(sentence) % {"reason": reason_text(delivery.reason)}


SENTENCES: Final[dict[str, str | Promise]] = {
    Delivery.State.SENT: gettext_lazy("Sent: every check passed."),
    Delivery.State.BLOCKED: gettext_lazy("Blocked: %(reason)s."),
    Delivery.State.HELD: gettext_lazy("Held: %(reason)s. It is checked again by itself."),
    Delivery.State.FAILED: gettext_lazy("Failed: %(reason)s."),
    Delivery.State.IN_DOUBT: gettext_lazy("In doubt: it may have arrived. It is not sent again by itself."),
    Delivery.State.PENDING: gettext_lazy("Waiting to be tried again: %(reason)s."),
    Delivery.State.SENDING: gettext_lazy("Being sent: the checks have passed."),
}


def _line(check: Mapping[str, Any]) -> CheckLine:
    name = str(check.get("check", ""))
    return CheckLine(
        text=str(CHECKS.get(name, check.get("rule") or name)),
        held=bool(check.get("passed")),
        got=_value(check.get("value")),
        limit=_value(check.get("limit")),
    )


def _value(value: Any) -> str:
    if isinstance(value, str):
        return str(WORDS.get(value, value))
    if isinstance(value, dict) and "state" in value:
        return _consent(value)
    return "" if value is None else plain(value)


def _consent(value: Mapping[str, Any]) -> str:
    state = value.get("state")
    if not state:
        return _("none recorded")
    word = str(WORDS.get(state, state))
    if not value.get("changed_at"):
        return word
    day = timezone.localtime(datetime.fromisoformat(value["changed_at"])).date().isoformat()
    return f"{word} · {day} · {value.get('source', '')}".removesuffix(" · ")
