"""What somebody decided stays theirs through renames and merges."""

import pytest

from audiences.intake.models import EventKind
from compliance.consent import directory
from compliance.consent.consents import consents_of, grant, withdraw
from config.kit.ids import derived
from tests.audiences.events import come, row
from tests.factories import NOON

pytestmark = pytest.mark.django_db
EMAIL = {"channel": "email", "purpose": "marketing", "source": "form"}


def identify(user, anonymous=None):
    return row(1, user=user, anonymous=anonymous, kind=EventKind.IDENTIFY, name="identify")


def test_a_visitors_withdrawal_binds_the_user_whom_they_turn_out_to_be():
    visitor, user = derived(1, "anonymous", "a"), derived(1, "user", "u")
    come(row(1, anonymous="a"), row(1, user="u"))
    grant(1, user, **EMAIL, at=NOON)
    withdraw(1, visitor, **EMAIL, at=NOON)
    come(identify("u", "a"))
    assert consents_of(1, user).get().state == "withdrawn"
    assert directory.heir(1, visitor) == user


def test_a_renamed_user_is_found_by_the_new_id_and_a_stranger_gets_the_id_to_come():
    come(row(1, user="old"))
    come(row(1, user="new", kind=EventKind.ALIAS, name="alias", properties={"previousId": "old"}))
    found = directory.people(1, ["old", "new", "stranger"])
    assert found["old"] == found["new"]
    assert found["stranger"] == derived(1, "user", "stranger")
