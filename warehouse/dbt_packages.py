"""Fetches the dbt package that packages.yml names: `python -m warehouse.dbt_packages`.

Where its hub is out of reach, a stand-in takes its place: the few tests that this project uses.
"""

import shutil
import subprocess
import sys
from urllib.request import urlopen

import click

from warehouse.settings import CHECKOUT

HUB = "https://hub.getdbt.com/api/v1/dbt-labs/dbt_utils.json"
STAND_IN = CHECKOUT / "dbt_project" / "dbt_utils_stand_in"
INSTALLED = CHECKOUT / "dbt_packages" / "dbt_utils"
SECONDS_TO_ANSWER = 5
SECONDS_TO_FETCH = 60


@click.command()
def main() -> None:
    """Run `dbt deps`, or put the stand-in for dbt-utils under dbt_packages/."""
    if not _fetched():
        shutil.rmtree(INSTALLED, ignore_errors=True)
        shutil.copytree(STAND_IN, INSTALLED)
        click.echo(
            "dbt-utils cannot be fetched from hub.getdbt.com: a stand-in with the tests used here "
            "takes its place, until `dbt deps` succeeds."
        )


def _fetched() -> bool:
    """Fetch the package; dbt would try for minutes, so the hub is asked first."""
    try:
        urlopen(HUB, timeout=SECONDS_TO_ANSWER).close()
        subprocess.run(
            [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet", "deps"],
            cwd=CHECKOUT,
            capture_output=True,
            check=True,
            timeout=SECONDS_TO_FETCH,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


if __name__ == "__main__":
    main()
