"""The answers to "why" and "why not" about one person: each live rule on their latest events, their latest messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from audiences.wording import Line, verdict_line
from campaigns.delivery.lookups import messages_of_person
from campaigns.delivery.models import Delivery
from campaigns.delivery.wording import Answer, answer
from campaigns.flows.lookups import flow_names
from campaigns.rules.explain import Judgement, judgements_for
from campaigns.rules.lookups import rule_names
from config.kit.labels import Label

EVENTS: Final = 20
MESSAGES: Final = 3
FIRED: Final = Label("ok", "check", "")
NOT_FIRED: Final = Label("", "minus", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a rule made of one event, as it is shown."""

    judgement: Judgement
    line: Line
    failed: Line | None

    @property
    def label(self) -> Label:
        return FIRED if self.judgement.fired else NOT_FIRED

    @property
    def said(self) -> str:
        """The sentence: fired; would fire (the rule or the profile changed since); or what stood in the way."""
        if self.judgement.fired:
            return _("matched")
        if self.judgement.verdict.held:
            return _("did not match then, but would match today")
        return _("did not match")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """One rule: its name, what it made of the latest event that it listens to, and of those before."""

    key: str
    name: str
    latest: Judged
    earlier: Sequence[Judged]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAnswer:
    """One message: the journey that asked for it, and why it went out or not."""

    message: Delivery
    journey: str
    answer: Answer


def rule_answers(
    workspace_id: int, person_id: UUID, *, now: datetime, most: int | None = None
) -> tuple[list[RuleAnswer], int]:
    """Return what each live rule made of the person's latest events, those that matched the latest one first.

    At most `most` of them, for only what is shown need be put in words; and how many there are.
    """
    by_rule: dict[str, list[Judgement]] = {}
    for judgement in judgements_for(workspace_id, person_id, now=now, events=EVENTS):
        by_rule.setdefault(judgement.rule_key, []).append(judgement)
    names = rule_names(workspace_id)
    asked = sorted(by_rule.items(), key=lambda each: not each[1][0].fired)
    found = [
        RuleAnswer(key=key, name=names.get(key, key), latest=latest, earlier=earlier)
        for key, judgements in asked[:most]
        for latest, *earlier in (map(_judged, judgements),)
    ]
    return found, len(asked)


def message_answers(workspace_id: int, person_id: UUID) -> list[MessageAnswer]:
    """Return why the person's latest messages went out or not."""
    flows = flow_names(workspace_id)
    rows = messages_of_person(workspace_id, person_id).order_by("-created_at", "id")[:MESSAGES]
    return [
        MessageAnswer(message=row, journey=flows[row.flow_id].name if row.flow_id in flows else "", answer=answer(row))
        for row in rows
    ]


def _judged(judgement: Judgement) -> Judged:
    failed = None if judgement.failed is None else verdict_line(judgement.failed.as_json())
    return Judged(judgement=judgement, line=verdict_line(judgement.verdict.as_json()), failed=failed)
