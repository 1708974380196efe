"""What every form of the console shares: its values and faults, the revision it started from, its one-time key."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from config.kit.errors import Conflict, Problem
from config.kit.pages import page
from config.kit.spoken import told

KEY: Final = "form_key"
REV: Final = "rev"
OWN: Final = frozenset({KEY, REV, "csrfmiddlewaretoken", "next"})  # fields that nobody typed
SECRET: Final = ("password", "secret", "token")


def fresh_key() -> str:
    """Return a new one-time key: a form that is sent twice is carried out once."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it is shown: `<c-form :form="form">`; `values` are what its fields hold now."""

    id: str
    values: Mapping[str, str]
    problems: Sequence[Problem] = ()
    rev: str = ""
    key: str = field(default_factory=fresh_key)

    @property
    def faults(self) -> dict[str, str]:
        """Return the first fault of each field, with the way out."""
        found: dict[str, str] = {}
        for problem in self.problems:
            found.setdefault(problem.path.strip("/"), told(problem))
        return found


class Stale(Conflict):
    """Somebody changed the object after this form was filled in: who, when, and what it holds now."""

    def __init__(self, *, by: str, at: datetime | None, theirs: Mapping[str, str]) -> None:
        self.by, self.at, self.theirs, self.rev = by, at, theirs, rev_of(theirs)
        super().__init__(_("%(by)s changed it meanwhile.") % {"by": by})


def rev_of(values: Mapping[str, str]) -> str:
    """Return a short mark of what an object holds: it differs as soon as a value does."""
    written = json.dumps(sorted((name, str(value)) for name, value in values.items()))
    return hashlib.blake2s(written.encode(), digest_size=8).hexdigest()


def check_rev(form: QueryDict, *, current: Mapping[str, str], by: str, at: datetime | None) -> None:
    """Refuse a form that was filled in from something else than what is stored now."""
    if form.get(REV) and form[REV] != rev_of(current):
        raise Stale(by=by, at=at, theirs=current)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field in a conflict: what I typed and what is stored now."""

    name: str
    label: str
    mine: str
    theirs: str

    @property
    def differs(self) -> bool:
        return self.mine != self.theirs


def conflict(request: HttpRequest, stale: Stale, *, labels: Mapping[str, str], back: str) -> HttpResponse:
    """Answer 409 with what differs and three ways on: keep mine, take theirs, copy mine. A page, or a dialog."""
    typed = {name: value for name, value in request.POST.items() if name not in OWN and not _is_secret(name)}
    rows = [
        Difference(name=name, label=label, mine=str(typed.get(name, "")), theirs=str(stale.theirs.get(name, "")))
        for name, label in labels.items()
    ]
    context = {
        "stale": stale,
        "rows": [row for row in rows if row.differs],
        "typed": [(name, value) for name in typed for value in request.POST.getlist(name)],
        "text": "\n".join(f"{row.label}: {row.mine}" for row in rows),
        "key": fresh_key(),
        "back": back,
    }
    answer = page(request, "kit/conflict.html", context, parts={_target(request): "differences"}, status=409)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _target(request: HttpRequest) -> str:
    return request.headers.get("HX-Target", "")


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET)
