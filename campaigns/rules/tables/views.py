"""The pages of decision tables: the list, a new one, and the grid, which is a plain form where no script runs."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.rules.form import parse_rule
from campaigns.rules.labels import label_of_rule
from campaigns.rules.lookups import find_rule
from campaigns.rules.models import Rule
from campaigns.rules.publishing.drafts import find_draft, save_draft
from campaigns.rules.publishing.models import RuleDraft
from campaigns.rules.tables import grid, pasting
from campaigns.rules.tables.cells import TYPES
from campaigns.rules.tables.columns import OUTPUT_TYPES
from campaigns.rules.tables.edits import Definition, apply, empty_row, put_cells
from campaigns.rules.tables.sent import sent
from campaigns.rules.tables.workbook import MEDIA_TYPE, MOST_BYTES, read_workbook, write_workbook
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_form, console_page
from compliance.access.forms import submit
from config.kit import clock
from config.kit.errors import InputRefused, Problem, refuse
from config.kit.forms import Form
from config.kit.pages import page
from config.kit.paging import CursorPage
from config.kit.spoken import told

BY_KEY: Final = CursorPage("key")
HITS: Final = ("first", "priority", "collect")


@console_page
def tables(request: ConsoleRequest) -> HttpResponse:
    """List the decision tables, live ones and drafts."""
    rows = Rule.objects.filter(workspace_id=request.workspace.pk).filter(
        Q(live__definition__has_key="rows") | Q(draft__definition__has_key="rows")
    )
    shown = BY_KEY.page(rows.select_related("live", "draft"), request.GET)
    context = {"rows": [_listed(rule) for rule in shown.rows], "page": shown}
    return page(request, "tables/list.html", context, parts={"tables": "rows"})


def _listed(rule: Rule) -> dict[str, Any]:
    draft = getattr(rule, "draft", None)
    definition = draft.definition if draft else rule.live.definition if rule.live else {}
    sizes = {name: len(definition.get(name, [])) for name in ("rows", "columns", "outputs")}
    return {"rule": rule, "draft": draft, "label": label_of_rule(rule), "hit": definition.get("hit"), **sizes}


@console_form
def table_new(request: ConsoleRequest) -> HttpResponse:
    """Begin a table: empty, from cells that were copied, or from an XLSX file."""
    if request.method != "POST":
        return _new_page(request, Form(id="table-new", values={"hit": "first"}))
    post = request.POST
    key = post.get("key", "").strip()

    def again(problems: Sequence[Problem]) -> HttpResponse:
        return _new_page(request, Form(id="table-new", values=post.dict(), problems=problems), status=422)

    def act() -> None:
        save_draft(
            request.workspace.pk, key, _begun(request, key), revision=0, actor=actor_of(request), now=clock.now()
        )

    return submit(request, act, again=again, to=lambda: reverse("table", args=[key]), said=_("The table is a draft."))


def _new_page(request: ConsoleRequest, form: Form, *, status: int = 200) -> HttpResponse:
    return page(request, "tables/new.html", {"form": form, "hits": _hits()}, status=status)


def _begun(request: ConsoleRequest, key: str) -> Definition:
    post, on = request.POST, request.POST.get("on", "")
    names = [name.strip() for name in on.replace("，", ",").split(",") if name.strip()]
    if not names:
        raise refuse("/on", "a table listens to an event at least", "such as order_paid")
    made: Definition = {"key": key, "name": post.get("name", "").strip() or key, "on": names}
    made["hit"] = post.get("hit", "first")
    if "file" in request.FILES:
        read = read_workbook(_content(request))
        return {**read, "key": key, "name": made["name"], "on": names}
    if post.get("paste", "").strip():
        return {**made, **pasting.new_table(pasting.cells_of(post["paste"]))}
    made["columns"] = [{"property": "amount", "type": "number", "name": "amount"}]
    made["outputs"] = [{"name": "label", "type": "text", "then": {"add_label": "{cell}"}}]
    return {**made, "rows": [empty_row(made)]}


def _content(request: ConsoleRequest) -> bytes:
    file: Any = request.FILES["file"]
    content: bytes = file.read(MOST_BYTES + 1)
    return content


@console_page
def table(request: ConsoleRequest, key: str) -> HttpResponse:
    """Show a page of the grid: the draft, or the live version where nobody edits it."""
    rule, draft = _found(request, key)
    return _grid_page(request, rule, draft)


def _found(request: ConsoleRequest, key: str) -> tuple[Rule, RuleDraft | None]:
    rule = find_rule(request.workspace.pk, key)
    if rule is None:
        raise Http404
    draft = find_draft(request.workspace.pk, key)
    if "rows" not in _definition(rule, draft):
        raise Http404
    return rule, draft


def _definition(rule: Rule, draft: RuleDraft | None) -> Definition:
    if draft is not None:
        return dict(draft.definition)
    return dict(rule.live.definition) if rule.live else {}


def _grid_page(
    request: ConsoleRequest,
    rule: Rule,
    draft: RuleDraft | None,
    *,
    typed: Definition | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    definition = typed or _definition(rule, draft)
    steps: Sequence[Mapping[str, Any]] = draft.steps if draft and typed is None else ()
    count = len(definition.get("rows", []))
    first = min(_place(request), max(count - 1, 0)) // grid.PER_PAGE * grid.PER_PAGE
    context = {
        "rule": rule,
        "draft": draft,
        "label": label_of_rule(rule),
        "table": definition,
        "on": ", ".join(definition.get("on", [])),
        "lines": grid.lines(definition, steps, first=first),
        "columns": grid.heads(definition, "columns"),
        "outputs": grid.heads(definition, "outputs"),
        "first": first,
        "last": min(first + grid.PER_PAGE, count),
        "count": count,
        "pages": _pages(count, first),
        "types": [(kind, grid.TYPES[kind]) for kind in TYPES],
        "output_types": [(kind, grid.TYPES[kind]) for kind in OUTPUT_TYPES],
        "hits": _hits(),
        "faults": _told(steps, problems),
        "form": Form(id="table-form", values={}),
    }
    return page(request, "tables/table.html", context, status=422 if problems else 200)


def _told(steps: Sequence[Mapping[str, Any]], problems: Sequence[Problem]) -> list[str]:
    """Return what is wrong with more than one row: the rows' own faults stand in them."""
    stored = [Problem(**each) for step in steps for each in step["problems"] if not each["path"].startswith("/rows/")]
    return [told(problem) for problem in (*problems, *stored)]


