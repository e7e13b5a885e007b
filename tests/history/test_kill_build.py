"""A build that is killed at any moment leaves nothing behind that the next one does not mend."""

import os
import random
from collections.abc import Sequence

import pytest

from tests.conftest import BUILD, ENGINES, LINES
from tests.history.chance import random_steps
from tests.history.conftest import NewHistory
from tests.history.forks import kill_build
from tests.history.sales import lines, sale
from tests.history.steps import (
    Build,
    BuildFirstLines,
    BuildLines,
    Deliver,
    History,
    Restore,
    Withdraw,
)

DEEP = pytest.mark.deep
SEED = int(os.environ.get("HISTORY_SEED", "1"))
KILLS = 26
"""Of each engine, in the long test."""

FINISHED = r" OK (created|loaded|snapshotted)"
LINES_ARE_BUILT = r" OK created .*staging\.int_sales_lines \."
FACT_IS_BUILT = r" OK created .*marts\.fact_sales_line \."


def killed(
    history: History,
    chance: random.Random,
    pattern: str,
    times: int = 1,
    what: Sequence[str] = LINES,
) -> bool:
    history.done.append(f"    # a build killed after {times} times {pattern!r}")
    output = history.inbox.parent / "build.log"
    return kill_build(history.warehouse, output, chance, pattern, times, what)


@pytest.mark.parametrize(
    ("engine", "pattern"),
    [
        pytest.param("duckdb", LINES_ARE_BUILT, id="duckdb-lines"),
        pytest.param("postgres", FACT_IS_BUILT, id="postgres-fact"),
        pytest.param("duckdb", FACT_IS_BUILT, id="duckdb-fact", marks=DEEP),
        pytest.param("postgres", LINES_ARE_BUILT, id="postgres-lines", marks=DEEP),
    ],
)
def test_what_is_undone_while_builds_are_killed(
    new_history: NewHistory, engine: str, pattern: str
) -> None:
    """All becomes what it was at the last build that was completed.

    One file is corrected, and corrected back; one is withdrawn, and restored; and of one, which no
    step touches, what its lines ask of others changes, and changes back.
    """
    chance = random.Random(1)
    history = new_history(engine)
    asking = (sale("P", product_id="P1"), sale("S", seller_name="Sue", line_total=3))
    before = (
        Deliver("lines-1.csv", (sale("A", line_total=1), sale("B", line_total=2))),
        Deliver("products-1.csv", ("P1,Tea,Hot,2,1",)),
        Deliver("sellers-1.csv", ("S1,Sue,",)),
    )
    changed = (
        Deliver("lines-1.csv", (sale("A", line_total=9), sale("C", line_total=2))),
        Deliver("products-1.csv", ("P1,Tea,Hot,5,1",)),
        Deliver("sellers-1.csv", ("S2,Sue,",)),
    )
    history.play(*before, Deliver("lines-2.csv", (sale("D", line_total=3),)))
    history.play(Deliver("lines-3.csv", asking), BuildFirstLines())
    history.play(*changed, Withdraw("lines-2.csv"))
    assert killed(history, chance, pattern)
    history.play(*before, Restore("lines-2.csv"))
    assert killed(history, chance, LINES_ARE_BUILT)
    history.play(BuildLines())
    assert [line[:3] for line in lines(history)] == [
        ("A", 1, 1),
        ("B", 1, 2),
        ("D", 1, 3),
        ("P", 1, 4),
        ("S", 1, 3),
    ]


@pytest.mark.parametrize("engine", [pytest.param(engine, marks=DEEP) for engine in ENGINES])
def test_a_withdrawal_while_builds_are_killed(new_history: NewHistory, engine: str) -> None:
    """Nothing but the status of one version changes, and changes back."""
    chance = random.Random(2)
    history = new_history(engine)
    history.play(Deliver("lines-1.csv", (sale("A", line_total=1), sale("B", line_total=2))))
    for pattern in (LINES_ARE_BUILT, FACT_IS_BUILT, FINISHED):
        history.play(Deliver("lines-2.csv", (sale("B", line_total=3), sale("C"))), Build())
        history.play(Withdraw("lines-2.csv"))
        assert killed(history, chance, pattern, what=BUILD)
        history.play(Restore("lines-2.csv"), Build())


@pytest.mark.deep
@pytest.mark.parametrize("engine", ENGINES)
def test_builds_killed_anywhere(
    new_history: NewHistory, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(f"\nto see these kills again: HISTORY_SEED={SEED}")
    chance = random.Random(SEED)
    history = new_history(engine)
    kills = 0
    seed = SEED
    while kills < KILLS:
        steps = [step for step in random_steps(seed) if not isinstance(step, BuildLines | Build)]
        history.play(*steps[:3], Build())
        for step in steps[3:]:
            history.play(step)
            kills += killed(history, chance, FINISHED, chance.randint(1, 36), BUILD)
            if chance.random() < 0.3:
                history.play(Build())
        history.play(Build())
        seed += 1
