"""Chinese names are found by initials, by syllables, by both mixed, and by every reading of a character."""

import time

import pytest

from config.kit.pinyin import keys, matches, narrowed


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("会员等级", "hydj"),
        ("会员等级", "huiyuan"),
        ("会员等级", "huiydengj"),
        ("会员等级", "dj"),
        ("会员等级", "会员"),
        ("会员等级", "HYDJ"),
        ("银行短信", "yh"),  # 行 is read háng here
        ("行为分群", "xwfq"),  # and xíng here
        ("重庆门店", "cqmd"),
        ("绿色会员", "lvse"),
        ("绿色会员", "luse"),
        ("VIP 会员", "viphy"),
        ("VIP 会员", "vip h"),
        ("Ｗｉｄｅ", "wide"),
        ("Win back 赢回", "yh"),
        ("anything", ""),
    ],
)
def test_a_name_is_found(text, query):
    assert matches(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [("会员等级", "hydjx"), ("会员等级", "hd"), ("Loyal", "xx"), ("", "a"), ("会员", "员会"), ("🎉", "g")],
)
def test_another_name_is_not(text, query):
    assert not matches(text, query)


def test_keys_hold_the_text_the_syllables_and_the_initials_of_every_reading():
    assert keys("会员等级") == ("会员等级", "huiyuandengji", "hydj", "kydj")
    assert "yhdx" in keys("银行短信")
    assert keys("Plain name") == ("plain name",)
    assert len(keys("行" * 30)) <= 18


def test_a_long_or_hostile_query_costs_little():
    began = time.perf_counter()
    assert not matches("行会" * 150, "h" * 99 + "!")
    assert matches("a" * 300, "a" * 50_000 + "b")  # what lies behind the hundredth character is not looked at
    assert time.perf_counter() - began < 0.5


def test_rows_are_narrowed_by_any_of_their_texts():
    rows = [(1, ["会员等级", "levels"]), (2, ["沉睡客户", "asleep"])]
    assert narrowed(rows, "hydj") == [1]
    assert narrowed(rows, "asl") == [2]
