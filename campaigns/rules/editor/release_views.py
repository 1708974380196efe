"""The way of a draft to be live, as a page: its steps, a replay on history, another pair of eyes; and back again."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.rules.editor.drafts import Held, around, held, number
from campaigns.rules.models import Rule, RuleVersion
from campaigns.rules.publishing.differences import changes_between
from campaigns.rules.publishing.drafts import discard_draft, restore
from campaigns.rules.publishing.models import RuleReview
from campaigns.rules.publishing.policy import identity, is_approver, policy_of
from campaigns.rules.publishing.releasing import publish, retire, roll_back
from campaigns.rules.publishing.replays import Asked, replay_step, start_replay
from campaigns.rules.publishing.reviewing import approve, reject, submit, withdraw
from campaigns.rules.publishing.uses import uses_of
from compliance import jobs
from compliance.access import forms
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from config.kit import clock
from config.kit.pages import page

MOST_VERSIONS: Final = 100
DAYS: Final = 7
STEPS: Final = {
    "form": gettext_lazy("It can be read"),
    "references": gettext_lazy("What it refers to exists"),
    "static": gettext_lazy("Nothing dead, twice there or contradicting"),
    "cases": gettext_lazy("Test cases"),
    "trial": gettext_lazy("Engine and interpreter agree"),
    "replay": gettext_lazy("Replay on history"),
}


@console_page
def release(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show what keeps the draft from going live, what it changes, and the buttons that take it there."""
    return _release_page(request, held(request, key))


def _release_page(request: ConsoleRequest, found: Held, *, status: int = 200, **more: Any) -> HttpResponse:
    now, actor = clock.now(), actor_of(request)
    draft, live = found.draft, found.rule.live
    policy = policy_of(request.workspace.pk)
    told = around(found, "release")
    review: RuleReview | None = told["review"]
    mine = review is not None and identity(actor) in review.makers
    today = now.date()
    context = {
        **told,
        "policy": policy,
        "steps": _steps(found),
        "changes": changes_between(live.definition if live else {}, draft.definition) if draft else [],
        "mine": mine,
        "may_decide": review is not None
        and not mine
        and is_approver(request.workspace.pk, actor, policy=policy, now=now),
        "since": today - timedelta(days=DAYS),
        "until": today + timedelta(days=1),
        "job": jobs.find_job(request.workspace.pk, draft.replay_id) if draft and draft.replay_id else None,
        **more,
    }
    return page(request, "rules/release.html", context, status=status)


def _steps(found: Held) -> list[dict[str, Any]]:
    """Return the steps as the last save took them, with what a replay of this revision came to."""
    if found.draft is None:
        return []
    return [_named(step) for step in (*found.draft.steps, replay_step(found.draft).as_json())]


def _named(step: dict[str, Any]) -> dict[str, Any]:
    return {**step, "text": STEPS.get(step["name"], step["name"])}


@console_change
def go_live(request: ConsoleRequest, key: str) -> HttpResponse:
    """Take the draft through the whole gate and make it live, or hand it in where the workspace asks for a review."""
    found = held(request, key)
    reviewed = policy_of(request.workspace.pk).review
    act: Any = partial(
        submit if reviewed else publish,
        request.workspace.pk,
        key,
        revision=number(request.POST.get("revision", "")),
        note=request.POST.get("note", "").strip()[:500],
        actor=actor_of(request),
        now=clock.now(),
    )
    return forms.submit(
        request,
        act,
        again=lambda problems: _release_page(request, found, status=422, refused=problems),
        to=reverse("rule-release" if reviewed else "rule", args=[key]),
        said=_("It waits for another pair of eyes.") if reviewed else _("It is live."),
    )


