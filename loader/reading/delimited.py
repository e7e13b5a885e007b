"""Delimited text: .csv and .tsv, streamed, whatever the encoding."""

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice, zip_longest
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from loader.evidence.encodings import (
    code_page,
    encoded_once,
    encoded_twice,
    page_beside_utf8,
    seems_encoded_twice,
    words_in,
    words_of,
)
from loader.questions import Question
from loader.reading.kinds import likeness
from loader.reading.sheet import BadFile, Block, MergedDown
from loader.wording import SHOWN, count, quoted

BLOCK_ROWS = 50_000
BLOCK_CELLS = 2_000_000
BLOCK_TEXT = 32 * 2**20

MAX_LINE = 16 * 2**20
MAX_FIELD = 1_000_000
MAX_RECORD_LINES = 1_000
"""More line breaks than that are in no cell: a quotation mark was not closed."""

UNSPLIT = 0.01
"""A file of whose rows more cannot be split into cells is refused; one row always may."""

_HEADER_ROWS = 1
"""A file whose first rows cannot be split is refused, as they may be its header."""

MAX_COLUMNS = 16_384
"""As many as Excel has: what has more was split at the wrong character."""

_CHUNK = 2**20
_SAMPLE = 64 * 2**10
_SAMPLE_ROWS = 50

_DELIMITERS = ("\t", ";", "|", ",")
"""The rarer in ordinary text come first, so that they win a tie."""

_MARK = "\ufeff"
"""What a file may begin with; of files that are put together, each does."""

_AS_FORMULA = '^="([^"]*)"$'
"""How programs keep Excel from reading a text as a number: `="00123"`."""

_NAMES = {"\t": "tab", ";": "semicolon", "|": "vertical bar", ",": "comma"}


