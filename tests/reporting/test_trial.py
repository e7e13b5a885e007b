"""What a trial says of revenue before and after."""

from decimal import Decimal

from reporting.doors.trial import changes


def test_weeks_that_differ_and_all_weeks_together() -> None:
    before = {
        ("2026-W01", "EUR"): Decimal("5.00"),
        ("2026-W02", "EUR"): Decimal("49.00"),
        ("2026-W03", "USD"): Decimal("7.00"),
        ("2026-W02", "GBP"): Decimal("3.00"),
    }
    after = before | {
        ("2026-W02", "EUR"): Decimal("3542.00"),
        ("2026-W04", "EUR"): Decimal("7.00"),
    }
    del after["2026-W03", "USD"]
    assert changes(before, after) == [
        ("2026-W02", "EUR", Decimal("49.00"), Decimal("3542.00"), Decimal("3493.00")),
        ("2026-W03", "USD", Decimal("7.00"), Decimal(), Decimal("-7.00")),
        ("2026-W04", "EUR", Decimal(), Decimal("7.00"), Decimal("7.00")),
        ("In all", "EUR", Decimal("54.00"), Decimal("3554.00"), Decimal("3500.00")),
        ("In all", "USD", Decimal("7.00"), Decimal(), Decimal("-7.00")),
    ]
    assert changes(before, before) == []


def test_many_weeks_are_cut() -> None:
    weeks = {(f"2026-W{week:02}", "EUR"): Decimal(week) for week in range(1, 25)}
    rows = changes({}, weeks)
    assert len(rows) == 20 + 2
    assert rows[-2] == ("… and 4 more", None, None, None, None)
    assert rows[-1] == ("In all", "EUR", Decimal(), Decimal(300), Decimal(300))
