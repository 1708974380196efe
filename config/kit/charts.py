"""What a chart shows: named series over labels, once as a picture, once as a table and once as CSV."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import quote

from django.utils import timezone

Kind = Literal["line", "columns", "stack", "rows", "share"]
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # how a cell starts that a spreadsheet would run


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line or colour of a chart; `tone` names a colour of the theme, None in `values` is a gap."""

    name: str
    values: Sequence[float | None]
    tone: Literal["", "brand", "ok", "warn", "bad", "info", "vio"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart: `title` says what it shows, `said` what is to be seen in it (a screen reader reads that).

    `of` names what the labels are (the first column of the table), `unit` what the numbers count,
    `links` the lists behind the labels, `limit` a line that should not be crossed.
    """

    id: str
    title: str
    of: str
    labels: Sequence[str]
    series: Sequence[Series]
    kind: Kind = "line"
    unit: str = ""
    said: str = ""
    links: Sequence[str] = ()
    limit: float | None = None
    limit_name: str = ""

    def __post_init__(self) -> None:
        uneven = [each.name for each in self.series if len(each.values) != len(self.labels)]
        if uneven:
            raise ValueError(f"{', '.join(uneven)}: not as many values as labels")

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for each in self.series for value in each.values)

    @property
    def data(self) -> dict[str, Any]:
        """Return what the island draws."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "labels": list(self.labels),
            "links": list(self.links),
            "limit": self.limit,
            "limit_name": self.limit_name,
            "whole": all(isinstance(value, int) for each in self.series for value in each.values if value is not None),
            "series": [{"name": each.name, "values": list(each.values), "tone": each.tone} for each in self.series],
        }

    @property
    def rows(self) -> Iterator[Mapping[str, Any]]:
        """Return the table's rows."""
        links = [*self.links, *[""] * (len(self.labels) - len(self.links))]
        columns = zip(*(each.values for each in self.series), strict=True)
        for label, link, values in zip(self.labels, links, columns, strict=True):
            yield {"label": label, "link": link, "values": values}

    @property
    def csv(self) -> str:
        """Return the table as an address that downloads it: no request, no script."""
        written = io.StringIO()
        table = csv.writer(written)
        table.writerow([_cell(self.of), *(_cell(each.name) for each in self.series)])
        table.writerows([_cell(row["label"]), *row["values"]] for row in self.rows)
        return f"data:text/csv;charset=utf-8,%EF%BB%BF{quote(written.getvalue())}"


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def days_before(now: datetime, n: int) -> list[date]:
    """Return the last `n` days in the reader's zone, today included, oldest first."""
    today = timezone.localtime(now).date()
    return [today - timedelta(days=ago) for ago in range(n - 1, -1, -1)]
