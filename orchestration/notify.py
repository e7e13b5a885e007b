"""Tells people what is wrong, each thing once: `python -m orchestration notify`.

What is wrong is in reports.rpt_alert, as the last good build published it; a schedule adds which
of its stages have failed. What each address was told last is kept in a file, as the warehouse may
be what is out of reach. A message has only what is new since then, and what is over; one that could
not be sent is sent by the next run.
"""

import hashlib
import json
import logging
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import apprise
import click
import sqlalchemy as sa
from rich.console import Console
from rich.text import Text

from reporting import Refusal
from reporting.ask.built import is_built
from reporting.ask.opening import open_warehouse
from reporting.doors.mail import CannotSend, addresses, compose_text, route, send
from warehouse.connection import WarehouseUnavailable, describe, warehouse_url
from warehouse.printing import printable
from warehouse.settings import CHECKOUT, Settings, SettingsError, read_settings

TOLD_FILE = CHECKOUT / "data" / ".alerts_told.json"
"""What each address was told last, by warehouse."""

STAGE_FAILED = "stage_failed"
"""The kind of an alert that a schedule adds to those of the warehouse."""

MOST_ALERTS = 20
"""How many alerts of one owner a message has; the rest is counted, and stays in rpt_alert."""

LONGEST = 1_000
"""How much of a description a message has, in letters."""

# Its log repeats addresses that it does not understand, secrets and all.
logging.getLogger("apprise").propagate = False
logging.getLogger("apprise").addHandler(logging.NullHandler())

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class CannotNotify(Exception):
    """A message that was not sent everywhere; the text says where not and why, without secrets."""


@dataclass(frozen=True)
class Failure:
    """A stage of the schedule that has failed.

    Attributes:
        stage: its name.
        said: what it said, in words.
        what_to_do: about it.
        owner: who is to act.
    """

    stage: str
    said: str
    what_to_do: str
    owner: str = "analytics engineering"


@dataclass(frozen=True)
class Alert:
    """Something that is wrong: a row of rpt_alert, or a stage that has failed."""

    alert_key: str
    alert_kind: str
    subject: str
    occurrence: str
    owner: str
    description: str
    what_to_do: str
    is_end_news: bool
    is_snoozed: bool
    owner_address: str | None = None


@dataclass(frozen=True)
class Told:
    """What an address knows of an alert."""

    alert_kind: str
    subject: str
    occurrence: str
    owner: str
    is_end_news: bool


Knowledge = dict[str, Told]
"""What an address was told, by alert_key."""


@dataclass(frozen=True)
class Message:
    """What an address is told."""

    title: str
    body: str


@dataclass(frozen=True)
class Receiver:
    """Who is told.

    Attributes:
        name: in what is remembered.
        label: as people are told of it.
        send: gives it a message; returns why that was not possible, if it was not.
        address: of a sender of files, who is told of theirs alone; empty for all others.
    """

    name: str
    label: str
    send: Callable[[Message], str]
    address: str = ""


def notify(
    settings: Settings, failures: Sequence[Failure] | None = None, *, dry_run: bool = False
) -> str:
    """Tell everybody what is new since they were told last, in one message at most.

    To be called after every run, also after one in which nothing failed, as that may be news, too.

    Args:
        settings: where the warehouse is, and who is told.
        failures: the stages of a run that failed; None where nothing is known of stages.
        dry_run: send and remember nothing; print what would be sent.

    Returns:
        What was done, in a line.

    Raises:
        SettingsError: an address is none, or the settings of mail do not do.
        CannotNotify: not every message was sent; the next call sends it.
    """
    alerts = _alerts(settings)
    stages = None if failures is None else [_stage(failure) for failure in failures]
    warehouse = describe(warehouse_url(settings.database_url))
    memory = _read_memory()
    before = {
        name: {key: Told(**told) for key, told in known.items()}
        for name, known in memory.get(warehouse, {}).items()
    }
    receivers = [*_services(settings), *_senders(settings, alerts or (), before)]
    after: dict[str, Knowledge] = {}
    sent: list[str] = []
    problems: list[str] = []
    if not receivers and dry_run:
        receivers = [Receiver("", "nobody, as NOTIFY_URLS names no address", lambda _: "")]
    for receiver in receivers:
        known = before.get(receiver.name, {})
        if receiver.address:
            theirs = alerts and [one for one in alerts if one.owner_address == receiver.address]
            message, told = news(known, theirs, None)
        else:
            message, told = news(known, alerts, stages)
        if dry_run:
            _print(receiver.label, message)
            continue
        reason = receiver.send(message) if message else ""
        if reason:
            problems.append(f"{receiver.label}: {reason}")
        elif message:
            sent.append(f"{receiver.label}: {message.title}.")
        after[receiver.name] = known if reason else told
    if dry_run:
        return "Nothing was sent."
    # Nobody who is not told any more is remembered.
    after = {name: known for name, known in after.items() if known}
    if after != before:
        _remember(memory | {warehouse: after})
    if problems:
        raise CannotNotify(f"Not everybody was told, so the next run will: {'; '.join(problems)}")
    if not receivers:
        return "Nobody is told: neither NOTIFY_URLS nor NOTIFY_SENDERS is set."
    return " ".join(sent) or "Nothing is new since the last message."


