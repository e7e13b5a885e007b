"""The command line: what it prints, what it never prints, and how it exits."""

import json
import os
import pty
import re
import resource
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg2.errors
import pyarrow.csv as pa_csv
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from loader import __main__ as cli
from loader import terminal
from loader.load import one_load_at_a_time
from tests.conftest import Warehouse
from tests.loader.conftest import HEADER, LAYOUT, LINE, write_csv
from warehouse.connection import connect, warehouse_url

SECRET = "s3cr3t-pass"  # noqa: S105

Run = Callable[..., Result]


@contextmanager
def held_open(database: Path, read_only: bool = False) -> Iterator[None]:
    """Have another program hold a DuckDB file open."""
    code = f"import duckdb; held = duckdb.connect({str(database)!r}, read_only={read_only}); "
    code += "print('open', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"open\n"
    yield
    holder.communicate(b"\n")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def run(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, with nobody's settings but those given."""
    # The consoles were made with the streams of the test session.
    monkeypatch.setattr(terminal.out, "_file", None)
    monkeypatch.setattr(terminal.err, "_file", None)

    def run(*arguments: object, **settings: str) -> Result:
        environment = {
            "DATABASE_URL": f"duckdb:///{database}",
            "LAYOUTS_DIR": str(tmp_path),
            "SALES_DATA_FILE": str(tmp_path / "inbox"),
        } | settings
        result = CliRunner().invoke(cli.main, [str(item) for item in arguments], env=environment)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        assert "\x1b" not in result.output
        assert SECRET not in result.output
        return result

    return run


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    write_csv(folder / "good.csv", [HEADER, LINE])
    return folder


def plain_error(result: Result) -> str:
    """Return the one line that a wrong usage or setting gives."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


# ------------------------------------------------------------------ commands


def test_load(run: Run, inbox: Path) -> None:
    result = run("load")
    assert result.exit_code == 0
    assert result.stdout == "loaded    good.csv  1 row of sales_lines\n1 file: 1 loaded (1 row).\n"
    result = run("load", inbox)
    assert result.stdout == "Nothing new: every file is in the warehouse as it is.\n"
    write_csv(inbox / "bad.csv", [["a", "b"], ["1", "2"]])
    (inbox / "read me.txt").write_text("hello")
    result = run("load", inbox)
    assert result.exit_code == 1
    assert "failed    bad.csv\n          no layout names this file" in result.stdout
    assert "left alone, neither workbook nor delimited text: read me.txt (" in result.stdout
    assert result.stdout.endswith("2 files: 0 loaded (0 rows), 1 unchanged, 1 failed.\n")
    assert result.stderr == ""


def test_an_empty_inbox(run: Run, inbox: Path) -> None:
    (inbox / "good.csv").unlink()
    result = run("load")
    assert result.exit_code == 0
    assert result.stdout == (
        f"No files found in {inbox}: drop workbooks or CSV files there and load again. "
        "(`make run` fills an empty data/inbox with a demo.)\n"
    )


def test_check_says_what_load_would_do_and_writes_nothing(
    run: Run, inbox: Path, database: Path
) -> None:
    write_csv(inbox / "copy.csv", [HEADER, LINE])
    write_csv(inbox / "bad.csv", [HEADER[:3], LINE[:3]])
    checked = run("check", inbox)
    assert checked.exit_code == 1
    assert not database.exists()
    loaded = run("load", inbox)
    assert loaded.exit_code == 1
    assert checked.stdout.replace("would be loaded", "loaded") == loaded.stdout
    before = database.read_bytes()
    write_csv(inbox / "good.csv", [HEADER, LINE, LINE])
    checked = run("check", inbox)
    assert database.read_bytes() == before
    loaded = run("load", inbox)
    assert checked.stdout.replace("would be loaded", "loaded") == loaded.stdout
    assert "1 unchanged" in loaded.stdout


def test_inspect(run: Run, inbox: Path, tmp_path: Path) -> None:
    result = run("inspect", inbox / "good.csv")
    assert result.exit_code == 0
    (tmp_path / "mine.yml").write_text(result.stdout)
    assert "[layout mine]" in run("load", inbox).stdout
    (inbox / "empty.csv").touch()
    result = run("inspect", inbox / "empty.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "empty.csv: the file is empty: export it again.\n"
    assert plain_error(run("inspect", inbox / "none.csv")).startswith("There is no file ")


def test_status(run: Run, inbox: Path) -> None:
    assert run("status").stdout == "Nothing has been loaded yet.\n"
    assert json.loads(run("status", "--json").stdout) == []
    write_csv(inbox / "bad.csv", [["a", "b"], ["1", "2"]])
    run("load")
    head, good, bad, error = run("status").stdout.splitlines()
    assert head == "   id  status      finished (UTC)    file"
    assert good.startswith("    2  active      20")
    assert good.endswith("  good.csv  1 row of sales_lines")
    assert bad.startswith("    1  failed      20")
    assert error.startswith("       no layout names this file, and it is not tidy enough")
    rows = json.loads(run("status", "--json").stdout)
    assert [(row["file_version_id"], row["status"]) for row in rows] == [
        (2, "active"),
        (1, "failed"),
    ]


def test_check_shows_what_a_correction_changes(run: Run, inbox: Path, database: Path) -> None:
    write_csv(inbox / "good.csv", [HEADER, LINE, ["A2", *LINE[1:]]])
    run("load")
    write_csv(inbox / "good.csv", [HEADER, [*LINE[:3], "3", LINE[4]], ["A2", *LINE[1:]]])
    lines = [
        "replaced  good.csv  2 rows of sales_lines: 0 added, 0 removed, 1 changed, 1 as before",
        "          row 2: units 2 -> 3",
        "1 file: 1 would be loaded (2 rows).",
    ]
    assert run("check", inbox).stdout.splitlines() == lines
    # Where others read, it can only read as well.
    with held_open(database, read_only=True):
        assert run("check", inbox).stdout.splitlines() == [
            "replaced  good.csv  2 rows of sales_lines",
            "          what it changes is not shown, as the warehouse cannot be written now",
            lines[-1],
        ]


def test_corrections(run: Run, inbox: Path) -> None:
    assert plain_error(run("withdraw", 1)) == "Nothing has been loaded yet."
    run("load")
    write_csv(inbox / "good.csv", [HEADER, LINE, LINE])
    run("load")
    assert run("withdraw", 2).stdout.splitlines() == [
        "withdrawn  good.csv  2 rows of sales_lines  [version 2]",
        "Next: `dbt build` takes its rows out of the figures.",
        "Nothing of this file counts then. To let an older version of it count instead: "
        "`python -m loader restore 1`.",
    ]
    assert plain_error(run("withdraw", 2)) == "Version 2 (good.csv) is withdrawn already."
    for command, would in (("load", ""), ("check", "would be ")):
        result = run(command, inbox)
        assert result.exit_code == 0
        assert result.stdout.splitlines() == [
            "withdrawn good.csv",
            "          not loaded; `python -m loader restore 2` brings it back",
            f"1 file: 0 {would}loaded (0 rows), 1 withdrawn.",
        ]
    assert run("restore", 1).stdout.splitlines() == [
        "restored  good.csv  1 row of sales_lines  [version 1]",
        "Next: `dbt build` brings its rows into the figures.",
    ]
    assert run("restore", 2).stdout.splitlines()[1] == "It takes the place of version 1."
    result = run("restore", 2)
    assert result.exit_code == 0
    assert result.stdout == "Version 2 (good.csv) counts already: nothing to do.\n"
    result = run("prune")
    assert result.exit_code == 2
    assert result.stdout.splitlines()[0].startswith("    1  superseded  20")
    said = "This forgets 1 version with 1 row for good: say --yes if that is meant.\n"
    assert result.stderr == said
    assert run("prune", "--yes").stdout == "Pruned: 1 version with 1 row.\n"
    assert run("prune").stdout == "There is nothing to prune.\n"
    assert plain_error(run("restore", 1)).startswith("Version 1 (good.csv) is pruned: ")
    status = run("status").stdout.splitlines()
    assert status[2].startswith("    1  pruned      20")
    assert json.loads(run("status", "--json").stdout)[0]["as_of_date"].startswith("20")


@pytest.mark.parametrize(("answer", "status"), [(b"y\n", "pruned"), (b"n\n", "superseded")])
def test_prune_asks(
    run: Run, inbox: Path, database: Path, tmp_path: Path, answer: bytes, status: str
) -> None:
    run("load")
    write_csv(inbox / "good.csv", [HEADER, LINE, LINE])
    run("load")
    main, follower = pty.openpty()
    os.write(main, answer)
    result = subprocess.run(
        [sys.executable, "-m", "loader", "prune"],
        env=os.environ | {"DATABASE_URL": f"duckdb:///{database}", "LAYOUTS_DIR": str(tmp_path)},
        stdin=follower,
        capture_output=True,
        check=False,
    )
    os.close(follower)
    os.close(main)
    assert b"This forgets 1 version with 1 row for good. Go on? [y/N]: " in result.stdout
    assert result.returncode == (0 if status == "pruned" else 1)
    assert status in run("status").stdout


def test_the_log_holds_ids_only(
    run: Run, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.logs.LOGS", tmp_path / "logs")
    run("load")
    run("withdraw", 1)
    run("restore", 1)
    run("withdraw", 1)
    run("prune", "--yes")
    lines = (tmp_path / "logs" / "loader.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines[1:]]
    for event in events:
        del event["timestamp"], event["level"]
    assert events == [
        {"event": "withdraw", "file_version_id": 1},
        {"event": "restore", "file_version_id": 1, "superseded": None},
        {"event": "withdraw", "file_version_id": 1},
        {"event": "prune", "file_version_ids": [1]},
    ]


def test_demo_if_empty(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "[/demo]"  # no markup
    result = run("demo", folder, "--lines", "1000", "--if-empty")
    assert result.exit_code == 0
    assert str(folder) in result.stdout
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert run("demo", folder, "--if-empty").stdout == ""
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


# ------------------------------------------------------------------ wrong usage and settings


@pytest.mark.parametrize(
    "arguments", [["--nope"], ["nope"], ["load", "--nope"], ["check"], ["status", "extra"]]
)
def test_wrong_usage(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


@pytest.mark.parametrize("name", ["/no/such/folder", "x" * 300, "nul\x1b[31m"])
def test_paths_that_are_not_there(run: Run, name: str) -> None:
    for command in ("load", "check"):
        assert plain_error(run(command, name)).startswith("There is no file or folder ")


def test_no_inbox(run: Run, tmp_path: Path) -> None:
    said = plain_error(run("load", SALES_DATA_FILE=str(tmp_path / "none")))
    assert said == f"There is no file or folder {tmp_path / 'none'}."


def test_two_files_of_one_name(run: Run, inbox: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_csv(tmp_path / name / "sales.csv", [HEADER, LINE])
    said = plain_error(run("load", tmp_path / "a", tmp_path / "b"))
    assert "would both be known as sales.csv: load their folders one at a time" in said


def test_a_bad_layout(run: Run, inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(LAYOUT + "sheet: A\n")
    for command in ("load", "check"):
        assert plain_error(run(command, inbox)).startswith("Layout mine.yml: sheet: no such key")
    said = plain_error(run("load", LAYOUTS_DIR="/no/such"))
    assert said == "LAYOUTS_DIR: there is no folder /no/such."


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("warehouse.duckdb", "DATABASE_URL is not a URL. DATABASE_URL takes postgresql://"),
        (f"mysql://me:{SECRET}@host/db", "names no database spoken here (mysql)"),
        (f"postgresql://me:{SECRET}@host:port/db", "DATABASE_URL is not a URL"),
        (f"postgresql://me:{SECRET}@host", "DATABASE_URL lacks the database"),
        (f"postgresql://me:a@{SECRET}@host/db", "in a user name or password, write @ as %40"),
        (f"postgresql://me:{SECRET}@localhost:99999/db", 'invalid port number: "99999"'),
        (f"postgresql://me:{SECRET}@localhost:1/db", "Check that the server runs"),
        (f"postgresql://me@localhost:1/db?password={SECRET}", "me@localhost:1/db. Check that"),
        (f"postgresql://me:{SECRET}@localhost:1/db?nope=1", 'invalid connection option "nope"'),
        (f"postgresql://me:{SECRET}@no.such.invalid/db", "could not translate host name"),
        ("duckdb://", "DATABASE_URL lacks the database"),
        ("duckdb:///:memory:", "DATABASE_URL lacks the database"),
        ("duckdb:////proc/no/such.duckdb", "Cannot make the folder /proc/no"),
        ("duckdb:////tmp", "Cannot use DuckDB, /tmp. "),
    ],
)
def test_wrong_database_url(run: Run, inbox: Path, url: str, said: str) -> None:
    assert said in plain_error(run("load", inbox, DATABASE_URL=url))


def test_a_database_that_is_none(run: Run, inbox: Path, database: Path) -> None:
    database.write_text("hello, I am a text\n")
    for command in (["load", inbox], ["check", inbox], ["status"]):
        said = plain_error(run(*command))
        assert "If it is no DuckDB file, move it away, or name another in DATABASE_URL." in said


def test_a_database_of_a_newer_duckdb(run: Run, inbox: Path, database: Path) -> None:
    duckdb.connect(database).close()
    file = bytearray(database.read_bytes())
    file[12:20] = struct.pack("<Q", 100_000)  # the version of the format
    checksum = 5381  # of the block's 511 words, as DuckDB computes it
    for (word,) in struct.iter_unpack("<Q", file[8:4096]):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    file[:8] = struct.pack("<Q", checksum)
    database.write_bytes(file)
    for command in (["load", inbox], ["check", inbox], ["status"]):
        said = plain_error(run(*command))
        assert f"A newer DuckDB than the one here ({duckdb.__version__}) wrote the file: " in said
        assert "name another file in DATABASE_URL and load your workbooks into it. (IO" in said


def test_a_database_in_use(run: Run, inbox: Path, database: Path) -> None:
    with held_open(database):
        for command in (
            ["load", inbox],
            ["check", inbox],
            ["status"],
            ["withdraw", 1],
            ["restore", 1],
            ["prune", "--yes"],
        ):
            said = plain_error(run(*command))
            assert "Another program has the file open: close it (or wait for it)" in said
    assert run("load", inbox).exit_code == 0


def test_postgres_says_who_may_not(run: Run, inbox: Path, postgres_url: str) -> None:
    url = warehouse_url(postgres_url)
    for wrong, reason in [
        (url.set(database="none"), 'database "none" does not exist'),
        (url.set(password=SECRET), "password authentication failed"),
    ]:
        said = plain_error(run("load", inbox, DATABASE_URL=wrong.render_as_string(False)))
        assert reason in said
        assert str(url.password) not in said
    with connect(url).begin() as connection:
        connection.execute(sa.text("drop role if exists reader"))
        connection.execute(sa.text(f"create role reader login password '{SECRET}'"))
    reader = url.set(username="reader", password=SECRET).render_as_string(hide_password=False)
    assert "Its user lacks the rights: grant them" in plain_error(
        run("load", inbox, DATABASE_URL=reader)
    )


# ------------------------------------------------------------------ what goes wrong midway


def test_a_second_load_on_postgres(
    run: Run, inbox: Path, new_warehouse: Callable[[str], Warehouse]
) -> None:
    warehouse = new_warehouse("postgres")
    with (
        connect(warehouse_url(warehouse.url)).connect() as connection,
        one_load_at_a_time(connection),
    ):
        said = plain_error(run("load", inbox, DATABASE_URL=warehouse.url))
        assert said == "Another load is writing to this warehouse. Try again when it is done."
        assert run("check", inbox, DATABASE_URL=warehouse.url).exit_code == 0
    assert run("load", inbox, DATABASE_URL=warehouse.url).exit_code == 0
    with (
        connect(warehouse_url(warehouse.url)).connect() as connection,
        one_load_at_a_time(connection),
    ):
        for command in (["withdraw", 1], ["restore", 1], ["prune", "--yes"]):
            assert plain_error(run(*command, DATABASE_URL=warehouse.url)) == said


def test_a_connection_lost_while_copying(
    run: Run,
    inbox: Path,
    new_warehouse: Callable[[str], Warehouse],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warehouse = new_warehouse("postgres")
    write = pa_csv.write_csv

    def write_and_lose(*arguments: Any) -> None:
        write(*arguments)
        warehouse.query(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where pid <> pg_backend_pid() and datname = current_database()"
        )

    monkeypatch.setattr(pa_csv, "write_csv", write_and_lose)
    result = run("load", inbox, DATABASE_URL=warehouse.url)
    assert "Check that the server runs and that DATABASE_URL is right." in plain_error(result)
    assert re.search("terminating connection|closed the connection", result.stderr)
    monkeypatch.undo()
    assert warehouse.query("select * from raw.file_versions") == []
    result = run("load", inbox, DATABASE_URL=warehouse.url)
    assert result.exit_code == 0
    assert warehouse.one("select count(*) from raw.sales_lines") == 1


def test_a_full_disk_of_the_server(
    run: Run,
    inbox: Path,
    new_warehouse: Callable[[str], Warehouse],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its error is stood in for, in the second of two files."""
    warehouse = new_warehouse("postgres")
    write_csv(inbox / "large.csv", [HEADER, LINE, LINE])
    write = pa_csv.write_csv

    def write_or_be_full(batch: Any, *rest: Any) -> None:
        write(batch, *rest)
        if batch.num_rows == 2:
            raise psycopg2.errors.DiskFull(
                'could not extend file "base/5/16384": No space left on device\n'
                "HINT:  Check free disk space.\n"
            )

    monkeypatch.setattr(pa_csv, "write_csv", write_or_be_full)
    result = run("load", inbox, DATABASE_URL=warehouse.url)
    assert result.exit_code == 2
    assert "The disk is full: make room and try again." in result.stderr
    assert len(result.stderr.splitlines()) == 1
    monkeypatch.undo()
    files = "select path, rows_loaded from raw.file_versions order by 1"
    assert warehouse.query(files) == [("good.csv", 1)]
    assert run("load", inbox, DATABASE_URL=warehouse.url).exit_code == 0
    assert warehouse.query(files) == [("good.csv", 1), ("large.csv", 2)]


def test_a_full_disk(inbox: Path, database: Path, tmp_path: Path) -> None:
    """Stood in for by a limit on the size of files."""
    lines = [[f"A{i}", "2026-01-05", os.urandom(40).hex(), "1", "2"] for i in range(20_000)]
    write_csv(inbox / "large.csv", [HEADER, *lines])
    environment = os.environ | {
        "DATABASE_URL": f"duckdb:///{database}",
        "LAYOUTS_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "loader", "load", str(inbox)]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    result = subprocess.run(
        command, env=environment, preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "The disk is full: make room and try again." in result.stderr
    assert len(result.stderr.splitlines()) == 1
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    with duckdb.connect(str(database), read_only=True) as connection:
        counts = connection.execute(
            "select path, rows_loaded, count(*) from raw.file_versions "
            "inner join raw.sales_lines on file_version_id = _file_version_id group by all"
        ).fetchall()
    assert sorted(counts) == [("good.csv", 1, 1), ("large.csv", 20_000, 20_000)]


# ------------------------------------------------------------------ hostile names


def test_nothing_raw_reaches_the_terminal(run: Run, tmp_path: Path, database: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    names = [
        "\x1b[31mred\x9b0m.csv",
        "\N{RIGHT-TO-LEFT OVERRIDE}vsc.csv",
        "a;b'c\"d\n.csv",
        "[bold]x.csv",
        "café.csv",
    ]
    evil = ["\x1b]0title\x07", "\N{RIGHT-TO-LEFT OVERRIDE}x", "a\nb", "'--drop table x"]
    for i, name in enumerate(names):
        write_csv(folder / name, [[*HEADER, *evil], [f"A{i}", *LINE[1:], *evil]])
    (folder / "bad\x1b.csv").write_text("\x1b[1mx,y\n1,2\n")
    (folder / "\x1b[2J.txt").touch()
    for command in (["check", folder], ["load", folder], ["status"], ["status", "--json"]):
        output = run(*command).output
        assert all(letter.isprintable() or letter == "\n" for letter in output)
    for name in names:
        output = run("inspect", folder / name).output
        assert all(letter.isprintable() or letter == "\n" for letter in output)
    with duckdb.connect(str(database), read_only=True) as connection:
        paths = connection.execute(
            "select path from raw.file_versions where status = 'active'"
        ).fetchall()
        texts = connection.execute("select distinct _extra from raw.sales_lines").fetchall()
    assert {path for (path,) in paths} == set(names)
    assert [json.loads(text) for (text,) in texts] == [dict(zip(evil, evil, strict=True))]


def test_a_name_that_is_not_utf_8(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    write_csv(Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.csv")), [HEADER, LINE])
    assert "caf\N{REPLACEMENT CHARACTER}.csv" in run("load", folder).stdout
    assert run("load", folder).stdout.startswith("Nothing new")


def test_progress_on_a_terminal(inbox: Path, database: Path, tmp_path: Path) -> None:
    """A file name is no markup there either."""
    write_csv(inbox / "[red]x[blue].csv", [HEADER, ["B1", *LINE[1:]]])
    main, follower = pty.openpty()
    result = subprocess.run(
        [sys.executable, "-m", "loader", "load", str(inbox)],
        env=os.environ
        | {"DATABASE_URL": f"duckdb:///{database}", "LAYOUTS_DIR": str(tmp_path), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=follower,
        check=False,
    )
    os.close(follower)
    shown = os.read(main, 100_000)
    os.close(main)
    assert result.returncode == 0
    assert b"[red]x[blue].csv" in shown
    assert b"\x1b" not in result.stdout


def test_many_files_that_load_smoothly_are_not_all_listed(run: Run, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number in range(terminal.LISTED + 5):
        write_csv(inbox / f"week {number:02}.csv", [HEADER, [f"A{number}", *LINE[1:]]])
    (inbox / "zz bad.csv").write_text("nothing,to,see\n1,2,3\n")
    shown = run("load")
    assert shown.exit_code == 1
    assert shown.output.count("loaded    week") == terminal.LISTED
    assert "… and 5 more that loaded as smoothly" in shown.output
    assert "failed    zz bad.csv" in shown.output
    assert f"{terminal.LISTED + 6} files: {terminal.LISTED + 5} loaded" in shown.output
