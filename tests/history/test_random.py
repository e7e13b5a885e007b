"""Any order of deliveries, corrections and withdrawals ends in what a rebuild from raw gives."""

import os
import time

import pytest

from tests.history.chance import random_steps
from tests.history.conftest import NewHistory
from tests.history.steps import Build, Deliver, Step

SEED = int(os.environ.get("HISTORY_SEED", "1"))
"""Of the first sequence; the others follow on."""

PATIENCE = float(os.environ.get("HISTORY_PATIENCE", "240"))
"""For how many seconds a sequence that fails is cut shorter."""

TELLING = 6
"""A seed whose sequence finds a model that reprocesses only the files that are new."""

MANY = {"duckdb": 60, "postgres": 12}


def test_a_sequence(new_history: NewHistory) -> None:
    play(new_history, "duckdb", TELLING)


@pytest.mark.deep
@pytest.mark.parametrize(
    ("engine", "seed"), [(engine, SEED + i) for engine, n in MANY.items() for i in range(n)]
)
def test_many_sequences(new_history: NewHistory, engine: str, seed: int) -> None:
    play(new_history, engine, seed, with_tests=seed % 5 == 0)


def play(new_history: NewHistory, engine: str, seed: int, with_tests: bool = False) -> None:
    """Play the sequence of a seed; of one that fails, show the shortest part that does too."""
    steps = random_steps(seed)
    history = new_history(engine)
    try:
        history.play(*steps)
        if with_tests:
            history.test()
    except AssertionError as error:  # the build failed, or its tables differ
        shortest, why = _shorten(new_history, engine, steps, error)
        said = "\n".join(f"    {step}," for step in shortest)
        raise type(error)(
            f"{why}\n\nThe shortest part of the sequence that was found to fail:\n\n{said}\n\n"
            f"To play it whole: HISTORY_SEED={seed} .venv/bin/python -m pytest -m deep "
            f"'tests/history/test_random.py::test_many_sequences[{engine}-{seed}]'"
        ) from None


def _shorten(
    new_history: NewHistory, engine: str, steps: list[Step], error: AssertionError
) -> tuple[list[Step], AssertionError]:
    """Leave out steps, then rows of files, as long as what is left still fails."""
    until = time.monotonic() + PATIENCE
    place = 0
    while place < len(steps) and time.monotonic() < until:
        for shorter in _shorter(steps, place):
            try:
                new_history(engine).play(*shorter)
            except type(error) as problem:
                steps, error = shorter, problem
                break
            except AssertionError:
                continue  # fails, but in another way
        else:
            place += 1
    return steps, error


def _shorter(steps: list[Step], place: int) -> list[list[Step]]:
    """Return the sequence without a step, and with this step a row shorter."""
    before, step, after = steps[:place], steps[place], steps[place + 1 :]
    found = [[*before, *after]] if after or not isinstance(step, Build) else []
    if isinstance(step, Deliver) and len(step.rows) > 1:
        for i in range(len(step.rows)):
            rows = (*step.rows[:i], *step.rows[i + 1 :])
            found.append([*before, Deliver(step.name, rows, step.day), *after])
    return found
