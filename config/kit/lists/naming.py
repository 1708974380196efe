"""Search by name among the few hundred things that a workspace defines: by part of the name, by key, by pinyin."""

from typing import Any, Final

from django.db.models import Q, QuerySet

from config.kit.pinyin import narrowed

MOST: Final = 5000


def called(rows: QuerySet[Any], text: str, *columns: str) -> QuerySet[Any]:
    """Return the rows one of whose `columns` matches; beyond the first thousands only as the text stands."""
    read = list(rows.order_by("pk").values_list("pk", *columns)[: MOST + 1])
    if len(read) > MOST:
        plain = Q()
        for column in columns:
            plain |= Q(**{f"{column}__icontains": text})
        return rows.filter(plain)
    return rows.filter(pk__in=narrowed(((pk, texts) for pk, *texts in read), text))
