"""What CONTRIBUTING.md says of the tests."""

import re

from warehouse.settings import CHECKOUT


def test_the_tests_of_promises_are_there() -> None:
    text = (CHECKOUT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len({test for _, test in named if test}) > 9
    for path, test in named:
        assert f"def {test}(" in (CHECKOUT / path).read_text("utf-8") or not test, (path, test)
