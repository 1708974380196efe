"""Whatever a file is like: each row that cannot be taken is named with line, column, value and what was expected."""

import codecs
import csv
import io
import tracemalloc
from datetime import timedelta

import pytest

from audiences.imports import limits, upkeep, verbs
from audiences.imports.models import RefusedRow
from audiences.imports.reading import Reading, reading_of, sniff
from audiences.imports.records import Records
from audiences.imports.report import refused_file
from audiences.intake.models import Event
from config.kit.errors import InputRefused
from tests import factories
from tests.audiences.imports.files import HEADER, ORDERS, lines, made, row, run, stored
from tests.factories import NOON

NAMES = "user_id,名字,ts\nu1,王小明,2025-01-02\nu2,李雷😀,2025-01-03\n"
NAMED = {
    "what": "events",
    "event": "seen",
    "columns": [
        {"column": "user_id", "to": "user_id"},
        {"column": "名字", "to": "field", "name": "name"},
        {"column": "ts", "to": "time"},
    ],
}
# kind: (the row, the column at fault, the reason)
BROKEN = {
    "a number that is text": (row(0, amount="many"), "amount", "not_a_number"),
    "a number with a currency": (row(0, amount="$12.50"), "amount", "not_a_number"),
    "a decimal comma that makes a cell more": (row(0, amount="12,5"), "", "columns"),
    "a boolean that is neither": (row(0, vip="perhaps"), "vip", "not_a_boolean"),
    "a time that is none": (row(0, ts="soon"), "ts", "not_a_time"),
    "a day that does not exist": (row(0, ts="2025-02-30 10:00:00"), "ts", "not_a_time"),
    "a time far ahead": (row(0, ts="2031-01-01 10:00:00"), "ts", "in_the_future"),
    "no time": (row(0, ts=""), "ts", "no_time"),
    "nobody": (row(0, user_id=""), "user_id", "missing"),
    "an id that is too long": (row(0, user_id="u" * 300), "user_id", "too_long"),
    "too few cells": ("u0,u0@example.com", "", "columns"),
    "a quote that is never closed": (row(0, note='"never closed'), "", "quotes"),
    "a NUL character": (row(0, note="a\x00b"), "", "nul"),
    "an item that is too large": (row(0, note="x" * 40_000), "", "too_large"),
}


@pytest.fixture
def workspace(db):
    return factories.workspace()


def test_five_percent_of_rows_broken_in_many_ways_are_each_reported_and_the_rest_is_in(workspace):
    kinds = list(BROKEN.values())
    odd = {2 + 20 * n: kinds[n % len(kinds)] for n in range(70)}
    job = run(made(workspace, lines(1400, odd={n: broken[0] for n, broken in odd.items()}), **ORDERS))
    found = {(kept.line, kept.column, kept.reason) for kept in RefusedRow.objects.all()}
    assert found == {(n, column, reason) for n, (_text, column, reason) in odd.items()}
    assert (job.result["rows"], job.result["accepted"], job.result["refused"]) == (1400, 1330, 70)
    assert Event.objects.count() == 1330


def test_a_row_with_several_faults_names_them_all(workspace):
    run(made(workspace, lines(1, odd={2: row(2, amount="many", vip="perhaps")}), **ORDERS))
    kept = RefusedRow.objects.get()
    assert (kept.column, kept.value) == ("amount", "many")
    assert "vip: yes or no" in kept.expected


