"""A trait that nobody was seen with is a warning with a suggestion, never an error."""

import pytest

from audiences.builder import catalogue
from audiences.intake.models import EventKind
from audiences.segments.doubts import doubts
from tests.audiences.events import come, row
from tests.factories import api_key, bearer, workspace

pytestmark = pytest.mark.django_db


def test_a_misspelt_trait_is_doubted_where_it_stands():
    brand = workspace()
    come(row(brand.id, user="u", kind=EventKind.IDENTIFY, name="identify", properties={"city": "Ulm"}))
    catalogue.forget()
    known = {"trait": "city", "is": "exists"}
    where = {"all": [known, {"not": {"held": {"trait": "ctiy", "is": "exists"}, "for": {"at_least": "1d"}}}]}
    (found,) = doubts(brand.id, where)
    assert (found.path, found.hint) == ("/where/all/1/not/held/trait", "did you mean city?")


def test_the_api_defines_the_segment_and_says_what_it_doubts(client):
    brand = workspace()
    come(row(brand.id, user="u", kind=EventKind.IDENTIFY, name="identify", properties={"city": "Ulm"}))
    catalogue.forget()
    body = {"key": "odd", "where": {"trait": "citi", "is": "eq", "value": "Ulm"}}
    key = bearer(api_key(brand, "segments:write"))
    answer = client.post("/v1/segments", body, content_type="application/json", headers=key)
    assert answer.status_code == 201
    assert [warning["path"] for warning in answer.json()["warnings"]] == ["/where/trait"]
