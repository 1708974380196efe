"""Aggregate rules and mentions to start from."""

from datetime import timedelta

from audiences.mentions.taking import take_mentions
from campaigns.rules.define import define
from tests import factories
from tests.factories import NOON

ANGRY = [{"property": "sentiment", "is": "lt", "value": 0}]


def raw_burst(key="burst", **parts):
    return {
        "key": key,
        "on": ["mention"],
        "group_by": ["brand"],
        "where": ANGRY,
        "over": "10m",
        "measure": {"count": {}, "distinct": "source"},
        "if": {
            "all": [{"measure": "count", "is": "gte", "value": 5}, {"measure": "distinct", "is": "gte", "value": 3}]
        },
        **parts,
    }


def burst(workspace, key="burst", **parts):
    return define(workspace.pk, raw_burst(key, **parts), actor=factories.actor(), now=NOON)


def said(second, source="weibo", sentiment=-0.5, **more):
    at = (NOON + timedelta(seconds=second)).isoformat()
    return {"source": source, "text": f"… {second}", "at": at, "sentiment": sentiment, "brand": "acme", **more}


def mentions(workspace, *told, received_at=NOON):
    return take_mentions(workspace.pk, list(told), received_at=received_at)