def test_refused_rows_come_as_a_file_with_their_own_columns_and_the_reason(workspace):
    found = made(workspace, lines(3, odd={3: row(3, amount="=1+1"), 4: "too,few"}), **ORDERS)
    run(found)
    text = b"".join(refused_file(found)).decode("utf-8-sig")
    header, first, second = csv.reader(io.StringIO(text))
    assert header == [*HEADER.split(","), "line", "problem_column", "problem", "expected"]
    assert first[:3] == ["u3", "u3@example.com", "'=1+1"], "a formula is text for spreadsheets"
    assert first[7:] == ["3", "amount", "not_a_number", "a number like 1234.56, without separators or unit"]
    assert (second[0], second[7:10]) == ("too,few", ["4", "", "columns"])


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (NAMES.encode(), "utf-8"),
        (codecs.BOM_UTF8 + NAMES.encode(), "utf-8"),
        (NAMES.encode("gb18030"), "gb18030"),
        (NAMES.replace("😀", "").encode("gbk"), "gb18030"),
        (codecs.BOM_UTF16_LE + NAMES.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + NAMES.encode("utf-16-be"), "utf-16-be"),
        ((NAMES * 3).encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_encodings_are_found_and_read(workspace, data, encoding):
    found = made(workspace, data)
    assert found.reading["encoding"] == encoding
    verbs.set_plan(found, NAMED)
    run(found)
    assert Event.objects.filter(properties__name="王小明").exists()


def test_lines_are_found_in_utf_16_whatever_bytes_stand_in_them():
    text = "a,b\n\u0a0a\u0a0a,\u010a\u0a00\nx,\U0001f600\n"
    data = text.encode("utf-16-le")
    records = Records(io.BufferedReader(io.BytesIO(data)), Reading(encoding="utf-16-le"))
    assert records.read_header() == ["a", "b"]
    assert [record.cells for record in records] == [["\u0a0a\u0a0a", "\u010a\u0a00"], ["x", "\U0001f600"]]


def test_a_wrong_encoding_is_reported_with_the_line_and_the_rest_goes_in(workspace):
    data = lines(40).replace("thanks", "谢谢").encode().replace(b"u7@", b"\xb5@")
    found = made(workspace, data, **ORDERS)
    assert found.reading["encoding"] == "utf-8"
    run(found)
    kept = RefusedRow.objects.get()
    assert (kept.line, kept.reason, kept.value) == (7, "encoding", "byte 0xb5 at place 4")
    assert Event.objects.count() == 39


def test_a_giant_line_costs_no_memory_and_one_refusal(workspace):
    giant = b"x" * (4 * limits.MAX_LINE)
    data = lines(2).encode() + giant + b"\n" + row(9).encode() + b"\n"
    found = made(workspace, data, **ORDERS)
    tracemalloc.start()
    run(found)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    kept = RefusedRow.objects.get()
    assert (kept.line, kept.reason, len(kept.cells[0])) == (4, "too_long", 2000)
    assert Event.objects.count() == 3
    assert peak < 12 * limits.MAX_LINE


def test_formulas_in_cells_are_text(workspace):
    run(made(workspace, lines(1, odd={2: row(2, note="=HYPERLINK(1)")}), **ORDERS))
    assert Event.objects.get().properties["note"] == "=HYPERLINK(1)"


def test_quotes_hold_delimiters_and_line_feeds(workspace):
    run(made(workspace, lines(2, odd={2: row(2, note='"two, ""lines""\nhere"')}), **ORDERS))
    assert Event.objects.get(user_id="u2").properties["note"] == 'two, "lines"\nhere'
    assert Event.objects.count() == 2


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_are_found(workspace, delimiter):
    text = lines(3).replace(";", " ").replace(",", delimiter)
    found = made(workspace, text, **ORDERS)
    assert found.reading["delimiter"] == delimiter
    assert run(found).result["accepted"] == 3


def test_json_lines_keep_their_types_and_say_which_do_not_fit(workspace):
    text = (
        '{"user_id":"u1","amount":3,"vip":true,"ts":1735689600,"tags":["a"]}\n'
        '{"user_id":"u2","amount":"4.5","ts":1735689600000}\n'
        '{"user_id":"u3","amount":{"eur":4},"ts":1735689600}\n'
        '{"user_id":"u4","amount":true,"ts":1735689600}\n'
        "[1]\n"
        "{nonsense\n"
    )
    found = made(workspace, text, name="orders.jsonl")
    verbs.set_plan(found, {**ORDERS, "columns": [c for c in ORDERS["columns"] if c["column"] not in ("email", "note")]})
    job = run(found)
    assert job.result["accepted"] == 2
    assert Event.objects.get(user_id="u1").properties == {"amount": 3, "vip": True, "tags": ["a"]}
    reasons = dict(RefusedRow.objects.values_list("line", "reason"))
    assert reasons == {3: "not_a_number", 4: "not_a_number", 5: "json", 6: "json"}


def test_lines_that_are_calls_go_in_as_they_are(workspace):
    text = (
        '{"type":"track","userId":"u1","event":"order","timestamp":"2025-01-01T00:00:00Z","properties":{"a":1}}\n'
        '{"type":"identify","userId":"u1","traits":{"name":"Ann"}}\n'
        '{"type":"track","userId":"u1"}\n'
    )
    found = made(workspace, text, name="calls.jsonl")
    assert found.what == "calls"
    job = run(found)
    assert (job.result["accepted"], job.result["reasons"]) == (2, {"missing": 1})


def test_an_empty_file_is_refused(workspace):
    with pytest.raises(InputRefused, match="is empty"):
        verbs.create(stored(workspace, b""), actor=factories.actor(), now=NOON)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"columns": []}, "no column says whom a row is about"),
        ({"event": ""}, "nothing says what happened"),
        ({"columns": ORDERS["columns"][:1]}, "no column says when it happened"),
        ({"columns": [*ORDERS["columns"], {"column": "gone", "to": "skip"}]}, "the file has no column 'gone'"),
        ({"zone": "Mars/Olympus"}, "is no time zone"),
        ({"columns": [*ORDERS["columns"], {"column": "note", "to": "user_id"}]}, "more than one column means user_id"),
        ({"columns": [*ORDERS["columns"], {"column": "note", "to": "consent", "name": "email"}]}, "which consent"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_with_the_way_out(workspace, plan, message):
    with pytest.raises(InputRefused, match=message):
        made(workspace, lines(2), **{**ORDERS, **plan})


def test_reading_is_sniffed_from_a_sample_that_ends_anywhere():
    data = NAMES.encode("gb18030") * 200
    for cut in range(len(data) - 6, len(data)):
        assert sniff(data[:cut]).encoding == "gb18030"
    with pytest.raises(InputRefused):
        reading_of({"encoding": "klingon"})


def test_refused_rows_are_forgotten_after_weeks(workspace):
    found = made(workspace, lines(2, odd={2: row(2, amount="many")}), **ORDERS)
    run(found)
    assert upkeep.forget_refused_rows(now=NOON + upkeep.KEEP) == 0
    assert upkeep.forget_refused_rows(now=NOON + upkeep.KEEP + timedelta(seconds=1)) == 1
    assert not RefusedRow.objects.exists()
