"""YAML 1.2 core: what looks like a text is one, and nothing is decided twice."""

import math

import pytest

from campaigns.scenario.yaml12 import documents
from config.kit.errors import InputRefused


def read(text):
    (found,) = documents(text)
    return found


@pytest.mark.parametrize(
    "word", ["on", "off", "yes", "no", "y", "n", "On", "NO", "20:00", "1:30:00", "2026-01-05", "<<"]
)
def test_words_of_yaml_1_1_are_texts(word):
    assert read(f"key: {word}") == {"key": word}
    assert read(f"{word}: 1") == {word: 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        (".inf", math.inf),
        ("2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z"),
    ],
)
def test_the_core_schema_decides_what_a_plain_word_is(text, value):
    assert read(f"key: {text}") == {"key": value}


def test_a_key_that_stands_twice_is_refused_with_its_line():
    with pytest.raises(InputRefused) as refused:
        read("a: 1\nb: 2\na: 3\n")
    assert refused.value.problems[0].path == "line 3, column 1"
    assert "stands twice" in refused.value.problems[0].message


def test_keys_stay_as_they_are_written():
    assert read("{1: a, 1.0: b, true: c}") == {"1": "a", "1.0": "b", "true": "c"}


@pytest.mark.parametrize(
    "text",
    ["[1, 2", "a: !!python/object/apply:os.system [ls]", "a: &x [*x]\n? [1]\n: 2", "[" * 5000, "a: " + "9" * 5000],
)
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(InputRefused):
        read(text)


def test_a_file_may_hold_several_documents():
    assert list(documents("a: 1\n---\na: 2\n")) == [{"a": 1}, {"a": 2}]
