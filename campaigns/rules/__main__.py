"""Writes the JSON Schema of rules: `python -m campaigns.rules FILE`."""

import json
import sys
from pathlib import Path

from campaigns.rules.schema import json_schema


def schema_text() -> str:
    """Return the schema as it stands in the file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
