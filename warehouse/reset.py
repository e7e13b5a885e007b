"""Empties the warehouse: `python -m warehouse.reset`. Delivered files are not touched."""

import sys

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import DropSchema

from warehouse.connection import WarehouseUnavailable, connect, describe, explain, warehouse_url
from warehouse.published import CannotPublish, withdraw
from warehouse.settings import SettingsError, read_settings

SCHEMAS = [
    *("test_failures", "reports", "quality", "marts"),
    *("built_reports", "built_quality", "built_marts"),
    *("snapshots", "staging", "reference", "published", "raw"),
]
"""All that loads, builds and publications write, on a production target."""


@click.command()
@click.option("--force", is_flag=True, help="Do not ask.")
def main(force: bool) -> None:
    """Drop all that was written: raw, models, snapshots, seeds, and what was published."""
    try:
        settings = read_settings()
        url = warehouse_url(settings.database_url)
        engine = connect(url)
    except (SettingsError, WarehouseUnavailable) as problem:
        click.echo(str(problem), err=True)
        sys.exit(2)
    click.echo(f"This empties {describe(url)}: {', '.join(SCHEMAS)}.")
    if url.get_backend_name() == "duckdb":
        click.echo("The copy that readers open goes with it.")
    click.echo(
        "What snapshots recorded and which figures were published is gone for good; delivered "
        "files can be loaded again."
    )
    if not force and not click.confirm("Go on?"):
        sys.exit(1)
    try:
        with engine.begin() as connection:
            for schema in SCHEMAS:
                connection.execute(DropSchema(schema, cascade=True, if_exists=True))
            if url.get_backend_name() == "duckdb":
                withdraw(str(url.database), settings.parquet_dir)
    except SQLAlchemyError as error:
        click.echo(explain(url, error), err=True)
        sys.exit(2)
    except CannotPublish as problem:
        click.echo(str(problem), err=True)
        sys.exit(2)
    click.echo("Empty.")


if __name__ == "__main__":
    main()
