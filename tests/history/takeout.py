"""Takes file versions out of the warehouse and brings them back, by the name of the file."""

from loader import corrections
from loader.corrections import Refused
from tests.conftest import Warehouse
from warehouse.connection import connect, warehouse_url


def withdraw(warehouse: Warehouse, name: str) -> bool:
    """Withdraw the version of a file that counts; return whether there was one."""
    version = _newest(warehouse, name, "active")
    if version is None:
        return False
    with connect(warehouse_url(warehouse.url)).connect() as connection:
        corrections.withdraw(connection, version)
    return True


def restore(warehouse: Warehouse, name: str, back: int = 0) -> bool:
    """Bring back a version of a file that does not count; return whether it could be."""
    version = _newest(warehouse, name, "withdrawn", "superseded", back=back)
    if version is None:
        return False
    with connect(warehouse_url(warehouse.url)).connect() as connection:
        try:
            corrections.restore(connection, version)
        except Refused:  # its rows would count twice
            return False
    return True


def _newest(warehouse: Warehouse, name: str, *statuses: str, back: int = 0) -> int | None:
    if ("raw", "file_versions") not in warehouse.tables("raw"):
        return None
    found = warehouse.query(
        "select file_version_id, status from raw.file_versions where path = :name "
        "order by file_version_id desc",
        name=name,
    )
    versions = [version for version, status in found if status in statuses]
    return versions[back] if back < len(versions) else None
