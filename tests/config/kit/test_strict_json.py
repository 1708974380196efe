"""What a body may not hold, and that the answer names the place."""

import pytest

from config.kit import strict_json
from config.kit.errors import InputRefused


def places(body: bytes) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        strict_json.read(body)
    return [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (rb'{"a": {"b": "x\u0000"}}', "/a/b"),
        (rb'{"a": ["\ud800"]}', "/a/0"),
        (b'{"a": NaN}', "/a"),
        (b'{"a": [1, -Infinity]}', "/a/1"),
        (b'{"a": 1e999}', "/a"),
        (b'{"a": {"b": 1, "b": 2}}', "/a/b"),
        (b'{"a": {"__proto__": 1}}', "/a/__proto__"),
        (b'{"constructor": {"prototype": {}}}', "/constructor"),
        (rb'{"a\u0000b": 1}', "/a\\0b"),
        (b'{"a/b": {"c~d": NaN}}', "/a~1b/c~0d"),
    ],
)
def test_a_forbidden_value_is_refused_at_its_place(body, place):
    assert places(body) == [place]


@pytest.mark.parametrize("body", [b"", b"{", b"{'a': 1}", b'{"a": 1}x', b"\xff\xfe", b'{"a": "\xc3"}', b"[" * 5000])
def test_what_is_not_json_is_malformed(body):
    with pytest.raises(strict_json.Malformed):
        strict_json.read(body)


def test_a_number_of_ten_thousand_digits_is_malformed_and_not_a_crash():
    with pytest.raises(strict_json.Malformed):
        strict_json.read(b'{"a": ' + b"9" * 10_000 + b"}")


def test_sixty_four_levels_pass_and_sixty_five_do_not():
    assert strict_json.read(b"[" * 64 + b"]" * 64)
    with pytest.raises(InputRefused) as caught:
        strict_json.read(b"[" * 65 + b"]" * 65)
    assert caught.value.problems[0].path == "/0" * 64


def test_many_faults_are_reported_but_not_without_end():
    assert len(places(b"[" + b",".join([b"NaN"] * 500) + b"]")) == strict_json.MAX_PROBLEMS


def test_chinese_text_and_a_plain_constructor_pass():
    assert strict_json.read('{"队": "红牛", "constructor": "Red Bull"}'.encode()) == {
        "队": "红牛",
        "constructor": "Red Bull",
    }