def _pages(count: int, first: int) -> list[dict[str, Any]]:
    starts = range(0, count, grid.PER_PAGE) if count > grid.PER_PAGE else ()
    return [{"at": at, "last": min(at + grid.PER_PAGE, count), "from": at + 1, "here": at == first} for at in starts]


def _hits() -> list[tuple[str, str]]:
    words = (_("the first row that holds"), _("the row of the smallest priority"), _("all rows that hold"))
    return list(zip(HITS, words, strict=True))


def _place(request: ConsoleRequest) -> int:
    named = request.POST.get("at") or request.GET.get("at", "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 6 else 0


@console_change
def table_save(request: ConsoleRequest, key: str) -> HttpResponse:
    """Save the page of the grid as the draft, and do what the pressed button asks for."""
    rule, draft = _found(request, key)
    made = sent(_definition(rule, draft), request.POST.dict(), rows=request.POST.getlist("row"))
    verb, _colon, at = request.POST.get("do", "save").partition(":")

    def act() -> None:
        save = partial(save_draft, rule.workspace_id, rule.key, revision=_revision(request))
        save(_changed(request, made, verb, at), actor=actor_of(request), now=clock.now())

    def again(problems: Sequence[Problem]) -> HttpResponse:
        return _grid_page(request, rule, draft, typed=made, problems=problems)

    to = f"{reverse('table', args=[key])}?at={_after(request, verb, at)}"
    return submit(request, act, again=again, to=to, said=_("Saved as a draft.") if verb == "save" else "")


def _changed(request: ConsoleRequest, made: Definition, verb: str, at: str) -> Definition:
    if verb == "save":
        return made
    if verb == "paste":
        cells = pasting.cells_of(request.POST.get("paste", ""))
        row, _dot, column = request.POST.get("paste_at", "").partition(".")
        if row.isdigit() and column.isdigit():
            return put_cells(made, cells, row=int(row), column=int(column))
        return put_cells(made, cells, row=len(made.get("rows", [])), column=0)
    if verb == "file":
        if "file" not in request.FILES:
            raise refuse("/file", "no file was chosen", "choose an XLSX file")
        return {**read_workbook(_content(request), base=made), "key": made["key"], "name": made["name"]}
    return apply(made, verb, int(at) if at.lstrip("-").isdigit() and len(at) < 6 else -2)


def _after(request: ConsoleRequest, verb: str, at: str) -> int:
    """Return the row to show afterwards: the page that was shown, or the one on which a new row stands."""
    return int(at) + 1 if verb == "row.add" and at.isdigit() and len(at) < 6 else _place(request)


def _revision(request: ConsoleRequest) -> int:
    named = request.POST.get("revision", "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 10 else 0


@console_page
def table_file(request: ConsoleRequest, key: str) -> HttpResponse:
    """Hand out the table as an XLSX file; a draft with faults is told so."""
    rule, draft = _found(request, key)
    try:
        form = parse_rule(_definition(rule, draft))
    except InputRefused as refusal:
        return _grid_page(request, rule, draft, problems=refusal.problems)
    name = key if key.isascii() else "table"
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return HttpResponse(write_workbook(form), content_type=MEDIA_TYPE, headers=headers)
