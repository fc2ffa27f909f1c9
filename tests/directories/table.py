"""The contract of a directory as a table: each sentence of `test_story`, and whether it is true of each kind.

`python -m tests.directories.table` runs the tests here and prints it (`-k story` the story alone). Passwords in Regain's
own table are no directory that is asked: for `dynamodb` the same is told elsewhere, through the API.
"""

import ast
import sys
from collections import Counter, defaultdict

import pytest
import rich.table
from rich.console import Console

from local.directories.running import bring_up_loopback
from tests.conftest import ROOT
from tests.directories.conftest import KINDS

STORY = "tests/directories/test_story.py"
_F, _D = "tests/functions/", "tests/domain/"
ELSEWHERE = {
    "a_person_is_found_with_everything_that_regain_needs": (_F + "test_admin.py", "test_an_account_is_found_by_its_exact_user_id_and_the_look_is_noted"),
    "nobody_is_found_by_what_means_something_in_a_filter": (_D + "test_user_id.py", "test_what_is_no_user_id_is_refused_and_says_so"),
    "a_user_id_is_found_in_another_case_and_by_each_attribute": (_D + "test_user_id.py", "test_every_form_of_one_user_id_is_one_account_s33"),
    "two_people_with_one_mail_are_nobody": (_F + "test_aliases.py", "test_an_address_of_two_people_finds_nobody_until_one_has_it_again"),
    "a_reset_replaces_the_password_and_needs_no_old_one": (_F + "test_reset.py", "test_a_forgotten_password_is_reset_and_the_new_one_signs_in_s54"),
    "a_wrong_password_and_nobody_are_the_same": (_F + "test_sign_in.py", "test_a_wrong_password_costs_one_comparison_whoever_it_is_for_b1"),
    "an_empty_password_is_no_anonymous_sign_in": (_F + "test_account.py", "test_no_cookie_without_the_right_password"),
    "a_temporary_password_has_to_be_changed_and_a_permanent_one_does_not": (_F + "test_admin.py", "test_it_is_for_one_sign_in_and_must_be_changed_b13"),
    "a_change_needs_the_right_old_password": (_F + "test_account.py", "test_a_known_password_is_changed_and_every_other_session_ends_s60_s62_b5"),
    "what_the_policy_asks_can_be_read_before_anybody_types": (_D + "test_passwords.py", "test_rules_before_typing_name_the_numbers_that_are_enforced_s53"),
    "a_password_that_is_too_short_is_named_so": (_D + "test_passwords.py", "test_length_counts_at_its_edges"),
    "a_lockout_proves_nothing_and_a_reset_lifts_it": (_F + "test_reset.py", "test_after_a_reset_every_older_flow_and_code_is_dead_and_its_own_network_signs_in_b5"),
    "an_unlock_lifts_a_lockout_and_twice_does_no_harm": (_F + "test_unlock.py", "test_unlock_is_harmless_where_nothing_is_locked_b4"),
    "a_disabled_account_is_not_touched": (_F + "test_sign_in.py", "test_an_account_that_is_off_is_told_so_with_the_right_password_only"),
    "a_renamed_person_keeps_the_key_and_the_old_address_is_gone": (_F + "test_life_of_an_account.py", "test_a_renamed_person_and_their_successor_may_stand_in_one_file_in_any_order_b30"),
    "a_new_person_under_an_old_name_has_another_key": (_F + "test_life_of_an_account.py", "test_another_person_under_an_old_user_id_is_pristine_by_csv_p8"),
    "passwords_of_every_kind_sign_in_as_they_were_typed": (_F + "test_sign_in.py", "test_the_tail_of_a_long_password_matters"),
    "a_decomposed_password_is_the_composed_one": (_F + "test_sign_in.py", "test_forms_of_unicode_sign_in_alike"),
    "a_simple_password_is_refused_for_its_quality": (_D + "test_passwords.py", "test_patterns_are_easy_to_guess_s68"),
}  # fmt: skip
"""Where a sentence of the story is proved for `dynamodb`."""
BESIDE = {
    ("a_person_with_a_policy_of_their_own_is_held_to_it", "active_directory"): (
        "tests/directories/test_check.py",
        "test_a_fine_grained_policy_counts_where_it_can_be_read_and_is_owned_up_to_where_not",
    ),
}
"""Where a sentence is proved for one kind beside the story."""
NOT_THERE = {
    "people_whose_names_mean_something_in_a_dn_are_found_and_reset", "a_person_is_found_by_sam_account_name_and_by_mail",
    "a_service_account_without_the_right_is_a_fault_of_the_set_up",
    "a_change_to_a_password_of_before_breaks_the_history", "a_history_holds_for_a_reset_where_the_directory_applies_it",
    "a_reset_ignores_the_minimum_age_and_a_change_names_it", "a_person_with_a_policy_of_their_own_is_held_to_it",
    "people_in_a_protected_group_are_refused_before_anything_changes",
    "an_expired_password_is_right_and_can_be_changed_or_reset", "an_expired_account_and_an_administrator_are_not_touched",
}  # fmt: skip
"""What `dynamodb` does not have: names in a tree, a service account, history, ages and protected accounts."""
CONDITIONS = {
    "find": "a_person_is_found_with_everything_that_regain_needs",
    "nobody": "a_wrong_password_and_nobody_are_the_same",
    "injection": "nobody_is_found_by_what_means_something_in_a_filter",
    "wrong": "a_wrong_password_and_nobody_are_the_same",
    "reset": "a_reset_replaces_the_password_and_needs_no_old_one",
    "the same again": "a_history_holds_for_a_reset_where_the_directory_applies_it",
    "history": "a_change_to_a_password_of_before_breaks_the_history",
    "too short": "a_password_that_is_too_short_is_named_so",
    "temporary": "a_temporary_password_has_to_be_changed_and_a_permanent_one_does_not",
    "change": "a_change_needs_the_right_old_password",
    "wrong old": "a_change_needs_the_right_old_password",
    "six wrong, locked": "a_lockout_proves_nothing_and_a_reset_lifts_it",
    "unlock twice": "an_unlock_lifts_a_lockout_and_twice_does_no_harm",
    "reset while locked": "a_lockout_proves_nothing_and_a_reset_lifts_it",
    "disabled": "a_disabled_account_is_not_touched",
    "expired": "an_expired_password_is_right_and_can_be_changed_or_reset",
    "protected": "people_in_a_protected_group_are_refused_before_anything_changes",
    "non-ASCII": "passwords_of_every_kind_sign_in_as_they_were_typed",
}
"""What the contract of every directory has to say something about, and where it does."""


