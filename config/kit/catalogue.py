"""The catalogue of words: finds every text that is shown to people, and reads and writes its translations.

The gettext tools are not needed: texts are found in Python sources by their syntax tree and in templates by Django's
own reader, and the compiled form is written here. Entries are sorted, so that two branches rarely touch one line.
"""

import ast
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from django.utils.translation.template import templatize

Texts = tuple[str, ...]
"""A message's one text, or its singular and plural."""
Catalogue = dict[str, tuple[Texts, Texts]]
"""By the first text: all its texts, and their translations."""

APPS: Final = ("config", "compliance", "audiences", "content", "campaigns")
ONE: Final = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop", "phrase"})
TWO: Final = frozenset({"ngettext", "ngettext_lazy"})
TEXT: Final = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATE: Final = re.compile(rf"\b(n?gettext|_)\(\s*{TEXT}(?:\s*,\s*{TEXT})?")
HEADER: Final = "\n".join(
    [
        "# Signalbox in Simplified Chinese. Written by `manage.py messages`; the translations are edited by hand.",
        'msgid ""',
        'msgstr ""',
        *(
            f'"{line}\\n"'
            for line in (
                "Project-Id-Version: Signalbox",
                "Language: zh_Hans",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=UTF-8",
                "Content-Transfer-Encoding: 8bit",
                "Plural-Forms: nplurals=1; plural=0;",
            )
        ),
        "",
    ]
)
MAGIC: Final = 0x950412DE


def shown_texts(base: Path) -> dict[str, Texts]:
    """Return all texts of the project that are marked for translation, by their singular."""
    found: dict[str, Texts] = {}
    for app in APPS:
        for path in sorted((base / app).rglob("*.py")):
            for texts in _in_python(path.read_text(encoding="utf-8")):
                _add(found, texts)
        for path in sorted((base / app).rglob("*.html")):
            for texts in _in_template(path.read_text(encoding="utf-8")):
                _add(found, texts)
    return found


def _add(found: dict[str, Texts], texts: Texts) -> None:
    """A plural wins over the same text alone: one entry serves both."""
    if texts[0] and len(texts) >= len(found.get(texts[0], ())):
        found[texts[0]] = texts


def _in_python(source: str) -> Iterator[Texts]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            wanted = 1 if node.func.id in ONE else 2 if node.func.id in TWO else 0
            texts = [arg.value for arg in node.args[:wanted] if isinstance(arg, ast.Constant)]
            if wanted and len(texts) == wanted:
                yield tuple(str(text) for text in texts)


def _in_template(source: str) -> Iterator[Texts]:
    for name, first, second in IN_TEMPLATE.findall(templatize(source)):
        texts = [ast.literal_eval(first)]
        if name == "ngettext" and second:
            texts.append(ast.literal_eval(second))
        yield tuple(texts)


def read(text: str) -> Catalogue:
    """Read a catalogue in the form that `write` gives it (a form of gettext's PO)."""
    found: Catalogue = {}
    for block in text.split("\n\n"):
        parts: dict[str, str] = {}
        for line in block.splitlines():
            keyword, _space, quoted = line.partition(" ")
            if keyword.startswith("msg"):
                parts[keyword] = ast.literal_eval(quoted)
        if parts.get("msgid"):
            texts = tuple(parts[name] for name in ("msgid", "msgid_plural") if name in parts)
            translated = parts.get("msgstr", parts.get("msgstr[0]", ""))
            found[texts[0]] = (texts, (translated,) if translated else ())
    return found


def write(texts: Iterable[Texts], known: Catalogue) -> str:
    """Write a catalogue of `texts` with the translations that are known; new ones stay empty."""
    blocks = [HEADER]
    for each in sorted(texts):
        translated = known.get(each[0], ((), ()))[1]
        word = translated[0] if translated else ""
        lines = ["#, python-format"] if "%(" in each[0] else []
        lines.append(f"msgid {_quoted(each[0])}")
        if len(each) > 1:
            lines.append(f"msgid_plural {_quoted(each[1])}")
        lines.append(f"msgstr{'[0]' if len(each) > 1 else ''} {_quoted(word)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def compiled(text: str) -> bytes:
    """Return the binary form (gettext's MO) of a catalogue's text; untranslated entries are left out."""
    header = "".join(f"{line[1:-3]}\n" for line in HEADER.splitlines() if line.startswith('"'))
    entries: Mapping[bytes, bytes] = {
        b"": header.encode(),
        **{"\0".join(texts).encode(): done[0].encode() for texts, done in read(text).values() if done},
    }
    keys = sorted(entries)
    start = 28 + 16 * len(keys)
    originals, offsets = _table(keys, start)
    translations, more = _table([entries[key] for key in keys], start + len(originals))
    head = struct.pack("<7I", MAGIC, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return head + offsets + more + originals + translations


def _table(strings: Iterable[bytes], start: int) -> tuple[bytes, bytes]:
    body, index = b"", b""
    for each in strings:
        index += struct.pack("<2I", len(each), start + len(body))
        body += each + b"\0"
    return body, index
