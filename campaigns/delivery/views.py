"""Pages about messages: the list, one message with the gate's checks, and the local mailbox."""

from typing import Final
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from audiences.people.lookups import names_of
from campaigns.delivery import lookups
from campaigns.delivery.doubts import Resolution, resolve
from campaigns.delivery.labels import receipt_lines
from campaigns.delivery.letters import read_letter
from campaigns.delivery.lists import MAILBOX, MESSAGES
from campaigns.delivery.models import Delivery
from campaigns.delivery.wording import answer
from compliance.access.console import ConsoleRequest, actor_of, console_change, console_page
from compliance.access.forms import submit
from compliance.desk.lists import list_page
from config.kit import clock
from config.kit.errors import Conflict
from config.kit.forms import Form
from config.kit.pages import page


@console_page
def messages(request: ConsoleRequest) -> HttpResponse:
    """List messages, those asked for last first."""
    return list_page(request, MESSAGES)


@console_page
def message(request: ConsoleRequest, message_id: UUID) -> HttpResponse:
    """Show one message and why it is in its state, check by check."""
    found = _message_or_404(request, message_id)
    context = {
        "message": found,
        "answer": answer(found),
        "name": names_of(request.workspace.pk, [found.person_id]).get(found.person_id, ""),
        "letters": list(lookups.received(request.workspace.pk, found.pk)[:5]),
        "receipt": receipt_lines(found.receipt),
        "in_doubt": found.state == Delivery.State.IN_DOUBT,
        "form": Form(id="message-resolve", values={}),
    }
    return page(request, "delivery/message.html", context)


@console_change
def resolve_message(request: ConsoleRequest, message_id: UUID) -> HttpResponse:
    """Settle a doubtful message as the operator says."""
    found = _message_or_404(request, message_id)
    try:
        wanted = Resolution(request.POST.get("resolution", ""))
    except ValueError:
        raise BadRequest("resolution is unknown") from None

    def act() -> None:
        try:
            resolve(request.workspace.pk, found.pk, wanted, actor=actor_of(request), now=clock.now())
        except Conflict:
            raise Conflict(_("Somebody else has decided meanwhile.")) from None

    to = reverse("message", args=[found.pk])
    return submit(request, act, to=to, said=_("Noted. The trail keeps who decided."))


@console_page
def mailbox(request: ConsoleRequest) -> HttpResponse:
    """List what the local mailbox received, newest first."""
    return list_page(request, MAILBOX)


@console_page
def letter(request: ConsoleRequest, letter_id: int) -> HttpResponse:
    """Show one received message: its headers and its text; its HTML stands in a frame of its own."""
    found = lookups.mailbox(request.workspace.pk).filter(pk=letter_id).first()
    if found is None:
        raise Http404
    return page(request, "delivery/letter.html", {"letter": found, "content": read_letter(bytes(found.raw))})


@console_page
def letter_html(request: ConsoleRequest, letter_id: int) -> HttpResponse:
    """Answer the HTML of a received message for the frame; it may load and run nothing, whatever it says."""
    found = lookups.mailbox(request.workspace.pk).filter(pk=letter_id).first()
    if found is None:
        raise Http404
    response = HttpResponse(read_letter(bytes(found.raw)).html)
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


FRAME_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox; form-action 'none'"
)


def _message_or_404(request: ConsoleRequest, message_id: UUID) -> Delivery:
    found = lookups.find_message(request.workspace.pk, message_id)
    if found is None:
        raise Http404
    return found
