"""Setting Metabase up: what it gets, again and again, and what people are told if it refuses.

No Metabase runs here, but what holds requests against the description of its API.
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from click.testing import CliRunner, Result

from bi.__main__ import main
from bi.dashboards import read_dashboards
from bi.datasets import Described
from bi.metabase.content import CHOICES, CONTENT, content, read_content
from tests.bi.fake_metabase import FakeMetabase, serving
from tests.conftest import Warehouse

SECRETS = ("a-good-password", "the-reader's")


@pytest.fixture(scope="module")
def manifest(new_warehouse: Callable[[str], Warehouse]) -> dict[str, Any]:
    """The project, as dbt has parsed it."""
    return new_warehouse("duckdb").manifest().writable_manifest().to_dict(omit_none=False)


@pytest.fixture
def metabase(manifest: dict[str, Any]) -> FakeMetabase:
    """A Metabase beside a warehouse that has been built, and holds what is not for readers, too."""
    return FakeMetabase(
        {
            f"{node['config']['schema']}.{node['name']}": {
                column["name"]: column["data_type"] for column in node["columns"].values()
            }
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model"
            and node["config"]["materialized"] in ("table", "incremental")
        }
    )


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that must be said, as a person does."""
    for name, value in {
        "METABASE_URL": "",
        "METABASE_PORT": "",
        "METABASE_ADMIN_EMAIL": "ann@shop.example",
        "METABASE_ADMIN_PASSWORD": SECRETS[0],
        "METABASE_WAREHOUSE": "",
        "SALESOPS_READER_PASSWORD": SECRETS[1],
        "METABASE_WAIT_SECONDS": "1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def url(metabase: FakeMetabase, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where it listens."""
    with serving(metabase) as address:
        monkeypatch.setenv("METABASE_URL", address)
        yield address


def set_up() -> Result:
    done = CliRunner().invoke(main, ["metabase"])
    assert not any(secret in done.output for secret in SECRETS)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done


def refusal(said: str) -> str:
    """Return what people are told, in one line."""
    done = set_up()
    assert done.exit_code != 0
    told = " ".join(done.output.split())
    assert said in told, told
    return told


def test_the_files_are_those_of_the_manifest(manifest: dict[str, Any]) -> None:
    kept = {
        path.relative_to(CONTENT).as_posix(): path.read_text(encoding="utf-8")
        for path in CONTENT.rglob("*.yaml")
    }
    written = content(read_dashboards(), Described(manifest), manifest)
    assert written == kept, "`make bi` writes them anew"


def test_a_filter_chooses_from_a_column_that_there_is() -> None:
    files = read_content()
    assert CHOICES.keys() == read_dashboards().filters.keys()
    for name, field in CHOICES.items():
        schema, table, column = field.split(".")
        assert column in files[f"tables/{schema}/{table}.yaml"]["columns"], name


def test_names_are_told_apart() -> None:
    """Metabase's things are known again by their names."""
    for kind in ("questions", "dashboards"):
        names = [
            part["name"] for path, part in read_content().items() if path.startswith(f"{kind}/")
        ]
        assert len(names) == len(set(names)) > 2


def test_a_new_metabase_gets_everything(metabase: FakeMetabase, url: str) -> None:
    done = set_up()
    assert done.exit_code == 0, done.output
    files = read_content()
    questions = [part for path, part in files.items() if path.startswith("questions/")]
    assert sorted(metabase.made) == sorted(
        ["database Sales warehouse", "collection SalesOps"]
        + [f"card {question['name']}" for question in questions]
        + ["dashboard Sales overview", "dashboard Customers", "dashboard Products"]
    )
    (database,) = metabase.kept["database"].values()
    given = {key: database["details"][key] for key in ("host", "port", "dbname", "user")}
    assert given == {
        "host": "postgres",
        "port": 5432,
        "dbname": "salesops",
        "user": "salesops_reader",
    }
    assert database["details"]["password"] == SECRETS[1]

    fields = {
        f"{metabase.kept['table'][field['table_id']]['name']}.{field['name']}": field
        for field in metabase.kept["field"].values()
    }
    key = fields["fact_sales_line.store_key"]
    assert key["semantic_type"] == "type/FK"
    assert key["fk_target_field_id"] == fields["dim_store.store_key"]["id"]
    assert fields["dim_store.store_key"]["semantic_type"] == "type/PK"
    assert fields["fact_sales_line.line_fingerprint"]["visibility_type"] == "details-only"
    told = files["tables/marts/fact_sales_line.yaml"]["columns"]["revenue"]["description"]
    assert fields["fact_sales_line.revenue"]["description"] == told != "as it was last year"
    assert not any(table["schema"] == "staging" for table in metabase.kept["table"].values())

    shown = {board["name"]: board for board in metabase.kept["dashboard"].values()}
    for number in metabase.kept["dashboard"]:
        assert f"{url}/dashboard/{number}" in done.output
    for path, board in files.items():
        if path.startswith("dashboards/"):
            cards = shown[board["name"]]["dashcards"]
            names = [metabase.kept["card"][card["card_id"]]["name"] for card in cards]
            assert names == [card["question"] for card in board["cards"]]
            overlaps = [
                (one["id"], other["id"])
                for one in cards
                for other in cards
                if one["id"] < other["id"]
                and one["col"] < other["col"] + other["size_x"]
                and other["col"] < one["col"] + one["size_x"]
                and one["row"] < other["row"] + other["size_y"]
                and other["row"] < one["row"] + one["size_y"]
            ]
            assert not overlaps
    assert_that_clicks_lead_to_lines(metabase)


def assert_that_clicks_lead_to_lines(metabase: FakeMetabase) -> None:
    boards = {board["name"]: board for board in metabase.kept["dashboard"].values()}
    cards = {
        metabase.kept["card"][card["card_id"]]["name"]: card
        for board in boards.values()
        for card in board["dashcards"]
    }
    region = cards["Revenue by region"]["visualization_settings"]["column_settings"]
    click = region['["name","region"]']["click_behavior"]
    assert click["type"] == "crossfilter"
    assert click["parameterMapping"]["region"]["source"]["id"] == "region"
    lines = cards["Lines, with file, sheet and row"]["parameter_mappings"]
    assert "region" in {mapping["parameter_id"] for mapping in lines}

    category = cards["Categories"]["visualization_settings"]["column_settings"]
    click = category['["name","revenue"]']["click_behavior"]
    assert (click["type"], click["targetId"]) == ("link", boards["Sales overview"]["id"])
    assert click["parameterMapping"]["category"]["source"]["type"] == "column"
    assert click["parameterMapping"]["week"]["source"]["type"] == "parameter"
    below = {p["id"]: p["filteringParameters"] for p in boards["Sales overview"]["parameters"]}
    assert (below["city"], below["store"], below["region"]) == (["region"], ["city"], [])


def test_again_nothing_changes_but_what_people_changed(metabase: FakeMetabase, url: str) -> None:
    set_up()
    before, made = copy.deepcopy(metabase.kept), list(metabase.made)
    assert set_up().exit_code == 0
    assert metabase.kept == before
    assert metabase.made == made

    (number, question), *_ = metabase.kept["card"].items()
    own = {**copy.deepcopy(question), "id": 9_000, "name": "Mine"}
    metabase.kept["card"][9_000] = own
    question["display"] = "table"
    board = next(iter(metabase.kept["dashboard"].values()))
    del board["dashcards"][0]
    assert set_up().exit_code == 0
    assert metabase.kept["card"].pop(9_000) == own
    assert metabase.kept["card"][number] == before["card"][number]
    was = before["dashboard"][board["id"]]["dashcards"]
    assert board["dashcards"] == [{**was[0], "id": board["dashcards"][0]["id"]}, *was[1:]]


def test_a_metabase_of_somebody_else_is_left_alone(metabase: FakeMetabase, url: str) -> None:
    metabase.user = {"email": "bob@shop.example", "password": "another"}
    told = refusal("Metabase refused the log-in with METABASE_ADMIN_EMAIL")
    assert "did not match stored password" in told
    assert metabase.made == []


def test_a_password_that_metabase_finds_too_weak(
    metabase: FakeMetabase, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METABASE_ADMIN_PASSWORD", "1234")
    refusal("METABASE_ADMIN_PASSWORD for its first user (HTTP status 400): password: password")


def test_a_warehouse_that_cannot_be_reached(
    metabase: FakeMetabase, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse = "postgresql://salesops_reader@nowhere/sales?sslmode=require"
    monkeypatch.setenv("METABASE_WAREHOUSE", warehouse)
    told = refusal("Metabase refused the warehouse at nowhere:5432 as salesops_reader")
    assert "Cannot reach it with ***" in told


def test_a_warehouse_that_is_not_built_yet(
    metabase: FakeMetabase, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del metabase.warehouse["reports.rpt_product_pareto"]
    monkeypatch.setenv("METABASE_WAIT_SECONDS", "0.3")
    refusal("reports.rpt_product_pareto is missing, for one. Build the warehouse there first")
    assert not metabase.kept["dashboard"]


def test_no_metabase(metabase: FakeMetabase, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    metabase.health = [503]
    monkeypatch.setenv("METABASE_WAIT_SECONDS", "0.1")
    refusal(f"Metabase does not answer at {url}. Start it with `docker compose up -d`")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("METABASE_ADMIN_EMAIL", "", "METABASE_ADMIN_EMAIL: Field required"),
        ("METABASE_URL", "http://bi.example", "without encryption"),
        ("METABASE_URL", "bi.example", "is to be an address such as http://127.0.0.1:3000"),
        ("METABASE_WAREHOUSE", "duckdb:///x.duckdb", "is to be a PostgreSQL"),
        ("METABASE_WAREHOUSE", "postgres", "is to be a PostgreSQL"),
        ("SALESOPS_READER_PASSWORD", "", "SALESOPS_READER_PASSWORD is missing"),
    ],
)
def test_settings_that_do_not_fit(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    refusal(said)


def test_the_fake_refuses_what_the_description_does_not_admit(metabase: FakeMetabase) -> None:
    metabase.user = {"email": "ann@shop.example", "password": SECRETS[0]}
    with serving(metabase) as address:
        session = {"X-Metabase-Session": "a-session"}
        for path, body, said in (
            ("card", {"name": "No query"}, "'dataset_query' is a required property"),
            ("collection", {"name": ""}, "should be non-empty"),
            ("cards", {}, "does not exist"),
        ):
            answer = requests.post(f"{address}/api/{path}", json=body, headers=session, timeout=5)
            assert answer.status_code in (400, 404)
            assert re.search(said, answer.text)
        assert requests.get(f"{address}/api/database", timeout=5).status_code == 401
