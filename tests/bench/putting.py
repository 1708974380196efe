"""Puts rules and events into a database of a bench, for processes that have set Django up."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from audiences.intake import partition_of
from audiences.intake.store import Row
from campaigns.rules.form import parse_rule
from campaigns.rules.live import renew_stamp
from campaigns.rules.models import Rule, RuleVersion
from config.kit import clock
from config.kit.ids import derived
from config.kit.versions import digest


def put_live(workspace_id: int, raws: Sequence[dict[str, Any]]) -> None:
    """Make rules live without trying them: a thousand trials are not what is measured."""
    now = clock.now()
    for raw in raws:
        form = parse_rule(raw)
        steered = {"mode": form.controls.mode, "priority": form.controls.priority}
        rule = Rule.objects.create(
            workspace_id=workspace_id, key=form.key, name=form.name, created_at=now, updated_at=now, **steered
        )
        rule.live = RuleVersion.objects.create(
            rule=rule,
            number=1,
            definition=form.definition,
            sha256=digest(form.definition),
            author="bench",
            created_at=now,
        )
        rule.save()
    renew_stamp(workspace_id)


def row_of(workspace_id: int, number: int, event: dict[str, Any]) -> Row:
    """Return an event as intake stores it."""
    person = derived(workspace_id, "user", event["user"])
    return Row(
        w=workspace_id,
        d=derived(workspace_id, "message", number, event["user"]).hex,
        b=0,
        p=person.hex,
        s=partition_of(person),
        k=1,
        n=event["kind"],
        t=clock.now(),
        u=event["user"],
        r=msgspec.Raw(json.dumps(event).encode()),
    )
