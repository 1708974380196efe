"""A suppressed address is found in any spelling, in its own workspace, and cannot be read back."""

import pytest

from compliance import audit
from compliance.consent.models import Suppression
from compliance.consent.suppressions import lift, suppress, suppressed
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_an_address_is_found_in_any_spelling_and_the_first_reason_stays():
    workspace = factories.workspace()
    assert suppress(workspace.pk, "email", ["Ann@Example.com", "bob@example.com"], reason="complaint", at=NOON) == 2
    assert suppress(workspace.pk, "email", ["ann@example.com"], reason="manual", at=NOON) == 0
    found = suppressed(workspace.pk, "email", [" ann@EXAMPLE.com", "eve@example.com"])
    assert found == {" ann@EXAMPLE.com": "complaint"}


def test_other_workspaces_and_channels_are_not_touched():
    workspace, other = factories.workspace(), factories.workspace()
    suppress(workspace.pk, "email", ["a@example.com"], reason="manual", at=NOON)
    assert not suppressed(other.pk, "email", ["a@example.com"])
    assert not suppressed(workspace.pk, "sms", ["a@example.com"])


def test_the_address_stands_neither_in_the_list_nor_on_the_trail():
    workspace = factories.workspace()
    suppress(workspace.pk, "email", ["secret@example.com"], reason="manual", at=NOON)
    rows = str(list(Suppression.objects.values())) + str(list(audit.entries(workspace.pk).values()))
    assert "secret" not in rows


def test_a_lifted_address_may_be_written_to_again():
    workspace = factories.workspace()
    suppress(workspace.pk, "email", ["a@example.com"], reason="manual", at=NOON)
    assert lift(workspace.pk, "email", "A@example.com", at=NOON)
    assert not lift(workspace.pk, "email", "a@example.com", at=NOON)
    assert not suppressed(workspace.pk, "email", ["a@example.com"])
    assert [entry.action for entry in audit.entries(workspace.pk)] == ["suppression.lifted", "suppression.added"]
