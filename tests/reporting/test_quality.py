"""What `python -m reporting quality` says, and the page it writes."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.conftest import Warehouse
from tests.reporting.conftest import PRICE, UNITS, Run, Tables, deliver_faulty_files

SAID = """
The latest weeks
Week      Status   Rows  Kept out  Flagged  Currency  Amount kept out  Affected
2026-W04  warn    1,000         3        0  EUR                 37.50      0.3%
2026-W03  ok      1,000         0        0  EUR                  0.00      0.0%

What became of each file
File                       Delivered  Accepted  Kept out  Duplicate  Skipped
north/Sales 2026-W04.xlsx         24        19         2          1        2
  Sales: sales lines
web.csv                            5         4         1          0        0
  sales lines
1 more sheet or file with every row accepted.

What is wrong, and what to do
                                                      Rows  Amount at stake
units is no number (sales lines)                         3          €190.00
  kept out of the figures
  Write a plain number, such as 3.
the row has more cells than the header (sales lines)     1
  kept out of the figures
  Look for a separator inside a text.
unit_price is ten times the list price (sales lines)     2          €190.00
  counted, but flagged                                              $285.50
  Compare it with the price list.
Not counted here: 1 that somebody has accepted as they are.
"""

HOSTILE = '<script src="http://evil.example/x.js">[red]\x1b[31m'


class Tags(HTMLParser):
    """The tags and attributes of a page, as a browser sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: defaultdict[str, list[str | None]] = defaultdict(list)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        for name, value in attrs:
            self.attributes[name].append(value)


def stripped(text: str) -> str:
    return re.sub(" +$", "", text, flags=re.MULTILINE)


def test_what_is_said(run: Run, faulty: Tables) -> None:
    result = run("quality")
    assert result.exit_code == 0
    assert stripped(result.stdout) == SAID
    assert result.stderr == ""


def test_figures_are_written_as_people_write_them(run: Run, faulty: Tables, tmp_path: Path) -> None:
    result = run("quality", "--out", tmp_path, REPORT_LOCALE="de_DE")
    assert result.exit_code == 0
    page = (tmp_path / "quality.html").read_text()
    for figure in ("1.000", "37,50", "0,3\N{NO-BREAK SPACE}%", "190,00\N{NO-BREAK SPACE}€"):
        assert figure.replace("\N{NO-BREAK SPACE}", " ") in result.stdout
        assert figure in page
    result = run("quality", REPORT_LOCALE="nowhere")
    assert (result.exit_code, result.stdout) == (2, "")


def test_it_says_the_same_on_postgres(
    run: Run, new_warehouse: Callable[[str], Warehouse], tmp_path: Path
) -> None:
    url = new_warehouse("postgres").url
    deliver_faulty_files(Tables(url))
    result = run("quality", "--out", tmp_path, DATABASE_URL=url)
    assert result.exit_code == 0
    assert stripped(result.stdout).startswith(SAID)
    assert (tmp_path / "north - Sales 2026-W04 - to correct.xlsx").exists()


def test_what_is_written(run: Run, faulty: Tables, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "out"
    result = run("quality", "--out", folder)
    assert stripped(result.stdout).startswith(SAID)
    names = ["north - Sales 2026-W04 - to correct.xlsx", "web - to correct.xlsx"]
    assert result.stdout.splitlines()[-4:] == [
        f"Wrote {folder / 'quality.html'}",
        "To send back to those who sent the files:",
        *(f"  {folder / name}" for name in names),
    ]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*names, "quality.html"])
    # One is corrected. Its workbook is named, and left to be deleted by whoever owns the folder.
    faulty.execute("delete from quality.dq_issue where source_file = 'web.csv'")
    result = run("quality", "--out", folder)
    assert result.stdout.splitlines()[-2:] == [
        "From an earlier time, of files that need no correcting any more; delete them:",
        f"  {folder / names[1]}",
    ]


def test_the_page(run: Run, faulty: Tables, tmp_path: Path) -> None:
    run("quality", "--out", tmp_path)
    page = (tmp_path / "quality.html").read_text()
    assert f"As of {datetime.now().astimezone():%Y-%m-%d}" in page
    for text in (
        "units is no number",
        "Write a plain number, such as 3.",
        "€190.00<br>$285.50",
        "kept out of the figures",
        "counted, but flagged",
        '<th scope="row">north/Sales 2026-W04.xlsx',
        '<span class="mark warn">warn</span>',
        'href="./north%20-%20Sales%202026-W04%20-%20to%20correct.xlsx"',
    ):
        assert text in page


