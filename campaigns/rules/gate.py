"""The gate before a rule goes live: a throw-away process tries it beside those that listen to the same events."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from campaigns.rules.trial import try_rules
from config.kit.errors import InputRefused, Problem

logger = logging.getLogger(__name__)
SITUATIONS: Final = 300
SECONDS: Final = 20
SEED: Final = 20260105
ROOT: Final = Path(__file__).parents[2]
COMMAND: Final = (sys.executable, "-m", "campaigns.rules.trial")


_here: ContextVar[bool] = ContextVar("signalbox_trials_here", default=False)


@contextmanager
def in_this_process() -> Iterator[None]:
    """Try rules right here inside the block: for a process that is itself thrown away, such as a scenario's."""
    token = _here.set(True)
    try:
        yield
    finally:
        _here.reset(token)


def pass_gate(definition: Mapping[str, Any], *, beside: Sequence[Mapping[str, Any]]) -> int:
    """Try the rule and return in how many situations; raise `InputRefused` if the engine cannot be trusted with it."""
    return pass_together([definition], beside=beside)


def pass_together(definitions: Sequence[Mapping[str, Any]], *, beside: Sequence[Mapping[str, Any]]) -> int:
    """Try rules that go live together, in one process; otherwise like `pass_gate`."""
    rules = [*definitions, *beside]
    outcome = try_rules(rules, seed=SEED, count=SITUATIONS) if _here.get() else _elsewhere(rules)
    if outcome["disagreements"] or outcome["faults"]:
        logger.error("the trial of rule %s found disagreements: %s", definitions[0]["key"], outcome)
        raise _refusal("the rule engine and the interpreter do not agree on it")
    return int(outcome["tried"])


def _elsewhere(rules: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    given = json.dumps({"rules": rules, "seed": SEED, "count": SITUATIONS})
    try:
        done = subprocess.run(
            COMMAND, input=given, capture_output=True, text=True, timeout=SECONDS, cwd=ROOT, check=False
        )
    except subprocess.TimeoutExpired:
        raise _refusal(f"the rule engine did not finish within {SECONDS} s") from None
    if done.returncode:
        logger.error("the trial of %s ended with %s: %s", rules[0]["key"], done.returncode, done.stderr[-2000:])
        raise _refusal(f"the rule engine failed on it ({_ending(done.returncode)})")
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit {code}"


def _refusal(message: str) -> InputRefused:
    hint = "the rule stays as it was; say the condition more simply, or ask for help with the key of the rule"
    return InputRefused([Problem(path="/if", message=message, hint=hint)])
