"""The verbs of saved views: list, save, rename, delete and bring back. Changes of team views are on the trail."""

from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from compliance import audit
from compliance.access.models import Member, User
from compliance.desk.layouts import keep_layout, layout
from compliance.desk.models import SavedView
from config.kit.errors import refuse

MAX_NAME: Final = 300
MAX_QUERY: Final = 4000
MAX_VIEWS: Final = 200
KEPT_DELETED: Final = timedelta(minutes=10)
DEFAULT: Final = "default_view"


def views_of(user: User, page: str, *, workspace_id: int) -> QuerySet[SavedView]:
    """Return the views of a page that the user may see, by name: their own and the team's."""
    seen = SavedView.objects.filter(workspace_id=workspace_id, page=page, deleted_at=None)
    return seen.filter(Q(is_team=True) | Q(owner=user)).select_related("owner").order_by("name", "pk")


def find_view(user: User, view_id: int, *, workspace_id: int) -> SavedView | None:
    """Return one view that the user may see, also one that was just deleted."""
    seen = SavedView.objects.filter(Q(is_team=True) | Q(owner=user), workspace_id=workspace_id, pk=view_id)
    return seen.select_related("owner").first()


def may_change(view: SavedView, user: User, *, role: str) -> bool:
    """Whether the user may rename or delete a view: its owner may, of a team's view administrators too."""
    return view.owner_id == user.pk or (view.is_team and role == Member.Role.ADMIN)


def save_view(
    user: User, page: str, *, workspace_id: int, name: str, query: str, is_team: bool = False, now: datetime
) -> SavedView:
    """Save a view; one of the user's own with the same name is replaced."""
    title = _name(name)
    _check(query)
    with transaction.atomic():
        mine = SavedView.objects.filter(workspace_id=workspace_id, page=page, owner=user, deleted_at=None)
        if mine.exclude(name=title).count() >= MAX_VIEWS:
            raise refuse("name", _("You have too many views of this page."), _("Delete one that you no longer need."))
        values = {"query": query, "is_team": is_team, "updated_at": now}
        made, _created = mine.update_or_create(
            defaults=values,
            create_defaults={**values, "created_at": now},
            workspace_id=workspace_id,
            page=page,
            owner=user,
            name=title,
            deleted_at=None,
        )
        _note("saved", made, now=now)
    return made


def rename_view(view: SavedView, name: str, *, now: datetime) -> None:
    """Give a view another name."""
    view.name, view.updated_at = _name(name), now
    try:
        with transaction.atomic():
            view.save(update_fields=["name", "updated_at"])
            _note("renamed", view, now=now)
    except IntegrityError:
        raise refuse("name", _("There is a view with this name already."), _("Choose another name.")) from None


def change_view(view: SavedView, *, query: str, now: datetime) -> None:
    """Let a view mean another query."""
    _check(query)
    with transaction.atomic():
        view.query, view.updated_at = query, now
        view.save(update_fields=["query", "updated_at"])
        _note("changed", view, now=now)


def delete_view(view: SavedView, *, now: datetime) -> None:
    """Delete a view; it can be brought back until the next one is deleted some minutes later."""
    with transaction.atomic():
        view.deleted_at = now
        view.save(update_fields=["deleted_at"])
        SavedView.objects.filter(workspace_id=view.workspace_id, deleted_at__lt=now - KEPT_DELETED).delete()
        _note("deleted", view, now=now)


def restore_view(view: SavedView, *, now: datetime) -> None:
    """Bring a deleted view back."""
    if view.deleted_at is None:
        return
    try:
        with transaction.atomic():
            view.deleted_at = None
            view.save(update_fields=["deleted_at"])
            _note("restored", view, now=now)
    except IntegrityError:
        raise refuse("name", _("There is a view with this name already."), _("Rename that one first.")) from None


def default_view(user: User, page: str, *, workspace_id: int) -> SavedView | None:
    """Return the view that the page opens with for this user."""
    chosen = layout(user, page, workspace_id=workspace_id).get(DEFAULT)
    found = find_view(user, chosen, workspace_id=workspace_id) if isinstance(chosen, int) else None
    return found if found and found.deleted_at is None and found.page == page else None


def choose_default(user: User, page: str, view: SavedView | None, *, workspace_id: int, now: datetime) -> None:
    """Open the page with this view from now on; None: as it comes."""
    keep_layout(user, page, {DEFAULT: view.pk if view else None}, workspace_id=workspace_id, now=now)


def needs_change_right(view: SavedView, user: User, *, role: str) -> None:
    """Refuse a user who may not change the view."""
    if not may_change(view, user, role=role):
        raise PermissionDenied


def _check(query: str) -> None:
    if len(query) > MAX_QUERY:
        raise refuse("query", _("This list has too many filters to be saved."), _("Take some away."))


def _name(text: str) -> str:
    name = " ".join(text.replace("\x00", "").split())
    if not name or len(name) > MAX_NAME:
        raise refuse("name", _("A view needs a name of 1 to 300 characters."))
    return name


def _note(happened: str, view: SavedView, *, now: datetime) -> None:
    if view.is_team:
        audit.record(
            f"saved_view.{happened}",
            workspace_id=view.workspace_id,
            object_kind="saved_view",
            object_id=view.pk,
            payload={"page": view.page, "query": view.query},
            at=now,
        )