def test_the_page_asks_for_nothing_and_runs_nothing(
    run: Run, tables: Tables, tmp_path: Path
) -> None:
    tables.part(f"{HOSTILE}.csv", HOSTILE, counts=(1, 0, 0, 1, 0))
    tables.issue(
        (HOSTILE, "warn", HOSTILE, HOSTILE, HOSTILE), 1, f"{HOSTILE}.csv", currency="[b]<b>\x1b"
    )
    tables.execute("update quality.dq_issue set amount_at_stake = 1")
    tables.week("2026-W04", status="ok")
    result = run("quality", "--out", tmp_path)
    assert "[red]\N{REPLACEMENT CHARACTER}[31m" in result.stdout
    page = (tmp_path / "quality.html").read_text()
    assert "&lt;script src=&#34;http://evil.example/x.js&#34;&gt;" in page
    assert "[b]<b>\N{REPLACEMENT CHARACTER}1.00" in result.stdout
    assert "[b]&lt;b&gt;\N{REPLACEMENT CHARACTER}1.00" in page
    assert "\x1b" not in page
    tags = Tags()
    tags.feed(page)
    assert set(tags.names).isdisjoint({"script", "link", "img", "iframe", "object", "b"})
    assert not re.findall(r"url\(|@import", page)
    assert set(tags.attributes).isdisjoint({"src", "srcset", "action", "data", "onclick", "onload"})
    assert tags.attributes["href"] == [
        "./_script%20src%3D_http_%20-%20evil.example%20-%20x.js__%5Bred%5D%EF%BF%BD%5B31m"
        "%20-%20to%20correct.xlsx"
    ]


def test_nothing_is_wrong(run: Run, tables: Tables, tmp_path: Path) -> None:
    tables.part("good.xlsx")
    tables.issue(UNITS, 5, "good.xlsx", accepted=True)
    result = run("quality", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "",
        "What became of each file",
        "1 sheet or file with every row accepted.",
        "",
        "Nothing needs correcting: every delivered row is as the rules want it.",
        "Not counted here: 1 that somebody has accepted as they are.",
        "",
        f"Wrote {tmp_path / 'out' / 'quality.html'}",
        "There is no workbook to send back, as nothing needs correcting.",
    ]
    assert "Nothing needs correcting." in (tmp_path / "out" / "quality.html").read_text()
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_many_files_are_not_all_listed(run: Run, tables: Tables, tmp_path: Path) -> None:
    for number in range(25):
        tables.part(f"{number:02}.csv", None, version=number, counts=(9, 0, 8, 1, 0))
        tables.issue(PRICE, 3, f"{number:02}.csv", None, version=number)
    result = run("quality", "--out", tmp_path)
    assert "19.csv" in result.stdout
    assert "20.csv" not in result.stdout
    assert "… and 5 more that lost rows (--out DIR names all).\n" in result.stdout
    assert result.stdout.endswith("  … and 5 more\n")
    assert len(list(tmp_path.glob("*.xlsx"))) == 25


@pytest.mark.parametrize("command", [["quality"], ["quality", "--out", "out"], ["aliases"]])
def test_nothing_is_built(run: Run, command: list[str]) -> None:
    result = run(*command)
    assert (result.exit_code, result.stdout) == (1, "")
    said = "There is no warehouse yet: run `make run` (or `make load && dbt build`).\n"
    assert " ".join(result.output.split()) == said.strip()


@pytest.mark.parametrize("model", ["dq_issue_cell", "dq_reconciliation"])
def test_models_are_missing(run: Run, tables: Tables, tmp_path: Path, model: str) -> None:
    tables.execute(f"drop {'view' if model.endswith('cell') else 'table'} quality.{model}")
    result = run("quality", "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Nothing is known about quality yet: run `make run`")
    assert not (tmp_path / "out").exists()


def test_nothing_is_delivered(run: Run, tables: Tables) -> None:
    result = run("quality")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("The warehouse holds no deliveries: put sales workbooks into")


def test_a_folder_that_is_none(run: Run, faulty: Tables, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("quality", "--out", tmp_path / "file")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Cannot write {tmp_path / 'file'}: File exists.")


def test_a_workbook_that_cannot_be_written(run: Run, faulty: Tables, tmp_path: Path) -> None:
    """A folder is in its place; Windows says the same of a workbook that is open in Excel."""
    (tmp_path / "web - to correct.xlsx").mkdir()
    result = run("quality", "--out", tmp_path)
    assert result.exit_code == 2
    assert "web - to correct.xlsx: Is a directory. If it is open in another" in result.stderr
    assert not list(tmp_path.glob(".*"))
