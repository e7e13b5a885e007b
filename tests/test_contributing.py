"""What CONTRIBUTING.md says of the tests and of the floors."""

import re

from warehouse.settings import CHECKOUT


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
