"""What the columns of a file mean: checked when it is saved, and guessed from their names at first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from audiences.imports.models import Import
from audiences.imports.values import TYPES
from audiences.intake.limits import MAX_NAME
from config.kit.errors import InputRefused, Problem
from config.kit.phrases import phrase
from config.kit.zones import ZONES

PEOPLE, EVENTS, CALLS = (what.value for what in Import.What)
IDS: Final = ("user_id", "anonymous_id")
SINGLE: Final = (*IDS, "message_id", "time", "event")
"""Meanings that one column at most may have."""
LEADS: Final = ("email", "phone")
MEANINGS: Final = (*SINGLE, *LEADS, "field", "consent", "skip")
"""`field` is a trait of a person, or a property of an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What one column means; `name` is the trait, the property, or for consent `channel/purpose`."""

    column: str
    to: str = "skip"
    name: str = ""
    type: str = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file means: whom or what its rows tell of, and each column's meaning."""

    what: str
    columns: tuple[Column, ...] = ()
    event: str = ""
    zone: str = "UTC"
    separator: str = ";"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def column_of(self, meaning: str) -> str:
        """Return the column that has this meaning; empty if none has."""
        return next((column.column for column in self.columns if column.to == meaning), "")


def plan_of(document: Mapping[str, Any], *, header: Sequence[str] | None = None) -> Plan:
    """Read a plan; every fault is named with its place and the way out. With `header` its columns must be there."""
    problems: list[Problem] = []
    what = document.get("what", EVENTS)
    if what not in Import.What.values:
        problems.append(
            Problem(
                path="/what",
                message=phrase("is unknown"),
                hint=phrase("One of %(names)s.", names=", ".join(Import.What.values)),
            )
        )
    columns = _columns(document.get("columns", ()), problems)
    plan = Plan(
        what=str(what),
        columns=tuple(columns),
        event=str(document.get("event") or "").strip(),
        zone=str(document.get("zone") or "UTC"),
        separator=str(document.get("separator") or ";")[:3],
    )
    problems += _problems(plan, header)
    if problems:
        raise InputRefused(problems)
    return plan


def _columns(given: Any, problems: list[Problem]) -> list[Column]:
    columns = []
    for place, one in enumerate(given if isinstance(given, list | tuple) else ()):
        if not isinstance(one, Mapping) or not isinstance(one.get("column"), str):
            problems.append(Problem(path=f"/columns/{place}", message=phrase("is not a column with its meaning")))
            continue
        known = {name: str(one[name]) for name in ("column", "to", "name", "type") if name in one}
        columns.append(Column(**known))
    return columns


def _problems(plan: Plan, header: Sequence[str] | None) -> list[Problem]:
    found = [problem for place, column in enumerate(plan.columns) for problem in _faults(column, place, header)]
    if plan.zone not in ZONES:
        found.append(Problem(path="/zone", message=_("is no time zone"), hint=phrase("Like Asia/Shanghai.")))
    if plan.what == CALLS:
        return found
    means = [column.to for column in plan.columns]
    twice = [meaning for meaning in SINGLE if means.count(meaning) > 1]
    found += [
        Problem(
            path="/columns", message=_("more than one column means %(meaning)s") % {"meaning": one}, hint=_("Keep one.")
        )
        for one in twice
    ]
    return found + _missing(plan)


def _missing(plan: Plan) -> list[Problem]:
    means = {column.to for column in plan.columns}
    found = []
    if not means & set(IDS):
        hint = _("Say which column holds the user id (or the anonymous id).")
        found.append(Problem(path="/columns", message=_("no column says whom a row is about"), hint=hint))
    if plan.what == EVENTS and not plan.event and "event" not in means:
        hint = _("Name the event here, or say which column holds its name.")
        found.append(Problem(path="/event", message=_("nothing says what happened"), hint=hint))
    if plan.what == EVENTS and "time" not in means:
        hint = _("History needs its times: say which column holds them.")
        found.append(Problem(path="/columns", message=_("no column says when it happened"), hint=hint))
    if "consent" in means and (plan.what != PEOPLE or "user_id" not in means):
        hint = _("Import people, with a column for the user id.")
        found.append(Problem(path="/columns", message=_("consent needs the user id of a person"), hint=hint))
    if len(plan.event) > MAX_NAME:
        found.append(Problem(path="/event", message=phrase("has more than %(most)s characters", most=MAX_NAME)))
    return found


