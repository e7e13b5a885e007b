"""Files of text: what they are called, and YAML as people read it."""

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes lists further in than what holds them, and a text of several lines line by line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, "|" if "\n" in text else None)

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(str, _Dumper.represent_text)


def file_name(title: str) -> str:
    """Return a title as the name of a file: letters, digits and underscores."""
    return "_".join("".join(c if c.isalnum() else " " for c in title.lower()).split())


def text_of(part: dict[str, Any]) -> str:
    """Return a file's text, keys in the order that they have."""
    return yaml.dump(part, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def read(text: str) -> dict[str, Any]:
    """Read a file's text; by the library in C where there is one, ten times as fast."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    part: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders
    return part
