"""Writes a pack as files: a workbook, a PDF and a page."""

from pathlib import Path

from reporting.ask.pack.content import Pack
from reporting.draw.excel.pack import write_workbook
from reporting.draw.files import make_folder, replaced
from reporting.draw.page.pack import page
from reporting.draw.pdf.pack import write_pdf


def write_pack(pack: Pack, folder: Path, stem: str) -> list[Path]:
    """Write the three files of a pack into a folder, which is made if it is not there.

    Args:
        pack: what they say.
        folder: where they go; those of an earlier time are replaced.
        stem: their names without endings.

    Returns:
        The files.

    Raises:
        CannotWrite: the folder or a file in it.
    """
    make_folder(folder)
    workbook, pdf, html = (folder / f"{stem}.{ending}" for ending in ("xlsx", "pdf", "html"))
    with replaced(workbook) as unfinished:
        write_workbook(pack, unfinished)
    with replaced(pdf) as unfinished:
        write_pdf(pack, unfinished)
    with replaced(html) as unfinished:
        unfinished.write_text(page(pack), encoding="utf-8")
    return [workbook, pdf, html]
