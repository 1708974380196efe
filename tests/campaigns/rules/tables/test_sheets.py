"""Tables out of spreadsheets and into them: copied cells, XLSX files, and what must never be a formula."""

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.rules.form import parse_rule
from campaigns.rules.tables import workbook
from campaigns.rules.tables.pasting import cells_of, guess_type, has_header, new_table, under_columns
from campaigns.rules.tables.workbook import read_workbook, write_workbook
from config.kit.errors import InputRefused
from tests.campaigns.rules.tables.made import COLUMNS, OUTPUTS, drawn, raw_table, table

NAMES = {"columns": ["amount", "city"], "outputs": ["Flow"]}
DANGEROUS = ["=1+1", "+1", "-x", "@SUM(A1)", '=cmd|"/c calc"!A1']


def test_copied_cells_keep_tabs_line_ends_and_quotes():
    assert cells_of('a\t"b\nc"\r\n"say ""hi"""\t"Rome, north"\n\n\t\n') == [
        ["a", "b\nc"],
        ['say "hi"', '"Rome, north"'],
    ]


def test_columns_are_found_by_the_names_in_the_first_row_or_by_their_place():
    by_name = under_columns(cells_of("City\tShop\tamount\nRome\tx\t> 5"), **NAMES)
    assert by_name.rows == ({"when": ["> 5", "Rome"], "then": ["-"]},)
    assert (by_name.ignored, by_name.missing) == (("Shop",), ("Flow",))
    by_place = under_columns(cells_of("> 5\tRome\tbig\n\t\tsmall"), **NAMES)
    assert [row["then"] for row in by_place.rows] == [["big"], ["small"]]
    assert by_place.rows[1]["when"] == ["-", "-"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "> 5", "1..3", "-"], "number"),
        (["yes", "no", ""], "truth"),
        (["2026-01-05", "older than 7d"], "date"),
        (["1", "gold"], "text"),
    ],
)
def test_the_type_of_a_column_is_guessed_from_all_its_cells(cells, kind):
    assert guess_type(cells) == kind


def test_a_header_is_known_by_not_fitting_what_stands_under_it():
    assert has_header(cells_of("Amount\tCity\n5\tRome"), ())
    assert not has_header(cells_of("4\tOslo\n5\tRome"), ())


def test_copied_cells_become_a_table_of_properties():
    made = new_table(cells_of("amount\tcity\tflow\n> 5\tRome\tbig\n\t\tsmall"))
    form = parse_rule({"key": "t", "on": ["buy"], **made})
    assert [(column.name, column.type) for column in form.table.columns] == [("amount", "number"), ("city", "text")]
    assert [row.then for row in form.table.rows] == [("big",), ("small",)]


@pytest.mark.parametrize("text", ["", "\n\t\n", "x" * 2_000_001, "a\n" * 2_002, "\t" * 90 + "x"])
def test_too_much_or_nothing_is_refused(text):
    with pytest.raises(InputRefused):
        cells_of(text)


@pytest.mark.parametrize("hit", ["first", "collect", "priority"])
def test_a_table_comes_back_from_its_file_as_it_was(hit):
    for seed in range(5):
        form = drawn(seed, rows=20, hit=hit)
        assert parse_rule(read_workbook(write_workbook(form))).definition == form.definition


notes = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=20)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(notes.filter(lambda text: text == text.strip()), min_size=1, max_size=3))
def test_any_note_comes_back_as_it_was(written):
    rows = [{"when": ["-", "-"], "then": ["a"], "note": note} for note in written]
    form = parse_rule({**raw_table(["-", "-", "a"]), "rows": rows})
    assert parse_rule(read_workbook(write_workbook(form))).definition == form.definition


def test_what_begins_like_a_formula_is_written_as_text():
    rows = [{"when": ["-", f'"{text}"' if '"' not in text else "-"], "then": ["a"], "note": text} for text in DANGEROUS]
    form = parse_rule({**raw_table(["-", "-", "a"]), "rows": rows})
    content = write_workbook(form)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if name.startswith("xl/worksheets/sheet")]
        assert b'quotePrefix="1"' in packed.read("xl/styles.xml")
    assert sheets
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    assert parse_rule(read_workbook(content)).definition == form.definition


def file_of(*lines, formula=None):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for at, line in enumerate(lines):
        sheet.write_row(at, 0, line)
    if formula:
        sheet.write_formula(*formula)
    book.close()
    return file.getvalue()


def test_numbers_and_truth_values_of_a_spreadsheet_are_cells():
    base = {**raw_table(), "columns": [*COLUMNS, {"property": "paid", "type": "truth"}], "outputs": OUTPUTS}
    base["columns"] = [{"name": column["property"], **column} for column in base["columns"]]
    read = read_workbook(
        file_of(["amount", "city", "paid", "Flow"], [5, "Rome", True, "a"], [2.5, "", False, ""]), base=base
    )
    assert [row["when"] for row in read["rows"]] == [["5", "Rome", "yes"], ["2.5", "-", "no"]]


def test_of_a_formula_only_the_value_is_taken_that_was_saved_with_it():
    base = table(["-", "-", "a"]).definition
    content = file_of(["amount", "city", "Flow"], [1, "Rome", "a"], formula=(1, 0, "=40+2", None, 7))
    assert read_workbook(content, base=base)["rows"][0]["when"] == ["7", "Rome"]


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (workbook.MOST_UNPACKED + 1))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a zip",
        b"PK\x03\x04" + b"0" * 50,
        b"x" * (workbook.MOST_BYTES + 1),
        bomb(),
        file_of(["amount", "city", "Flow"], [1, "Rome", "a"]),
    ],
)
def test_a_file_that_is_no_table_is_refused(content):
    with pytest.raises(InputRefused):
        read_workbook(content)


def test_a_file_without_one_of_the_columns_is_refused_by_its_name():
    with pytest.raises(InputRefused, match="city"):
        read_workbook(file_of(["amount", "Flow"], [1, "a"]), base=table(["-", "-", "a"]).definition)
