"""Writes the JSON Schema of decision tables: `python -m campaigns.rules.tables FILE`."""

import json
import sys
from pathlib import Path

from campaigns.rules.tables.schema import json_schema


def schema_text() -> str:
    """Return the schema as it stands in the file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
