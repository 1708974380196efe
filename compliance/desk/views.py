"""The small forms of a list: choose columns, keep views, do something with selected rows."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from compliance.access.console import ConsoleRequest, actor_of, console_change, console_own
from compliance.desk import saved_views
from compliance.desk.bulk import Selection, do, selection_of
from compliance.desk.jobs import act_in_job, export_in_job
from compliance.desk.layouts import keep_layout
from compliance.desk.lists import COLUMNS
from compliance.desk.models import SavedView
from config.kit import clock
from config.kit.errors import Conflict, InputRefused
from config.kit.forms import OWN
from config.kit.lists import Action, List, Scope, find_list
from config.kit.lists.asking import ask
from config.kit.lists.counting import count
from config.kit.lists.definition import BATCH
from config.kit.pages import page_address, way_back
from config.kit.spoken import spoken, told

MAX_QUERY: Final = 4000
MAX_ADDRESS: Final = 6000


@console_own
def columns(request: ConsoleRequest, name: str) -> HttpResponse:
    """Keep which columns the member wants to see."""
    listing = _list_or_404(request, name)
    wanted = set(request.POST.getlist("column"))
    keys = [column.key for column in listing.columns if column.key in wanted and not request.POST.get("reset")]
    given: dict[str, Any] = {"workspace_id": request.workspace.pk, "now": clock.now()}
    keep_layout(request.user, listing.name, {COLUMNS: keys}, **given)
    return HttpResponseRedirect(_back(request, listing))


@console_own
def views(request: ConsoleRequest, name: str) -> HttpResponse:
    """Save the list as it is shown under a name, for oneself or the team, and open it."""
    listing = _list_or_404(request, name)
    try:
        made = saved_views.save_view(
            request.user,
            listing.name,
            workspace_id=request.workspace.pk,
            name=request.POST.get("name", ""),
            query=_query(request, listing),
            is_team=bool(request.POST.get("team")) and request.may_change,
            now=clock.now(),
        )
    except InputRefused as refusal:
        messages.error(request, _said(refusal))
        return HttpResponseRedirect(_back(request, listing))
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": made.name})
    return HttpResponseRedirect(_address(request, listing, made))


@console_own
def view(request: ConsoleRequest, view_id: int) -> HttpResponse:
    """Rename, change, delete or bring back a view, or open the list with it from now on."""
    found = saved_views.find_view(request.user, view_id, workspace_id=request.workspace.pk)
    if found is None:
        raise Http404
    listing = _list_or_404(request, found.page)
    verb = VERBS.get(_form(request).get("do", ""))
    if verb is None:
        raise BadRequest("do is unknown")
    if verb is not _default:
        saved_views.needs_change_right(found, request.user, role=request.role)
    try:
        return HttpResponseRedirect(verb(request, listing, found))
    except InputRefused as refusal:
        messages.error(request, _said(refusal))
    return HttpResponseRedirect(_back(request, listing))


def _rename(request: ConsoleRequest, listing: List, found: SavedView) -> str:
    saved_views.rename_view(found, request.POST.get("name", ""), now=clock.now())
    return _back(request, listing)


def _update(request: ConsoleRequest, listing: List, found: SavedView) -> str:
    saved_views.change_view(found, query=_query(request, listing), now=clock.now())
    return _address(request, listing, found)


def _delete(request: ConsoleRequest, listing: List, found: SavedView) -> str:
    saved_views.delete_view(found, now=clock.now())
    said = _("The view “%(name)s” is deleted.") % {"name": found.name}
    undo = f"{reverse('desk-view', args=[found.pk])}?do=restore"
    messages.add_message(request, messages.SUCCESS, said, extra_tags=undo)
    return f"{listing.address(_scope(request))}?view="


def _restore(request: ConsoleRequest, listing: List, found: SavedView) -> str:
    saved_views.restore_view(found, now=clock.now())
    return _address(request, listing, found)


def _default(request: ConsoleRequest, listing: List, found: SavedView) -> str:
    given: dict[str, Any] = {"workspace_id": request.workspace.pk}
    now_first = saved_views.default_view(request.user, listing.name, **given) == found
    chosen = None if now_first else found
    saved_views.choose_default(request.user, listing.name, chosen, **given, now=clock.now())
    return _back(request, listing)


VERBS: Final = {"rename": _rename, "update": _update, "delete": _delete, "restore": _restore, "default": _default}


@console_change
def bulk(request: ConsoleRequest, name: str) -> HttpResponse:
    """Do something with selected rows; what asks to be confirmed shows first how many it means."""
    listing = _list_or_404(request, name)
    form = _form(request)
    action = listing.action(form.get("action", ""))
    if action is None:
        raise BadRequest("action is unknown")
    selection = selection_of(listing, form, workspace_id=request.workspace.pk)
    if selection.query is None and not selection.keys:
        messages.warning(request, _("No row is selected."))
    elif (action.asks or action.options) and not form.get("sure"):
        return _ask(request, selection, action)
    else:
        return _do(request, selection, action, chosen=_chosen(action, selection, form))
    return HttpResponseRedirect(_back(request, listing))


@console_change
def export(request: ConsoleRequest, name: str) -> HttpResponse:
    """Have what the filters show written to a file, in the order and with the columns of the page."""
    listing = _list_or_404(request, name)
    scope = _scope(request)
    asked = ask(listing, QueryDict(request.POST.get("query", "")[:MAX_QUERY]), scope)
    kept = [key for key in request.POST.get("columns", "").split(",") if key]
    columns = [column for key in kept if (column := listing.column(key))] or list(asked.columns)
    job = export_in_job(
        Selection(listing=listing, scope=scope, query=asked.query),
        columns,
        asked.order,
        title=str(listing.title),
        actor=actor_of(request),
        now=clock.now(),
    )
    return HttpResponseRedirect(reverse("job", args=[job.pk]))


def _ask(request: ConsoleRequest, selection: Selection, action: Action) -> HttpResponse:
    found = count(selection.rows())
    words = selection.listing.counted(found.n)
    context = {
        "listing": selection.listing,
        "action": action,
        "words": words if found.exact else _("about %(count)s") % {"count": words},
        "fields": [*_fields(selection), ("next", way_back(request, "")), ("action", action.key), ("sure", "1")],
        "options": list(action.options(selection.scope)) if action.options else [],
        "back": _back(request, selection.listing),
    }
    return render(request, "kit/lists/sure.html", context)


def _chosen(action: Action, selection: Selection, form: QueryDict) -> str:
    """What was chosen with the action, if it offers a choice."""
    chosen = form.get("chosen", "")
    if action.options and chosen not in {value for value, _words in action.options(selection.scope)}:
        raise BadRequest("chosen is unknown")
    return chosen


def _do(request: ConsoleRequest, selection: Selection, action: Action, *, chosen: str) -> HttpResponse:
    """Do it at once, or for more rows than one batch in a job."""
    given: dict[str, Any] = {"chosen": chosen, "actor": actor_of(request), "now": clock.now()}
    if not count(selection.rows(), up_to=BATCH).exact:
        return HttpResponseRedirect(reverse("job", args=[act_in_job(selection, action, **given).pk]))
    try:
        changed = do(selection, action, **given)
    except Conflict as conflict:
        messages.error(request, spoken(conflict.args[0]))
        return HttpResponseRedirect(_back(request, selection.listing))
    undo = _undo(selection, action) if changed else ""
    messages.add_message(request, messages.SUCCESS, action.done(changed), extra_tags=undo)
    return HttpResponseRedirect(_back(request, selection.listing))


def _undo(selection: Selection, action: Action) -> str:
    """The address that takes an action back, if one may and if it can be told in an address which rows are meant."""
    if not action.undo or selection.query is not None:
        return ""
    query = urlencode([*_fields(selection), ("action", action.undo)])
    address = f"{reverse('desk-bulk', args=[selection.listing.name])}?{query}"
    return address if len(address) <= MAX_ADDRESS else ""


def _fields(selection: Selection) -> list[tuple[str, str]]:
    """The selection as fields of a form."""
    if selection.query is not None:
        named = [("all", "1"), ("query", selection.query)]
    else:
        named = [("rows", ",".join(str(key) for key in selection.keys))]
    return [*named, ("within", selection.scope.within)]


def _list_or_404(request: ConsoleRequest, name: str) -> List:
    found = find_list(name)
    if found is None or (found.roles and request.role not in found.roles):
        raise Http404
    return found


def _scope(request: ConsoleRequest) -> Scope:
    return Scope(workspace_id=request.workspace.pk, within=request.POST.get("within", "")[:200])


def _query(request: ConsoleRequest, listing: List) -> str:
    """The posted query in the list's own form: nothing is kept that the list does not understand."""
    asked = ask(listing, QueryDict(request.POST.get("query", "")[:MAX_QUERY]), _scope(request))
    return asked.address({"view": []})


def _address(request: ConsoleRequest, listing: List, found: SavedView) -> str:
    query = f"{found.query}&view={found.pk}".lstrip("&")
    return f"{listing.address(_scope(request))}?{query}"


def _form(request: ConsoleRequest) -> QueryDict:
    """What was posted; the way back from a change posts nothing and has it all in its address."""
    return request.POST if request.POST.keys() - OWN else request.GET


def _back(request: ConsoleRequest, listing: List) -> str:
    """The list as it was when the form was sent."""
    address, here = listing.address(_scope(request)), page_address(request)
    return way_back(request, here if here.startswith(address) else address)


def _said(refusal: InputRefused) -> str:
    return " ".join(told(problem) for problem in refusal.problems)
