"""Put what `metabase/` holds into a Metabase: again and again, without doubles.

What is there by its name is brought back to what the files say; what people made under other names
stays as it is.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL

from bi.metabase.client import Metabase, MetabaseError, pause
from warehouse.settings import SettingsError

DATABASE = "Sales warehouse"
COLLECTION = "SalesOps"
SCHEMAS = ("marts", "reports", "quality")

_Part = dict[str, Any]


class MetabaseSettings(BaseSettings):
    """The environment, read once; an empty variable counts as unset.

    Attributes:
        metabase_url: where Metabase is; unset, on this machine.
        metabase_port: the port on this machine.
        metabase_admin_email: whom the admin logs in as.
        metabase_admin_password: with what.
        metabase_warehouse: the warehouse, as Metabase reaches it.
        salesops_reader_password: the password there, if `metabase_warehouse` has none.
        metabase_wait_seconds: how long Metabase may take to start, and to look at the tables.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    metabase_url: str = ""
    metabase_port: int = Field(default=3000, ge=1, le=65_535)
    metabase_admin_email: str
    metabase_admin_password: SecretStr
    metabase_warehouse: SecretStr = SecretStr("postgresql://salesops_reader@postgres:5432/salesops")
    salesops_reader_password: SecretStr = SecretStr("")
    metabase_wait_seconds: float = Field(default=600, gt=0)

    @property
    def url(self) -> str:
        """Where Metabase is."""
        return self.metabase_url or f"http://127.0.0.1:{self.metabase_port}"

    @property
    def warehouse(self) -> URL:
        """The warehouse, as Metabase reaches it."""
        url = sa.make_url(self.metabase_warehouse.get_secret_value())
        given = self.salesops_reader_password.get_secret_value()
        return url.set(password=given) if url.password is None and given else url


