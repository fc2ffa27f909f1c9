"""The contract's table is complete: each sentence has an answer for each kind, and each condition a sentence."""

from tests.abuse.evidence import proved
from tests.directories.conftest import KINDS
from tests.directories.table import BESIDE, CONDITIONS, ELSEWHERE, NOT_THERE, Table, rows


def test_each_sentence_of_the_story_is_proved_for_our_own_table_too_or_said_to_be_none_of_its():
    assert sorted(rows()) == sorted([*ELSEWHERE, *NOT_THERE])
    assert all(proved(path, test) for path, test in (*ELSEWHERE.values(), *BESIDE.values()))


def test_each_condition_of_the_contract_has_a_sentence():
    assert set(CONDITIONS.values()) <= set(rows())


def test_a_kind_that_fails_and_one_that_cannot_are_told_apart():
    table, row = Table(), rows()[0]
    table.ended[row, "openldap"].update(passed=2)
    table.ended[row, "active_directory"].update(passed=1, failed=1)
    cells = [next(iter(column.cells)) for column in table.shown().columns]
    assert cells[1:3] == ["holds (2)", "[bold red]1 of 2 FAILED"]
    assert set(cells[3:-1]) == {"no"} and len(cells) == len(KINDS) + 2
