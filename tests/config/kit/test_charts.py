"""Charts: one set of numbers as picture, table and CSV; and the small pictures that the server draws."""

from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from config.kit.charts import Chart, Series, days_before
from config.kit.templatetags.charts import columns, points, spark


def chart(**changes) -> Chart:
    made = {
        "id": "c",
        "title": "Sent",
        "of": "Day",
        "labels": ["1", "2"],
        "series": [Series(name="S", values=[3, None])],
    }
    return Chart(**{**made, **changes})


def test_uneven_series_are_refused():
    with pytest.raises(ValueError, match="not as many values"):
        chart(labels=["1"])


def test_the_table_and_the_csv_hold_what_the_picture_shows():
    shown = chart(links=["/a/"])
    assert [(row["label"], row["link"], row["values"]) for row in shown.rows] == [
        ("1", "/a/", (3,)),
        ("2", "", (None,)),
    ]
    assert unquote(shown.csv).removeprefix("data:text/csv;charset=utf-8,\ufeff") == "Day,S\r\n1,3\r\n2,\r\n"


def test_no_cell_starts_a_formula():
    assert "'=1+1" in unquote(chart(labels=["=1+1", "x"]).csv)


def test_no_name_breaks_out_of_the_page():
    html = render_to_string(
        "cotton/chart.html", {"chart": chart(title="<script>x</script>", labels=["</script>", "b"])}
    )
    assert "<script>x" not in html
    assert html.count("</script>") == 1


def test_days_are_those_of_the_reader_s_zone():
    with timezone.override("Asia/Shanghai"):
        assert days_before(datetime(2026, 3, 1, 20, tzinfo=UTC), 2) == [date(2026, 3, 1), date(2026, 3, 2)]


def test_small_pictures_say_their_numbers():
    assert 'aria-label="Sent: 0, 4"' in spark([0, 4], "Sent")
    assert points([0, 4]) == "2.0,22.0 94.0,2.0"
    assert points([]) == ""
    assert "&lt;b&gt;" in columns([1, 0], "<b>")
