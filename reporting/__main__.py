"""The command line: `python -m reporting weekly`, `trace`, `quality`, `api` and so on."""

from importlib import import_module

import click

_DOORS = {
    "weekly": "weekly.weekly_command",
    "due": "due.due_command",
    "editions": "editions.editions_command",
    "trace": "trace.trace_command",
    "quality": "quality.quality_command",
    "trial": "trial.trial_command",
    "api": "api.command.api_command",
    "app": "app.command.app_command",
    "api-key": "api.command.api_key_command",
    "aliases": "aliases.command.aliases_command",
}
"""Where each command is; opened when it is called, as one need not wait for what others import."""


class _Doors(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_DOORS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _DOORS:
            return None
        module, _, name = _DOORS[cmd_name].rpartition(".")
        command: click.Command = getattr(import_module(f"reporting.doors.{module}"), name)
        return command


@click.group(cls=_Doors, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Show what the report models say."""


if __name__ == "__main__":
    main(prog_name="python -m reporting")
