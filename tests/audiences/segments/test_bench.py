"""The bench of audiences runs whole on a small crowd: both sides of every question count the same, nothing is off."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.bench.crowd_questions import QUESTIONS

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
@pytest.mark.django_db  # also alone, for without a marked test there is no database to set up
def test_the_bench_of_audiences_agrees_with_itself_on_a_small_crowd(tmp_path):
    out = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.bench", "audiences", "--quick", "--json", str(out)]
    subprocess.run(command, cwd=ROOT, env={**os.environ}, check=True, timeout=280)
    lines = {line["metric"]: line for line in msgspec.json.decode(out.read_bytes())}
    hand = [line["ratio"] for metric, line in lines.items() if metric.startswith("Q") and "preview" not in metric]
    assert len(hand) == len(QUESTIONS)
    assert sorted(hand)[len(hand) // 2] < 6
    assert lines["members of a segment counted"]["ratio"] < 5
    assert lines["touched people judged again"]["ratio"] < 50
    assert lines["everybody judged by 100 segments"]["ratio"] < 1
