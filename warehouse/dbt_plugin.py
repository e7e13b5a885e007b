"""What dbt cannot do in SQL: put the copy that readers open in its place (see profiles.yml)."""

from typing import Any

from dbt.adapters.duckdb.environments import Environment
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from duckdb import DuckDBPyConnection

from warehouse.published import CannotPublish, Table, publish, published_path
from warehouse.settings import SettingsError, read_settings


class Plugin(BasePlugin):
    """Publishes from within the process of dbt, which is the one that has the warehouse open."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Keep the connection to the warehouse."""
        self.connection = conn

    def store(self, target_config: TargetConfig) -> None:
        """Publish; called by the macro `publish`.

        What went wrong becomes `config.error`, so that the macro fails as SQL does: dbt takes an
        exception here for an interrupt.

        Args:
            target_config: of it, `config`: `build_id`, `tables` (pairs of schema and name) and
                `functions` (statements that make them).
        """
        assert self.creds is not None  # dbt gives every plugin those of the profile
        wanted: dict[str, Any] = target_config.config
        cursor = Environment.initialize_cursor(self.creds, self.connection.cursor())
        try:
            publish(
                cursor,
                self.creds.path,
                [Table(schema, name) for schema, name in wanted["tables"]],
                read_settings().parquet_dir,
                wanted["build_id"],
                wanted["functions"],
            )
            wanted["path"] = str(published_path(self.creds.path))
        except (CannotPublish, SettingsError) as problem:
            wanted["error"] = str(problem)
        finally:
            cursor.close()
