"""Which texts PostgreSQL may compare without normalising them."""

import sys
from unicodedata import category, combining, decomposition, normalize

import pytest

from audiences.segments.sql.spelling import is_spelt_once, only_text, spellings


@pytest.mark.parametrize("text", ["Shanghai", "上", "Ulm 7", "a@b.c", "", "日本", "ß"])
def test_usual_texts_are_spelt_once(text):
    assert is_spelt_once(text)


@pytest.mark.parametrize("text", ["é", "K", "Å", ";", "`", "한", "ग़", "e\u0301", "Ω", "\u0915\u093c", "海"])
def test_texts_with_a_second_spelling_are_not(text):
    assert not is_spelt_once(text)


def test_no_other_character_leads_to_a_text_that_is_spelt_once():
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if 0xD800 <= code < 0xE000 or category(char) == "Cn":
            continue
        plain = normalize("NFC", char)
        if plain != char:
            assert not is_spelt_once(plain), hex(code)
        parts = decomposition(char).split()
        if len(parts) > 1 and not parts[0].startswith("<"):
            last = chr(int(parts[-1], 16))
            assert combining(last) or category(last).startswith("M"), hex(code)


@pytest.mark.parametrize("text", ["5", "-1", "true", "false", "[1]", '{"a": 1}', "", "0x"])
def test_what_another_value_may_be_written_as_is_not_only_text(text):
    assert not only_text(text)


def test_words_are_only_text():
    assert only_text("gold")
    assert only_text("null")
    assert only_text("True")


def test_a_few_spellings_are_listed():
    assert {"上海", "上\ufa45"} <= set(spellings("上海"))
    assert set(spellings("OK")) == {"OK", "O\u212a"}
    assert spellings("K" * 10) == spellings("é") == ()
    for text in ("上海", "OK"):
        assert {normalize("NFC", one) for one in spellings(text)} == {text}