def _faults(column: Column, place: int, header: Sequence[str] | None) -> list[Problem]:
    path, found = f"/columns/{place}", []
    if header is not None and column.column not in header:
        hint: str = phrase("The file has: %(names)s.", names=", ".join(header)[:300])
        found.append(
            Problem(
                path=f"{path}/column",
                message=phrase("the file has no column %(column)s", column=repr(column.column)),
                hint=hint,
            )
        )
    if column.to not in MEANINGS:
        found.append(
            Problem(
                path=f"{path}/to",
                message=phrase("is unknown"),
                hint=phrase("One of %(names)s.", names=", ".join(MEANINGS)),
            )
        )
    if column.type not in TYPES:
        found.append(
            Problem(
                path=f"{path}/type",
                message=phrase("is no type"),
                hint=phrase("One of %(names)s.", names=", ".join(TYPES)),
            )
        )
    if column.to == "field" and not 0 < len(column.name) <= MAX_NAME:
        found.append(
            Problem(path=f"{path}/name", message=phrase("is missing"), hint=phrase("Name the trait or property."))
        )
    if column.to == "field" and column.name == "computed":
        found.append(
            Problem(path=f"{path}/name", message=phrase("is the product's own"), hint=phrase("Use another name."))
        )
    if column.to == "consent" and not CONSENT.fullmatch(column.name):
        hint = _("Write channel/purpose, like email/marketing.")
        found.append(Problem(path=f"{path}/name", message=_("does not say which consent"), hint=hint))
    return found


CONSENT: Final = re.compile(r"[a-z][a-z0-9_-]{0,19}/[a-z][a-z0-9_-]{0,39}")
_PLAIN: Final = re.compile(r"[\W_]+")
_GUESSES: Final = {
    "user_id": {
        "userid",
        "uid",
        "customerid",
        "memberid",
        "memberno",
        "customerno",
        "householdid",
        "household",
        "id",
        "用户id",
        "会员号",
        "会员id",
    },
    "anonymous_id": {"anonymousid", "visitorid", "deviceid", "匿名id"},
    "message_id": {"messageid", "eventid", "orderid", "basketid", "transactionid", "订单号"},
    "time": {
        "time",
        "ts",
        "timestamp",
        "date",
        "datetime",
        "eventtime",
        "createdat",
        "orderdate",
        "paidat",
        "orderedat",
        "occurredat",
        "时间",
        "日期",
    },
    "event": {"event", "eventname", "action", "事件"},
    "email": {"email", "mail", "emailaddress", "邮箱", "电子邮箱"},
    "phone": {"phone", "mobile", "phonenumber", "tel", "手机", "手机号", "电话"},
}


def guess(header: Sequence[str], samples: Sequence[Sequence[Any]], *, what: str = "") -> Plan:
    """Propose what the columns mean by their names, and their types by the first rows; a person decides."""
    meanings = [_meaning(name) for name in header]
    seen: set[str] = set()
    columns = []
    what = what or (EVENTS if {"time", "event"} & set(meanings) else PEOPLE)
    for place, (name, guessed) in enumerate(zip(header, meanings, strict=True)):
        taken = guessed in seen or (what == PEOPLE and guessed in ("event", "message_id"))
        meaning = "field" if taken else guessed
        seen.add(meaning)
        kind = _type([row[place] for row in samples if place < len(row)])
        plain = "text" if meaning != "field" else kind
        columns.append(Column(column=name, to=meaning, name=name if meaning == "field" else "", type=plain))
    return Plan(what=what, columns=tuple(columns))


def _meaning(name: str) -> str:
    plain = _PLAIN.sub("", name.casefold())
    return next((meaning for meaning, names in _GUESSES.items() if plain in names), "field")


def _type(values: Sequence[Any]) -> str:
    """Take the narrowest type that all samples fit; what begins with 0 or + may be a phone number."""
    given = [value for value in values if value not in ("", None)]
    if not given:
        return "text"
    if all(isinstance(value, list) for value in given):
        return "list"
    if all(isinstance(value, bool) or str(value).strip().lower() in ("true", "false", "是", "否") for value in given):
        return "boolean"
    if all(not isinstance(value, list | dict) and _PLAIN_NUMBER.fullmatch(str(value)) for value in given):
        return "number"
    if all(isinstance(value, str) and _DATE.match(value) for value in given):
        return "instant"
    return "text"


_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[ T]\d{1,2}:\d{2}|$)", re.ASCII)
