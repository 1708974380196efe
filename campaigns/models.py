"""Gathers the models of the rooms of campaigns."""

from campaigns.actions import Action
from campaigns.actions.webhooks.models import Endpoint
from campaigns.delivery.frequency.models import FrequencyCap, QuietHours
from campaigns.delivery.models import Delivery, MailboxMessage
from campaigns.flows.canvas.models import FlowDraft
from campaigns.flows.models import EntryDecision, Flow, FlowVersion, Run, Step
from campaigns.parking import DrainProgress, ParkedEvent
from campaigns.pulse import Pulse
from campaigns.rules.models import Firing, FiringCount, HeldBack, Rule, RuleSetStamp, RuleVersion
from campaigns.rules.publishing.models import RuleCase, RuleDraft, RulePolicy, RuleReview
from campaigns.rules.streams.models import RuleWait, StreamAlarm, StreamBucket, StreamGroup, StreamHit, StreamTurn

__all__ = [
    "Action",
    "Delivery",
    "DrainProgress",
    "Endpoint",
    "EntryDecision",
    "Firing",
    "FiringCount",
    "Flow",
    "FlowDraft",
    "FlowVersion",
    "FrequencyCap",
    "HeldBack",
    "MailboxMessage",
    "ParkedEvent",
    "Pulse",
    "QuietHours",
    "Rule",
    "RuleCase",
    "RuleDraft",
    "RulePolicy",
    "RuleReview",
    "RuleSetStamp",
    "RuleVersion",
    "RuleWait",
    "Run",
    "Step",
    "StreamAlarm",
    "StreamBucket",
    "StreamGroup",
    "StreamHit",
    "StreamTurn",
]
