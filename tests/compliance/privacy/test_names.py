"""What a person is called is found in texts and files as a whole, in every usual encoding, across blocks."""

import io

import pytest

from compliance.privacy.names import BLOCK, names

ANNA = names(["anna-7", "anna@example.com", "+86 138 0013 8000", "用户甲", "42", None, ""])


@pytest.mark.parametrize(
    "text",
    [
        "anna-7",
        "id=anna-7;",
        '{"user":"ANNA-7"}',
        "Anna@Example.com",
        "tel. +86 138 0013 8000",
        "a,42,b",
        "42",
        "用户甲",
    ],
)
def test_a_name_is_found_as_a_whole_in_any_case(text):
    assert ANNA.stand_in(text)


@pytest.mark.parametrize(
    "text", ["", "anna-77", "joanna-7", "hanna@example.com", "page 42 of 50", "1425", "142,", "乙"]
)
def test_what_only_resembles_a_name_is_left_alone(text):
    assert not ANNA.stand_in(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("called", ["anna-7", "用户甲"])
def test_a_file_is_read_in_its_encoding(encoding, called):
    text = "编号,金额\n丙,12\nCALLED,30\n"
    assert ANNA.stand_in_file(io.BytesIO(text.replace("CALLED", called).encode(encoding)))
    assert not ANNA.stand_in_file(io.BytesIO(text.encode(encoding)))


@pytest.mark.parametrize("before", [BLOCK - 12, BLOCK - 3, BLOCK, BLOCK + 1])
def test_a_name_on_the_border_of_two_blocks_is_found(before):
    assert ANNA.stand_in_file(io.BytesIO(b"," * before + b"anna@example.com"))


def test_json_loses_the_texts_and_keys_that_name_somebody_and_keeps_the_rest():
    kept = {"rows": 3, "examples": [{"line": 2, "value": "late"}, {"line": 3, "value": "…"}], "by": {}}
    told = {
        "rows": 3,
        "examples": [{"line": 2, "value": "late"}, {"line": 3, "value": "to anna-7"}],
        "by": {"anna-7": 1},
    }
    assert ANNA.taken_out_of(told) == kept


def test_nobody_s_names_are_found_nowhere():
    assert not names([None, ""]).stand_in("anything")
