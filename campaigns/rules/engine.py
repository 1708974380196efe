"""The only door to durable_rules: small rulesets over flat facts of codes, asserted, read out and retracted.

What can be said here is deliberately little: a branch is a conjunction of comparisons between an alias of our own
making and a small integer. Nothing that operators or senders write (names, strings, patterns, numbers) ever reaches
the library, so that none of its crashing, hanging or wrong recipes can be expressed.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import durable_rules_engine as native

BRANCHES_PER_RULESET: Final = 50
"""The library fails with error 303 when 65 siblings match one fact; this stays clear of it."""
USUAL_BRANCHES: Final = 25
"""How many branches rulesets are given: few enough to leave most rulesets out, enough to ask few of them."""
TERMS_PER_BRANCH: Final = 64
ALIASES_PER_FACT: Final = 200
"""The library reads at most 252 properties of a fact."""

HEAD: Final = '{"id":"e","k":1'
"""How every fact begins; `k` is the first condition of every branch and keeps the library's own facts out."""
_RETRACTION: Final = '{"id":"e"}'
_WARM_UP: Final = '{"id":"e","k":-1}'
_ALIAS: Final = re.compile(r"[a-z][0-9]{1,6}")
_LARGEST: Final = 1 << 30
_assert: Final = native.assert_fact
_start: Final = native.start_action_for_state
_go_on: Final = native.complete_and_start_action
_retract: Final = native.retract_fact


class Comparison(Enum):
    """The comparisons that hold exactly on small integers."""

    EQ = ""
    NE = "$neq"
    GTE = "$gte"
    LTE = "$lte"


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One comparison of a branch: `alias` is a property of the fact, `code` a small integer."""

    alias: str
    comparison: Comparison
    code: int

    def as_json(self) -> dict[str, Any]:
        pair = {self.alias: self.code}
        return pair if self.comparison is Comparison.EQ else {self.comparison.value: pair}


class EngineFault(RuntimeError):
    """The library reported an error; its ruleset must be built anew before it can be trusted again."""


def build(branches: Mapping[int, Sequence[Term]]) -> int:
    """Create a ruleset that reports the keys of the branches which hold, warm it up and return its handle.

    The warm-up fires a branch of our own once: without it `retire` would free what was never initialised.
    """
    _check(branches)
    rules: dict[str, Any] = {
        str(key): {"all": [{"m": {"$and": [{"k": 1}, *map(Term.as_json, terms)]}}]} for key, terms in branches.items()
    }
    rules["w"] = {"all": [{"m": {"k": -1}}]}
    try:
        handle: int = native.create_ruleset("r", json.dumps(rules))
        _fire_once(handle)
    except native.error as fault:
        raise EngineFault(str(fault)) from fault
    return handle


def retire(handle: int) -> None:
    """Free a ruleset and its state; the handle is dead afterwards."""
    native.delete_state(handle, None)
    native.delete_ruleset(handle)


def collect(handles: Iterable[int], fact: str, found: list[str]) -> None:
    """Append the keys of the branches that hold for `fact` (text that begins with `HEAD`), ruleset by ruleset.

    A fact, unlike an event, is not consumed by the first branch that holds. It is retracted at once; one that holds
    nowhere was never kept. After `EngineFault` the rulesets must be built anew: the library may hold a lease on the
    state of the faulty one, or remember half of the fact.
    """
    try:
        for handle in handles:
            unmatched, state = _assert(handle, fact)
            if unmatched:
                continue
            started = _start(handle, state)
            message = started and started[1]
            while message:
                found.append(message[2 : message.index('"', 2)])
                message = _go_on(handle, state)
            _retract(handle, _RETRACTION)
    except native.error as fault:
        raise EngineFault(str(fault)) from fault


def _fire_once(handle: int) -> None:
    found: list[str] = []
    collect([handle], _WARM_UP, found)
    if found != ["w"]:
        raise EngineFault(f"the warm-up fired {found}")


def _check(branches: Mapping[int, Sequence[Term]]) -> None:
    if not 0 < len(branches) <= BRANCHES_PER_RULESET:
        raise ValueError(f"a ruleset holds 1 to {BRANCHES_PER_RULESET} branches, not {len(branches)}")
    for terms in branches.values():
        if len(terms) > TERMS_PER_BRANCH:
            raise ValueError(f"a branch holds at most {TERMS_PER_BRANCH} terms, not {len(terms)}")
    for term in (term for terms in branches.values() for term in terms):
        if not _ALIAS.fullmatch(term.alias) or abs(term.code) >= _LARGEST:
            raise ValueError(f"not a term of this engine: {term}")