class DelimitedSheet:
    """The whole of a CSV or TSV file; rows are read as the blocks are asked for."""

    name = ""
    is_hidden = False

    def __init__(
        self, open_file: Callable[[], BinaryIO], encoding: str | None, delimiter: str | None
    ) -> None:
        """Find out encoding and delimiter.

        Args:
            open_file: opens the file from its start; called several times.
            encoding: as the layout declares it, and then strictly kept; None to detect it.
            delimiter: as the layout or the file's name declares it; None to find it out.

        Raises:
            BadFile: the file is empty, no text, or not in the encoding.
        """
        self.notes: list[str] = []
        self.questions: list[Question] = []
        self._open = open_file
        self._errors = "strict"
        self._unsplit: dict[int, str] = {}
        self._mend: Callable[[str], str] | None = None  # of lines that were encoded twice
        self._encoding = self._declared(encoding) if encoding else self._detected()
        sample = self._sample()
        self._is_quoted_whole = False
        self._separator_line = re.match(r"sep=(.)[\r\n]", sample, re.IGNORECASE)
        if self._separator_line:
            self._delimiter = delimiter or self._separator_line[1]
            self.notes.append(f"row 1 names the delimiter ({self._delimiter_name()})")
        else:
            inner = _quoted_whole(sample)
            self._is_quoted_whole = inner is not None
            if self._is_quoted_whole:
                self.notes.append(
                    "each line is one quoted text, as after a re-save; read all the same"
                )
            self._delimiter = delimiter or _sniff(inner or sample)
            if self._delimiter != "," and delimiter is None:
                self.notes.append(f"read as delimited by {_NAMES[self._delimiter]}")

    def blocks(self) -> Iterator[Block]:
        """Yield the rows from the top; see `Sheet`."""
        rows: list[list[str]] = []
        first, width, size = 1, 1, 0
        for row, length in self._rows():
            width, size = max(width, len(row)), size + length
            full = len(rows) >= BLOCK_ROWS or len(rows) * width > BLOCK_CELLS or size > BLOCK_TEXT
            if rows and full:
                yield Block(first, self._columns(rows))
                first += len(rows)
                rows, width, size = [], len(row), length
            rows.append(row)
        if rows:
            yield Block(first, self._columns(rows))

    def _columns(self, rows: list[list[str]]) -> list[pa.Array]:
        columns = [pa.array(cells, pa.string()) for cells in zip_longest(*rows)]
        if not columns:
            return [pa.nulls(len(rows), pa.string())]
        for position, column in enumerate(columns):
            if pc.any(pc.starts_with(column, '="')).as_py():
                columns[position] = pc.replace_substring_regex(column, _AS_FORMULA, r"\1")
                self._note_once(
                    'cells that are a formula of a text (="12.50") were read as the text'
                )
        return [pc.if_else(pc.equal(column, ""), None, column) for column in columns]

    def _note_once(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def first_column(self) -> int:
        """Return 1: text begins in column A."""
        return 1

    def is_number(self, row: int, column: int) -> bool:
        """Return False: all is text."""
        return False

    def currencies(self, column: str) -> dict[int, str]:
        """Return none: text has no formats."""
        return {}

    def uncalculated(self) -> list[tuple[int, int]]:
        """Return nothing: there are no formulas."""
        return []

    def merged_down(self) -> list[MergedDown]:
        """Return nothing: text has no merged cells."""
        return []

    def struck_through(self) -> list[tuple[int, int]]:
        """Return nothing: text has no formats."""
        return []

    # ------------------------------------------------------------------ rows

    def _rows(self) -> Iterator[tuple[list[str], int]]:
        """Yield each record with the length of its text."""
        csv.field_size_limit(MAX_FIELD)
        number, width = 1, 1
        lines = _Lines(self._lines())
        records = csv.reader(lines, delimiter=self._delimiter, strict=True)
        while True:
            lines.begin(number)
            try:
                record = next(records, None)
                if record is not None and self._is_quoted_whole and len(record) == 1:
                    record = next(csv.reader(record, delimiter=self._delimiter, strict=True), [])
            except csv.Error as error:
                # One that cannot be split is kept as it is, beyond all columns.
                if not self._may_be_kept(number, str(error)):
                    raise BadFile(_misquoted(number, str(error))) from None
                record = [""] * width + [lines.first_only()]
            else:
                if record and len(record) != width and number - 1 in self._unsplit:
                    # The row behind it is not whole either.
                    raise BadFile(_misquoted(number - 1, self._unsplit[number - 1]))
            if record is None:
                self._note_unsplit(number - 1)
                return
            if len(record) > MAX_COLUMNS:
                raise BadFile(
                    f"row {number} has {len(record):,} columns, more than the {MAX_COLUMNS:,} of "
                    f"Excel: is the delimiter really the {self._delimiter_name()}?"
                )
            if number <= _SAMPLE_ROWS and number not in self._unsplit:
                width = max(width, len(record))
            yield [] if number == 1 and self._separator_line else record, lines.length
            number += 1

    def _may_be_kept(self, number: int, reason: str) -> bool:
        """Note a row that cannot be split; not the first ones, and not too many."""
        self._unsplit.setdefault(number, reason)
        return number > _HEADER_ROWS and len(self._unsplit) <= max(1, number * UNSPLIT)

    def _note_unsplit(self, rows: int) -> None:
        if self._unsplit:
            shown = ", ".join(map(str, list(self._unsplit)[:SHOWN]))
            self.notes.append(
                f"{count(len(self._unsplit), 'row')} of {rows:,} cannot be split into cells, as "
                f"quotation marks are missing or not doubled (row {shown}): kept as delivered, out "
                "of the figures"
            )

    def _lines(self) -> Iterator[str]:
        with _readable(), self._open() as file:
            text = io.TextIOWrapper(file, self._encoding, newline="", errors=self._errors)
            try:
                while line := text.readline(MAX_LINE):
                    yield line if self._mend is None or line.isascii() else self._mend(line)
            except UnicodeDecodeError:
                raise self._undecodable() from None

    def _delimiter_name(self) -> str:
        return _NAMES.get(self._delimiter, f"'{self._delimiter}'")

    def _sample(self) -> str:
        with _readable(), self._open() as file:
            text = io.TextIOWrapper(file, self._encoding, newline="", errors="replace")
            sample = text.read(_SAMPLE).removeprefix(_MARK)
        if len(sample) < _SAMPLE - 1:
            return sample
        cut = max(sample.rfind("\n"), sample.rfind("\r")) + 1  # the last line is not all there
        return sample[:cut] or sample

    # -------------------------------------------------------------- encoding

    def _declared(self, encoding: str) -> str:
        try:
            codec = codecs.lookup(encoding).name
            "".encode(codec)
        except LookupError:
            raise BadFile(
                f"the layout declares the encoding '{encoding}', which there is not; "
                "usual ones are utf-8, cp1252, cp850 and utf-16."
            ) from None
        head = self._head()
        if not codec.startswith(("utf-16", "utf-32")):
            _refuse_binary(head)
        return codec

    def _detected(self) -> str:
        head = self._head()
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.notes.append("read as UTF-16 (by its byte order mark)")
            return "utf-16"
        if guess := _utf16_by_nuls(head):
            self.notes.append(f"read as {guess} (detected)")
            return guess
        _refuse_binary(head)
        first_bad = self._first_undecodable("utf-8")
        if first_bad is None:
            self._find_encoded_twice()
            return "utf-8"
        words, good_words = self._words()
        if page := page_beside_utf8(words, good_words):
            self._errors = _errors_as(page)
            shown = quoted(sorted(word.decode(page) for word in words), SHOWN)
            self.notes.append(
                f"is UTF-8 but for {count(len(words), 'word')} in {page} ({shown}), as when "
                "files of two programs are put together: each was read as what it is"
            )
            return "utf-8"
        good = len(good_words)
        if good >= len(words) or head.startswith(codecs.BOM_UTF8):
            position, line = first_bad
            self._errors = "replace"
            self.notes.append(
                f"is UTF-8 but for {count(len(words), 'word')} (the first in line {line:,}, byte "
                f"{position:,}), in which letters that cannot be read show as \ufffd: "
                "correct them, or export the file again"
            )
            return "utf-8"
        found = code_page(words, head.partition(b"\n")[0])
        self.notes += found.notes
        if found.question is not None:
            self.questions.append(found.question)
        return found.value

    def _words(self) -> tuple[set[bytes], set[bytes]]:
        """Return the different words that are no UTF-8, and those that are."""
        bad: set[bytes] = set()
        good: set[bytes] = set()
        with _readable(), self._open() as file:
            while line := file.readline(MAX_LINE):
                if line.isascii():
                    continue
                for word in words_in(line):
                    (good if _is_utf8(word) else bad).add(word)
        return bad, good

    def _find_encoded_twice(self) -> None:
        """Look for words that are no words, but would be if they had been encoded once less."""
        with _readable(), self._open() as file:
            chunks = iter(partial(file.read, _CHUNK), b"")
            if not any(map(seems_encoded_twice, chunks)):
                return
        words: set[str] = set()
        with _readable(), self._open() as file:
            for line in io.TextIOWrapper(file, "utf-8", newline=""):
                if not line.isascii():
                    words.update(words_of(line))
        meant, all_of_it = encoded_twice(words)
        if meant:
            self._mend = partial(encoded_once, all_of_it=all_of_it)
            shown = ", ".join(f"{word} is {text}" for word, text in sorted(meant.items())[:SHOWN])
            self.notes.append(
                f"letters of {count(len(meant), 'word')} were encoded twice, and read as they are "
                f"meant ({shown}); export the file again as UTF-8, once"
            )

    def _head(self) -> bytes:
        with _readable(), self._open() as file:
            head = file.read(4096)
        if not head.removeprefix(codecs.BOM_UTF8):
            raise BadFile("the file is empty: export it again.")
        seems = likeness(head)
        if seems:
            raise BadFile(
                f"the file is no CSV; it seems to be {seems}: name it so (.xlsx, .xls ...), or "
                "export the table as CSV."
            )
        return head

    def _first_undecodable(self, encoding: str) -> tuple[int, int] | None:
        """Return the position of the first byte that cannot be decoded, and its line."""
        decoder = codecs.getincrementaldecoder(encoding)()
        at, line = 0, 1
        with _readable(), self._open() as file:
            while True:
                chunk = file.read(_CHUNK)
                pending = len(decoder.getstate()[0])
                try:
                    text = decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError as error:
                    before = error.object[: error.start].decode(encoding, "replace")
                    return at - pending + error.start + 1, line + _breaks(before)
                line += _breaks(text)
                at += len(chunk)
                if not chunk:
                    return None

    def _undecodable(self) -> BadFile:
        position, line = self._first_undecodable(self._encoding) or (0, 0)
        return BadFile(
            f"byte {position:,} (line {line:,}) is not {self._encoding}: declare the encoding that "
            "the file has (`encoding:` in the layout), or export it as UTF-8."
        )


def _errors_as(page: str) -> str:
    """Return the name of what decodes bytes that are no UTF-8 in a code page."""
    name = f"loader.in-{page}"

    def decode(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        return error.object[error.start : error.end].decode(page, "replace"), error.end

    codecs.register_error(name, decode)
    return name


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def _readable() -> Iterator[None]:
    """Turn what a damaged or forbidden file raises into a message."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile):
        raise BadFile("the compressed file is damaged or cut short: copy it again.") from None
    except OSError as error:
        raise BadFile(f"the file cannot be read: {error.strerror or error}.") from None


def _utf16_by_nuls(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark: Latin text has a NUL in every other byte."""
    pairs = len(head) // 2
    even, odd = head[: 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > pairs * 0.4 and even < pairs * 0.1:
        return "utf-16-le"
    if even > pairs * 0.4 and odd < pairs * 0.1:
        return "utf-16-be"
    return None


def _refuse_binary(head: bytes) -> None:
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > 2 + len(head) // 20:
        raise BadFile("the file is no text but binary data: export the table as CSV.")


_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a"))


def _breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _sniff(sample: str) -> str:
    """Return the delimiter that splits most records alike; of equals, into the most columns."""
    csv.field_size_limit(MAX_FIELD)
    best, most = ",", (0, 0)
    for delimiter in _DELIMITERS:
        widths = []
        records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
        # With a wrong delimiter, quotation marks stand where none may.
        with suppress(csv.Error):
            for record in islice(records, _SAMPLE_ROWS):
                widths.append(len(record))
        widths = [width for width in widths if width]
        counts = Counter(width for width in widths if width > 1)
        alike, width = max(((count, width) for width, count in counts.items()), default=(0, 0))
        # A few in the running text of a single column delimit nothing.
        if (alike, width) > most and alike * 2 >= len(widths):
            best, most = delimiter, (alike, width)
    return best


def _quoted_whole(sample: str) -> str | None:
    """Return the lines without their quotation marks, if each is one quoted text; else None."""
    lines = [line for line in sample.splitlines() if line.strip()]
    if len(lines) < 2 or not all(re.fullmatch(r'"([^"]|"")*"', line.strip()) for line in lines):
        return None
    inner = "\n".join(line.strip()[1:-1].replace('""', '"') for line in lines)
    cells = csv.reader(io.StringIO(inner), delimiter=_sniff(inner))
    widths = {len(row) for row in cells}
    # Fewer columns than that make no sales; commas in the texts of one column make them as well.
    return inner if len(widths) == 1 and min(widths) > 2 else None


class _Lines:
    """The lines of a file, with those of the record at hand, some of which may come again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._number = 1
        self.length = 0

    def begin(self, number: int) -> None:
        """Begin with the record of this number."""
        self._record, self._number, self.length = [], number, 0

    def first_only(self) -> str:
        """Return the first line of the record; the others will come again."""
        self._again.extendleft(reversed(self._record[1:]))
        self.length = len(self._record[0])
        return self._record[0].rstrip("\r\n")

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        if not self._record:
            line = line.removeprefix(_MARK)
        self.length += len(line)
        self._record.append(line)
        if len(line) >= MAX_LINE:
            raise BadFile(
                f"row {self._number} is over {MAX_LINE:,} characters long without a line break: "
                "this is no table; export it again."
            )
        if "\0" in line:
            raise BadFile(
                f"row {self._number} holds a NUL character, which no database can store: "
                "the file is damaged or no text; export it again."
            )
        if len(self._record) > MAX_RECORD_LINES:
            raise csv.Error("unexpected end of data")
        return line


def _misquoted(row: int, reason: str) -> str:
    if "unexpected end" in reason:
        return (
            f"row {row}: a quotation mark opens a field and none closes it; add it, or double it."
        )
    if "field limit" in reason:
        return (
            f"row {row} has a field of over {MAX_FIELD:,} characters: most likely a quotation mark "
            "opens there and none closes it."
        )
    return (
        f"row {row}: a quotation mark closes a field, but the field goes on; quotation marks "
        "inside of a quoted field have to be doubled."
    )
