"""The form of a computed trait's definition, read with every problem named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from audiences.computed.formulas import KINDS, Bands, Formula
from audiences.conditions import Did, Place, parse
from audiences.conditions.limits import shown
from audiences.conditions.reading import Problems, check_raw, did_you_mean, pointer
from config.kit.errors import InputRefused, refuse
from config.kit.phrases import phrase

FIELDS: Final = ("key", "name", "compute", "note")
NEED_OF: Final = ("sum", "avg", "min", "max", "distinct", "rfm")
MAY_HAVE_OF: Final = (*NEED_OF, "first", "last")
_KEY: Final = re.compile(r"[A-Za-z_]\w{0,99}", re.ASCII)
_EXAMPLE: Final = phrase('such as {"sum": "purchase", "of": "amount", "within": "90d"}')


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitDocument:
    """A definition that can be stored: its canonical form, and the formula that it says."""

    key: str
    name: str
    note: str
    formula: Formula
    definition: dict[str, Any]


def read_document(raw: Any, *, key: str | None = None) -> TraitDocument:
    """Return the definition that `raw` says, or raise InputRefused; `key` is the one of the address, if it has one."""
    check_raw(raw)
    problems = Problems()
    if not isinstance(raw, dict):
        raise refuse(
            "",
            phrase("%(value)s is no computed trait", value=shown(raw)),
            phrase('send {"key": "orders", "compute": {…}}'),
        )
    raw = {"key": key, **raw} if key is not None else raw
    problems.unknown_keys(raw, FIELDS, path="")
    _check_words(raw, key, problems)
    formula = _formula(raw, problems)
    problems.refuse_if_any()
    assert formula is not None  # a missing one would have been a problem
    name = raw.get("name") or raw["key"]
    definition = {"key": raw["key"], "name": name, "compute": written(formula)}
    return TraitDocument(key=raw["key"], name=name, note=raw.get("note", ""), formula=formula, definition=definition)


def formula_of(definition: Mapping[str, Any], bands: Bands) -> Formula:
    """Return the formula of a stored definition."""
    problems = Problems()
    found = _formula(definition, problems)
    problems.refuse_if_any()
    assert found is not None
    return Formula(key=found.key, kind=found.kind, did=found.did, of=found.of, bands=bands)


def written(formula: Formula) -> dict[str, Any]:
    """Return the formula as definitions write it, in its canonical form."""
    counted = formula.did.as_json()
    rest: dict[str, Any] = {name: counted[name] for name in ("where", "within") if name in counted}
    of: dict[str, Any] = {} if formula.of is None else {"of": formula.of}
    return {formula.kind: formula.did.event, **of, **rest}


def _check_words(raw: Mapping[str, Any], address: str | None, problems: Problems) -> None:
    key = raw.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        problems.add(
            "/key",
            phrase("%(value)s is no key", value=shown(key)),
            phrase("a letter, then letters, digits and underscores: orders_90d"),
        )
    elif address is not None and key != address:
        problems.add(
            "/key",
            phrase("%(value)s is not the key of the address", value=shown(key)),
            phrase("a key never changes; leave it out"),
        )
    for field, limit in (("name", 300), ("note", 500)):
        text = raw.get(field, "")
        if not isinstance(text, str) or len(text) > limit:
            problems.add(
                f"/{field}",
                phrase("%(value)s is no text of at most %(limit)s characters", value=shown(text), limit=limit),
                phrase("shorten it"),
            )


def _formula(raw: Mapping[str, Any], problems: Problems) -> Formula | None:
    compute = raw.get("compute")
    if not isinstance(compute, dict):
        problems.add("/compute", phrase("what to compute is missing"), _EXAMPLE)
        return None
    kinds = [kind for kind in compute if kind in KINDS]
    if len(kinds) != 1:
        word = next(iter(compute), "")
        hint = did_you_mean(word, KINDS, otherwise=phrase("use one of %(names)s", names=" ".join(KINDS)))
        problems.add(
            "/compute",
            phrase("several figures in one") if kinds else phrase("no figure is called %(value)s", value=shown(word)),
            hint,
        )
        return None
    (kind,) = kinds
    problems.unknown_keys(compute, (kind, "of", "where", "within"), path="/compute")
    of = _of(compute, kind, problems)
    did = _did(compute, kind, problems)
    return Formula(key=str(raw.get("key")), kind=kind, did=did, of=of) if did else None


def _of(compute: dict[str, Any], kind: str, problems: Problems) -> str | None:
    if kind in NEED_OF and "of" not in compute:
        problems.add(
            "/compute", phrase("%(kind)s of what?", kind=kind), phrase('name a property of the event: "of": "amount"')
        )
    if "of" not in compute:
        return None
    if kind not in MAY_HAVE_OF:
        problems.add("/compute/of", phrase("%(kind)s reads no property", kind=kind), phrase("leave it out"))
    return problems.dotted(compute["of"], path="/compute/of", of=phrase("the property"))


def _did(compute: dict[str, Any], kind: str, problems: Problems) -> Did | None:
    """Read event, `where` and `within` as the condition language reads them."""
    counted: dict[str, Any] = {
        "did": compute[kind],
        **{name: compute[name] for name in ("where", "within") if name in compute},
    }
    try:
        found = parse(counted, place=Place.SEGMENT, path="/compute")
    except InputRefused as refusal:
        for problem in refusal.problems:
            path = problem.path.replace(pointer("/compute", "did"), pointer("/compute", kind), 1)
            problems.add(path, problem.message, problem.hint)
        return None
    assert isinstance(found, Did)  # it begins with `did`
    return found
