"""What the frame of every page says of campaigns: banners, and counts beside places of the navigation."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audiences.intake.backlog import backlog
from campaigns.actions.parked import parked_actions
from campaigns.delivery.labels import reason_text
from campaigns.delivery.lookups import held_up, in_doubt
from campaigns.parking import parked
from campaigns.pulse import is_any_alive, silent
from config.kit import attention, banners
from config.kit.banners import Banner
from config.kit.channels import channel_text
from config.kit.templatetags.kit import duration, num

BEHIND = timedelta(minutes=1)


def connect() -> None:
    """Register what is told on every page; called once, when the app is ready."""
    for tell in (doubts, channels, workers):
        banners.source(tell)
    attention.counts("messages")(lambda workspace_id: in_doubt(workspace_id).count())
    attention.counts("parked")(lambda workspace_id: parked(workspace_id).count())
    attention.counts("actions")(lambda workspace_id: parked_actions(workspace_id).count())


def doubts(workspace_id: int, _now: datetime) -> Iterator[Banner]:
    """Tell that sends wait for somebody's word."""
    n = in_doubt(workspace_id).count()
    if n:
        text = ngettext(
            "%(n)s send is in doubt: say whether it arrived, so that its journey goes on.",
            "%(n)s sends are in doubt: say whether they arrived, so that their journeys go on.",
            n,
        )
        href = f"{reverse('messages')}?state=in_doubt"
        yield Banner(level="warn", text=text % {"n": num(n)}, href=href, action=_("Look at them"))


def channels(workspace_id: int, _now: datetime) -> Iterator[Banner]:
    """Tell that a channel's provider does not take messages."""
    for channel, reasons in held_up(workspace_id).items():
        text = ngettext(
            "%(channel)s does not get through: %(reason)s. %(n)s message waits and is tried again.",
            "%(channel)s does not get through: %(reason)s. %(n)s messages wait and are tried again.",
            sum(reasons.values()),
        )
        reason, name = next(iter(reasons)), channel_text(channel)
        said = {"channel": name[:1].upper() + name[1:], "reason": reason_text(reason), "n": num(sum(reasons.values()))}
        href = f"{reverse('messages')}?state=pending&reason={reason}"
        yield Banner(level="bad", text=text % said, href=href, action=_("Look at them"))


def workers(workspace_id: int, now: datetime) -> Iterator[Banner]:
    """Tell that nobody works: queues that fell silent, or events that wait for longer than they should."""
    gone = silent(now)
    if gone and not is_any_alive(now):
        text = _("No worker has given a sign of life for %(length)s: nothing is processed. What comes in is kept.")
        yield Banner(level="bad", text=text % {"length": duration((now - max(gone.values())).total_seconds())})
        return
    if gone:
        text = _("The workers of these queues are silent: %(queues)s. What they do waits until they are back.")
        yield Banner(level="bad", text=text % {"queues": ", ".join(gone)})
    waits = backlog(workspace_id, now=now).waits
    if waits > BEHIND:
        text = _("Events are processed late: the oldest has waited for %(length)s.")
        yield Banner(level="warn", text=text % {"length": duration(waits.total_seconds())})
