"""The list of templates: what each says where, and what of it is missing."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.kit.channels import channel_text
from config.kit.lists import Choice, Column, Dates, List, Nothing, Row, Scope, Text, register
from config.kit.lists.common import author_column, changed_column, name_filter, version_column
from content.library.checking import alike
from content.library.definition import CHANNELS
from content.library.labels import ALIKE, label_of, language_text, place_text
from content.library.models import Template
from content.library.variants import Place, place_of, variants_of


def _templates(scope: Scope) -> QuerySet[Template]:
    return Template.objects.filter(workspace_id=scope.workspace_id).select_related("live", "draft")


def working(template: Template) -> Mapping[str, Any]:
    """Return what is being written, else what is live, of a template read with its draft."""
    draft = getattr(template, "draft", None)
    if draft is not None:
        return {"channel": template.channel, **draft.definition}
    return template.live.definition if template.live else {"channel": template.channel}


def missing(definition: Mapping[str, Any]) -> list[Place]:
    """Return the channels and languages that a template speaks elsewhere but not together."""
    there = [place_of(one) for one in variants_of(definition)]
    channels, locales = dict.fromkeys(c for c, _l in there), dict.fromkeys(locale for _c, locale in there)
    return [(channel, locale) for channel in channels for locale in locales if (channel, locale) not in there]


def _dress(_scope: Scope, rows: Sequence[Template]) -> list[Row]:
    return [_row(row) for row in rows]


def _row(template: Template) -> Row:
    definition = working(template)
    places = [place_of(one) for one in variants_of(definition)]
    return {
        "template": template,
        "live": template.live,
        "label": label_of(template, drafted=hasattr(template, "draft")),
        "channels": ", ".join(dict.fromkeys(channel_text(channel) for channel, _locale in places)),
        "languages": ", ".join(dict.fromkeys(language_text(locale) for _channel, locale in places)),
        "missing": ", ".join(place_text(place) for place in missing(definition)),
        "alike": ALIKE if alike(definition) else "",
    }


def _on_channels(rows: QuerySet[Template], channels: list[str], _scope: Scope) -> QuerySet[Template]:
    wanted = Q(channel__in=channels)
    for channel in channels:
        wanted |= Q(live__definition__variants__contains=[{"channel": channel}])
    return rows.filter(wanted)


def _in_state(rows: QuerySet[Template], states: list[str], _scope: Scope) -> QuerySet[Template]:
    drafted, live = Q(draft__isnull=False), Q(live__isnull=False)
    return rows.filter(
        {
            "archived": Q(archived_at__isnull=False),
            "draft": Q(archived_at=None) & ~live,
            "changed": Q(archived_at=None) & live & drafted,
            "live": Q(archived_at=None) & live & ~drafted,
        }[states[0]]
    )


TEMPLATES: Final = List(
    name="template",
    title=_("Templates"),
    said=_("What is said, on each channel and in each language, in versions that never change."),
    address=lambda _scope: reverse("template-list"),
    source=_templates,
    dress=_dress,
    order="name",
    counted=lambda n: ngettext("%(n)s template", "%(n)s templates", n) % {"n": f"{n:,}"},
    columns=(
        Column(
            key="name",
            label=_("Name"),
            value=lambda row: row["template"].name or row["template"].key,
            link=lambda row: reverse("template-page", args=[row["template"].key]),
            sub=lambda row: row["template"].key,
            sort="name",
            small=True,
            width="clip",
        ),
        Column(key="state", label=_("State"), value=lambda row: row["label"], small=True),
        Column(key="channels", label=_("Channels"), value=lambda row: row["channels"], width="fit"),
        Column(key="languages", label=_("Languages"), value=lambda row: row["languages"], width="fit"),
        Column(key="missing", label=_("Missing"), value=lambda row: row["missing"], wide=True, width="clip"),
        Column(key="alike", label=_("Adapted"), value=lambda row: row["alike"], wide=True),
        version_column(),
        author_column(shown=False),
        changed_column("template"),
    ),
    filters=(
        name_filter(),
        Choice(
            key="channel",
            label=_("Channel"),
            options=lambda _scope: [(channel, channel_text(channel)) for channel in CHANNELS],
            narrow=_on_channels,
            many=True,
        ),
        Choice(
            key="state",
            label=_("State"),
            options=lambda _scope: [
                ("live", _("in use")),
                ("changed", _("changed, not published")),
                ("draft", _("draft")),
                ("archived", _("archived")),
            ],
            narrow=_in_state,
        ),
        Text(key="author", label=_("By"), field="live__author"),
        Dates(key="changed", label=_("Changed"), field="updated_at"),
    ),
    nothing=Nothing(
        icon="mail",
        title=_("No templates yet"),
        text=_("A template is what a message says: once for each channel and language, with the person’s own data."),
        action=_("New template"),
        url=lambda: reverse("template-new"),
    ),
)
register(TEMPLATES)
