"""Purchases that wait for the drain, and what they set off."""

from campaigns.rules.models import Firing
from tests.audiences.events import put, row


def buys(workspace, *amounts, user="u", **more):
    put(*(row(workspace.pk, user=user, properties={"amount": amount}, **more) for amount in amounts))


def amounts_fired():
    return sorted(firing.facts["event"]["properties"]["amount"] for firing in Firing.objects.all())
