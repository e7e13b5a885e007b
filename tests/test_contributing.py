"""What README.md and CONTRIBUTING.md name is there, and the floors are as CONTRIBUTING.md says."""

import re

import pytest

from warehouse.settings import CHECKOUT

MADE_OR_OF_OTHERS = re.compile(
    r"(data|logs|target|reports_out|dbt_packages|PARQUET_DIR|\.\./shared)/.*"
    r"|docs/api\.json|Europe/Berlin|file/north/\*|[nN]/[aA]|packs\.yml"
)
"""Paths that are no files of the project."""

_PATH = re.compile(r"\w/|\.(py|sql|yml|yaml|md|csv|toml|txt|j2|json|sh)$")


def test_the_tests_of_promises_are_there() -> None:
    text = (CHECKOUT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len({test for _, test in named if test}) > 9
    for path, test in named:
        assert f"def {test}(" in (CHECKOUT / path).read_text("utf-8") or not test, (path, test)


def test_floors_of_the_reporting_know_only_those_above_them() -> None:
    floors = ["ask", "draw", "doors"]
    imports = re.compile(r"^\s*(?:from|import) reporting\.(\w+)", re.MULTILINE)
    for place, floor in enumerate(floors):
        files = list((CHECKOUT / "reporting" / floor).rglob("*.py"))
        assert files
        for path in files:
            known = set(imports.findall(path.read_text("utf-8")))
            assert not known & set(floors[place + 1 :]), path


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_files_and_commands_of_make_are_there(document: str) -> None:
    text = (CHECKOUT / document).read_text("utf-8")
    folders = [path for path in CHECKOUT.iterdir() if path.name != ".venv" and path.name != ".git"]
    known = [f"/{path.relative_to(CHECKOUT)}" for path in folders]
    known += [f"/{path.relative_to(CHECKOUT)}" for top in folders for path in top.rglob("*")]
    named = {name for name in re.findall(r"`([\w.][\w.*/-]+)`", text) if _PATH.search(name)}
    assert len(named) > 20
    gone = [
        name
        for name in sorted(named)
        if not any(path.endswith("/" + name.rstrip("/")) for path in known)
    ]
    assert [name for name in gone if not MADE_OR_OF_OTHERS.fullmatch(name)] == []
    targets = re.findall(r"^([\w-]+):", (CHECKOUT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {*re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)} <= {*targets}
