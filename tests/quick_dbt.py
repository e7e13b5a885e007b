"""What dbt does again and again to the same end, done once: commands of a process that runs many.

Nothing of what a command does to a warehouse changes.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from types import CodeType
from typing import Any
from unittest.mock import patch

import parsedatetime  # type: ignore[import-untyped]
from dbt_common.behavior_flags import BehaviorFlagRendered
from dbt_common.clients.jinja import MacroFuzzEnvironment
from dbt_common.events.base_types import BaseEvent
from dbt_common.events.event_manager import EventManager


@contextmanager
def without_events() -> Iterator[None]:
    """Have dbt tell nothing: an eighth of its time goes into events that nobody hears."""
    with (
        patch.object(EventManager, "fire_event", lambda *_, **__: None),
        patch.object(BaseEvent, "__init__", lambda *_, **__: None),
    ):
        yield


@contextmanager
def remembering() -> Iterator[None]:
    """Have dbt remember how it compiled a template, and how it reads dates in answers."""
    compiled: dict[tuple[Any, ...], CodeType] = {}
    compile_anew = MacroFuzzEnvironment.compile

    def compile_once(self: MacroFuzzEnvironment, source: Any, *names: Any) -> Any:
        key = (type(self), source, *names)
        if key not in compiled:
            compiled[key] = compile_anew(self, source, *names)
        return compiled[key]

    with ExitStack() as patches:
        for of, name, value in (
            (MacroFuzzEnvironment, "compile", compile_once),
            (parsedatetime, "Constants", cache(parsedatetime.Constants)),
            # It looks through all frames for who asked, in order to warn; there are many in tests.
            (BehaviorFlagRendered, "_default_source", staticmethod(lambda: "")),
        ):
            patches.enter_context(patch.object(of, name, value))
        yield
