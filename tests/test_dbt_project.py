"""What dbt does as people type it."""

from tests.conftest import Warehouse


def test_unit_tests_are_all_that_a_plain_command_leaves_out(duckdb_warehouse: Warehouse) -> None:
    def listed(*arguments: str) -> set[str]:
        found = duckdb_warehouse.dbt(
            "ls", "--output", "json", "--output-keys", "unique_id", *arguments
        )
        assert found.success
        return set(found.result)  # type: ignore[arg-type]

    everything = listed("--exclude", "nothing_of_this_name")
    unit_tests = listed("--select", "test_type:unit")
    assert unit_tests
    assert listed() == everything - unit_tests
