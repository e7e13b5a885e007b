"""What dbt gives to Jinja, as far as sqlfluff needs it to render the models without a warehouse."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context

_PROJECT = yaml.safe_load((Path(__file__).resolve().parents[2] / "dbt_project.yml").read_text())


@pass_context
def _dispatch(context: Context, name: str, package: str) -> Any:
    """Take the default of a dispatched macro; it stands in the same file."""
    return context.resolve(f"default__{name}")


def _date_spine(datepart: str, start_date: str, end_date: str) -> str:
    return f"select {start_date} as date_{datepart}"


def _dateadd(datepart: str, interval: Any, expression: str) -> str:
    return f"{expression} + interval '{interval} {datepart}'"


def var(name: str, default: Any = None) -> Any:
    """Give the value that dbt_project.yml has."""
    return _PROJECT["vars"].get(name, default)


def _stub(name: str) -> Any:
    def call(*arguments: Any) -> str:
        return f"{name}({', '.join(str(argument) for argument in arguments)})"

    return call


# Macros that .sqlfluff leaves out.
clean_text = _stub("clean_text")
try_decimal = _stub("try_decimal")
try_rate = _stub("try_rate")
try_timestamp = _stub("try_timestamp")
is_ambiguous_date = _stub("is_ambiguous_date")

changed_lookups = _stub("select * from changed_lookups")
kept_table = _stub("kept_table")
answers_to = _stub("select * from answers")
row_address = _stub("row_address")
rules_of_sales_lines = _stub("rules_of_sales_lines")
stored_checksums = _stub("stored_checksums")
summed_checksums = _stub("summed_checksums")


# Those that ask the warehouse: as if a build had gone before.
def previously_built(name: str) -> str:
    """Give the relation of a model."""
    return name


def changed_file_versions(*_: str) -> tuple[list[int], list[int]]:
    """Give a new version and a gone one."""
    return [2], [1]


def changed_since_built(*_: str) -> list[int]:
    """Give a changed version."""
    return [2]


def is_within_days_of(day: str, _: str) -> str:
    """Give a condition."""
    return f"{day} between cast('2026-01-12' as date) and cast('2026-01-18' as date)"


def changed_lookup_kinds(*_: str) -> list[str]:
    """Give the kinds of lookups that changed."""
    return ["order_header", "product"]


def lookups_of_sales_lines() -> dict[str, dict[str, str]]:
    """Give two lookups."""
    return {
        "order_header": {"asked": "lines.order_id"},
        "product": {"asked": "lines.product_id"},
    }


def look_up(name: str) -> str:
    """Give the join of a lookup."""
    return f"left join answers as {name} on lines.order_id = {name}.lookup_key"


def figure_parameters() -> tuple[str, ...]:
    """Give what a function can be asked."""
    return ("start_date", "end_date", "for_currency", "for_product", "for_city")


def var_one_of(name: str, _: Any) -> Any:
    """Give the value that dbt_project.yml has."""
    return var(name)


def _get_columns_in_relation(_: str) -> list[SimpleNamespace]:
    return [SimpleNamespace(name="units")]


adapter = SimpleNamespace(dispatch=_dispatch, get_columns_in_relation=_get_columns_in_relation)
dbt = SimpleNamespace(date_spine=_date_spine, dateadd=_dateadd)


def delivered_columns(_: str) -> list[str]:
    """Give the columns of an entity."""
    return ["units"]
