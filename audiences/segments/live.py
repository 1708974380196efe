"""The live result beside the segment builder: how many, row by row, whom we could write to, whom for instance, and why.

Each part is asked for with the whole form as it stands, and answers within the time that somebody waits.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from audiences.people import lookups as people
from audiences.segments import lookups, previews
from audiences.segments.editing import where_of
from audiences.segments.jobs import Before, count_in_job
from audiences.wording import condition_line, verdict_line
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.jobs import find_job
from compliance.jobs.models import Job
from config.kit import clock
from config.kit.errors import InputRefused
from config.kit.spoken import told

Context = dict[str, Any]
SHOWN_PEOPLE: Final = 6
LARGEST_SEED: Final = 2**31
ENDED: Final = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
STOP_POLLING: Final = 286


@console_change
def live(request: ConsoleRequest, part: str) -> HttpResponse:
    """Answer with one part of the live result of the condition as it stands in the form."""
    if part not in PARTS:
        raise Http404
    form = where_of(request)
    context: Context = {"part": part, "incomplete": form.condition() is None}
    if not context["incomplete"]:
        try:
            context |= PARTS[part](request, form.definition())
        except InputRefused as refusal:
            context |= {"incomplete": True, "problems": [told(one) for one in refusal.problems]}
    return render(request, f"segments/live/{part}.html", context)


def _count(request: ConsoleRequest, where: Any) -> Context:
    workspace_id, now = request.workspace.pk, clock.now()
    found, rows = previews.look(workspace_id, where, now=now)
    most = max((row.count for row in rows), default=0)
    word = "any" if isinstance(where, dict) and "any" in where else "all"
    funnel = [
        {"line": condition_line(row.where), "row": row, "share": _share(row.count, found.people or most)}
        for row in rows
    ]
    return {"found": found, "funnel": funnel, "word": word}


def _share(n: int, of: int) -> int:
    return round(100 * n / of) if of else 0


def _reach(request: ConsoleRequest, where: Any) -> Context:
    found = previews.reachable(request.workspace.pk, where, now=clock.now())
    return {
        "channels": [
            {"reach": one, "of": of, "share": _share(one.reachable, of)}
            for one in found
            if (of := one.reachable + one.no_address + one.suppressed + one.no_consent) >= 0
        ]
    }


def _sample(request: ConsoleRequest, where: Any) -> Context:
    written = request.POST.get("seed", "")
    seed = int(written) % LARGEST_SEED if written.isascii() and written.isdecimal() and len(written) < 12 else 0
    found = previews.sample(request.workspace.pk, where, now=clock.now(), seed=seed)
    rows = [{"person": one, "line": verdict_line(one.verdict.as_json())} for one in found]
    return {"rows": rows, "next_seed": seed + 1}


def _compare(request: ConsoleRequest, where: Any) -> Context:
    segment = lookups.find_segment(request.workspace.pk, request.POST.get("segment", ""))
    before = segment.live.definition.get("where") if segment and segment.live else None
    if segment is None or before is None:
        return {"nothing": True}
    found = previews.compare(request.workspace.pk, before, where, now=clock.now())
    changed = [
        {"who": who, "lines": [{"person": one, "line": verdict_line(one.verdict.as_json())} for one in some]}
        for who, some in (("joined", found.who_joined), ("left", found.who_left))
    ]
    return {"found": found, "changed": changed, "segment": segment, "error": max(found.errors)}


def _person(request: ConsoleRequest, where: Any) -> Context:
    """Judge one person: the one that was chosen, or whom the search finds; several are offered."""
    workspace_id, text = request.workspace.pk, request.POST.get("person", "").strip()[:200]
    chosen = _uuid(request.POST.get("person_id", ""))
    if chosen is None and not text:
        return {"asked": False}
    ids = [chosen] if chosen else _called(workspace_id, text)
    context: Context = {"asked": True, "text": text, "names": people.names_of(workspace_id, ids)}
    if len(ids) == 1 and (verdict := previews.why(workspace_id, where, ids[0], now=clock.now())):
        context |= {"held": verdict.held, "line": verdict_line(verdict.as_json()), "person_id": ids[0]}
    return context


def _called(workspace_id: int, text: str) -> list[UUID]:
    """Return who has this user id, else some whom the search finds."""
    everybody = people.people(workspace_id)
    exact = list(everybody.filter(user_id=text).values_list("pk", flat=True)[:1])
    return exact or list(people.called(everybody, workspace_id, text).values_list("pk", flat=True)[:SHOWN_PEOPLE])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _exact(request: ConsoleRequest, where: Any) -> Context:
    """Start the count in a job; of a segment that is in use it also tells who would join and leave."""
    segment = lookups.find_segment(request.workspace.pk, request.POST.get("segment", ""))
    live = segment.live if segment else None
    before = (
        Before(where=live.definition["where"], version=live.number) if live and "where" in live.definition else None
    )
    title = request.POST.get("name", "").strip()[:200] or _("New segment")
    return {"job": count_in_job(request.workspace.pk, where, before=before, title=title, **_by(request))}


def _by(request: ConsoleRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "now": clock.now()}


@console_page
def exact(request: ConsoleRequest, job_id: UUID) -> HttpResponse:
    """Tell how far an exact count is, or what it came to."""
    job = find_job(request.workspace.pk, job_id)
    if job is None:
        raise Http404
    status = STOP_POLLING if job.state in ENDED and "HX-Request" in request.headers else 200
    return render(request, "segments/live/exact.html", {"job": job, "ended": job.state in ENDED}, status=status)


PARTS: Final[Mapping[str, Callable[[ConsoleRequest, Any], Context]]] = {
    "count": _count,
    "reach": _reach,
    "sample": _sample,
    "compare": _compare,
    "person": _person,
    "exact": _exact,
}