@console_change
def decide(request: ConsoleRequest, key: str) -> HttpResponse:
    """Approve what was handed in, send it back, or take it back."""
    found = held(request, key)
    post = request.POST
    told: dict[str, Any] = {"actor": actor_of(request), "now": clock.now()}
    reason = post.get("reason", "").strip()[:500]
    verdict = post.get("verdict", "")
    acts: dict[str, tuple[Any, str]] = {
        "approve": (
            partial(approve, request.workspace.pk, key, sha256=post.get("sha256", ""), reason=reason, **told),
            _("Approved: it is live."),
        ),
        "reject": (partial(reject, request.workspace.pk, key, reason=reason, **told), _("It went back to its makers.")),
        "withdraw": (partial(withdraw, request.workspace.pk, key, **told), _("It no longer waits for a review.")),
    }
    if verdict not in acts:
        raise PermissionDenied
    act, said = acts[verdict]
    return forms.submit(
        request,
        act,
        again=lambda problems: _release_page(request, found, status=422, refused=problems),
        to=reverse("rule-release", args=[key]),
        said=said,
    )


@console_change
def discard(request: ConsoleRequest, key: str) -> HttpResponse:
    """Forget the draft."""
    found = held(request, key)
    revision = number(request.POST.get("revision", ""))
    act = partial(discard_draft, request.workspace.pk, key, revision=revision, actor=actor_of(request), now=clock.now())
    to = reverse("rule", args=[key]) if found.rule.live_id else reverse("rules")
    return forms.submit(request, act, to=to, said=_("The draft is gone; the live version stays."))


@console_change
def replay(request: ConsoleRequest, key: str) -> HttpResponse:
    """Begin a replay of the draft over some days of history."""
    found = held(request, key)
    if found.draft is None:
        raise Http404
    since, until = (_day(request.POST.get(name, "")) for name in ("since", "until"))
    if since is None or until is None:
        return _release_page(request, found, status=422, no_period=True)
    asked = Asked(definition=dict(found.draft.definition), of="draft", since=since, until=until)
    return forms.submit(
        request,
        partial(start_replay, found.rule, asked, actor=actor_of(request), now=clock.now()),
        again=lambda problems: _release_page(request, found, status=422, refused=problems),
        to=reverse("rule-release", args=[key]),
    )


def _day(text: str) -> datetime | None:
    """Return the first instant of a day in the reader's zone."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()) if day else None


@console_page
def versions(request: ConsoleRequest, key: str) -> HttpResponse:
    """Tell the versions of a rule: by whom, why, who approved, what each changed; and what the live one is used by."""
    found = held(request, key)
    listed = list(RuleVersion.objects.filter(rule=found.rule).order_by("-number")[:MOST_VERSIONS])
    pairs = zip(listed, [*listed[1:], None], strict=True)
    rows = [
        {"version": one, "changes": changes_between(before.definition, one.definition) if before else []}
        for one, before in pairs
    ]
    return page(
        request, "rules/versions.html", {**around(found, "versions"), "rows": rows, "uses": uses_of(found.rule)}
    )


@console_change
def use_again(request: ConsoleRequest, key: str, number: int) -> HttpResponse:
    """Make an older version live again at once, or its content the draft."""
    found = held(request, key)
    told: dict[str, Any] = {"actor": actor_of(request), "now": clock.now()}
    if "draft" in request.POST:
        act: Any = partial(restore, found.rule, number, revision=found.revision, **told)
        return _known(request, act, to=reverse("rule-edit", args=[key]), said=_("The version is the draft now."))
    live = found.rule.live.number if found.rule.live else None
    act = partial(roll_back, request.workspace.pk, key, to=number, live=live, **told)
    said = _("v%(number)s is live again.") % {"number": number}
    return _known(request, act, to=reverse("rule-versions", args=[key]), said=said)


@console_change
def put_away(request: ConsoleRequest, key: str) -> HttpResponse:
    """Take a rule out of force; its versions stay."""
    held(request, key)
    act = partial(retire, request.workspace.pk, key, actor=actor_of(request), now=clock.now())
    return _known(request, act, to=reverse("rule-versions", args=[key]), said=_("The rule is out of force."))


def _known(request: ConsoleRequest, act: Any, *, to: str, said: str) -> HttpResponse:
    try:
        return forms.submit(request, act, to=to, said=said)
    except (Rule.DoesNotExist, RuleVersion.DoesNotExist):
        raise Http404 from None