def rows():
    """The sentences of the story, in its order."""
    tree = ast.parse((ROOT / STORY).read_text())
    return [each.name[5:] for each in tree.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")]


def kind_of(item):
    """The kind of directory that a test is about; "" for none, or for several."""
    given = getattr(item, "callspec", None)
    named = {*(str(each) for each in given.params.values())} if given else set()
    found = [kind for kind in KINDS if kind in named] or [kind for kind in KINDS if kind in item.fixturenames]
    return found[0] if len(found) == 1 else ""


class Table:
    """A plugin that gathers what became of each sentence for each kind."""

    def __init__(self):
        self.ended = defaultdict(Counter)

    def pytest_collection_modifyitems(self, items):
        """Lets each report know its kind."""
        for item in items:
            item.user_properties.append(("kind", kind_of(item)))

    def pytest_runtest_logreport(self, report):
        """One part of a test: its setup, its call or its end."""
        if report.nodeid.startswith(f"{STORY}::") and (report.when == "call" or report.outcome != "passed"):
            name = report.nodeid.rpartition("::")[2].partition("[")[0][5:]
            self.ended[name, dict(report.user_properties)["kind"]][report.outcome] += 1

    def shown(self):
        """Rows are sentences, columns kinds."""
        shown = rich.table.Table("the contract", *(kind.replace("_", "-") for kind in KINDS), "dynamodb")
        for row in rows():
            cells = [_cell(self.ended[row, kind], BESIDE.get((row, kind), [""])[0]) for kind in KINDS]
            there = "no" if row in NOT_THERE else ELSEWHERE[row][0].rpartition("/")[2]
            shown.add_row(row.replace("_", " "), *cells, there)
        return shown


def _cell(ended, beside):
    """“holds”, with how many cases if they are several; “no” for what a kind does not do; a file that proves it beside."""
    if not ended:
        return beside.rpartition("/")[2] or "no"
    total = sum(ended.values())
    held = f"holds{f' ({total})' if total > 1 else ''}"
    return held if ended["passed"] == total else f"[bold red]{total - ended['passed']} of {total} FAILED"


def main():
    """Runs, and prints. Returns pytest's status."""
    bring_up_loopback()
    table = Table()
    status = pytest.main(["tests/directories", *sys.argv[1:]], plugins=[table])
    Console(width=160).print(table.shown())
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