def news(
    before: Knowledge, alerts: Sequence[Alert] | None, stages: Sequence[Alert] | None
) -> tuple[Message | None, Knowledge]:
    """Say what is new to somebody, and what they know then.

    Args:
        before: what they were told.
        alerts: what is wrong in the warehouse; None where that is not known.
        stages: which stages have failed; None where that is not known.

    Returns:
        The message, if anything is new; and what is to be remembered once it is sent.
    """
    there = [*(alerts or ()), *(stages or ())]
    # After one stage that failed, others did not run.
    unknown = {
        key: told
        for key, told in before.items()
        if (stages != [] if told.alert_kind == STAGE_FAILED else alerts is None)
    }
    told = [alert for alert in there if not alert.is_snoozed]
    new = [
        alert
        for alert in told
        if alert.alert_key not in before or before[alert.alert_key].occurrence != alert.occurrence
    ]
    keys = unknown.keys() | {alert.alert_key for alert in there}
    over = [one for key, one in before.items() if key not in keys and one.is_end_news]
    known = unknown | {
        alert.alert_key: Told(
            *(alert.alert_kind, alert.subject, alert.occurrence, alert.owner, alert.is_end_news)
        )
        for alert in told
    }
    return (_message(new, over) if new or over else None), known


def _message(new: Sequence[Alert], over: Sequence[Told]) -> Message:
    counted = [
        *([f"{len(new)} new alert{'s' if len(new) > 1 else ''}"] if new else []),
        *([f"{len(over)} over"] if over else []),
    ]
    paragraphs = []
    owners = {alert.owner for alert in new} | {told.owner for told in over}
    for owner in sorted(owners, key=str.casefold):
        theirs = [alert for alert in new if alert.owner == owner]
        address = next((alert.owner_address for alert in theirs if alert.owner_address), None)
        paragraphs.append(printable(f"For {owner}{f' <{address}>' if address else ''}:"))
        paragraphs += [_said(alert) for alert in theirs[:MOST_ALERTS]]
        if theirs[MOST_ALERTS:]:
            paragraphs.append(
                f"- and {len(theirs) - MOST_ALERTS} more, listed in reports.rpt_alert."
            )
        ended = [_headline(told) for told in over if told.owner == owner]
        if ended:
            paragraphs.append("\n".join(["Over:", *(f"- {headline}" for headline in ended)]))
    return Message(f"SalesOps: {', '.join(counted)}", "\n\n".join(paragraphs))


def _said(alert: Alert) -> str:
    said = alert.description
    if len(said) > LONGEST:
        said = f"{said[:LONGEST]} ..."
    lines = [*said.splitlines(), alert.what_to_do]
    return "\n".join([f"- {_headline(alert)}", *(f"  {printable(line)}" for line in lines)])


def _headline(alert: Alert | Told) -> str:
    return f"{alert.alert_kind.replace('_', ' ').capitalize()}: {printable(alert.subject)}"


def _print(whom: str, message: Message | None) -> None:
    out.print(Text(f"To {whom}: {message.title if message else 'nothing is new'}."))
    if message:
        out.print(Text(f"\n{message.body}\n"))


def _alerts(settings: Settings) -> list[Alert] | None:
    """Read the alerts of the last good build; None where there is none to read."""
    try:
        with open_warehouse(settings, published=True) as connection:
            if not is_built(connection, "reports.rpt_alert"):
                return None
            rows = connection.execute(
                sa.text(
                    "select alert_key, alert_kind, subject, occurrence, owner, owner_address, "
                    "description, what_to_do, is_end_news, snoozed_until is not null as is_snoozed "
                    "from reports.rpt_alert order by alert_kind, week_start_date desc, alert_key"
                )
            )
            return [Alert(**row) for row in rows.mappings()]
    except (Refusal, WarehouseUnavailable):
        return None  # the stages that need it say so


