"""Pages of who is who: the queue of claims, and merging two people."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from audiences.identity import lookups, merging
from audiences.identity.labels import STATES, kind_text
from audiences.identity.merging import MergePreview
from audiences.people.lookups import names_of, person_called
from audiences.people.models import IdentityClaim, Person
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.access.forms import submit
from config.kit import clock
from config.kit.errors import Conflict, Problem
from config.kit.forms import fresh_key
from config.kit.pages import page
from config.kit.paging import CursorPage, Page

NEWEST_FIRST: Final = CursorPage("-id")


@console_page
def claims(request: ConsoleRequest) -> HttpResponse:
    """Show the queue of claims, and the one at hand with what merging would do."""
    state = request.GET.get("state", IdentityClaim.State.OPEN)
    state = state if state in STATES else IdentityClaim.State.OPEN
    found: Page[Any] = NEWEST_FIRST.page(lookups.claims(request.workspace.pk, state=state), request.GET)
    names = names_of(
        request.workspace.pk, [who for claim in found.rows for who in (claim.claimant_id, claim.holder_id)]
    )
    rows = [
        {
            "claim": claim,
            "kind": kind_text(claim.kind),
            "claimant": names.get(claim.claimant_id, ""),
            "holder": names.get(claim.holder_id, ""),
        }
        for claim in found.rows
    ]
    context: dict[str, Any] = {"state": state, "states": STATES.items(), "rows": rows, "page": found, "at_hand": None}
    if (chosen := _chosen(request, found.rows)) is not None:
        context |= _at_hand(request, chosen)
    return page(request, "identity/claims.html", context)


@console_change
def decide(request: ConsoleRequest, claim_id: int) -> HttpResponse:
    """Settle a claim: one person or two."""
    claim = lookups.find_claim(request.workspace.pk, claim_id)
    if claim is None:
        raise Http404
    answer = request.POST.get("answer")
    if answer not in ("one", "two"):
        raise BadRequest("the answer is unknown")
    reason, one = request.POST.get("reason", ""), answer == "one"

    def act() -> None:
        try:
            merging.settle_claim(claim, actor=actor_of(request), reason=reason, now=clock.now(), one_person=one)
        except Conflict:
            raise Conflict(_("Somebody else has decided meanwhile.")) from None

    def again(problems: Sequence[Problem]) -> HttpResponse:
        context = _at_hand(request, claim) | {"state": claim.state, "states": STATES.items(), "rows": []}
        context |= {"page": None, "reason": reason, "problem": problems[0]}
        return page(request, "identity/claims.html", context, status=422)

    said = _("They are one person now.") if one else _("Noted: they are two people.")
    return submit(request, act, again=again, to=reverse("identity-claims"), said=said)


@console_page
def merge(request: ConsoleRequest) -> HttpResponse:
    """Ask for two people, and show what merging them would do."""
    return page(request, "identity/merge.html", _asked(request, request.GET))


@console_change
def merge_now(request: ConsoleRequest) -> HttpResponse:
    """Merge the two people, if a reason is given and the one who stays is confirmed by name."""
    context = _asked(request, request.POST)
    preview: MergePreview | None = context["preview"]
    if preview is None:
        return page(request, "identity/merge.html", context, status=422)
    if request.POST.get("confirm", "").strip() != preview.winner.name:
        context["confirm_problem"] = _("Write the name exactly as it stands above.")
        return page(request, "identity/merge.html", context, status=422)
    ids: dict[str, Any] = {"loser_id": preview.loser.person.pk, "winner_id": preview.winner.person.pk}
    given: dict[str, Any] = {"actor": actor_of(request), "reason": context["reason"], "now": clock.now()}
    return submit(
        request,
        partial(merging.merge_people, request.workspace.pk, **ids, **given),
        again=lambda found: page(request, "identity/merge.html", context | {"problem": found[0]}, status=422),
        to=reverse("person", args=[ids["winner_id"]]),
        said=_("They are one person now."),
    )


@console_page
def merges(request: ConsoleRequest, person_id: UUID) -> HttpResponse:
    """Tell how a person came to be one: a part of their page, or a page of its own."""
    found = lookups.merges_into(request.workspace.pk, person_id)
    claims = [
        {"claim": claim, "kind": kind_text(claim.kind)}
        for claim in lookups.open_claims_of(request.workspace.pk, person_id)[:20]
    ]
    rows = [{"merge": merge, "kind": kind_text(merge.kind) if merge.kind else ""} for merge in found]
    context = {"rows": rows, "claims": claims, "person_id": person_id}
    return page(request, "identity/merges.html", context, parts={"person-merges": "merges"})


def _chosen(request: ConsoleRequest, rows: Sequence[IdentityClaim]) -> Any:
    asked = request.GET.get("claim", "")
    if asked.isdecimal() and len(asked) < 19:
        return lookups.find_claim(request.workspace.pk, int(asked))
    return rows[0] if rows else None


def _at_hand(request: ConsoleRequest, claim: Any) -> dict[str, Any]:
    """Show a claim's two sides; one that was settled by a merge has only one."""
    preview = None
    if claim.holder_id != claim.claimant_id:
        preview = merging.preview(request.workspace.pk, loser_id=claim.claimant_id, winner_id=claim.holder_id)
    undecided = claim.state in (IdentityClaim.State.OPEN, IdentityClaim.State.NOTED)
    label = STATES[IdentityClaim.State(claim.state)]
    shown = {"claim": claim, "kind": kind_text(claim.kind), "label": label, "undecided": undecided}
    return {"at_hand": shown, "preview": preview}


def _asked(request: ConsoleRequest, given: Any) -> dict[str, Any]:
    """Read which two are meant; say at each field what is wrong with it."""
    texts = {side: given.get(side, "").strip()[:300] for side in ("loser", "winner")}
    people = {side: _called(request, text) for side, text in texts.items() if text}
    problems = {side: _("Nobody is known by this.") for side, person in people.items() if person is None}
    context: dict[str, Any] = {**texts, "reason": given.get("reason", "")[:500], "problems": problems, "preview": None}
    context["form_key"] = fresh_key()
    loser, winner = people.get("loser"), people.get("winner")
    if loser and winner:
        try:
            context["preview"] = merging.preview(request.workspace.pk, loser_id=loser.pk, winner_id=winner.pk)
        except Conflict:
            problems["winner"] = _("These two are one person already.")
    return context


def _called(request: ConsoleRequest, text: str) -> Person | None:
    return person_called(request.workspace.pk, text)
