"""The past: who the households are, what they decided, and what they bought, in packed batches on a few connections."""

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from config.demo.baskets import Year
from config.demo.households import Household, Standing
from config.demo.progress import Progress
from config.demo.wire import Api, ApiRefused

CONNECTIONS: Final = 4
BATCH: Final = 300
TWICE: Final = 20
"""Every so many batches one is sent twice, as a client does that did not get the answer."""
CONSENT_BATCH: Final = 500
EMAIL: Final = {"channel": "email", "purpose": "marketing"}

Call = dict[str, Any]


def calls(year: Year, households: Sequence[Household], *, anchor: datetime) -> Iterator[Call]:
    """Yield an identify for each household, then every basket of the history in order of time."""
    first = year.time_of(year.history[0], anchor=anchor) - timedelta(days=1)
    for household in households:
        yield {
            "type": "identify",
            "messageId": f"demo-household-{household.number}",
            "userId": household.user_id,
            "timestamp": first.isoformat(timespec="milliseconds"),
            "traits": household.traits(),
        }
    for basket in year.history:
        yield basket.as_track(f"demo-basket-{basket.number}", year.time_of(basket, anchor=anchor))


def send(api: Api, stream: Iterator[Call], *, total: int) -> None:
    """Send the calls with a few batches under way at any time; stop at the first refusal."""
    with Progress("history in", total=total) as bar, ThreadPoolExecutor(CONNECTIONS) as pool:
        under_way: set[Future[int]] = set()
        for number, batch in enumerate(_batches(stream)):
            for _ in range(2 if number % TWICE == TWICE - 1 else 1):
                under_way.add(pool.submit(send_batch, api, batch))
            if len(under_way) >= 2 * CONNECTIONS:
                under_way = _settle(under_way, bar)
        while under_way:
            under_way = _settle(under_way, bar)


def send_batch(api: Api, batch: list[Call]) -> int:
    """Send one batch and return how many of it were new."""
    receipt = api.batch(batch, sent_at=datetime.now(UTC).isoformat(timespec="milliseconds"))
    if receipt["errors"]:
        raise ApiRefused(f"/v1/batch refused items: {receipt['errors'][:3]}")
    return int(receipt["accepted"])


def send_decisions(api: Api, households: Sequence[Household], *, at: datetime) -> None:
    """Tell who agreed to marketing mail, who took that back, and which addresses must not be written to."""
    agreed = [h for h in households if h.standing is not Standing.NEVER_ASKED]
    consents = [_consent(h, "granted", "sign-up form", at - timedelta(days=30)) for h in agreed]
    withdrawn = [h for h in households if h.standing is Standing.WITHDRAWN]
    consents += [_consent(h, "withdrawn", "unsubscribe link", at) for h in withdrawn]
    for start in range(0, len(consents), CONSENT_BATCH):
        api.send("POST", "/v1/consents/batch", {"consents": consents[start : start + CONSENT_BATCH]})
    reasons = {Standing.BOUNCED: "hard_bounce", Standing.COMPLAINED: "complaint"}
    suppressed = [
        {"channel": "email", "address": h.address, "reason": reasons[h.standing]}
        for h in households
        if h.standing in reasons
    ]
    api.send("POST", "/v1/suppressions", {"suppressions": suppressed})


def _consent(household: Household, state: str, source: str, at: datetime) -> Call:
    moment = at.isoformat(timespec="seconds")
    return EMAIL | {"user_id": household.user_id, "state": state, "source": source, "at": moment}


def _batches(stream: Iterator[Call]) -> Iterator[list[Call]]:
    batch: list[Call] = []
    for call in stream:
        batch.append(call)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _settle(under_way: set[Future[int]], bar: Progress) -> set[Future[int]]:
    done, rest = wait(under_way, return_when=FIRST_COMPLETED)
    for future in done:
        bar.add(future.result())
    return rest
