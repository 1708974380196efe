"""What a row should have held is told in the reader's language."""

import pytest
from django.utils.translation import override

from audiences.imports.expected import PLAIN, expected_text
from audiences.imports.values import Unfit, number


def test_words_stand_in_the_reader_s_language():
    with pytest.raises(Unfit) as refused:
        number("twelve")
    assert refused.value.expected in PLAIN
    with override("zh-hans"):
        assert expected_text(refused.value.expected).startswith("形如")
        assert expected_text("5 cells, as in the header") == "5 个单元格，与表头一致"


def test_what_has_no_words_stands_as_it_was_kept():
    with override("zh-hans"):
        assert expected_text("something rare") == "something rare"
