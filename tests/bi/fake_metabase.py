"""What takes the place of a Metabase, over HTTP, as its API is described (`docs/api.json`).

Bodies must be as described there. It keeps what it is told, and answers as Metabase does: passwords
are not told again, a query comes back in another form than it was given, cards of a dashboard that
are left out are gone. What refers to something that is not there is refused.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema  # type: ignore[import-untyped]

Part = dict[str, Any]

TEXT: Part = {"type": "string", "minLength": 1}
NUMBER: Part = {"type": "integer", "minimum": 1}
MAP: Part = {"type": "object"}


def _or_null(schema: Part) -> Part:
    return {"oneOf": [schema, {"type": "null"}]}


def _body(required: Part, **optional: Part) -> Part:
    return {
        "type": "object",
        "properties": required | optional,
        "required": list(required),
        # Metabase leaves aside what it does not know; a slip is to be noticed here.
        "additionalProperties": False,
    }


WIDGETS: Part = {"enum": ["date/all-options", "string/="]}
PARAMETERS: Part = {
    "type": "array",
    "items": _body(
        {"id": TEXT, "type": WIDGETS},
        name={"type": "string"},
        slug={"type": "string"},
        sectionId=TEXT,
        filteringParameters={"type": "array", "items": TEXT},
        isMultiSelect={"type": "boolean"},
    ),
}
MAPPING: Part = {
    "type": "array",
    "items": _body(
        {
            "parameter_id": TEXT,
            "target": {
                "type": "array",
                "prefixItems": [
                    {"const": "dimension"},
                    {"type": "array", "prefixItems": [{"const": "template-tag"}, TEXT]},
                ],
            },
        },
        card_id=NUMBER,
    ),
}
DASHCARDS: Part = {
    "type": "array",
    "items": _body(
        {
            "id": {"type": "integer"},
            "size_x": NUMBER,
            "size_y": NUMBER,
            "row": {"type": "integer", "minimum": 0},
            "col": {"type": "integer", "minimum": 0},
        },
        card_id=NUMBER,
        parameter_mappings=MAPPING,
        visualization_settings=MAP,
    ),
}
QUESTION: Part = {
    "name": TEXT,
    "dataset_query": _body(
        {
            "database": NUMBER,
            "type": {"const": "native"},
            "native": _body(
                {
                    "query": TEXT,
                    "template-tags": {
                        "type": "object",
                        "additionalProperties": _body(
                            {
                                "name": TEXT,
                                "display-name": TEXT,
                                "type": {"const": "dimension"},
                                "widget-type": WIDGETS,
                                "dimension": {
                                    "prefixItems": [{"const": "field"}, NUMBER, {"type": "null"}]
                                },
                            },
                            id=TEXT,
                        ),
                    },
                }
            ),
        }
    ),
    "display": {"enum": ["scalar", "table", "row", "bar", "line"]},
    "visualization_settings": MAP,
}
OF_QUESTION: Part = {
    "description": _or_null(TEXT),
    "collection_id": _or_null(NUMBER),
    "type": {"enum": ["question", "model", "metric"]},
}
OF_DASHBOARD: Part = {
    "description": _or_null({"type": "string"}),
    "collection_id": _or_null(NUMBER),
    "parameters": PARAMETERS,
}
USER = _body(
    {"email": {"type": "string", "pattern": "^[^@ ]+@[^@ ]+$"}, "password": {"type": "string"}},
    first_name=TEXT,
    last_name=TEXT,
)
DATABASE: Part = {"name": TEXT, "engine": TEXT, "details": MAP}
_DESCRIBED: dict[tuple[str, str], Part] = {
    ("POST", "/api/setup"): _body(
        {"token": TEXT, "user": USER, "prefs": _body({"site_name": TEXT}, site_locale=TEXT)}
    ),
    ("POST", "/api/session"): _body({"username": TEXT, "password": TEXT}),
    ("POST", "/api/database"): _body(
        {
            **DATABASE,
            "is_full_sync": {"type": "boolean"},
            "is_on_demand": {"type": "boolean"},
            "connection_source": {"enum": ["admin", "setup"]},
        },
        auto_run_queries={"type": "boolean"},
    ),
    ("PUT", "/api/database/#"): _body({}, **DATABASE, auto_run_queries={"type": "boolean"}),
    ("POST", "/api/database/#/sync_schema"): _body({}),
    ("PUT", "/api/table/#"): _body({}, description={"type": "string"}),
    ("PUT", "/api/field/#"): _body(
        {},
        description=TEXT,
        semantic_type={
            "enum": [
                f"type/{name}"
                for name in ("PK", "FK", "City", "Country", "Percentage", "Name", "Category")
            ]
        },
        fk_target_field_id=NUMBER,
        has_field_values={"enum": ["auto-list", "list", "none", "search"]},
        visibility_type={"enum": ["retired", "sensitive", "normal", "hidden", "details-only"]},
    ),
    ("POST", "/api/collection"): _body({"name": TEXT}, description=_or_null(TEXT)),
    ("POST", "/api/card"): _body(QUESTION, **OF_QUESTION),
    ("PUT", "/api/card/#"): _body({}, **QUESTION, **OF_QUESTION),
    ("POST", "/api/dashboard"): _body({"name": TEXT}, **OF_DASHBOARD),
    ("PUT", "/api/dashboard/#"): _body({}, name=TEXT, **OF_DASHBOARD, dashcards=DASHCARDS),
}

BODIES = {asked: jsonschema.Draft202012Validator(body) for asked, body in _DESCRIBED.items()}


class Refused(Exception):
    """What the server answers instead of doing what it was asked for."""

    def __init__(self, status: int, told: Any) -> None:
        super().__init__(told)
        self.status, self.told = status, told


class FakeMetabase:
    """The state of a Metabase, and what it does with a request."""

    def __init__(self, warehouse: dict[str, dict[str, str]]) -> None:
        """Make one that has just been started.

        Args:
            warehouse: types of columns by their names, by schema.table, as its reader sees them.
        """
        self.warehouse = warehouse
        self.health = [503, 503, 200]
        self.user: Part | None = None
        self.kept: dict[str, dict[int, Part]] = {
            kind: {} for kind in ("database", "table", "field", "collection", "card", "dashboard")
        }
        self.made: list[str] = []
        self.asked_before_it_has_seen = 2
        self._due: list[int] = []
        self._number = 100

    def answer(self, method: str, path: str, query: Part, body: Part, session: str) -> Any:
        """Do what a request asks for."""
        if path == "/api/health":
            status = self.health.pop(0) if len(self.health) > 1 else self.health[0]
            raise Refused(status, {"status": "ok" if status == 200 else "initializing"})
        kind = re.sub(r"/\d+", "/#", path)
        if method != "GET":
            if (method, kind) not in BODIES:
                raise Refused(404, "API endpoint does not exist.")
            wrong = [error.message for error in BODIES[method, kind].iter_errors(body)]
            if wrong:
                raise Refused(400, {"errors": {"body": wrong}})
        if path == "/api/session/properties":
            token = None if self.user else "the-token"
            return {"has-user-setup": self.user is not None, "setup-token": token}
        if path in ("/api/setup", "/api/session"):
            return getattr(self, f"_post_{path[5:]}")(body)
        if session != "a-session":
            raise Refused(401, "Unauthenticated")
        numbers = [int(part) for part in re.findall(r"/(\d+)", path)]
        name = f"_{method}_{kind[5:]}".lower().replace("/#", "_one").replace("/", "_")
        known = self.kept.get(kind.split("/")[2], {})
        if any(number not in known for number in numbers):
            raise Refused(404, "Not found.")
        asked = query if method == "GET" else body
        if not hasattr(self, name):
            raise Refused(404, "API endpoint does not exist.")
        return getattr(self, name)(*numbers, asked)

    # Users

    def _post_setup(self, body: Part) -> Part:
        if self.user:
            raise Refused(403, "The /api/setup route can only be used to create the first user.")
        if body["token"] != "the-token":  # noqa: S105
            raise Refused(400, {"errors": {"token": "Token does not match the setup token."}})
        if len(body["user"]["password"]) < 6:
            raise Refused(400, {"errors": {"user": {"password": "password is too common."}}})
        self.user = body["user"]
        return {"id": "a-session"}

    def _post_session(self, body: Part) -> Part:
        user = self.user or {}
        if (body["username"], body["password"]) != (user.get("email"), user.get("password")):
            raise Refused(401, {"errors": {"password": "did not match stored password"}})
        return {"id": "a-session"}

    # The warehouse

    def _get_database(self, _: Part) -> Part:
        hidden = [self._told(database) for database in self.kept["database"].values()]
        return {"data": hidden, "total": len(hidden)}

    @staticmethod
    def _told(database: Part) -> Part:
        return {**database, "details": {**database["details"], "password": "**MetabasePass**"}}

    def _connected(self, body: Part) -> Part:
        details = body["details"]
        if details["host"] == "nowhere":
            told = {"message": f"Cannot reach it with {details['password']}", "errors": {}}
            raise Refused(400, told)
        return body

    def _post_database(self, body: Part) -> Part:
        return self._told(self._make("database", self._connected(body)))

    def _put_database_one(self, number: int, body: Part) -> Part:
        self.kept["database"][number].update(self._connected(body))
        return self._told(self.kept["database"][number])

    def _post_database_one_sync_schema(self, number: int, _: Part) -> Part:
        self._due = [number]
        return {"status": "ok"}

    def _get_database_one_metadata(self, number: int, query: Part) -> Part:
        assert query == {"include_hidden": ["true"]}
        self.asked_before_it_has_seen -= 1
        if self._due and self.asked_before_it_has_seen < 0:
            self._look(self._due.pop())
        tables = [
            {
                **table,
                "fields": [
                    field for field in self.kept["field"].values() if field["table_id"] == key
                ],
            }
            for key, table in self.kept["table"].items()
            if table["db_id"] == number
        ]
        return {"id": number, "tables": tables}

    def _look(self, number: int) -> None:
        details = self.kept["database"][number]["details"]
        assert details["schema-filters-type"] == "inclusion"
        schemas = details["schema-filters-patterns"].split(",")
        known = {f"{t['schema']}.{t['name']}" for t in self.kept["table"].values()}
        for full_name, columns in self.warehouse.items():
            schema, name = full_name.split(".")
            if schema in schemas and full_name not in known:
                words = {"description": None, "db_id": number}
                table = self._make("table", {"schema": schema, "name": name, **words})
                for column, data_type in columns.items():
                    self._make(
                        "field",
                        {
                            "table_id": table["id"],
                            "name": column,
                            "type": data_type,
                            "description": "as it was last year",
                            "semantic_type": None,
                            "fk_target_field_id": None,
                            "has_field_values": "auto-list",
                            "visibility_type": "normal",
                        },
                    )

    def _put_table_one(self, number: int, body: Part) -> Part:
        return self._change("table", number, body)

    def _put_field_one(self, number: int, body: Part) -> Part:
        target = body.get("fk_target_field_id")
        if target is not None and target not in self.kept["field"]:
            raise Refused(400, {"errors": {"fk_target_field_id": "Invalid target field"}})
        return self._change("field", number, body)

    # Questions and dashboards

    def _get_collection(self, _: Part) -> list[Part]:
        root = {"id": "root", "name": "Our analytics"}
        return [root, *self.kept["collection"].values()]

    def _post_collection(self, body: Part) -> Part:
        return self._make("collection", {**body, "archived": False})

    def _get_collection_one_items(self, number: int, query: Part) -> Part:
        items = [
            {"id": key, "name": item["name"], "model": model}
            for model in query["models"]
            for key, item in self.kept[model].items()
            if item["collection_id"] == number
        ]
        return {"data": items, "total": len(items), "models": query["models"]}

    def _post_card(self, body: Part) -> Part:
        return self._make("card", self._checked_card(body))

    def _put_card_one(self, number: int, body: Part) -> Part:
        return self._change("card", number, self._checked_card(body))

    def _checked_card(self, body: Part) -> Part:
        query = body["dataset_query"]
        native, tags = query["native"]["query"], query["native"]["template-tags"]
        if query["database"] not in self.kept["database"]:
            raise Refused(404, "Not found.")
        if set(re.findall(r"{{(\w+)}}", native)) != tags.keys():
            raise Refused(400, {"message": "Cannot run the query: missing required parameters"})
        for name, tag in tags.items():
            field = self.kept["field"].get(tag["dimension"][1])
            is_date = tag["widget-type"].startswith("date/")
            if field is None or (field["type"] == "date") != is_date or tag["name"] != name:
                raise Refused(400, {"message": f"The filter {name} fits no field"})
        stage = {"lib/type": "mbql.stage/native", "native": native, "template-tags": tags}
        kept = {"lib/type": "mbql/query", "database": query["database"], "stages": [stage]}
        return {**body, "dataset_query": kept}

    def _post_dashboard(self, body: Part) -> Part:
        return self._make("dashboard", {**body, "dashcards": []})

    def _get_dashboard_one(self, number: int, _: Part) -> Part:
        return self.kept["dashboard"][number]

    def _put_dashboard_one(self, number: int, body: Part) -> Part:
        changed = dict(body)
        if "dashcards" in body:
            known = {card["id"] for card in self.kept["dashboard"][number]["dashcards"]}
            given = [card["id"] for card in body["dashcards"]]
            if len(set(given)) < len(given) or {i for i in given if i > 0} - known:
                raise Refused(400, {"errors": {"dashcards": "ids must be unique, and known"}})
            changed["dashcards"] = [
                self._checked_dashcard(card, self.kept["dashboard"][number])
                for card in body["dashcards"]
            ]
        return self._change("dashboard", number, changed)

    def _checked_dashcard(self, card: Part, dashboard: Part) -> Part:
        question = self.kept["card"][card["card_id"]]
        tags = question["dataset_query"]["stages"][0]["template-tags"]
        parameters = {parameter["id"] for parameter in dashboard["parameters"]}
        assert card["col"] + card["size_x"] <= 24
        for mapping in card["parameter_mappings"]:
            assert mapping["parameter_id"] in parameters
            assert mapping["target"][1][1] in tags
        settings = card["visualization_settings"]
        columns = settings.get("column_settings", {})
        clicks = [each["click_behavior"] for each in columns.values()]
        clicks += [settings["click_behavior"]] if "click_behavior" in settings else []
        for click in clicks:
            to = dashboard
            if click["type"] == "link":
                to = self.kept["dashboard"][click["targetId"]]
            for key, mapping in click["parameterMapping"].items():
                assert key == mapping["id"] == mapping["target"]["id"]
                assert key in {parameter["id"] for parameter in to["parameters"]}
                if mapping["source"]["type"] == "parameter":
                    assert mapping["source"]["id"] in parameters
        return card if card["id"] > 0 else {**card, "id": self._next()}

    # What is kept

    def _make(self, kind: str, body: Part) -> Part:
        if kind not in ("table", "field"):
            self.made.append(f"{kind} {body['name']}")
        number = self._next()
        self.kept[kind][number] = {**body, "id": number}
        return self.kept[kind][number]

    def _change(self, kind: str, number: int, body: Part) -> Part:
        self.kept[kind][number].update(body)
        return self.kept[kind][number]

    def _next(self) -> int:
        self._number += 1
        return self._number


@contextmanager
def serving(metabase: FakeMetabase) -> Iterator[str]:
    """Serve it on a free port of this machine, and tell its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer in one piece

        def _do(self) -> None:
            asked = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            session = self.headers.get("X-Metabase-Session", "")
            status = 200
            try:
                told = metabase.answer(
                    self.command, asked.path, parse_qs(asked.query), body, session
                )
            except Refused as refused:
                status, told = refused.status, refused.told
            except Exception as error:
                status, told = 500, {"message": repr(error)}
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = _do

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