def read_metabase_settings() -> MetabaseSettings:
    """Read the settings from the environment.

    Raises:
        SettingsError: one is missing, or does not fit; its text is not repeated.
    """
    try:
        settings = MetabaseSettings.model_validate({})
    except ValidationError as error:
        problems = "; ".join(f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"Metabase cannot be set up with these settings. {problems}.") from None
    address = urlsplit(settings.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise SettingsError("METABASE_URL is to be an address such as http://127.0.0.1:3000.")
    if address.scheme == "http" and address.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise SettingsError(
            "METABASE_URL leads to another machine without encryption, and passwords would travel "
            "in the clear: give it an https address."
        )
    try:
        warehouse = settings.warehouse
    except (sa.exc.ArgumentError, ValueError):
        warehouse = None
    if warehouse is None or warehouse.get_backend_name() != "postgresql":
        raise SettingsError(
            "METABASE_WAREHOUSE is to be a PostgreSQL, as Metabase reaches it: "
            "postgresql://salesops_reader@host:5432/database. Metabase reads no DuckDB by itself."
        )
    if not warehouse.password:
        raise SettingsError("SALESOPS_READER_PASSWORD is missing: Metabase reads with it.")
    return settings


def provision(
    settings: MetabaseSettings, content: Mapping[str, _Part], tell: Callable[[str], None]
) -> list[str]:
    """Set Metabase up, or log in, and put there what the files hold.

    Args:
        settings: where it is, who is its admin, and what it reads.
        content: what `read_content` returned.
        tell: is told what happens next.

    Returns:
        The addresses of the dashboards.

    Raises:
        MetabaseError: it does not answer, or refuses something.
    """
    secrets = (
        settings.metabase_admin_password.get_secret_value(),
        str(settings.warehouse.password),
    )
    with Metabase(settings.url, secrets) as metabase:
        tell(f"Waiting for Metabase at {settings.url} ...")
        metabase.wait_for_health(settings.metabase_wait_seconds)
        _log_in(metabase, settings)
        database = _database(metabase, settings.warehouse)
        tell("Waiting until it has looked at the tables ...")
        fields = _synchronized(metabase, database, content, settings)
        tell("Writing words, questions and dashboards ...")
        _describe(metabase, fields, content)
        return _show(metabase, database, fields, content)


def _log_in(metabase: Metabase, settings: MetabaseSettings) -> None:
    """Log in as the admin; a Metabase that has no user yet gets the admin as its first."""
    email = settings.metabase_admin_email
    password = settings.metabase_admin_password.get_secret_value()
    properties = metabase.get("/api/session/properties")
    if properties.get("has-user-setup"):
        body: _Part = {"username": email, "password": password}
        why = "the log-in with METABASE_ADMIN_EMAIL and METABASE_ADMIN_PASSWORD"
        made = metabase.post("/api/session", body, why)
    else:
        body = {
            "token": properties["setup-token"],
            "user": {
                "email": email,
                "password": password,
                "first_name": "Sales",
                "last_name": "Operations",
            },
            "prefs": {"site_name": "SalesOps Analytics", "site_locale": "en"},
        }
        why = "METABASE_ADMIN_EMAIL and METABASE_ADMIN_PASSWORD for its first user"
        made = metabase.post("/api/setup", body, why)
    metabase.log_in_with(made["id"])


def _database(metabase: Metabase, warehouse: URL) -> int:
    """Tell Metabase where the warehouse is, and return its number there."""
    sslmode = str(warehouse.query.get("sslmode", "disable"))
    details = {
        "host": warehouse.host,
        "port": warehouse.port or 5432,
        "dbname": warehouse.database,
        "user": warehouse.username,
        "password": warehouse.password,
        "ssl": sslmode != "disable",
        **({"ssl-mode": sslmode} if sslmode != "disable" else {}),
        "tunnel-enabled": False,
        "schema-filters-type": "inclusion",
        "schema-filters-patterns": ",".join(SCHEMAS),
    }
    body = {"name": DATABASE, "engine": "postgres", "details": details, "auto_run_queries": True}
    why = (
        f"the warehouse at {warehouse.host}:{warehouse.port or 5432} as {warehouse.username} "
        "(METABASE_WAREHOUSE and SALESOPS_READER_PASSWORD, as seen from where Metabase runs)"
    )
    known = _named(metabase.get("/api/database")["data"], DATABASE)
    if known is None:
        asked = {"is_full_sync": True, "is_on_demand": False, "connection_source": "admin"}
        number: int = metabase.post("/api/database", body | asked, why)["id"]
        return number
    # Its password is never told, so that it cannot be seen whether it still is this one.
    metabase.put(f"/api/database/{known['id']}", body, why)
    return int(known["id"])


def _synchronized(
    metabase: Metabase, database: int, content: Mapping[str, _Part], settings: MetabaseSettings
) -> dict[str, _Part]:
    """Have Metabase look at the database, and return tables and fields by their full names."""
    expected = {name for table in _tables(content) for name in table[1]}
    metabase.post(f"/api/database/{database}/sync_schema", why="to look at the tables")
    give_up_at = time.monotonic() + settings.metabase_wait_seconds
    while True:
        seen = metabase.get(f"/api/database/{database}/metadata", include_hidden="true")
        fields = dict(_by_full_name(seen))
        missing = sorted(expected - fields.keys())
        if not missing:
            return fields
        if time.monotonic() >= give_up_at:
            raise MetabaseError(
                f"Metabase sees {len(expected) - len(missing)} of {len(expected)} tables and "
                f"columns; {missing[0]} is missing, for one. Build the warehouse there "
                "first (`make run` with its DATABASE_URL), with this release, and after the role "
                "salesops_reader was made; then run this again."
            )
        pause(settings.metabase_wait_seconds)


def _by_full_name(seen: _Part) -> Iterator[tuple[str, _Part]]:
    for table in seen["tables"]:
        name = f"{table['schema']}.{table['name']}"
        yield name, table
        yield from ((f"{name}.{field['name']}", field) for field in table["fields"])


def _tables(content: Mapping[str, _Part]) -> Iterator[tuple[str, dict[str, _Part]]]:
    """Yield each table's description, and what is said of it and its columns, by full names."""
    for path, table in content.items():
        if path.startswith("tables/"):
            name = path.removeprefix("tables/").removesuffix(".yaml").replace("/", ".")
            columns = {f"{name}.{column}": said for column, said in table["columns"].items()}
            yield name, {name: {"description": table["description"]}, **columns}


def _describe(
    metabase: Metabase, fields: Mapping[str, _Part], content: Mapping[str, _Part]
) -> None:
    """Write what tables and columns are, where Metabase has something else."""
    for table, described in _tables(content):
        for name, said in described.items():
            wanted = {key: value for key, value in said.items() if key != "refers_to"}
            if "refers_to" in said:
                wanted["fk_target_field_id"] = fields[said["refers_to"]]["id"]
            has = fields[name]
            changed = {key: value for key, value in wanted.items() if has.get(key) != value}
            if changed:
                kind = "table" if name == table else "field"
                metabase.put(f"/api/{kind}/{has['id']}", changed, f"the words of {name}")


def _show(
    metabase: Metabase, database: int, fields: Mapping[str, _Part], content: Mapping[str, _Part]
) -> list[str]:
    """Write questions and dashboards, and return the addresses of the dashboards."""
    known = [c for c in metabase.get("/api/collection") if not c.get("archived")]
    collection = _named(known, COLLECTION) or metabase.post(
        "/api/collection", {"name": COLLECTION}, f"the collection {COLLECTION}"
    )
    items = metabase.get(f"/api/collection/{collection['id']}/items", models=["card", "dashboard"])[
        "data"
    ]
    filters = content["filters.yaml"]
    questions: dict[str, tuple[int, _Part]] = {}
    for path, question in content.items():
        if path.startswith("questions/"):
            body = _question(question, filters, database, fields) | {
                "collection_id": collection["id"]
            }
            why = f"the question {question['name']!r}"
            number = _written(metabase, "card", items, body, why)
            questions[question["name"]] = (number, question)
    dashboards = {
        path.removeprefix("dashboards/").removesuffix(".yaml"): dashboard
        for path, dashboard in content.items()
        if path.startswith("dashboards/")
    }
    numbers = {
        slug: _written(
            metabase,
            "dashboard",
            items,
            {
                "name": dashboard["name"],
                "description": dashboard["description"],
                "collection_id": collection["id"],
                "parameters": [
                    _parameter(name, filters[name], dashboard) for name in dashboard["filters"]
                ],
            },
            f"the dashboard {dashboard['name']!r}",
        )
        for slug, dashboard in dashboards.items()
    }
    for slug, dashboard in dashboards.items():
        path = f"/api/dashboard/{numbers[slug]}"
        there = metabase.get(path).get("dashcards") or []
        cards = _cards(dashboard, questions, numbers, there)
        metabase.put(path, {"dashcards": cards}, f"the cards of {dashboard['name']!r}")
    return [f"{metabase.url}/dashboard/{number}" for number in numbers.values()]


def _written(metabase: Metabase, kind: str, items: list[_Part], body: _Part, why: str) -> int:
    """Make a question or dashboard, or change the one of its name, and return its number."""
    known = _named([item for item in items if item["model"] == kind], body["name"])
    if known is None:
        return int(metabase.post(f"/api/{kind}", body, why)["id"])
    metabase.put(f"/api/{kind}/{known['id']}", body, why)
    return int(known["id"])


def _named(found: list[_Part], name: str) -> _Part | None:
    return next((each for each in found if each["name"] == name), None)


def _question(question: _Part, filters: _Part, database: int, fields: Mapping[str, _Part]) -> _Part:
    tags = {
        name: {
            "id": str(uuid5(NAMESPACE_URL, f"salesops/{question['name']}/{name}")),
            "name": name,
            "display-name": filters[name]["name"],
            "type": "dimension",
            "dimension": ["field", fields[filters[name]["field"]]["id"], None],
            "widget-type": filters[name]["type"],
        }
        for name in question["filters"]
    }
    return {
        "name": question["name"],
        "description": question["description"],
        "type": "question",
        "display": question["display"],
        "dataset_query": {
            "database": database,
            "type": "native",
            "native": {"query": question["sql"], "template-tags": tags},
        },
        "visualization_settings": question["visualization_settings"],
    }


def _parameter(name: str, chosen: _Part, dashboard: _Part) -> _Part:
    """Return a filter of a dashboard; one below another offers what the other leaves."""
    words = {key: chosen[key] for key in ("name", "type", "sectionId", "isMultiSelect")}
    below = [chosen["below"]] if chosen["below"] in dashboard["filters"] else []
    return {"id": name, "slug": name, **words, "filteringParameters": below}


def _cards(
    dashboard: _Part,
    questions: Mapping[str, tuple[int, _Part]],
    dashboards: Mapping[str, int],
    there: list[_Part],
) -> list[_Part]:
    """Return what stands on a dashboard; what has no number yet gets a negative one."""
    numbers = {card["card_id"]: card["id"] for card in there}
    cards = []
    for place, card in enumerate(dashboard["cards"], start=1):
        number, question = questions[card["question"]]
        cards.append(
            {
                "id": numbers.get(number, -place),
                "card_id": number,
                **{key: card[key] for key in ("row", "col", "size_x", "size_y")},
                "parameter_mappings": [
                    {
                        "parameter_id": name,
                        "card_id": number,
                        "target": ["dimension", ["template-tag", name]],
                    }
                    for name in question["filters"]
                ],
                "visualization_settings": _linked(card["visualization_settings"], dashboards),
            }
        )
    return cards


def _linked(settings: Any, dashboards: Mapping[str, int]) -> Any:
    """Return settings with the numbers of the dashboards that clicks lead to."""
    if not isinstance(settings, dict):
        return settings
    return {
        key: dashboards[value] if key == "targetId" else _linked(value, dashboards)
        for key, value in settings.items()
    }
