"""An instant is written in the reader's zone; its tooltip adds UTC and the zone of the person whom it is about."""

from datetime import UTC, datetime
from types import SimpleNamespace

from django.utils import timezone

from config.kit.templatetags.kit import when

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def told(zone: str) -> str:
    with timezone.override("Asia/Shanghai"):
        return str(when(NOON, person=SimpleNamespace(traits={"timezone": zone})))


def test_the_tooltip_names_the_reader_s_zone_utc_and_the_person_s():
    found = told("America/New_York")
    assert ">2026-03-02 20:00<" in found
    assert "2026-03-02 20:00:00 Asia/Shanghai" in found
    assert "2026-03-02 12:00:00 UTC" in found
    assert "2026-03-02 07:00:00 America/New_York" in found


def test_a_zone_that_is_none_or_the_reader_s_own_adds_nothing():
    assert told("Nowhere/Town").count("·") == 1
    assert told("Asia/Shanghai").count("·") == 1
