"""Tells compliance whom a user id or an older person id means today."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from audiences.people.models import Identity, Person
from config.kit.ids import derived

LONGEST_CHAIN: Final = 20


class KnownPeople:
    """Implements `compliance.consent.directory.Directory` on the tables of people."""

    def people(self, workspace_id: int, user_ids: Sequence[str]) -> dict[str, UUID]:
        """Return the person of each user id that is known."""
        subjects = {derived(workspace_id, "user", user_id): user_id for user_id in user_ids}
        rows = Identity.objects.filter(pk__in=list(subjects)).values_list("subject", "person_id")
        return {subjects[subject]: person_id for subject, person_id in rows}

    def heir(self, workspace_id: int, person_id: UUID) -> UUID:
        """Return whom this person was merged into, through all merges since."""
        for _ in range(LONGEST_CHAIN):
            merged = Person.objects.filter(workspace_id=workspace_id, pk=person_id).values_list(
                "merged_into", flat=True
            )
            if not (heir := merged.first()):
                break
            person_id = heir
        return person_id
