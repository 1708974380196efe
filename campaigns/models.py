"""Gathers the models of the rooms of campaigns."""

from campaigns.actions import Action
from campaigns.delivery.models import Delivery, MailboxMessage
from campaigns.flows.models import EntryDecision, Flow, FlowVersion, Run, Step
from campaigns.rules.models import Firing, Rule, RuleVersion

__all__ = [
    "Action",
    "Delivery",
    "EntryDecision",
    "Firing",
    "Flow",
    "FlowVersion",
    "MailboxMessage",
    "Rule",
    "RuleVersion",
    "Run",
    "Step",
]
