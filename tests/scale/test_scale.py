"""Store operations do not grow with the number of people (`make scale` plays it at 1,000, 10,000 and 100,000)."""

from tests.scale.figures import ACTS
from tests.scale.size import measure


def test_import_search_report_and_a_reset_take_the_same_operations_for_200_and_600_people(world, tables, tmp_path):
    """An import for each hundred people; the others in all."""
    found = []
    for people in (200, 600):
        tables.empty()  # an import counts everybody, also those of other tests
        found.append(measure(tmp_path, people, rounds=2))
    tables.empty()
    few, many = found
    assert few.operations == many.operations
    assert sum(few.imported.operations.values()) <= 6
    for name in ACTS:
        assert len(set(many.acts[name].operations)) == 1 < many.acts[name].operations[0], name
