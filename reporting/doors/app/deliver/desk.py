"""What the pages do with files: the commands that a person would type, in their order."""

import json
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from reporting.doors.api.problems import Problem
from reporting.doors.app.deliver.jobs import PYTHON, Failed, Job, Jobs
from reporting.doors.app.deliver.uploads import Drop, Dropped, Drops, hash_of, keep
from warehouse.settings import Settings

REFUSED = ("failed", "held")
_NEW = ("loaded", "replaced")
_SECONDS_TO_READ = 600


class Desk:
    """Where files are handed in.

    Attributes:
        settings: where inbox and layouts are.
        jobs: what is being done.
        drops: what was dropped and is not loaded yet.
        proposals: names that may mean the same, as they were found last; None before.
        is_build_due: whether something was answered that the figures do not go by yet.
    """

    def __init__(self, database_url: str, settings: Settings) -> None:
        self.settings = settings
        self.jobs = Jobs(database_url)
        self.drops = Drops()
        self.proposals: list[dict[str, str]] | None = None
        self.is_build_due = False

    def close(self) -> None:
        """Leave nothing running, and nothing that was not loaded."""
        self.jobs.stop_all()
        self.drops.close()

    def command(self, job: Job, step: str, *command: str, **environment: str) -> str:
        """Run one of our commands on the warehouse itself; return what it printed.

        Raises:
            Failed: it has failed.
        """
        return job.run(step, [*PYTHON, *command], {**self.jobs.environment, **environment})

    def read(self, drop: Drop) -> None:
        """Begin to read what was dropped, and to try what it would change."""
        drop.stop()
        drop.outcomes, drop.lessons, drop.trial, drop.untried = None, [], None, ""
        names = ", ".join(file.known_as.name for file in drop.files[:3])
        title = f"Reading {names}{' and others' if len(drop.files) > 3 else ''}"
        drop.job = self.jobs.begin(title, drop.by, lambda job: self._read(drop, job))

    def answer(self, drop: Drop, flag: str) -> None:
        """Take one of the answers that were offered, and read again.

        Raises:
            Problem: it was not offered.
        """
        offered = {
            reading["flag"]
            for question in questions_of(drop)
            for reading in question["readings"]
            if reading["flag"]
        }
        if flag not in offered:
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY, "unknown-answer", "This answer was not offered."
            )
        drop.flags += shlex.split(flag)
        self.read(drop)

    def load(self, drop: Drop) -> None:
        """Begin to load what can be.

        Raises:
            Problem: nothing can.
        """
        files = loadable(drop)
        if not files or drop.is_loaded:
            raise Problem(HTTPStatus.CONFLICT, "nothing-to-load", "There is nothing to load here.")
        drop.stop()
        drop.is_loaded = True
        names = ", ".join(file.known_as.name for file in files[:3])
        title = f"Loading {names}{' and others' if len(files) > 3 else ''}"
        drop.job = self.jobs.begin(title, drop.by, lambda job: self._load(drop, files, job))

    def _read(self, drop: Drop, job: Job) -> str:
        drop.outcomes = self._check(drop, job)
        refused = _to_learn(drop)
        if refused != drop.learned:
            # An answer is about the files that it was given for.
            drop.learned, drop.flags = refused, []
        if refused:
            drop.lessons = self._learn(drop, job, refused)
            if any(lesson["layout"] for lesson in drop.lessons):
                drop.outcomes = self._check(drop, job)
        if loadable(drop):
            try:
                said = self._run(
                    drop,
                    job,
                    "Trying what it changes in the figures",
                    ("reporting", "trial", "--json", *self._paths(drop, loadable(drop))),
                )
                drop.trial = json.loads(said)
                for week in drop.trial["weeks"]:
                    for name in ("before", "after", "change"):
                        week[name] = None if week[name] is None else Decimal(week[name])
            except Failed as problem:
                drop.untried = str(problem)
        return ""

    def _check(self, drop: Drop, job: Job) -> list[dict[str, Any]]:
        said = self._run(
            drop, job, "Reading", ("loader", "check", "--json", str(drop.inbox)), accepted=(0, 1)
        )
        outcomes: list[dict[str, Any]] = json.loads(said)
        return outcomes

    def _learn(self, drop: Drop, job: Job, files: Sequence[str]) -> list[dict[str, Any]]:
        """Learn files together; where one of them keeps the others from it, one by one."""
        paths = [str(drop.inbox / file) for file in files]
        command = ("loader", "learn", "--json", *drop.flags, "--", *paths)
        try:
            said = self._run(drop, job, "Understanding", command, accepted=(0, 1))
            return [json.loads(said)]
        except (Failed, ValueError) as problem:
            if len(files) == 1:
                if drop.flags and isinstance(problem, Failed):
                    drop.flags.clear()
                    raise
                return []
        return [lesson for file in files for lesson in self._learn(drop, job, [file])]

    def _run(
        self,
        drop: Drop,
        job: Job,
        step: str,
        command: Sequence[str],
        accepted: Sequence[int] = (0,),
    ) -> str:
        environment = {
            **self.jobs.environment,
            "SALES_DATA_FILE": str(drop.inbox),
            "LAYOUTS_DIR": str(drop.layouts),
            "TMPDIR": str(drop.temporary),
        }
        with suppress(FileNotFoundError):  # it was cancelled just now, and its job is stopped
            drop.temporary.mkdir(exist_ok=True)
        return job.run(step, [*PYTHON, *command], environment, accepted, _SECONDS_TO_READ)

    @staticmethod
    def _paths(drop: Drop, files: Sequence[Dropped]) -> list[str]:
        return [str(drop.inbox / file.known_as) for file in files]

    def _load(self, drop: Drop, files: Sequence[Dropped], job: Job) -> str:
        inbox = self.settings.sales_data_file
        paths = [str(inbox / file.known_as) for file in files]
        command = [*PYTHON, "loader", "load", *paths]
        try:
            self._put_into_inbox(drop, files)
            said = job.run("Loading", command, self.jobs.environment, accepted=(0, 1))
            self.jobs.build(job)
        except Failed:
            drop.is_loaded = False  # it may be tried again
            raise
        return said

    def _put_into_inbox(self, drop: Drop, files: Sequence[Dropped]) -> None:
        """Put files and what was learned of them in their places; all of it, or nothing.

        Raises:
            Failed: something there is not as it was when it was looked at.
        """
        inbox, layouts = self.settings.sales_data_file, self.settings.layouts_dir
        learned = [
            layout
            for layout in sorted(drop.layouts.iterdir())
            if hash_of(layout) != drop.known_layouts.get(layout.relative_to(drop.layouts))
        ]
        for file in files:
            ours = hash_of(drop.inbox / file.known_as)
            if hash_of(inbox / file.known_as) not in (file.replaces, ours):
                raise Failed(
                    f"{file.known_as} has changed in the inbox since these files were dropped: "
                    "cancel, and drop them again, to see what they change now. Nothing is loaded."
                )
        for layout in learned:
            known = drop.known_layouts.get(layout.relative_to(drop.layouts))
            if hash_of(layouts / layout.name) not in (known, hash_of(layout)):
                raise Failed(
                    f"The layout {layout.stem} has changed since these files were dropped: cancel, "
                    "and drop them again. Nothing is loaded."
                )
        for source, target in (
            *((layout, layouts / layout.name) for layout in learned),
            *((drop.inbox / file.known_as, inbox / file.known_as) for file in files),
        ):
            with source.open("rb") as content:
                keep(content, target)


