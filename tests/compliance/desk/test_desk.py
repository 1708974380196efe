"""Saved views are private or the team's; layouts are each user's own; what a team shares is on the trail."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from compliance import desk
from compliance.access.models import Member
from compliance.audit.models import AuditEntry
from compliance.desk import saved_views
from config.kit.errors import InputRefused
from tests.factories import NOON, user, workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand():
    return workspace()


def save(owner, brand, name="Mine", **given):
    values = {"query": "state=blocked&sort=-asked", "now": NOON, **given}
    return saved_views.save_view(owner, "messages", workspace_id=brand.pk, name=name, **values)


def names(owner, brand):
    return [view.name for view in saved_views.views_of(owner, "messages", workspace_id=brand.pk)]


def test_a_private_view_is_its_owner_s_and_a_team_view_everybody_s(brand):
    ada, ben = user(brand), user(brand)
    save(ada, brand, "Ada's")
    save(ada, brand, "Ours", is_team=True)
    assert names(ada, brand) == ["Ada's", "Ours"]
    assert names(ben, brand) == ["Ours"]
    assert names(ada, workspace()) == []


def test_saving_under_the_same_name_replaces(brand):
    ada = user(brand)
    first = save(ada, brand, query="state=held")
    again = save(ada, brand, query="state=sent")
    assert (first.pk, again.query, names(ada, brand)) == (again.pk, "state=sent", ["Mine"])


def test_a_deleted_view_can_be_brought_back_and_old_ones_go(brand):
    ada = user(brand)
    view, older = save(ada, brand), save(ada, brand, "Older")
    saved_views.delete_view(older, now=NOON - timedelta(hours=1))
    saved_views.delete_view(view, now=NOON)
    assert names(ada, brand) == []
    assert saved_views.find_view(ada, older.pk, workspace_id=brand.pk) is None
    saved_views.restore_view(view, now=NOON)
    assert names(ada, brand) == ["Mine"]


def test_a_view_is_not_restored_or_renamed_over_another(brand):
    ada = user(brand)
    gone = save(ada, brand)
    saved_views.delete_view(gone, now=NOON)
    other = save(ada, brand)
    with pytest.raises(InputRefused):
        saved_views.restore_view(gone, now=NOON)
    third = save(ada, brand, "Third")
    with pytest.raises(InputRefused):
        saved_views.rename_view(third, other.name, now=NOON)
    saved_views.rename_view(third, "  A   new\tname ", now=NOON)
    assert "A new name" in names(ada, brand)


def test_only_the_owner_or_an_administrator_changes_a_team_s_view(brand):
    ada, ben = user(brand), user(brand, role=Member.Role.OPERATOR)
    mine, ours = save(ada, brand), save(ada, brand, "Ours", is_team=True)
    assert saved_views.may_change(mine, ada, role="operator")
    assert not saved_views.may_change(mine, ben, role="admin")
    assert saved_views.may_change(ours, ben, role="admin")
    with pytest.raises(PermissionDenied):
        saved_views.needs_change_right(ours, ben, role="operator")


def test_changes_of_team_views_are_on_the_trail_and_private_ones_are_not(brand):
    ada = user(brand)
    save(ada, brand)
    ours = save(ada, brand, "Ours", is_team=True)
    saved_views.rename_view(ours, "Theirs", now=NOON)
    saved_views.delete_view(ours, now=NOON)
    actions = AuditEntry.objects.filter(workspace_id=brand.pk, object_kind="saved_view").values_list(
        "action", flat=True
    )
    assert sorted(actions) == ["saved_view.deleted", "saved_view.renamed", "saved_view.saved"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 301])
def test_a_view_without_a_proper_name_is_refused(brand, name):
    with pytest.raises(InputRefused):
        save(user(brand), brand, name)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "م" * 300, "🎉 Party 👩‍👩‍👧‍👦", "会员" * 100])
def test_any_other_name_is_kept_as_it_is(brand, name):
    ada = user(brand)
    assert save(ada, brand, name).name == name


def test_the_default_view_is_the_user_s_own_choice_and_ends_with_the_view(brand):
    ada = user(brand)
    view = save(ada, brand)
    saved_views.choose_default(ada, "messages", view, workspace_id=brand.pk, now=NOON)
    assert saved_views.default_view(ada, "messages", workspace_id=brand.pk) == view
    assert saved_views.default_view(user(brand), "messages", workspace_id=brand.pk) is None
    saved_views.delete_view(view, now=NOON)
    assert saved_views.default_view(ada, "messages", workspace_id=brand.pk) is None


def test_a_layout_is_kept_per_workspace_user_and_page(brand):
    ada = user(brand)
    assert desk.layout(ada, "home", workspace_id=brand.pk) == {}
    desk.keep_layout(ada, "home", {"order": ["a", "b"]}, workspace_id=brand.pk, now=NOON)
    desk.keep_layout(ada, "home", {"hidden": ["b"]}, workspace_id=brand.pk, now=NOON)
    assert desk.layout(ada, "home", workspace_id=brand.pk) == {"order": ["a", "b"], "hidden": ["b"]}
    assert desk.layout(ada, "people", workspace_id=brand.pk) == {}
    assert desk.layout(user(brand), "home", workspace_id=brand.pk) == {}
    desk.forget_layout(ada, "home", workspace_id=brand.pk)
    assert desk.layout(ada, "home", workspace_id=brand.pk) == {}


def test_a_layout_that_is_too_large_is_refused(brand):
    with pytest.raises(InputRefused):
        desk.keep_layout(user(brand), "home", {"order": ["x" * 20_000]}, workspace_id=brand.pk, now=NOON)
