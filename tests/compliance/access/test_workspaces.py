"""Members see their own workspaces, and every change of a role is on the trail."""

import pytest

from compliance import audit
from compliance.access.models import Member
from compliance.access.workspaces import members_of, role_in, set_role, workspaces_of
from config.kit.actors import Actor, ActorKind, acting
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_user_sees_only_the_workspaces_in_which_they_have_a_role():
    mine, other = factories.workspace(), factories.workspace()
    user = factories.user(mine, role=Member.Role.VIEWER)
    assert list(workspaces_of(user)) == [mine]
    assert (role_in(user, mine), role_in(user, other)) == ("viewer", None)


def test_a_change_of_role_is_recorded_with_before_after_and_who():
    workspace = factories.workspace()
    user = factories.user(workspace, role=Member.Role.VIEWER)
    boss = Actor(kind=ActorKind.USER, id="7", name="boss", request_id="r1")
    with acting(boss):
        set_role(user, workspace=workspace, role=Member.Role.ADMIN, now=NOON)
        set_role(user, workspace=workspace, role=Member.Role.ADMIN, now=NOON)
    entry = audit.entries(workspace.pk, action="member.role_set")[0]
    assert (entry.payload["before"], entry.payload["after"]) == ("viewer", "admin")
    assert (entry.actor, entry.request_id) == ("boss", "r1")
    assert audit.entries(workspace.pk, action="member.role_set").count() == 2
    assert [member.user for member in members_of(workspace)] == [user]
