"""The condition of an aggregate rule: combinators over leaves that compare a measure of the window with a limit."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from audiences.conditions import All, AnyOf, Condition, Facts, Place, Verdict
from audiences.conditions.amounts import COMPARED_BY, Amount, bind, plain
from audiences.conditions.operators import OPERATORS
from audiences.conditions.parse import COMBINATORS
from audiences.conditions.past_forms import amount_limit
from audiences.conditions.reader import Reader
from audiences.conditions.reading import check_raw, did_you_mean, pointer
from audiences.conditions.tree import Predicate

RISING: Final = {"count": ("gt", "gte"), "distinct": ("gt", "gte"), "max": ("gt", "gte"), "min": ("lt", "lte")}
"""How each measure is compared where forgetting events can only make the leaf false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Condition):
    """A measure of the window, compared by `op` with `limit`. The window's amounts stand where traits do."""

    what: ClassVar[str] = "measure"
    name: str
    kind: str
    op: str
    limit: Any = None
    written: Any = None
    _test: Callable[[Amount], bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_test", bind(self.op, self.limit))

    def judge(self, facts: Facts) -> Verdict:
        amount = facts.traits.get(self.name)
        return Verdict(
            held=self.predicate()(facts),
            what=self.what,
            name=self.name,
            op=self.op,
            limit=self.written,
            actual=plain(amount),
            missing=amount is None,
        )

    def predicate(self) -> Predicate:
        name, test, missing = self.name, self._test, OPERATORS[self.op].when_missing

        def holds(facts: Facts) -> bool:
            amount = facts.traits.get(name)
            return missing if amount is None else test(amount)

        return holds

    def as_json(self) -> dict[str, Any]:
        leaf = {self.what: self.name, "is": self.op}
        return leaf if self.written is None else leaf | {"value": self.written}


def parse_measured(raw: Any, kinds: Mapping[str, str]) -> Condition:
    """Return the condition over measures (name → kind), or raise InputRefused with every problem."""
    check_raw(raw, path="")
    reader = Reader(place=Place.EVENT, combinators=COMBINATORS, forms={"measure": _leaf(kinds)})
    condition = reader.condition(raw, "", 1)
    reader.problems.refuse_if_any()
    assert condition is not None  # nothing was refused, so everything was read
    return condition


def _leaf(kinds: Mapping[str, str]) -> Callable[[Reader, dict[str, Any], str], Condition | None]:
    def read(reader: Reader, raw: dict[str, Any], path: str) -> Condition | None:
        reader.problems.unknown_keys(raw, ("measure", "is", "value"), path=path)
        name = raw["measure"]
        if not isinstance(name, str) or name not in kinds:
            known = "measured are: " + ", ".join(kinds)
            hint = did_you_mean(name, kinds, otherwise=known) if isinstance(name, str) else known
            reader.problems.add(pointer(path, "measure"), f"{str(name)[:60]!r} is not measured by this rule", hint)
            return None
        found = amount_limit(reader, raw, name, path)
        if found is None:
            return None
        op, limit = found
        written = raw.get("value") if OPERATORS[op].limit.schema else None
        return Measured(name=name, kind=kinds[name], op=op, limit=limit, written=written)

    return read


def only_falls(condition: Condition) -> bool:
    """Tell whether the condition, while false, can become true only by another event, never by forgetting some."""
    if isinstance(condition, All | AnyOf):
        return all(only_falls(child) for child in condition.children)
    return isinstance(condition, Measured) and condition.op in _rising(condition.kind)


def _rising(kind: str) -> Collection[str]:
    return RISING.get(kind, ())


def schema(condition: str) -> dict[str, Any]:
    """Return the schema of a condition over measures; `condition` is the reference to itself."""
    here = {"$ref": condition}
    several = {"type": "array", "minItems": 1, "items": here}
    leaf = {
        "type": "object",
        "properties": {"measure": {"type": "string"}, "is": {"enum": list(COMPARED_BY)}, "value": {}},
        "required": ["measure", "is"],
        "additionalProperties": False,
    }
    joins = [_single("all", several), _single("any", several), _single("not", here)]
    return {"description": "compares what `measure` names", "anyOf": [*joins, leaf]}


def _single(key: str, inside: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {key: inside}, "required": [key], "additionalProperties": False}
