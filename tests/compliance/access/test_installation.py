"""The first start makes secrets of its own; later starts find them; a lost file or database heals."""

import stat

import pytest

from compliance.access.installation import bootstrap
from compliance.access.keys import find_key
from compliance.access.models import ApiKey, User, Workspace
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_second_bootstrap_changes_nothing(tmp_path):
    path = tmp_path / "var" / "credentials.json"
    first = bootstrap(path, now=NOON)
    assert bootstrap(path, now=NOON) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (Workspace.objects.count(), User.objects.count(), ApiKey.objects.count()) == (1, 1, 2)
    assert User.objects.get().check_password(first.password)


def test_two_installations_have_different_secrets(tmp_path):
    first = bootstrap(tmp_path / "a.json", now=NOON)
    second = bootstrap(tmp_path / "b.json", now=NOON)
    assert first.password != second.password
    assert first.write_key != second.write_key


@pytest.mark.parametrize("content", [None, "", "{}", "[1]"])
def test_a_lost_or_broken_file_leads_to_new_secrets_and_revokes_the_old(tmp_path, content):
    path = tmp_path / "credentials.json"
    first = bootstrap(path, now=NOON)
    path.unlink() if content is None else path.write_text(content)
    second = bootstrap(path, now=NOON)
    assert second != first
    assert find_key(first.secret_key, now=NOON).revoked_at == NOON
    assert find_key(second.secret_key, now=NOON).allows("segments:write")
    assert not User.objects.get().check_password(first.password)
