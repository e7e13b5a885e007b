"""Looks at every cell of a sheet's XML: exact, in little memory, and slow."""

import re
import zipfile
from xml.parsers import expat


def scan(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> "CellScan":
    """Look at every cell of a part."""
    found = CellScan()
    with archive.open(info) as file:
        found.parser.ParseFile(file)
    return found


class CellScan:
    """What the cells of a sheet say.

    Attributes:
        uncalculated: row and column, from 0, of the formulas without a value.
    """

    def __init__(self) -> None:
        self.uncalculated: list[tuple[int, int]] = []
        self._corner = (0, 0)
        self._far = (0, 0)
        self._top_left: tuple[int, int] | None = None
        self._row = self._column = -1
        self._type = ""
        self._formula = self._valued = self._in_value = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    @property
    def area(self) -> int:
        """How many cells calamine would hold."""
        top, left = self._top_left or (0, 0)
        return (self._corner[0] + 1 - top) * (self._corner[1] + 1 - left)

    @property
    def farthest(self) -> str:
        """The cell farthest from the top left, such as XFD1048576."""
        row, column = self._far
        letters = ""
        column += 1
        while column:
            column, rest = divmod(column - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{letters}{row + 1}"

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "row":
                number = attributes.get("r", "")
                self._row = int(number) - 1 if number.isdigit() else self._row + 1
                self._column = -1
            case "c":
                self._column += 1
                if found := re.fullmatch(r"([A-Za-z]+)(\d+)", attributes.get("r", "")):
                    self._column, self._row = (
                        column_number(found[1].encode()),
                        int(found[2]) - 1,
                    )
                self._type = attributes.get("t", "n")
                self._formula = self._valued = False
            case "f":
                self._formula = True
            case "v":
                self._in_value = True
                # Excel saves a calculated empty text in just this way.
                self._valued |= self._type == "str"
            case "is":
                self._valued = True

    def _end(self, tag: str) -> None:
        match tag.rpartition(":")[2]:
            case "v":
                self._in_value = False
            case "c" if self._valued:
                place = (self._row, self._column)
                top, left = self._top_left or place
                self._top_left = (min(top, place[0]), min(left, place[1]))
                self._corner = (
                    max(self._corner[0], place[0]),
                    max(self._corner[1], place[1]),
                )
                self._far = max(self._far, place, key=sum)
            case "c" if self._formula:
                self.uncalculated.append((self._row, self._column))

    def _text(self, text: str) -> None:
        if self._in_value and not text.isspace():
            self._valued = True


def column_number(letters: bytes) -> int:
    """Return the number of a column, from 0, by its letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number - 1
