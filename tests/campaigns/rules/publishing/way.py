"""Drafts, cases and people to start from."""

from campaigns.rules.publishing.drafts import save_draft
from campaigns.rules.publishing.policy import set_policy
from compliance.access.models import Member
from config.kit.actors import Actor, ActorKind
from tests import factories
from tests.campaigns.rules import given
from tests.factories import NOON


def definition(**parts):
    return {name: value for name, value in given.raw_rule(**parts).items() if name != "key"}


def above(limit):
    return {"if": {"property": "amount", "is": "gt", "value": limit}}


def draft(workspace, key="big-basket", *, revision=0, by=None, **parts):
    by = by or factories.actor()
    return save_draft(workspace.pk, key, definition(**parts), revision=revision, actor=by, now=NOON)


def member(workspace, role=Member.Role.OPERATOR, **more):
    """Return a new member as an actor."""
    user = factories.user(workspace, role=role)
    for name, value in more.items():
        setattr(user, name, value)
    user.save()
    return Actor(kind=ActorKind.USER, id=str(user.pk), name=user.username)


def four_eyes(workspace, **more):
    """Let the policy ask for a review; returns a maker and a reviewer."""
    maker, reviewer = member(workspace, Member.Role.ADMIN), member(workspace, Member.Role.REVIEWER)
    set_policy(workspace.pk, {"review": True, **more}, actor=maker, now=NOON)
    return maker, reviewer


def case(name="a big one", amount=150, fires=True, **parts):
    event = {"name": "buy", "properties": {"amount": amount}}
    return {"name": name, "event": event, "expect": {"fires": fires}, **parts}
