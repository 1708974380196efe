"""Reads the demo's definitions from their files and creates them through the API."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from config.demo.wire import Api

FILES: Final = Path(__file__).parent / "brand"
ORDER: Final = ("templates", "segments", "journeys", "rules")
"""What is referred to comes first."""
BRANDS: Final = {"en": "{{ brand.name }}", "zh": "{{ brand.name_zh }}"}


def definitions() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (kind, definition) in an order in which every reference resolves."""
    for kind in ORDER:
        for path in sorted((FILES / kind).glob("*.json")):
            definition = json.loads(path.read_text(encoding="utf-8"))
            yield kind, _with_texts(definition, path) if kind == "templates" else definition


def define(api: Api) -> int:
    """Create all definitions and let people into the journeys; the same again changes nothing. Return how many."""
    count = 0
    for kind, definition in definitions():
        api.send("POST", f"/v1/{kind}", definition)
        if kind == "journeys":
            api.send("POST", f"/v1/journeys/{definition['key']}/publish", {})
        count += 1
    return count


def _with_texts(definition: dict[str, Any], path: Path) -> dict[str, Any]:
    """Add the plain text, and the HTML put into the common frame, from the files beside the definition."""
    language = definition["locale"].partition("-")[0]
    html = (FILES / "templates" / "layout.html").read_text(encoding="utf-8")
    parts = {
        "[lang]": definition["locale"],
        "[brand]": BRANDS[language],
        "[content]": path.with_suffix(".html").read_text(encoding="utf-8").strip(),
        "[footer]": (FILES / "templates" / f"footer-{language}.html").read_text(encoding="utf-8").strip(),
    }
    for mark, text in parts.items():
        html = html.replace(mark, text)
    return definition | {"html": html, "body": path.with_suffix(".txt").read_text(encoding="utf-8")}
