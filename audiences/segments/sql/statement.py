"""The parts of one statement while conditions are compiled into it: parameters, joins, patterns, changes."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from audiences.conditions.instants import GRAMMAR
from audiences.conditions.limits import compiled

if TYPE_CHECKING:
    from audiences.segments.sql.scans import Scan

_WHOLE_INSTANT: Final = f"^(?:{GRAMMAR})$"
_LONG_FRACTION: Final = r"(\.[0-9]{6})[0-9]+"
_SHORT: Final = 27
"""No instant of up to so many characters has a fraction that must be cut."""
_LOCAL: Final = len("2026-01-05T08:00:00")
_USUAL_OFFSETS: Final = (
    "Z",
    *(f"{sign}{hour:02}:{minute}" for sign in "+-" for hour in range(15) for minute in ("00", "30", "45")),
)
_TELLS_VALIDITY: Final = 160_000
_ROWS_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who or what is judged: rows of `source`, known by `key`, each with a person, traits and an instant.

    `events` and `event_key` are how the past of the same subjects is reached, as rows `e`; `told` and `told_key` how
    what their traits were said to be is, as rows `h`. `bound` narrows any other column of people to them, if they are
    few: `{}` stands for the column.
    """

    source: str
    where: str
    key: str
    now: str
    events: str
    event_key: str
    event_where: str
    told: str
    told_key: str
    told_where: str
    bound: str = ""
    at_hand: str | None = None
    event_name: str | None = None

    @property
    def is_at_one_time(self) -> bool:
        """Whether all are judged as of the same instant."""
        return self.at_hand is None


ALL_PEOPLE: Final = Subject(
    source="audiences_person p",
    where="p.workspace_id = %(workspace)s and p.merged_into is null",
    key="p.id",
    now="%(now)s::timestamptz",
    events="audiences_event e",
    event_key="e.person_id",
    event_where="e.workspace_id = %(workspace)s",
    told="audiences_traitchange h",
    told_key="h.person_id",
    told_where="h.workspace_id = %(workspace)s",
)
THESE_PEOPLE: Final = Subject(
    source="audiences_person p",
    where="p.workspace_id = %(workspace)s and p.merged_into is null and p.id = any(%(people)s)",
    key="p.id",
    now="%(now)s::timestamptz",
    events="audiences_event e",
    event_key="e.person_id",
    event_where="e.workspace_id = %(workspace)s and e.person_id = any(%(people)s)",
    told="audiences_traitchange h",
    told_key="h.person_id",
    told_where="h.workspace_id = %(workspace)s and h.person_id = any(%(people)s)",
    bound="{} = any(%(people)s)",
)
A_STRETCH: Final = Subject(
    source="audiences_person p",
    where="p.workspace_id = %(workspace)s and p.merged_into is null and p.id between %(first)s and %(last)s",
    key="p.id",
    now="%(now)s::timestamptz",
    events="audiences_event e",
    event_key="e.person_id",
    event_where="e.workspace_id = %(workspace)s and e.person_id between %(first)s and %(last)s",
    told="audiences_traitchange h",
    told_key="h.person_id",
    told_where="h.workspace_id = %(workspace)s and h.person_id between %(first)s and %(last)s",
    bound="{} between %(first)s and %(last)s",
)
"""Everybody between two ids: to plan with thousands of ids one by one takes longer than to find their people."""

