"""Problems stand at the line of the JSON that they are about."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules.editor.places import lines, placed, read
from config.kit.errors import InputRefused, Problem

TEXT = """{
  "key": "big",
  "if": {"all": [
    {"property": "amount", "is": "gte", "value": 100},
    {"segment": "loyal \\" / ~"}
  ]},
  "a/b": [1,
    2]
}"""


def test_each_value_has_its_line():
    assert lines(TEXT) == {
        "": 1,
        "/key": 2,
        "/if": 3,
        "/if/all": 3,
        "/if/all/0": 4,
        "/if/all/0/property": 4,
        "/if/all/0/is": 4,
        "/if/all/0/value": 4,
        "/if/all/1": 5,
        "/if/all/1/segment": 5,
        "/a~1b": 7,
        "/a~1b/0": 7,
        "/a~1b/1": 8,
    }


def test_what_is_missing_stands_at_what_is_around_it():
    (one,) = placed([Problem(path="/if/all/1/value", message="is missing")], TEXT)
    assert one["line"] == 5


@pytest.mark.parametrize(("text", "line"), [('{\n "a": 1,\n}', 3), ("{\n", 2), ("[1,\n2", 2)])
def test_broken_json_is_refused_at_its_line(text, line):
    with pytest.raises(InputRefused) as refused:
        read(text)
    assert placed(list(refused.value.problems), text)[0]["line"] == line


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_every_value_of_any_json_is_found(value):
    text = json.dumps(value, indent=1, ensure_ascii=False)
    assert set(lines(text)) == set(pointers(value))


def pointers(value, path=""):
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from pointers(inner, path + "/" + name.replace("~", "~0").replace("/", "~1"))
    if isinstance(value, list):
        for place, inner in enumerate(value):
            yield from pointers(inner, f"{path}/{place}")