def questions_of(drop: Drop) -> list[dict[str, Any]]:
    """Return what is open in what was dropped."""
    learned = [question for lesson in drop.lessons for question in lesson["questions"]]
    held = [question for outcome in drop.outcomes or [] for question in outcome["questions"]]
    unique: list[dict[str, Any]] = []
    for question in learned or held:
        if question not in unique:
            unique.append(question)
    return unique


def loadable(drop: Drop) -> list[Dropped]:
    """Return the files of which something would be loaded."""
    return [
        file
        for file in drop.files
        if any(
            outcome["status"] in _NEW and _file_of(drop, outcome) is file
            for outcome in drop.outcomes or []
        )
    ]


def _to_learn(drop: Drop) -> tuple[str, ...]:
    """Return the files that are refused, but for those that took too much to read."""
    refused = (outcome for outcome in drop.outcomes or [] if outcome["status"] in REFUSED)
    files = {
        str(_file_of(drop, outcome).known_as)
        for outcome in refused
        if not outcome["error"].startswith("reading it")
    }
    return tuple(sorted(files))


def _file_of(drop: Drop, outcome: Mapping[str, Any]) -> Dropped:
    """Return the file that an outcome is of; what is in an archive is known below it."""
    for file in drop.files:
        known_as = str(file.known_as)
        if outcome["file"] == known_as or outcome["file"].startswith(f"{known_as}/"):
            return file
    raise LookupError(outcome["file"])
