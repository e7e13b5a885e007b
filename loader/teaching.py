"""Learning at the terminal: shows what was understood, asks what is open, writes the layout."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from babel.numbers import list_currencies
from rich.console import Console
from rich.prompt import Confirm, Prompt
from rich.text import Text

from loader.calculated import written
from loader.deliveries import Delivery
from loader.dry_run import Figures
from loader.learning import Answers, Lesson, learn, open_points
from loader.load import Outcome
from loader.questions import Question
from loader.understanding.understood import Understood
from loader.wording import count, quoted, short
from warehouse.printing import printable


def teach(
    deliveries: Sequence[Delivery],
    answers: Answers,
    path: Path,
    *,
    ask: bool,
    out: Console,
    show: Callable[[Outcome], None],
) -> bool:
    """Learn files at a terminal, and write their layout.

    Args:
        deliveries: the files.
        answers: given beforehand.
        path: where the layout goes.
        ask: whether somebody is there to be asked.
        out: where to write to.
        show: writes what a load would make of one file.

    Returns:
        Whether something stays open.

    Raises:
        BadFile: a file cannot be read.
        CannotLearn: an answer does not fit.
    """
    lesson = learn(deliveries, answers)
    _show(lesson, out)
    while ask and (more := _asked(lesson, answers, out)) != answers:
        answers = more
        lesson = learn(deliveries, answers)
        _show(lesson, out)
    for outcome in lesson.outcomes:
        if outcome.status != "held":
            show(outcome)
    for point in open_points(lesson):
        out.print(Text.assemble(("open     ", "bold magenta"), f" {printable(point)}"))
    if lesson.is_currency_open:
        _say(
            out,
            "The amounts tell no currency: they will stand apart as XXX. --currency EUR says it, "
            "or `currency: {constant: EUR}` among the columns of the layout.",
        )
    if lesson.text and (not ask or Confirm.ask(f"Write {path}?", console=out, default=True)):
        path.write_text(lesson.text, encoding="utf-8")
        _say(out, f"Written: {path}. Look through it; then `python -m loader load`.")
    return lesson.is_open


def _say(out: Console, text: str) -> None:
    out.print(Text(printable(text)))


# ------------------------------------------------------------------ what was understood


def _show(lesson: Lesson, out: Console) -> None:
    for found in lesson.found:
        _show_table(found, out)
    for name, why in lesson.apart.items():
        out.print(Text(f"left      {printable(short(name))}: {why}", style="dim"))
    if lesson.figures is not None:
        for line in figure_lines(lesson.figures):
            _say(out, f"          {line}")


def _show_table(found: Understood, out: Console) -> None:
    names = found.table.header.names
    out.print(
        Text.assemble(
            ("taken", "green"),
            f"     {printable(short(found.table.name))} as {found.entity}",
        )
    )
    for column, read, why in read_columns(found):
        _say(out, f"          {column or '—':<24} {read}{f'  ({why})' if why else ''}")
    mapped = {place for pick in found.picks.values() for place in pick.positions}
    left = [
        name
        for place, name in enumerate(names)
        if place not in mapped and place not in found.asides
    ]
    if left:
        out.print(Text(f"          not read: {printable(quoted(left))}", style="dim"))


def read_columns(found: Understood) -> list[tuple[str, str, str]]:
    """Return each column of ours ("" for none of them), what it is read from, and why."""
    names = found.table.header.names
    read = [
        (
            column,
            short(written(pick.calculation) or " + ".join(names[at] for at in pick.positions)),
            pick.reasons,
        )
        for column, pick in found.picks.items()
    ]
    return [
        *((column, header, "; ".join(reasons)) for column, header, reasons in read),
        *((column, f"always {value}", why) for column, (value, why) in found.constants.items()),
        *(("", short(names[place]), why) for place, why in found.asides.items()),
    ]


def figure_lines(figures: Figures) -> list[str]:
    """Say what the sales come to, a line each."""
    days = f"{figures.first} to {figures.last}" if figures.first else "no day that can be read yet"
    totals = ", ".join(
        f"{amount:,.2f} {currency}".rstrip() if amount is not None else "no amounts"
        for currency, amount in figures.totals
    )
    lines = [f"{count(figures.lines, 'line')}, {days}"]
    if figures.undated:
        lines.append(
            f"{count(figures.undated, 'line')} without a day that can be read: not in these"
        )
    if figures.unread:
        lines.append(
            f"{count(figures.unread, 'line')} without a product, units or an amount that can be "
            "read: not in these"
        )
    lines.append(f"in all    {totals}")
    for name, amount, currency in figures.products:
        told = f" {currency}" if len(figures.totals) > 1 else ""
        lines.append(f"top       {amount:>16,.2f}{told}  {short(name, 40)}")
    return lines


# ------------------------------------------------------------------ what is open


def _asked(lesson: Lesson, answers: Answers, out: Console) -> Answers:
    """Ask what is open; return the answers there are then."""
    settings, columns = dict(answers.settings), dict(answers.columns)
    order_amounts, constants = dict(answers.order_amounts), dict(answers.constants)
    currency = answers.currency
    asked: set[tuple[str, ...]] = set()
    for file, questions in lesson.questions.items():
        for question in questions:
            flags = tuple(reading.flag for reading in question.readings)
            if flags not in asked:
                asked.add(flags)
                key, value = _answer(file, question, out)
                named = {
                    "column": columns,
                    "order_amounts": order_amounts,
                    "constant": constants,
                }
                if key in named:
                    column, _, header = value.partition("=")
                    named[key][column] = header
                elif key == "currency":
                    currency = value
                elif key:
                    # Of several columns, each has a scale of its own.
                    more = [settings[key]] if key == "scale" and key in settings else []
                    settings[key] = ",".join([*more, value])
    for found in lesson.found:
        for choice in found.lacking:
            headers = [name for name in found.table.header.names if name]
            _say(out, f"{found.table.name} has {quoted(headers)}.")
            header = Prompt.ask(
                f"Which column is the {' or the '.join(choice)}? (Enter: none)",
                console=out,
                default="",
                show_default=False,
            )
            if header in headers:
                columns[choice[0]] = header
    if lesson.is_currency_open and not currency and lesson.text:
        known = list_currencies()
        said = Prompt.ask(
            "Currency of the amounts, such as EUR (Enter: none)",
            console=out,
            default="",
            show_default=False,
        ).upper()
        currency = said if said in known else ""
    return replace(
        answers,
        settings=settings,
        columns=columns,
        currency=currency,
        order_amounts=order_amounts,
        constants=constants,
    )


def _answer(file: Path, question: Question, out: Console) -> tuple[str, str]:
    """Return the flag that answers a question, without its dashes, and its value; or nothing."""
    _say(out, f"{file.name}: {question.asks}")
    for number, reading in enumerate(question.readings, start=1):
        _say(out, f"  {number}  {reading.meaning}   {reading.line}")
    numbers = [str(number) for number in range(1, len(question.readings) + 1)]
    chosen = Prompt.ask(
        "Which? (Enter: leave it open)",
        console=out,
        choices=[*numbers, ""],
        default="",
        show_choices=False,
        show_default=False,
    )
    if not chosen:
        return "", ""
    said = question.readings[int(chosen) - 1].flag
    if not said:
        return "", ""
    flag, value = shlex.split(said)
    return flag.removeprefix("--").replace("-", "_"), value
