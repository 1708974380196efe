"""Takes a file apart into rows without ever holding more than one of them, and knows the byte at which each begins.

A row that cannot be read (a wrong byte, an open quote, too many cells) costs that line alone: reading goes on at the
next line. So the place after any row is enough to go on there later.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from audiences.imports.limits import MAX_COLUMNS, MAX_LINE, MAX_ROW_LINES
from audiences.imports.reading import Reading

csv.field_size_limit(MAX_LINE)
_decoder: Final = msgspec.json.Decoder()


class Fault(NamedTuple):
    """What is wrong with a row: in which column (empty: in the whole row), with which value, what was expected."""

    column: str
    reason: str
    value: str
    expected: str


OPEN_QUOTE: Final = Fault("", "quotes", "", "every quote closed, and doubled inside quotes")


class Broken(Exception):
    """A row that cannot be read; carries its fault."""

    def __init__(self, reason: str, expected: str, value: str = "") -> None:
        self.fault = Fault("", reason, value, expected)
        super().__init__(reason)


class Record(NamedTuple):
    """A row: the line on which it begins, and its cells or its fault."""

    line: int
    cells: list[Any]
    fault: Fault | None = None


class Records:
    """Reads rows from `offset` on. After each, `begin` is the byte and `line` the number of the line behind it."""

    def __init__(self, file: io.BufferedReader, reading: Reading, *, offset: int = -1, line: int = 0) -> None:
        self._file = file
        self._reading = reading
        self._wide_rest = b""
        self._raw = b""
        self.columns: list[str] = []
        self.begin = reading.start if offset < 0 else offset
        self.line = line
        self._at, self._lines = self.begin, 0
        file.seek(self.begin)

    def read_header(self) -> list[str]:
        """Read the names of the columns from the first row; without a header they are numbered."""
        first = next(iter(self._rows(None)), None)
        cells = [str(cell).strip() for cell in first.cells] if first and not first.fault else []
        if self._reading.header:
            self.columns = _distinct(cells)
            return self.columns
        self.columns = [f"column {number}" for number in range(1, len(cells) + 1)]
        self._go_to(self._reading.start, 0)
        return self.columns

    def set_columns(self, columns: list[str]) -> None:
        """Take the columns as they were read before; for JSON lines, the keys that count."""
        self.columns = columns

    def __iter__(self) -> Iterator[Record]:
        return self._objects() if self._reading.form == "jsonl" else self._rows(len(self.columns))

    def _rows(self, width: int | None) -> Iterator[Record]:
        quote = {"quotechar": self._reading.quote} if self._reading.quote else {"quoting": csv.QUOTE_NONE}
        while True:
            # strict: an open quote that meets the next one is noticed and does not swallow the rows between
            rows = csv.reader(self._texts(), delimiter=self._reading.delimiter, strict=True, **quote)
            try:
                for cells in rows:
                    if cells and width is not None and len(cells) != width:
                        raise Broken("columns", f"{width} cells, as in the header", f"{len(cells)} cells")
                    line, self.line = self.line + 1, self.line + self._lines
                    self.begin, self._lines = self._at, 0
                    if cells:
                        yield Record(line, cells)
            except csv.Error:
                yield self._skip_line(OPEN_QUOTE)
            except Broken as broken:
                # what is wrong on a later line is not this row's: a quote was left open
                yield self._skip_line(broken.fault if self._lines == 1 else OPEN_QUOTE)
            else:
                return

    def _objects(self) -> Iterator[Record]:
        columns = self.columns
        while True:
            try:
                for text in self._texts():
                    line, self.line = self.line + 1, self.line + self._lines
                    self.begin, self._lines = self._at, 0
                    if text.strip():
                        yield Record(line, [text] if not columns else _cells(text, columns))
            except Broken as broken:
                yield self._skip_line(broken.fault)
            except _NoObject as fault:
                yield Record(self.line, [fault.text], Fault("", "json", "", fault.expected))
            else:
                return

    def _texts(self) -> Iterator[str]:
        """Yield line after line as text; a line that must not be read raises `Broken`."""
        encoding, readline = self._reading.encoding, self._wide_line if self._reading.wide else self._narrow_line
        while raw := readline():
            self._at += len(raw)
            self._lines += 1
            if self._at - self.begin > MAX_LINE:
                raise Broken("too_long", f"a row of at most {MAX_LINE} bytes")
            if self._lines > MAX_ROW_LINES:
                raise Broken(OPEN_QUOTE.reason, OPEN_QUOTE.expected)
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError as error:
                wrong = raw[error.start : error.start + 1].hex()
                raise Broken("encoding", f"text in {encoding}", f"byte 0x{wrong} at place {error.start + 1}") from None
            if not text.isascii():
                text = unicodedata.normalize("NFC", text)
            if "\x00" in text:
                raise Broken("nul", "no NUL characters")
            yield text

    def _narrow_line(self) -> bytes:
        return self._file.readline(MAX_LINE + 1)

    def _wide_line(self) -> bytes:
        """Read up to a line feed of two bytes, on an even place: its bytes may stand in other characters too."""
        feed = "\n".encode(self._reading.encoding)
        line, searched = self._wide_rest, 0
        while True:
            at = line.find(feed, searched)
            if at >= 0 and at % 2 == 0:
                self._wide_rest = line[at + 2 :]
                return line[: at + 2]
            if at >= 0:
                searched = at + 1
                continue
            searched = max(0, len(line) - 1)
            more = self._file.read(64 * 1024) if len(line) <= MAX_LINE else b""
            if not more:
                self._wide_rest = b""
                return line
            line += more

    def _skip_line(self, fault: Fault) -> Record:
        """Give the row up, and go on at the line after the one on which it began."""
        self._go_to(self.begin, self.line)
        readline = self._wide_line if self._reading.wide else self._narrow_line
        raw = readline()
        whole = len(raw)
        while raw and not _ends(raw, self._reading) and (more := readline()):
            whole, raw = whole + len(more), more  # the rest of an overlong line, piece by piece
        shown = raw[:2000].decode(self._reading.encoding, "replace").rstrip("\r\n")
        self._go_to(self.begin + whole, self.line + 1)
        return Record(self.line, [shown], fault)

    def _go_to(self, offset: int, line: int) -> None:
        self.begin, self.line, self._at, self._lines, self._wide_rest = offset, line, offset, 0, b""
        self._file.seek(offset)


class _NoObject(Exception):
    def __init__(self, text: str, expected: str) -> None:
        self.text, self.expected = text, expected


def _cells(text: str, columns: list[str]) -> list[Any]:
    try:
        found = _decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
        raise _NoObject(text[:2000].rstrip(), f"JSON: {error}"[:300]) from None
    if not isinstance(found, dict):
        raise _NoObject(text[:2000].rstrip(), "a JSON object on each line")
    return [found.get(column) for column in columns]


def keys_of(texts: list[Any]) -> list[str]:
    """Return the keys of the first objects of a file of JSON lines, in the order in which they are met."""
    keys: dict[str, None] = {}
    for text in texts:
        try:
            found = _decoder.decode(text)
        except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
            continue
        keys |= dict.fromkeys(found if isinstance(found, dict) else ())
    return list(keys)[:MAX_COLUMNS]


def _ends(raw: bytes, reading: Reading) -> bool:
    return raw.endswith("\n".encode(reading.encoding))


def _distinct(cells: list[str]) -> list[str]:
    """Name each column so that a name means one: the second of a name gets a number, an empty one its place."""
    seen: dict[str, int] = {}
    names = []
    for place, cell in enumerate(cells[:MAX_COLUMNS], start=1):
        name = cell or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names
