"""What the loader may know of builds: which rows they read."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection


def versions_of_last_build(connection: Connection) -> set[int]:
    """Return the file versions that the last build reads, or one that runs; none before the first.

    Args:
        connection: in a transaction.
    """
    built = connection.scalar(
        sa.text(
            "select count(*) from information_schema.tables "
            "where table_schema = 'staging' and table_name = 'stg_file_versions'"
        )
    )
    if not built:
        return set()
    query = sa.text(
        "select file_version_id from staging.stg_file_versions where is_active or is_history"
    )
    return set(connection.scalars(query))
