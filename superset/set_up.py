"""Prepare Superset's own database: its tables, its roles, an admin, and what is in `assets/`.

Run by the Python of Superset's environment; `make superset` does. All of it can be done again: what
`assets/` names takes the place of what Superset had of it.
"""

import os
from pathlib import Path

import yaml
from flask_migrate import upgrade
from superset.app import create_app

ASSETS = Path(__file__).resolve().parent / "assets"


def main() -> None:
    """Prepare the database that SUPERSET_HOME is the folder of."""
    with create_app().app_context():
        upgrade()
        _set_up_admin(os.environ["SUPERSET_ADMIN"], os.environ["SUPERSET_ADMIN_PASSWORD"])
        _import_assets(os.environ["WAREHOUSE_URL"])


def _set_up_admin(name: str, password: str) -> None:
    from superset.extensions import appbuilder, security_manager

    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    user = security_manager.find_user(name)
    if user is None:
        role = security_manager.find_role(security_manager.auth_role_admin)
        security_manager.add_user(name, "Sales", "Operations", f"{name}@localhost", role, password)
    elif password:
        security_manager.reset_password(user.id, password)


def _import_assets(warehouse_url: str) -> None:
    from flask import g
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.extensions import security_manager

    g.user = security_manager.find_user(os.environ["SUPERSET_ADMIN"])
    contents = {
        str(path.relative_to(ASSETS)): path.read_text(encoding="utf-8")
        for path in ASSETS.rglob("*.yaml")
    }
    for name in contents:
        if name.startswith("databases/"):
            database = yaml.safe_load(contents[name]) | {"sqlalchemy_uri": warehouse_url}
            contents[name] = yaml.safe_dump(database)
    ImportAssetsCommand(contents).run()


if __name__ == "__main__":
    main()