def _stage(failure: Failure) -> Alert:
    # Numbers of processes and lines, and times, are no news.
    words = re.sub(r"\d+", "", failure.said)
    return Alert(
        alert_key=f"stage/{failure.stage}",
        alert_kind=STAGE_FAILED,
        subject=failure.stage,
        occurrence=hashlib.sha256(words.encode()).hexdigest(),
        owner=failure.owner,
        description=failure.said,
        what_to_do=failure.what_to_do,
        is_end_news=True,
        is_snoozed=False,
    )


def _services(settings: Settings) -> list[Receiver]:
    """Return the addresses of NOTIFY_URLS; their names have nothing in them that is secret.

    Raises:
        SettingsError: one is none.
    """
    asset = apprise.AppriseAsset(app_id="SalesOps", app_desc="SalesOps Analytics")
    receivers = []
    for number, url in enumerate(settings.notify_urls.get_secret_value().split(), 1):
        service = apprise.Apprise.instantiate(url, asset=asset)
        if service is None:
            raise SettingsError(
                f"NOTIFY_URLS: address {number} is none that can be sent to. It takes URLs as "
                "https://appriseit.com lists them, with blanks between."
            )
        name = hashlib.sha256(url.encode()).hexdigest()[:16]
        receivers.append(Receiver(name, str(service.service_name), partial(_send, service)))
    return receivers


def _senders(
    settings: Settings, alerts: Sequence[Alert], before: Mapping[str, Knowledge]
) -> list[Receiver]:
    """Return the senders of files who are concerned, or were when they were told last.

    Raises:
        SettingsError: the settings of mail do not do.
    """
    if not settings.notify_senders:
        return []
    try:
        route(settings, to=["somebody@example.com"])
    except SettingsError as problem:
        raise SettingsError(f"NOTIFY_SENDERS is set. {problem}") from None
    concerned = {alert.owner_address for alert in alerts if alert.owner_address}
    return [
        Receiver(address, printable(address), partial(_mail, settings, address), address)
        for address in sorted(concerned | {name for name in before if "@" in name})
    ]


def _send(service: apprise.NotifyBase, message: Message) -> str:
    """Give a message to a service; return why that was not possible, if it was not."""
    sender = apprise.Apprise()
    sender.add(service)
    with apprise.LogCapture(  # type: ignore[no-untyped-call]
        level=logging.WARNING, fmt="%(message)s"
    ) as said:
        is_sent = sender.notify(
            body=message.body, title=message.title, body_format=apprise.NotifyFormat.TEXT
        )
        reason = " ".join(said.getvalue().split())
    return "" if is_sent else printable(reason) or "it was not taken."


def _mail(settings: Settings, address: str, message: Message) -> str:
    """Mail a message; return why that was not possible, if it was not."""
    try:
        addresses("seeds/deliveries.csv", address)
        on = route(settings, to=[address])
        send(compose_text(message.title, message.body, on), on)
    except (SettingsError, CannotSend) as problem:
        return str(problem)
    return ""


def _read_memory() -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
    """Return what was told: by warehouse, address and alert."""
    try:
        memory: dict[str, dict[str, dict[str, dict[str, Any]]]] = json.loads(
            TOLD_FILE.read_text("utf-8")
        )
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CannotNotify(
            f"What was told last cannot be read from {TOLD_FILE} ({error}). Take the file away, "
            "and all that is wrong is told once more."
        ) from None
    return memory


def _remember(memory: Mapping[str, Mapping[str, Any]]) -> None:
    """Write what was told, whole or not at all."""
    unfinished = TOLD_FILE.with_suffix(".new")
    try:
        TOLD_FILE.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(memory, default=asdict, indent=1), "utf-8")
        unfinished.replace(TOLD_FILE)
    except OSError as error:
        raise CannotNotify(
            f"Messages were sent, but {TOLD_FILE} cannot be written ({error.strerror}): the next "
            "run will send them again."
        ) from None


@click.command("notify")
@click.option("--dry-run", is_flag=True, help="Print what would be sent; send nothing.")
def notify_command(dry_run: bool) -> None:
    """Tell the addresses of NOTIFY_URLS what is newly wrong, and what is over.

    With NOTIFY_SENDERS, those who owe a file that failed or is missing get a mail of their own.

    Exit code 0: they know. 1: a message was not sent; the next run tries again. 2: wrong settings.
    """
    try:
        out.print(Text(notify(read_settings(), dry_run=dry_run)))
    except CannotNotify as problem:
        err.print(Text(str(problem)))
        sys.exit(1)
    except SettingsError as problem:
        err.print(Text(str(problem)))
        sys.exit(2)
