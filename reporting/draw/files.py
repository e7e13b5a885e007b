"""Files that people open: whole or not there at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reporting import Refusal


class CannotWrite(Refusal):
    """A file cannot be written; the message says which one, why and what to do."""


def make_folder(folder: Path) -> None:
    """Make a folder, unless it is there.

    Raises:
        CannotWrite: something is in its place, or the rights are lacking.
    """
    with said_why(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Put a file in its place when it is whole, so that nobody ever opens half of one.

    Args:
        path: where it is to be.

    Yields:
        where to write it.

    Raises:
        CannotWrite: it cannot be written, or what is in its place cannot be replaced.
    """
    unfinished = path.with_name(f".{path.name}")
    with said_why(path):
        try:
            yield unfinished
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def said_why(path: Path) -> Iterator[None]:
    """Say in words why a file or folder cannot be written.

    Raises:
        CannotWrite: instead of what the operating system says.
    """
    # Who writes no workbook need not wait for what does.
    from xlsxwriter.exceptions import FileCreateError

    try:
        yield
    except (OSError, FileCreateError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CannotWrite(
            f"Cannot write {path}: {reason}. If it is open in another program, close it there; "
            "or name another place with --out."
        ) from None
