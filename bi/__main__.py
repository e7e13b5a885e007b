"""The command line: `python -m bi write` makes what BI tools open."""

import json
import shutil
from pathlib import Path

import click

from bi.power_bi.project import project
from warehouse.settings import CHECKOUT


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Make what BI tools open."""


@main.command("write")
@click.option(
    "--manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=CHECKOUT / "target" / "manifest.json",
    help="What dbt has parsed (`dbt parse`).",
)
def write_command(manifest: Path) -> None:
    """Write powerbi/ anew, from dbt's manifest."""
    files = project(json.loads(manifest.read_text(encoding="utf-8")))
    folder = CHECKOUT / "powerbi"
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(prog_name="python -m bi")
