"""What kind of file a workbook is: by its content, whatever its name says."""

import mmap
import zipfile
from pathlib import Path

from loader.reading.archive import is_bomb
from loader.reading.damage import PROTECTED
from loader.reading.sheet import BadFile

MAX_PART = 2 * 2**30
MAX_UNPACKED = 4 * 2**30

_MAGIC = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an Office document of the 97-2003 kind"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"\x1f\x8b", "a file compressed by gzip (name it .gz)"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"PAR1", "a Parquet file"),
)


def likeness(head: bytes) -> str | None:
    """Say what a file seems to be from its first bytes; None where it may be plain text."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"<?xml") and b"schemas-microsoft-com:office:spreadsheet" in text:
        return "an XML Spreadsheet 2003"
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")):
        return "a web page (HTML)"
    return "an XML file" if text.startswith(b"<?xml") else None


def fitting(suffix: str) -> str:
    """Return the suffix of the kind that a suffix stands for."""
    return ".xlsx" if suffix.lower() == ".xlsm" else suffix.lower()


def kind_of(path: Path) -> str:
    """Return the suffix that fits the content."""
    if path.is_dir():
        raise BadFile("it is a folder, not a workbook.")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise BadFile("the file is empty (0 bytes): export it again.")
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _kind_of_ole(path)
    seems = likeness(head) or ("binary data" if b"\0" in head else "plain text, perhaps CSV")
    cure = "name it .csv" if "CSV" in seems else "open it in Excel, save it as .xlsx"
    raise BadFile(f"the file is no workbook; it seems to be {seems}: {cure} and deliver it again.")


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise BadFile(
            "the workbook is cut short or damaged, as by a broken copy or download: copy it again."
        ) from None
    if any(part.flag_bits & 1 for part in parts):
        raise BadFile(PROTECTED)
    largest = max(parts, key=lambda part: part.file_size, default=None)
    total = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    is_large = largest is not None and largest.file_size > MAX_PART
    if largest and (is_large or total > MAX_UNPACKED or is_bomb(packed, total)):
        raise BadFile(
            f"the workbook unpacks from {packed / 2**20:,.1f} to {total / 2**20:,.1f} MiB "
            f"({largest.filename}: {largest.file_size / 2**20:,.1f}), too much to read: delete the "
            "rows and sheets that it does not need, split it, or save the table as CSV."
        )
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.bin" in names:
        return ".xlsb"
    if "content.xml" in names:
        return ".ods"
    if "_rels/.rels" in names and not any(name.startswith(("word/", "ppt/")) for name in names):
        return ".xlsx"
    raise BadFile(
        "the file is a zip archive that holds no workbook: unpack it, and deliver the workbook."
    )


def _kind_of_ole(path: Path) -> str:
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            raise BadFile(PROTECTED)
        if any(
            data.find(name.encode("utf-16-le")) >= 0 for name in ("Workbook", "Book", "WORKBOOK")
        ):
            return ".xls"
    raise BadFile(
        "the file is an Office document of the 97-2003 kind, but no workbook: save the table as "
        ".xlsx and deliver that."
    )
