"""Addresses that must not be written to; only their hashes are kept, so that the list outlives erasure."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from compliance import audit
from compliance.consent.models import Suppression

# the gate asks this for every message: one array instead of a parameter per address
LISTED: Final = """
select address_hash, reason from compliance_suppression
where workspace_id = %s and channel = %s and address_hash = any(%s::bytea[])
"""


def suppressed(workspace_id: int, channel: str, addresses: Iterable[str]) -> dict[str, str]:
    """Return the reason for each of the addresses that is suppressed."""
    hashes = {address: hash_of(workspace_id, channel, address) for address in addresses}
    with connection.cursor() as cursor:
        cursor.execute(LISTED, [workspace_id, channel, list(hashes.values())])
        reasons = {bytes(digest): reason for digest, reason in cursor.fetchall()}
    return {address: reasons[digest] for address, digest in hashes.items() if digest in reasons}


def suppress(workspace_id: int, channel: str, addresses: Sequence[str], *, reason: str, at: datetime) -> int:
    """Suppress addresses for `reason`; return how many were not suppressed yet. The first reason stays."""
    hashes = {hash_of(workspace_id, channel, address) for address in addresses}
    with transaction.atomic():
        known = Suppression.objects.filter(workspace_id=workspace_id, channel=channel, address_hash__in=hashes)
        fresh = sorted(hashes - {bytes(digest) for digest in known.values_list("address_hash", flat=True)})
        Suppression.objects.bulk_create(
            [
                Suppression(
                    workspace_id=workspace_id, channel=channel, address_hash=digest, reason=reason, created_at=at
                )
                for digest in fresh
            ],
            ignore_conflicts=True,
        )
        audit.record_many([_entry(workspace_id, "added", channel, digest, reason) for digest in fresh], at=at)
    return len(fresh)


def lift(workspace_id: int, channel: str, address: str, *, at: datetime) -> bool:
    """Take an address off the list; return whether it was on it."""
    digest = hash_of(workspace_id, channel, address)
    with transaction.atomic():
        row = Suppression.objects.filter(workspace_id=workspace_id, channel=channel, address_hash=digest)
        removed, _rows = row.delete()
        if removed:
            audit.record_many([_entry(workspace_id, "lifted", channel, digest, "")], at=at)
    return bool(removed)


def hash_of(workspace_id: int, channel: str, address: str) -> bytes:
    """Return the SHA-256 under which an address is kept: one form per address, another one per workspace."""
    plain = unicodedata.normalize("NFC", address).strip().casefold()
    return hashlib.sha256(f"{workspace_id}\x1f{channel}\x1f{plain}".encode("utf-8", "surrogatepass")).digest()


def _entry(workspace_id: int, happened: str, channel: str, digest: bytes, reason: str) -> audit.Entry:
    return audit.Entry(
        action=f"suppression.{happened}",
        workspace_id=workspace_id,
        object_kind="suppression",
        object_id=digest.hex(),
        payload={"channel": channel, "reason": reason},
    )
