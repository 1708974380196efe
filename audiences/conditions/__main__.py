"""Writes the reference of the condition language, schema and page: `python -m audiences.conditions DIRECTORY`."""

import json
import sys
from pathlib import Path

from audiences.conditions import json_schema
from audiences.conditions.reference import page


def schema_text() -> str:
    """Return the schema as it stands in the file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    (directory / "conditions.schema.json").write_text(schema_text(), encoding="utf-8")
    (directory / "conditions.md").write_text(page(), encoding="utf-8")
