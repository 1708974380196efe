"""The gate before a rule goes live: a throw-away process tries it beside those that listen to the same events."""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from config.kit.errors import InputRefused, Problem

logger = logging.getLogger(__name__)
SITUATIONS: Final = 300
SECONDS: Final = 20
SEED: Final = 20260105
ROOT: Final = Path(__file__).parents[2]
COMMAND: Final = (sys.executable, "-m", "campaigns.rules.trial")


def pass_gate(definition: Mapping[str, Any], *, beside: Sequence[Mapping[str, Any]]) -> int:
    """Try the rule and return in how many situations; raise `InputRefused` if the engine cannot be trusted with it."""
    given = json.dumps({"rules": [definition, *beside], "seed": SEED, "count": SITUATIONS})
    try:
        done = subprocess.run(
            COMMAND, input=given, capture_output=True, text=True, timeout=SECONDS, cwd=ROOT, check=False
        )
    except subprocess.TimeoutExpired:
        raise _refusal(f"the rule engine did not finish within {SECONDS} s") from None
    if done.returncode:
        logger.error("the trial of rule %s ended with %s: %s", definition["key"], done.returncode, done.stderr[-2000:])
        raise _refusal(f"the rule engine failed on it ({_ending(done.returncode)})")
    outcome = json.loads(done.stdout)
    if outcome["disagreements"] or outcome["faults"]:
        logger.error("the trial of rule %s found disagreements: %s", definition["key"], outcome)
        raise _refusal("the rule engine and the interpreter do not agree on it")
    return int(outcome["tried"])


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"


def _refusal(message: str) -> InputRefused:
    hint = "the rule stays as it was; say the condition more simply, or ask for help with the key of the rule"
    return InputRefused([Problem(path="/if", message=message, hint=hint)])
