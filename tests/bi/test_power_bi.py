"""The Power BI project, read by the tools of others, Microsoft's own among them."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from tests.test_power_bi import FOLDER, MODEL, PAGES, measures
from warehouse.settings import CHECKOUT

pytestmark = pytest.mark.bi

SCHEMAS = CHECKOUT / ".venv" / "json-schemas"
"""Microsoft's schemas: `git clone https://github.com/microsoft/json-schemas .venv/json-schemas`."""

TOOLS = CHECKOUT / ".venv" / "power-bi" / "node_modules" / "@microsoft"
"""Where `npm install --prefix .venv/power-bi @microsoft/powerbi-modeling-mcp` puts the program that
has Microsoft's own reader and writer of semantic models. Its licence admits tests, and no more."""


def test_measures_and_queries_can_be_parsed() -> None:
    parsers = pytest.importorskip("pbi_parsers", reason="`make test-bi` installs it")
    for name, expression in measures().items():
        assert parsers.dax.to_ast(expression) is not None, name
    for path in (MODEL / "tables").glob("*.tmdl"):
        (query,) = re.findall(r"\t\tsource =\n(.*?)\n\n", path.read_text(), flags=re.DOTALL)
        assert parsers.pq.to_ast(query) is not None, path.stem


def test_the_report_breaks_no_rule_of_pbir_utils() -> None:
    pytest.importorskip("pbir_utils", reason="`make test-bi` installs it")
    program = Path(sys.executable).with_name("pbir-utils")
    rules = ["--strict", "--severity", "warning"]
    report = str(FOLDER / "SalesOps.Report")
    done = subprocess.run([program, "validate", report, *rules], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not SCHEMAS.exists(), reason="no checkout of microsoft/json-schemas")
def test_files_are_as_the_schemas_of_microsoft_say() -> None:
    checked = 0
    for path in FOLDER.rglob("*"):
        if path.is_file() and path.suffix not in (".tmdl", ".pbids"):
            _hold_against_its_schema(json.loads(path.read_text(encoding="utf-8")))
            checked += 1
    assert checked > 40
    card = json.loads((PAGES / "customers/visuals/cardvisual_figures/visual.json").read_text())
    del card["visual"]["query"]["queryState"]["Data"]["projections"][0]["queryRef"]
    with pytest.raises(jsonschema.ValidationError, match="queryRef"):
        _hold_against_its_schema(card)


@pytest.mark.skipif(not TOOLS.exists(), reason="Microsoft's program is not installed")
def test_microsofts_own_writer_would_have_written_the_model_so(tmp_path: Path) -> None:
    with _modeling() as ask:
        ask("database_operations", operation="ImportFromTmdlFolder", tmdlFolderPath=str(MODEL))
        ask("database_operations", operation="ExportToTmdlFolder", tmdlFolderPath=str(tmp_path))
    theirs, ours = _texts(tmp_path), _texts(MODEL)
    assert theirs.keys() == ours.keys()
    for name, text in theirs.items():
        assert text == ours[name], name


def _texts(folder: Path) -> dict[str, str]:
    """Return the texts of a model, whatever ends their lines and them."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8-sig").rstrip()
        for path in folder.rglob("*.tmdl")
    }


def _hold_against_its_schema(content: dict[str, Any]) -> None:
    registry: Registry[Any] = Registry(retrieve=_schema)  # type: ignore[call-arg]
    schema = _schema(content["$schema"]).contents
    jsonschema.Draft7Validator(schema, registry=registry).validate(content)


def _schema(url: str) -> Resource[Any]:
    """Return a schema; its address is its path."""
    path = url.partition("json-schemas/")[2].replace("schema.embedded", "schema-embedded")
    text = (SCHEMAS / path).read_text(encoding="utf-8-sig")
    return Resource.from_contents(json.loads(text), default_specification=DRAFT7)


@contextmanager
def _modeling() -> Iterator[Any]:
    """Start Microsoft's program and hand out what asks it: JSON-RPC, a line a message."""
    (program,) = TOOLS.glob("powerbi-modeling-mcp-*/dist/powerbi-modeling-mcp*")
    server = subprocess.Popen(
        [str(program), "--start", "--skipconfirmation"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdin
    assert server.stdout
    count = 0

    def send(method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        nonlocal count
        count += 1
        assert server.stdin
        assert server.stdout
        message = {"jsonrpc": "2.0", "id": count, "method": method, "params": parameters}
        server.stdin.write(json.dumps(message) + "\n")
        server.stdin.flush()
        for line in server.stdout:
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == count:
                return answer
        raise AssertionError("the program has ended")

    def ask(tool: str, **request: str) -> None:
        answer = send("tools/call", {"name": tool, "arguments": {"request": request}})
        assert answer.get("result", {}).get("isError") is False, answer

    try:
        client = {"name": "tests", "version": "1"}
        version = "2024-11-05"
        send("initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": client})
        server.stdin.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        yield ask
    finally:
        server.kill()
        server.wait()
