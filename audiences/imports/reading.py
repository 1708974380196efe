"""How a file is to be read: its form, encoding, delimiter and quote, found out from a sample or chosen by hand."""

import codecs
import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from audiences.imports.limits import SAMPLE
from config.kit.errors import InputRefused, Problem
from config.kit.phrases import phrase

ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "gb18030": "GBK / GB18030",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "big5": "Big5",
    "cp1252": "Windows-1252",
}
DELIMITERS: Final = (",", ";", "\t", "|")
QUOTES: Final = ('"', "'", "")
FORMS: Final = ("csv", "jsonl")
BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read a file. `start` is the length of its byte-order mark; `header` says whether line 1 names columns."""

    form: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    start: int = 0

    @property
    def wide(self) -> bool:
        """Whether a character takes two bytes at least, so that lines cannot be found by looking for one byte."""
        return self.encoding.startswith("utf-16")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def reading_of(document: Mapping[str, Any]) -> Reading:
    """Return a stored reading, or one that a client sends; what is not known is refused with its place."""
    known = asdict(Reading())
    problems = [
        Problem(path=f"/reading/{name}", message=phrase("is unknown")) for name in document if name not in known
    ]
    choices: dict[str, tuple[Any, ...]] = {
        "form": FORMS,
        "encoding": tuple(ENCODINGS),
        "delimiter": DELIMITERS,
        "quote": QUOTES,
        "header": (True, False),
    }
    for name, allowed in choices.items():
        if name in document and document[name] not in allowed:
            listed = ", ".join(repr(one) for one in allowed)
            problems.append(
                Problem(
                    path=f"/reading/{name}",
                    message=phrase("is not known"),
                    hint=phrase("One of %(names)s.", names=listed),
                )
            )
    start = document.get("start", 0)
    if not isinstance(start, int) or not 0 <= start <= 4:
        problems.append(Problem(path="/reading/start", message=phrase("is not the length of a byte-order mark")))
    if problems:
        raise InputRefused(problems)
    return Reading(**document)


def chosen(found: Reading, given: Mapping[str, str]) -> Reading:
    """Return what was found with what a person chose instead; an unknown choice is refused."""
    wanted: dict[str, Any] = {name: given[name] for name in ("encoding", "delimiter", "quote") if name in given}
    wanted = {name: {"tab": "\t", "none": ""}.get(value, value) for name, value in wanted.items()}
    if "header" in given:
        wanted["header"] = given["header"] == "yes"
    start = found.start if wanted.get("encoding", found.encoding) == found.encoding else 0
    return reading_of(asdict(replace(found, **wanted, start=start)))


def sniff(sample: bytes, *, name: str = "") -> Reading:
    """Find out from its beginning how a file is to be read."""
    encoding, start = _encoding_of(sample)
    text = sample[start:SAMPLE].decode(encoding, "replace")
    if name.lower().endswith((".jsonl", ".ndjson", ".json")) or text.lstrip()[:1] == "{":
        return Reading(form="jsonl", encoding=encoding, start=start, header=False)
    delimiter = _delimiter_of(text)
    reading = Reading(encoding=encoding, start=start, delimiter=delimiter)
    return replace(reading, header=_has_header(text, reading))


def _encoding_of(sample: bytes) -> tuple[str, int]:
    for mark, encoding in BOMS:
        if sample.startswith(mark):
            return encoding, len(mark)
    zeros = sample[:4096].count(0)
    if zeros * 4 > len(sample[:4096]):
        odd = sample[1:4096:2].count(0)
        return ("utf-16-le" if odd * 2 > zeros else "utf-16-be"), 0
    if _decodes(sample, "utf-8") or _mostly_utf8(sample):
        return "utf-8", 0
    return "gb18030" if _decodes(sample, "gb18030") else "cp1252", 0


def _decodes(sample: bytes, encoding: str) -> bool:
    """Whether the sample can be read; a character cut off at its end does not count against it."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(sample: bytes) -> bool:
    """Whether few lines alone are damaged: then those are refused one by one, and the rest is read."""
    lines = [line for line in sample.splitlines()[:-1] if not line.isascii()]
    return bool(lines) and sum(_decodes(line, "utf-8") for line in lines) * 2 > len(lines)


def _delimiter_of(text: str) -> str:
    """Take the delimiter that cuts the first lines into the same number of pieces, and the most of them."""
    lines = [line for line in text.splitlines()[:50] if line.strip()][:-1] or text.splitlines()[:1]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(counts), key=counts.count, default=1)
        score = (usual - 1) * counts.count(usual) / max(1, len(counts))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _has_header(text: str, reading: Reading) -> bool:
    """A first line without numbers and without empty or repeated cells names columns."""
    first = next(csv.reader(text.splitlines()[:1], delimiter=reading.delimiter), [])
    plain = [cell.strip() for cell in first]
    return bool(plain) and all(plain) and len(set(plain)) == len(plain) and not any(_is_number(cell) for cell in plain)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
