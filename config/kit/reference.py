"""The API reference at `/api/docs`: one page rendered here from the OpenAPI document, with no script of its own."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

Document = Mapping[str, Any]
DEEPEST: Final = 4
METHODS: Final = ("get", "post", "put", "patch", "delete")
TONES: Final = {"get": "info", "post": "ok", "put": "warn", "patch": "warn", "delete": "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of a table of fields: the dotted name, its type and what it means."""

    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One body that can be sent as it stands, and the command that does it."""

    name: str
    body: str
    curl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address, as a reader wants to see it."""

    id: str
    method: str
    tone: str
    path: str
    title: str
    text: str
    scope: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    examples: tuple[Example, ...]
    answers: tuple[tuple[str, str], ...]
    answer: tuple[Field, ...]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the reference."""
    document = schema()
    groups: dict[str, list[Operation]] = {}
    for operation, tag in _operations(document):
        groups.setdefault(tag, []).append(operation)
    return render(request, "kit/reference.html", {"info": document["info"], "groups": groups.items()})


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """Return the OpenAPI document; it depends on the code alone, so once per process is enough."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


def _operations(document: Document) -> Iterator[tuple[Operation, str]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if raw := methods.get(method):
                yield _operation(document, path, method, raw), (raw.get("tags") or ["other"])[0]


def _operation(document: Document, path: str, method: str, raw: Mapping[str, Any]) -> Operation:
    text = raw.get("description", "").strip()
    title, _newline, rest = text.partition("\n")
    bodies: Mapping[str, Any] = raw.get("requestBody", {}).get("content", {})
    form = next(iter(bodies), "")
    content: Mapping[str, Any] = bodies.get(form, {})
    answers: Mapping[str, Any] = raw["responses"]
    good: Mapping[str, Any] = next((answer for status, answer in answers.items() if status.startswith("2")), {})
    shown = good.get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        id=raw["operationId"],
        method=method.upper(),
        tone=TONES[method],
        path=path,
        title=raw.get("summary") or title or raw["operationId"],
        text=rest.strip() if not raw.get("summary") else text,
        scope=raw.get("x-scope", ""),
        parameters=tuple(_parameter(parameter) for parameter in raw.get("parameters", ())),
        body=tuple(_fields(document, content.get("schema", {}))),
        examples=tuple(_examples(path, method, raw, content.get("examples", {}), form=form)),
        answers=tuple((status, answer.get("description", "")) for status, answer in answers.items()),
        answer=tuple(_fields(document, shown)),
    )


def _parameter(raw: Mapping[str, Any]) -> Field:
    schema_ = raw.get("schema", {})
    text = raw.get("description") or schema_.get("description", "")
    return Field(name=raw["name"], kind=_kind(schema_), required=raw.get("required", False), text=text)


def _fields(document: Document, raw: Mapping[str, Any], *, prefix: str = "", depth: int = 0) -> Iterator[Field]:
    """Yield the fields of an object, those of nested objects under dotted names."""
    raw = _resolved(document, raw)
    if raw.get("type") == "array":
        yield from _fields(document, raw.get("items", {}), prefix=f"{prefix}[]", depth=depth)
    for name, child in raw.get("properties", {}).items() if depth < DEEPEST else ():
        found = _resolved(document, child)
        whole = f"{prefix}.{name}" if prefix else name
        required = name in raw.get("required", ())
        yield Field(name=whole, kind=_kind(found), required=required, text=found.get("description", ""))
        yield from _fields(document, found, prefix=whole, depth=depth + 1)


def _resolved(document: Document, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a `$ref`, also one wrapped in `allOf` to carry a description."""
    for part in raw.get("allOf", ()):
        raw = {**_resolved(document, part), **{key: value for key, value in raw.items() if key != "allOf"}}
    if "$ref" in raw:
        return document["components"]["schemas"].get(raw["$ref"].rsplit("/", 1)[1], {})  # type: ignore[no-any-return]
    return raw


def _kind(raw: Mapping[str, Any]) -> str:
    kind = raw.get("type", "object" if "oneOf" in raw else "any")
    if isinstance(kind, list):
        kind = " | ".join(kind)
    if kind == "array":
        return f"{_kind(raw.get('items', {}))}[]"
    if choices := raw.get("enum"):
        return " | ".join(json.dumps(choice) for choice in choices)
    return f"{kind} ({raw['format']})" if "format" in raw else str(kind)


def _examples(
    path: str, method: str, raw: Mapping[str, Any], given: Mapping[str, Any], *, form: str
) -> Iterator[Example]:
    key = '-u "$WRITE_KEY:"' if raw.get("x-scope") == "events:write" else '-H "Authorization: Bearer $SECRET_KEY"'
    for name, example in given.items():
        body = json.dumps(example.get("value"), indent=2, ensure_ascii=False)
        command = [
            f"curl -X {method.upper()} {shlex.quote(settings.PUBLIC_URL + path)}",
            f"  {key}",
            *_sent(example.get("value"), form),
        ]
        yield Example(name=example.get("summary", name), body=body, curl=" \\\n".join(command))


def _sent(value: Any, form: str) -> list[str]:
    """Return the part of the command that sends a body: as JSON, or part by part as a form."""
    if form == "multipart/form-data":
        return [f"  -F {shlex.quote(f'{name}={part}')}" for name, part in value.items()]
    return ["  -H 'Content-Type: application/json'", f"  -d {shlex.quote(json.dumps(value, ensure_ascii=False))}"]