THESE_EVENTS: Final = Subject(
    source="audiences_event s join audiences_person p on p.id = s.person_id",
    where="s.workspace_id = %(workspace)s and s.id = any(%(events)s)",
    key="s.id",
    now="s.event_time",
    events="audiences_event s join audiences_event e on e.person_id = s.person_id",
    event_key="s.id",
    event_where="s.id = any(%(events)s) and e.workspace_id = %(workspace)s",
    told="audiences_event s join audiences_traitchange h on h.person_id = s.person_id",
    told_key="s.id",
    told_where="s.id = any(%(events)s) and h.workspace_id = %(workspace)s",
    at_hand="s.properties",
    event_name="s.name",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """An RE2 pattern whose matching texts are looked up first: PostgreSQL's own expressions are another language."""

    param: str
    pattern: str
    source: str


@dataclass(slots=True, kw_only=True)
class Statement:
    """Collects what the compiled conditions need beside their expressions; only parameters carry values."""

    subject: Subject
    workspace_id: int
    now: datetime
    with_changes: bool = False
    people: list[Any] = field(default_factory=list)
    stretch: tuple[Any, Any] | None = None
    events: list[Any] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    scans: list["Scan"] = field(default_factory=list)
    shared: "Scan | None" = None
    changes: list[str] = field(default_factory=list)
    patterns: list[_Pattern] = field(default_factory=list)
    aliases: int = 0
    _params: dict[str, Any] = field(default_factory=dict)

    def bounded(self, column: str) -> str:
        """Return ` and …` that narrows a column of people to the subjects, nothing where they are everybody."""
        return f" and {self.subject.bound.format(column)}" if self.subject.bound else ""

    def next_alias(self) -> str:
        """Return a name for one more join."""
        self.aliases += 1
        return f"d{self.aliases}"

    def join(self, rows: str, alias: str) -> None:
        """Join rows that have one `k` per subject, or none."""
        self.joins.append(f"left join ({rows}) {alias} on {alias}.k = {self.subject.key}")

    def param(self, value: Any) -> str:
        """Return the place-holder of a new parameter."""
        name = f"p{len(self._params)}"
        self._params[name] = value
        return f"%({name})s"

    def seconds(self, duration: timedelta) -> str:
        """Return `duration` as an interval of seconds, which no zone's clock change can bend."""
        return f"make_interval(secs => {self.param(duration.total_seconds())})"

    def path(self, column: str, name: str) -> tuple[str, str]:
        """Return the value at a dotted path, as JSON and as text; text steps never lead into a list.

        An empty path is the column itself.
        """
        if not name:
            return column, f"({column} #>> '{{}}')"
        *steps, last = (f"{self.param(part)}::text" for part in name.split("."))
        parent = " -> ".join((column, *steps))
        return f"({parent} -> {last})", f"({parent} ->> {last})"

    @property
    def can_try(self) -> bool:
        """Whether the server can tell if a text may be cast, without raising."""
        return bool(connection.pg_version >= _TELLS_VALIDITY)  # type: ignore[attr-defined]

    def instant(self, text: str, compared: str = "", *, surely: str = "") -> str:
        """Return the instant that a text names by the language's grammar, null for anything else; or how it compares.

        The usual forms are told by writing them again, which costs a third of what the grammar does, and the one that
        programs write, whole seconds of UTC in these thousand years, less again. `surely` is a test that answers the
        comparison of such a one without reading it.
        """
        cut = f"regexp_replace({text}, {self.param(_LONG_FRACTION)}, {self.param(chr(92) + '1')})"
        exact = f"case when length({text}) <= {_SHORT} then {text} else {cut} end"
        grammar = f"when {text} ~ {self.param(_WHOLE_INSTANT)} then ({exact})::timestamptz{compared}"
        answer = f"then {f'{surely} or ' if surely else ''}{text}::timestamptz{compared}"
        usual = f"when {self._is_of_utc(text)} {answer} when {self._is_usual(text)} {answer}"
        return f"(case {usual if self.can_try else ''} {grammar} end)"

    def _is_of_utc(self, text: str) -> str:
        """Tell by the shape first; a blank or an hour 24 has it too, and is written otherwise when written again."""
        again = f"to_jsonb({text}::timestamptz at time zone 'UTC') #>> '{{}}'"
        return f"""{text} like '2___-__-__T__:__:__+00:00'
            and case when pg_input_is_valid({text}, 'timestamptz') then starts_with({text}, {again}) end"""

    def _is_usual(self, text: str) -> str:
        local = f"left({text}, {_LOCAL})"
        again = f"to_jsonb({local}::timestamp) #>> '{{}}' = {local}"
        offset = f"substr({text}, {_LOCAL + 1}) = any('{{{','.join(_USUAL_OFFSETS)}}}')"
        return f"""{offset} and {text} collate "C" > '1'
            and case when pg_input_is_valid({local}, 'timestamp') then {again} end"""

    def matching(self, text: str, pattern: str, *, source: str) -> str:
        """Return the place-holder of the texts that match; `source` is where they come from (`… where …`)."""
        param = self.param([])
        self.patterns.append(
            _Pattern(param=param[2:-2], pattern=pattern, source=f"select distinct {text} from {source}")
        )
        return param

    def change(self, at: str) -> None:
        """Note an instant at which a leaf may turn; only those ahead and within the longest duration count."""
        if self.with_changes:
            self.changes.append(at)

    def params(self) -> dict[str, Any]:
        """Return all parameters, after looking up the texts that match each pattern."""
        own = {"workspace": self.workspace_id, "now": self.now, "people": self.people, "events": self.events}
        if self.stretch:
            own["first"], own["last"] = self.stretch
        params = own | self._params
        for pattern in self.patterns:
            params[pattern.param] = _texts(pattern, params)
        return params


def _texts(pattern: _Pattern, params: dict[str, Any]) -> list[str]:
    search = compiled(pattern.pattern).search
    used = {name: params[name] for name in re.findall(r"%\((\w+)\)s", pattern.source)}
    found: list[str] = []
    with connection.chunked_cursor() as cursor:
        cursor.execute(pattern.source, used)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            found += [text for (text,) in rows if text is not None and search(text)]
    return found
