"""What came of a file, for people: words for the reasons, and the file of refused rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audiences.imports.expected import expected_text
from audiences.imports.labels import MEANINGS, TYPES
from audiences.imports.models import Import
from audiences.imports.verbs import refused_rows
from compliance.jobs import Job, csv_pieces

ADDED: Final = ("line", "problem_column", "problem", "expected")
REASONS: Final[Mapping[str, str | Promise]] = {
    "columns": _("another number of cells than the header"),
    "quotes": _("a quote that is not closed"),
    "encoding": _("not readable in this encoding"),
    "nul": _("a NUL character"),
    "too_long": _("too long"),
    "too_large": _("too large"),
    "json": _("no JSON object"),
    "not_text": _("not a text"),
    "not_a_number": _("not a number"),
    "not_a_boolean": _("neither yes nor no"),
    "not_a_consent": _("neither granted nor withdrawn"),
    "not_a_time": _("not a time"),
    "no_such_time": _("a time that the clocks jumped over"),
    "not_a_list": _("not a list"),
    "no_time": _("no time"),
    "no_offset": _("no offset from UTC"),
    "in_the_future": _("more than a day in the future"),
    "too_old": _("before the year 2000"),
    "missing": _("missing"),
    "reserved": _("a name that is the product's own"),
    "different_body": _("its message id stands for other content already"),
    "forbidden_value": _("a value that cannot be kept"),
    "wrong_type": _("of another type"),
    "unknown_field": _("a field that calls do not have"),
    "unknown_type": _("an unknown type of call"),
    "unstorable": _("refused by the database"),
}


def reason_text(reason: str) -> str:
    """Return what a reason is called."""
    return str(REASONS.get(reason, reason))


def counts_of(job: Job | None) -> Mapping[str, Any] | None:
    """Return what came of the rows so far: at the end the job's result, before it the last checkpoint."""
    if job is None:
        return None
    found: Mapping[str, Any] | None = job.result or job.checkpoint.get("tally")
    return found


def refused_file(found: Import) -> Iterator[bytes]:
    """Yield the refused rows as CSV: the original columns, then what is wrong."""
    columns = [column["column"] for column in found.mapping.get("columns", ())] or ["row"]
    return csv_pieces([*columns, *ADDED], _rows(found, len(columns)))


def _rows(found: Import, width: int) -> Iterator[Sequence[Any]]:
    for row in refused_rows(found).iterator(chunk_size=2000):
        cells = [*row.cells, *[""] * width][:width]
        yield [*cells, row.line, row.column, row.reason, row.expected]


def reasons_of(counts: Mapping[str, Any] | None) -> list[tuple[str, int]]:
    """Return why rows were refused, the most frequent reason first."""
    found = (counts or {}).get("reasons", {})
    return [(reason_text(reason), count) for reason, count in sorted(found.items(), key=lambda one: -one[1])]


def examples_of(counts: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the first refused rows with their reasons in words."""
    return [
        {**one, "said": reason_text(one["reason"]), "expected": expected_text(one["expected"])}
        for one in (counts or {}).get("examples", ())
    ]


def meanings_of(found: Import) -> list[dict[str, Any]]:
    """Return what the columns mean, in words; those that are left out are left out."""
    return [
        {
            "column": column["column"],
            "means": MEANINGS.get(column["to"], column["to"]),
            "name": column["name"] if column["to"] in ("field", "consent") else "",
            "type": TYPES.get(column["type"], column["type"]) if column["to"] == "field" else "",
        }
        for column in found.mapping.get("columns", ())
        if column["to"] != "skip"
    ]


def refused_lines(found: Import, *, most: int) -> list[dict[str, Any]]:
    """Return the first refused rows with the words for why."""
    return [
        {"row": row, "said": reason_text(row.reason), "expected": expected_text(row.expected)}
        for row in refused_rows(found)[:most]
    ]
