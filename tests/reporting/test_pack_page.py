"""The page says what the pack says, loads nothing, and runs nothing but its charts."""

import base64
import functools
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

from reporting.ask.pack.content import Pack
from reporting.draw.page.pack import ROWS_SHOWN, page
from reporting.draw.written import readable
from reporting.tables import Kind, Table
from reporting.words import write_value
from tests.reporting import packs

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
     if (found := shutil.which(name))), None
)  # fmt: skip

VOID = {"meta", "img", "br", "link", "input", "hr"}


class Element:
    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []

    def all(self, *tags: str) -> list["Element"]:
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    found.append(child)
                found += child.all(*tags)
        return found

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Element("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


@functools.cache
def source(name: str) -> str:
    return page(packs.PACKS[name]())


@functools.cache
def read(name: str) -> Element:
    reader = Reader()
    reader.feed(source(name))
    reader.close()
    assert reader.open == [reader.root], "every element is closed"
    return reader.root


def words(text: str) -> str:
    return " ".join(text.split())


def tables_of(pack: Pack) -> list[Table]:
    tables = [table for section in pack.sections for table in section.tables]
    tables += [table for table in (pack.restatements, pack.files) if table]
    return [table for table in [*tables, *pack.lines] if table.rows]


def grid_of(table: Element) -> list[list[str]]:
    return [[words(cell.text) for cell in row.all("td", "th")] for row in table.all("tr")]


@pytest.mark.parametrize("name", packs.PACKS)
def test_tables_are_those_of_the_pack(name: str) -> None:
    pack = packs.PACKS[name]()
    grids = [grid_of(table) for table in read(name).all("table")]

    for table in tables_of(pack):
        heading = [words(readable(column.heading)) for column in table.columns]
        expected = [
            [
                words(readable(write_value(value, column.kind, "", pack.locale)))
                for value, column in zip(row, table.columns, strict=True)
            ]
            for row in table.rows[:ROWS_SHOWN]
        ]
        assert [heading, *expected] in grids


@pytest.mark.parametrize("name", packs.PACKS)
def test_headlines_are_those_of_the_pack(name: str) -> None:
    pack = packs.PACKS[name]()
    cards = [
        element
        for group in read(name).all("ul")
        if "cards" in str(group.attributes.get("class"))
        for element in group.all("li")
    ]
    headlines = [(section, one) for section in pack.sections for one in section.headlines]

    assert len(cards) == len(headlines)
    for card, (section, headline) in zip(cards, headlines, strict=True):
        value = write_value(headline.value, headline.kind, section.currency, pack.locale)
        text = words(card.text)
        assert text.startswith(words(f"{readable(headline.label)} {readable(value) or '–'}"))
        for change in headline.changes:
            written = write_value(change.percent, Kind.CHANGE, "", pack.locale) or "–"
            assert words(f"{written} on {readable(change.label)}") in text


@pytest.mark.parametrize("name", ["normal", "unfinished"])
def test_charts_are_in_words_too(name: str) -> None:
    """Whoever has no script, or cannot see, reads the same figures in a table."""
    pack = packs.PACKS[name]()
    section = pack.sections[0]
    grids = [grid_of(table) for table in read(name).all("table")]
    weeks = next(grid for grid in grids if grid[0][0] == "Week" and "This week is" in grid[0])

    def money(value: Any) -> str:
        return words(write_value(value, Kind.AMOUNT, "", pack.locale))

    assert weeks[1:] == [
        [point.label, money(point.revenue), money(point.low), money(point.high),
         "forecast" if point.is_forecast else "complete" if point.is_complete else "unfinished"]
        for point in section.trend
    ]  # fmt: skip
    if section.bridge:
        steps = next(grid for grid in grids if grid[0] == ["Step", "Amount"])
        assert steps[1:] == [
            [step.label, words(write_value(step.amount, Kind.AMOUNT, "EUR", pack.locale))]
            for step in section.bridge
        ]


def test_what_is_not_shown_is_counted() -> None:
    text = words(read("normal").text)

    assert f"These are the first {ROWS_SHOWN} of 400 rows; the workbook has all." in text


def test_an_unfinished_week_is_said_to_be_one() -> None:
    assert "2026-W04 is not finished." in words(read("unfinished").text)
    assert "is not finished" not in words(read("normal").text)


def test_a_week_without_sales_says_so() -> None:
    for name in ("empty", "no_sections"):
        assert "There are no sales in these days." in words(read(name).text)
        assert not read(name).all("script")


def test_quality_sources_and_definitions_are_there() -> None:
    pack = packs.normal()
    text = words(read("normal").text)

    assert "Data quality: warn" in text
    for sentence in (*pack.sections[0].sentences, *pack.quality_sentences):
        assert sentence in text
    for term, meaning in pack.definitions:
        assert f"{term}{meaning}" in text or f"{term} {meaning}" in text


@pytest.mark.parametrize("name", packs.PACKS)
def test_nothing_is_asked_of_anybody(name: str) -> None:
    for element in read(name).all():
        for attribute in ("src", "srcset", "href", "action", "data", "poster", "xlink:href"):
            address = element.attributes.get(attribute)
            assert address is None or address.startswith(("#", "data:image/svg+xml;base64,"))
        assert not any(attribute.startswith("on") for attribute in element.attributes)
        assert element.tag not in {"link", "iframe", "object", "embed", "base", "form"}
    for style in read(name).all("style"):
        assert not re.search(r"url\(|@import|expression\(", style.text)


@pytest.mark.parametrize("name", ["normal", "hostile"])
def test_only_the_charts_own_scripts_may_run(name: str) -> None:
    policy = next(
        str(element.attributes["content"])
        for element in read(name).all("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}
    data, *scripts = read(name).all("script")
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(one.text.encode()).digest()).decode()}'"
        for one in scripts
    }

    assert rules["default-src"] == ["'none'"]
    assert set(rules["script-src"]) == hashes
    assert rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert rules.keys() == {
        "default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"
    }  # fmt: skip
    assert rules["img-src"] == ["data:"]
    assert len(scripts) == 2
    assert data.attributes == {"type": "application/json", "id": "charts"}
    assert not re.search("[<>&\u2028\u2029]", data.text)
    charts = json.loads(data.text)
    drawn = {
        element.attributes["data-chart"]
        for element in read(name).all("div")
        if "data-chart" in element.attributes
    }
    assert charts.keys() == drawn
    assert all("url" not in json.dumps(chart.get("data", {})) for chart in charts.values())


