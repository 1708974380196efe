"""The leaves of the language, one entry each: how a row tells it, and by which fields it is edited.

A new leaf is one more entry. Its sentence is a translated text whose {names} are the widgets, so that each language has
an order of its own.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from audiences.builder.kind import Kind, Slot
from audiences.builder.values import NUMBER, Test
from audiences.builder.widgets import (
    Consented,
    Count,
    Lasts,
    Length,
    Measure,
    MeasuredEvent,
    Name,
    Names,
    Whole,
)
from audiences.conditions import Place
from audiences.conditions.amounts import MEASURES as _MEASURES


def _name(of: str, key: str, label: str | Promise, missing: str | Promise, name: str = "") -> Name:
    return Name(name=name or key, keys=(key,), of=of, label=label, missing=missing)


_EVENT: Final = (_("Event"), _("Choose an event"))
_PROPERTY: Final = (_("Property"), _("Choose a property"))
_IN_THE_LAST: Final = _("in the last")
_COMPARED: Final = {"test-is": "eq", "test-type": "text"}
_MONTH: Final = {"within-n": "30", "within-unit": "d"}
_EVER: Final = {"within-unit": "ever"}
MEASURES: Final = tuple(_MEASURES)
WITHIN: Final = Length(
    name="within", keys=("within",), may_be_left_out=True, label=_("Time window"), word=_IN_THE_LAST, left_out=_("ever")
)
NEEDED: Final = Length(name="within", keys=("within",), label=_("Time window"), word=_IN_THE_LAST)
TIMES: Final = Count(name="times", keys=("times",), label=_("How often"))
WHERE: Final = Slot(key="where", kind="where", add=_("where…"), word=_("where"))
OF_PROPERTY: Final = (
    _name("property", "property", *_PROPERTY),
    Test(name="test", about="property", of="property", label=_("Comparison")),
)
OF_TRAIT: Final = (
    _name("trait", "trait", _("Attribute"), _("Choose an attribute")),
    Test(name="test", about="trait", of="trait", label=_("Comparison")),
)


def _event(key: str) -> Name:
    return _name("event", key, *_EVENT, name="event")


LEAVES: Final = (
    Kind(
        name="trait",
        text=_("Attribute"),
        icon="user-round",
        begins=("trait",),
        sentence=_("{trait} {test}"),
        widgets=OF_TRAIT,
        start=_COMPARED,
    ),
    Kind(
        name="property",
        text=_("Property of this event"),
        icon="zap",
        begins=("property",),
        places=(Place.EVENT,),
        sentence=_("the event's {property} {test}"),
        widgets=OF_PROPERTY,
        start=_COMPARED,
    ),
    Kind(
        name="event_name",
        text=_("This event is"),
        icon="zap",
        begins=("event_name",),
        places=(Place.EVENT,),
        sentence=_("the event is one of {event_name}"),
        widgets=(Names(name="event_name", keys=("event_name",), of="event", label=_("Events")),),
    ),
    Kind(
        name="did",
        text=_("What they did"),
        icon="activity",
        begins=("did",),
        sentence=_("did {event} {times} {within}"),
        widgets=(_event("did"), TIMES, WITHIN),
        slots=(WHERE,),
        start={"times": "at_least", "times-n": "1", **_MONTH},
    ),
    Kind(
        name="segment",
        text=_("Segment"),
        icon="tags",
        begins=("segment",),
        sentence=_("is in the segment {segment}"),
        widgets=(_name("segment", "segment", _("Segment"), _("Choose a segment")),),
    ),
    Kind(
        name="consent",
        text=_("Consent"),
        icon="shield-check",
        begins=("consent",),
        sentence=_("may be contacted by {consent}"),
        widgets=(Consented(name="consent", keys=("consent",), label=_("Consent")),),
        start={"consent-channel": "email", "consent-purpose": "marketing"},
    ),
    Kind(
        name="figure",
        text=_("Total, average, count of different"),
        icon="calculator",
        begins=MEASURES,
        sentence=_("{measure} {of} of {event} {within} {test}"),
        widgets=(
            Measure(name="measure", label=_("Figure")),
            _name("property", "of", *_PROPERTY, name="of"),
            MeasuredEvent(name="event", keys=MEASURES, of="event", label=_EVENT[0], missing=_EVENT[1]),
            WITHIN,
            Test(name="test", only=NUMBER, label=_("Comparison")),
        ),
        slots=(WHERE,),
        seldom=True,
        start={"measure": "sum", "test-is": "gte", "test-type": NUMBER, **_MONTH},
    ),
    Kind(
        name="sequence",
        text=_("Steps in order"),
        icon="list-ordered",
        begins=("sequence",),
        sentence=_("did these in order {within}"),
        widgets=(WITHIN,),
        slots=(Slot(key="sequence", kind="step", add=_("Add step"), needed=True),),
        seldom=True,
        start=_MONTH,
    ),
    Kind(
        name="last",
        text=_("The latest one"),
        icon="history",
        begins=("last",),
        sentence=_("the latest {event}"),
        widgets=(_event("last"),),
        slots=(WHERE, Slot(key="has", kind="where", add=_("has…"), word=_("has"), needed=True)),
        seldom=True,
    ),
    Kind(
        name="held",
        text=_("Has been so for a while"),
        icon="hourglass",
        begins=("held",),
        sentence=_("without a break for {lasts}"),
        widgets=(Lasts(name="lasts", keys=("for",), label=_("Length of time")),),
        slots=(Slot(key="held", kind="held_trait", add="", single=True),),
        seldom=True,
        start={"lasts": "at_least", "lasts-n": "7", "lasts-unit": "d"},
    ),
    Kind(
        name="first",
        text=_("Did it for the first time"),
        icon="flag",
        begins=("first",),
        sentence=_("did {event} for the first time {within}"),
        widgets=(_event("first"), NEEDED),
        slots=(WHERE,),
        seldom=True,
        start=_MONTH,
    ),
    Kind(
        name="stopped",
        text=_("Stopped doing it"),
        icon="circle-pause",
        begins=("stopped",),
        sentence=_("did {event} {within} but not {quiet}"),
        widgets=(
            _event("stopped"),
            NEEDED,
            Length(name="quiet", keys=("quiet",), label=_("Time without it"), word=_IN_THE_LAST),
        ),
        slots=(WHERE,),
        seldom=True,
        start={**_MONTH, "quiet-n": "14", "quiet-unit": "d"},
    ),
    Kind(
        name="returned",
        text=_("Came back to it"),
        icon="undo-2",
        begins=("returned",),
        sentence=_("did {event} again {within} after {after_quiet} without it"),
        widgets=(_event("returned"), NEEDED, Length(name="after_quiet", keys=("after_quiet",), label=_("Break"))),
        slots=(WHERE,),
        seldom=True,
        start={"within-n": "7", "within-unit": "d", "after_quiet-n": "30", "after_quiet-unit": "d"},
    ),
    Kind(
        name="regularly",
        text=_("Does it regularly"),
        icon="calendar-check",
        begins=("regularly",),
        sentence=_("did {event} {times} per {every}, in at least {in_at_least} of the last {periods} such periods"),
        widgets=(
            _event("regularly"),
            TIMES,
            Length(name="every", keys=("every",), label=_("Length of a period")),
            Whole(name="in_at_least", keys=("in_at_least",), label=_("In how many periods")),
            Whole(name="periods", keys=("periods",), label=_("Of how many periods")),
        ),
        slots=(WHERE,),
        seldom=True,
        start={
            "times": "at_least",
            "times-n": "1",
            "every-n": "1",
            "every-unit": "w",
            "in_at_least": "3",
            "periods": "4",
        },
    ),
    Kind(
        name="where",
        text=_("where"),
        icon="filter",
        begins=("property",),
        inner=True,
        sentence=_("{property} {test}"),
        widgets=OF_PROPERTY,
        start=_COMPARED,
    ),
    Kind(
        name="step",
        text=_("Step"),
        icon="activity",
        begins=("event",),
        inner=True,
        sentence=_("{event} {within}"),
        widgets=(
            _event("event"),
            Length(
                name="within",
                keys=("within",),
                may_be_left_out=True,
                label=_("Longest gap"),
                word=_("at most this long after the step before:"),
                left_out=_("no longest gap"),
            ),
        ),
        slots=(WHERE,),
        start=_EVER,
    ),
    Kind(
        name="held_trait",
        text=_("Attribute"),
        icon="user-round",
        begins=("trait",),
        inner=True,
        sentence=_("{trait} {test}"),
        widgets=OF_TRAIT,
        start=_COMPARED,
    ),
)
