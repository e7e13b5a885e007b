"""The one environment in which pages and messages are written."""

from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from reporting.draw.written import readable, written
from reporting.tables import Kind, Value
from reporting.words import write_amounts


def render(template: str, locale: str, **said: object) -> str:
    """Fill in a template.

    Args:
        template: its path below this folder.
        locale: how it writes figures.
        said: what it speaks of.
    """
    return _environment().get_template(template).render(locale=locale, **said)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a server goes on as it began, whatever an upgrade puts beside it
    )
    environment.filters |= {
        "amounts": write_amounts,
        "link": _link,
        "readable": readable,
        "written": _written,
    }
    return environment


@pass_context
def _written(context: Context, value: Value, kind: str, currency: str = "") -> str:
    return written(value, Kind(kind), currency, context["locale"])


def _link(name: str) -> str:
    # With the ./ nothing in a name can be taken for a scheme or another host.
    return f"./{quote(name)}"