@pytest.mark.parametrize("name", packs.PACKS)
def test_it_can_be_used_by_everybody(name: str) -> None:
    root = read(name)
    ids = [element.attributes["id"] for element in root.all() if "id" in element.attributes]

    assert len(ids) == len(set(ids))
    for link in root.all("a"):
        assert str(link.attributes["href"]).removeprefix("#") in ids
    for table in root.all("table"):
        assert [words(caption.text) for caption in table.all("caption")] != [""]
        assert len(table.all("caption")) == 1
        assert all(cell.attributes.get("scope") in {"row", "col"} for cell in table.all("th"))
    for image in root.all("img"):
        assert image.attributes["alt"]
    assert len(root.all("h1")) == 1


@pytest.mark.parametrize("name", ["normal", "hostile", "long_names"])
def test_pictures_are_only_pictures(name: str) -> None:
    for image in read(name).all("img"):
        svg = base64.b64decode(str(image.attributes["src"]).partition("base64,")[2])
        for element in ElementTree.fromstring(svg).iter():
            assert not element.tag.endswith(("script", "foreignObject", "image"))
            assert not any(
                attribute.endswith("href") or attribute.startswith("on")
                for attribute in element.attrib
            )


def test_it_is_small_enough_to_be_mailed() -> None:
    assert len(source("normal").encode()) < 2_000_000


def test_the_same_pack_makes_the_same_page() -> None:
    assert page(packs.one_seller()) == source("one_seller")


@pytest.mark.skipif(BROWSER is None, reason="needs a Chromium on PATH")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["normal", "hostile", "long_names", "unfinished"])
def test_a_browser_draws_the_charts_and_runs_nothing_else(
    name: str, width: int, tmp_path: Path
) -> None:
    assert BROWSER is not None
    (tmp_path / "page.html").write_text(source(name), encoding="utf-8")
    # Seen from outside, as the page lets no script of anybody else's in.
    (tmp_path / "probe.html").write_text(
        f"""<iframe id="seen" src="page.html" style="width:{width}px;height:900px"></iframe>
        <pre id="said"></pre>
        <script>
        seen.onload = () => setInterval(() => {{
          const page = seen.contentDocument;
          said.textContent = JSON.stringify({{
            hacked: seen.contentWindow.hacked ?? null,
            stills: page.querySelectorAll(".chart img").length,
            drawn: page.querySelectorAll(".drawn svg").length,
            room: page.documentElement.clientWidth,
            width: page.documentElement.scrollWidth,
          }});
        }}, 200);
        </script>"""
    )
    seen = subprocess.run(
        [
            *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *("--allow-file-access-from-files", "--virtual-time-budget=20000"),
            *(f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "probe.html").as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    found = re.search(r'<pre id="said">(.*?)</pre>', seen.stdout)
    assert found is not None
    said = json.loads(found[1])
    assert said["hacked"] is None
    assert said["stills"] == 0
    assert said["drawn"] == len(read(name).all("img"))
    assert said["width"] <= said["room"], "no scrolling sideways"
