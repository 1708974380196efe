"""The lists of messages and of what the local mailbox received."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audiences.people.lookups import called as people_called
from audiences.people.lookups import names_of, people
from campaigns.delivery import lookups
from campaigns.delivery.doubts import Resolution, resolve
from campaigns.delivery.labels import REASONS, STATES, label_of_state, reason_text
from campaigns.delivery.models import Delivery, MailboxMessage
from config.kit.channels import CHANNELS, channel_text, purpose_text
from config.kit.lists import Action, Choice, Column, Dates, Doing, Instants, List, Nothing, Row, Scope, Text, register
from config.kit.masking import masked
from content.library.templates import names_of_versions


def _messages(scope: Scope) -> QuerySet[Delivery]:
    return lookups.messages(scope.workspace_id)


def _dress(scope: Scope, rows: Sequence[Delivery]) -> list[Row]:
    names = names_of(scope.workspace_id, [message.person_id for message in rows])
    templates = names_of_versions({message.template_version_id for message in rows})
    return [
        {
            "message": message,
            "name": names.get(message.person_id, ""),
            "template": templates.get(message.template_version_id, ""),
        }
        for message in rows
    ]


def _of_people(rows: QuerySet[Any], text: str, scope: Scope) -> QuerySet[Any]:
    found = people_called(people(scope.workspace_id), scope.workspace_id, text)
    return rows.filter(person_id__in=found.values("id"))


def _resolve(keys: Sequence[Any], doing: Doing) -> int:
    """Settle those of the messages that are in doubt; whatever else was selected stays as it is."""
    doubtful = lookups.in_doubt(doing.scope.workspace_id).filter(pk__in=keys).values_list("pk", flat=True)
    for key in doubtful:
        resolve(doing.scope.workspace_id, key, Resolution(doing.chosen), actor=doing.actor, now=doing.now)
    return len(doubtful)


def _resolutions(_scope: Scope) -> list[tuple[str, Any]]:
    return [
        (Resolution.SENT.value, _("It arrived")),
        (Resolution.FAILED.value, _("It did not arrive")),
        (Resolution.RESEND.value, _("Send it again, it may arrive twice")),
    ]


MESSAGES: Final = List(
    name="message",
    title=_("Messages"),
    address=lambda _scope: reverse("messages"),
    source=_messages,
    dress=_dress,
    order="-asked",
    counted=lambda n: ngettext("%(n)s message", "%(n)s messages", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="person",
            label=_("Person"),
            value=lambda row: row["name"],
            link=lambda row: reverse("message", args=[row["message"].pk]),
            small=True,
            width="clip",
        ),
        Column(
            key="state",
            label=_("State"),
            value=lambda row: label_of_state(row["message"].state),
            small=True,
            width="fit",
        ),
        Column(key="reason", label=_("Reason"), value=lambda row: _reason(row["message"])),
        Column(key="template", label=_("Template"), value=lambda row: row["template"], width="fit"),
        Column(
            key="channel",
            label=_("Channel"),
            value=lambda row: channel_text(row["message"].channel),
            width="fit",
            shown=False,
        ),
        Column(
            key="address", label=_("Address"), value=lambda row: _masked(row["message"].address), width="fit", wide=True
        ),
        Column(key="purpose", label=_("Purpose"), value=lambda row: purpose_text(row["message"].purpose), shown=False),
        Column(key="node", label=_("Node"), value=lambda row: row["message"].node, style="code", shown=False),
        Column(key="tries", label=_("Tries"), value=lambda row: row["message"].attempt, numeric=True, shown=False),
        Column(
            key="settled", label=_("Settled"), value=lambda row: row["message"].settled_at, style="full", shown=False
        ),
        Column(
            key="asked",
            label=_("Asked for"),
            value=lambda row: row["message"].created_at,
            sort="created_at",
            style="full",
            small=True,
        ),
    ),
    filters=(
        Text(key="q", label=_("User id, e-mail, phone or name"), narrow=_of_people, main=True),
        Choice(
            key="state",
            label=_("State"),
            options=lambda _scope: [(state.value, label.text) for state, label in STATES.items()],
            field="state",
            many=True,
        ),
        Choice(
            key="reason",
            label=_("Reason"),
            options=lambda _scope: sorted(REASONS.items()),
            field="reason",
            many=True,
            free=True,
        ),
        Choice(
            key="channel",
            label=_("Channel"),
            options=lambda _scope: list(CHANNELS.items()),
            field="channel",
            free=True,
        ),
        Text(key="purpose", label=_("Purpose"), narrow=lambda rows, text, _scope: rows.filter(purpose=text)),
        Dates(key="asked", label=_("Asked for"), field="created_at"),
        Instants(key="within", label=_("Asked for"), field="created_at"),
    ),
    actions=(
        Action(
            key="resolve",
            label=_("Settle doubtful ones"),
            icon="circle-help",
            run=_resolve,
            done=lambda n: ngettext("%(n)s message is settled.", "%(n)s messages are settled.", n) % {"n": f"{n:,}"},
            asks=_(
                "Nobody knows whether these arrived. Say what you know; those of the selected messages that are not"
                " in doubt stay as they are."
            ),
            options=_resolutions,
        ),
    ),
    nothing=Nothing(
        icon="send",
        title=_("No messages yet"),
        text=_("A message appears here as soon as a journey asks for one, with every check that it met."),
        action=_("Look at the journeys"),
        url=lambda: reverse("flows"),
    ),
)


def _letters(scope: Scope) -> QuerySet[MailboxMessage]:
    return lookups.mailbox(scope.workspace_id).defer("raw")


MAILBOX: Final = List(
    name="mailbox",
    title=_("Local mailbox"),
    said=_("A real mail server on this machine that keeps what it receives and passes nothing on."),
    address=lambda _scope: reverse("mailbox"),
    source=_letters,
    dress=lambda _scope, rows: [{"letter": letter} for letter in rows],
    order="-received",
    count_up_to=1000,
    counted=lambda n: ngettext("%(n)s letter", "%(n)s letters", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="to",
            label=_("To"),
            value=lambda row: _masked(row["letter"].recipients[0] if row["letter"].recipients else ""),
            width="fit",
        ),
        Column(
            key="subject",
            label=_("Subject"),
            value=lambda row: row["letter"].subject or "–",
            link=lambda row: reverse("letter", args=[row["letter"].pk]),
            small=True,
            width="clip",
        ),
        Column(
            key="received",
            label=_("Received"),
            value=lambda row: row["letter"].received_at,
            sort="pk",
            style="full",
            small=True,
        ),
    ),
    filters=(
        Text(key="q", label=_("Words of the subject"), field="subject", main=True),
        Dates(key="received", label=_("Received"), field="received_at"),
    ),
    nothing=Nothing(
        icon="inbox",
        title=_("No mail yet"),
        text=_("Mail that journeys send while EMAIL_URL names the local mailbox arrives here."),
    ),
)
register(MESSAGES, MAILBOX)


def _reason(message: Delivery) -> str:
    return str(reason_text(message.reason)) if message.reason else ""


def _masked(value: str) -> str:
    return masked(value) if value else ""
