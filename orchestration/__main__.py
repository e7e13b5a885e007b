"""The command line: `python -m orchestration daily`, `notify`."""

import click

from orchestration.daily import daily_command
from orchestration.notify import notify_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run what is due, for a schedule."""


main.add_command(daily_command)
main.add_command(notify_command)

if __name__ == "__main__":
    main(prog_name="python -m orchestration")
