"""What commands say, for programs: made of what JSON knows."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from loader.learning import Lesson, open_points
from loader.load import Outcome
from loader.questions import Question
from loader.teaching import figure_lines, read_columns


def outcome_told(outcome: Outcome) -> dict[str, Any]:
    """Return what became of a file, or would become of it."""
    preview = outcome.preview
    return {
        "file": str(outcome.delivery.known_as),
        "status": outcome.status,
        "entity": outcome.entity,
        "layout": outcome.layout,
        "rows_loaded": outcome.rows_loaded,
        "rows_skipped": outcome.rows_skipped,
        "sheets": outcome.sheets,
        "notes": outcome.notes,
        "error": outcome.error,
        "questions": _questions_told(outcome.questions),
        "changes": [asdict(changes) for changes in preview.changes] if preview else [],
        "samples": preview.samples if preview else [],
    }


def lesson_told(lesson: Lesson, layout: str | None) -> dict[str, Any]:
    """Return what was learned of files, and the layout that was written, if one was."""
    return {
        "layout": layout,
        "tables": [
            {
                "name": found.table.name,
                "entity": found.entity,
                "columns": [
                    {"column": column, "read_from": read, "why": why}
                    for column, read, why in read_columns(found)
                ],
            }
            for found in lesson.found
        ],
        "apart": lesson.apart,
        "figures": figure_lines(lesson.figures) if lesson.figures else [],
        "questions": [
            question
            for questions in lesson.questions.values()
            for question in _questions_told(questions)
        ],
        "open": open_points(lesson),
        "is_currency_open": lesson.is_currency_open,
    }


def _questions_told(questions: Sequence[Question]) -> list[dict[str, Any]]:
    return [asdict(question) for question in questions]
