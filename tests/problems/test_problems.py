"""The catalogue: a closed list of helpful texts (S63) on which code, contract and pages agree."""

import ast
import re
from pathlib import Path

import pytest

from regain import problems
from regain.api import contract
from regain.phrases import Phrase
from regain.problems import CATALOGUE
from tests.conftest import english

ROOT = Path(__file__).parents[2]
FROZEN = {
    "user-id-not-read", "domain-not-ours", "contact-your-administrator", "not-enabled-for-password-reset",
    "could-not-verify-your-account", "account-turned-off", "robot-check-failed", "robot-check-expired", "too-many-requests",
    "session-ended", "method-not-offered", "type-the-whole-contact", "wait-before-another-code", "too-many-codes", "wrong-code",
    "code-expired", "too-many-wrong-codes", "no-code-asked-for", "two-codes-needed", "proof-of-work-needed", "proof-still-needed", "no-second-method", "password-not-accepted",
    "too-many-refused-passwords",
    "wrong-user-id-or-password", "sign-in-locked", "prove-it-is-you-first", "request-not-read", "send-json", "request-too-large", "not-found",
    "method-not-allowed", "busy-try-again", "something-went-wrong",
    "wrong-authenticator-code", "authenticator-clock-is-wrong", "code-used-already", "wrong-recovery-code", "wrong-answers",
    "passkey-not-accepted", "change-your-password-first", "sign-in-again", "address-not-read", "address-needs-this-password",
    "number-not-read", "number-not-accepted", "registered-already", "no-room-for-more", "not-registered-here",
    "registration-ended", "questions-not-accepted", "no-such-security-info", "see-to-it-now",
    "wrong-current-password", "sign-in-needed", "request-from-another-site", "link-ended",
    "not-for-your-role", "not-over-this-account", "no-such-account", "no-such-reference", "no-such-request", "request-taken", "no-such-invitation", "deadline-not-possible", "nobody-to-invite", "second-factor-needed",
    "no-second-factor", "caller-not-proved", "temporary-password-ended", "contact-details-not-read",
    "no-contact-form", "language-not-offered",
}  # fmt: skip
FORBIDDEN = re.compile(r"\b(invalid|please|sorry|oops|forbidden|illegal)\b", re.IGNORECASE)


@pytest.mark.parametrize("problem", CATALOGUE.values(), ids=lambda problem: problem.code)
class TestEveryProblem:
    def test_says_what_happened_and_what_to_do(self, problem):
        assert problem.title and problem.explanation and problem.steps
        assert problem.help_from in ("administrator", "support", "you")
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", problem.code)
        assert 400 <= problem.status < 600
        assert not problem.title.endswith(".")

    def test_uses_the_words_of_help_not_of_blame(self, problem):
        assert not FORBIDDEN.search(" ".join((problem.title, problem.explanation, *problem.steps)))

    def test_names_only_facts_that_the_organisation_has(self, problem):
        for text in (problem.title, problem.explanation, *problem.steps):
            assert "{" not in english(Phrase(text))

    def test_is_raised_somewhere_and_stands_in_the_contract(self, problem):
        name = next(name for name, value in vars(problems).items() if value is problem)
        code = "".join(
            p.read_text() for p in (ROOT / "functions").rglob("*.py") if p.parent.name not in ("problems", "contract")
        )
        assert re.search(rf"\b{name}\b", code)
        listed = {p for op in contract.OPERATIONS for p in op.problems} | {
            *contract.COMMON_PROBLEMS,
            *contract.BODY_PROBLEMS,
            *contract.SCIM_PROBLEMS,
        }
        assert problem in listed


def test_a_published_code_never_changes():
    assert set(CATALOGUE) >= FROZEN, "a published code is part of an address that people keep"


def test_the_four_rows_of_the_articles_are_there_s64_s65_s66_s68():
    assert {problem.table_row: problem.code for problem in CATALOGUE.values() if problem.table_row} == {
        "A": "contact-your-administrator", "B": "not-enabled-for-password-reset",
        "C": "could-not-verify-your-account", "D": "password-not-accepted",
    }  # fmt: skip


def test_row_c_gives_both_reasons_s67():
    assert "not registered" in problems.COULD_NOT_VERIFY.explanation.replace("have not\n", "have not ")
    assert "not turned on" in problems.COULD_NOT_VERIFY.explanation


def test_two_problems_never_share_a_title():
    titles = [problem.title for problem in CATALOGUE.values()]
    assert len(titles) == len(set(titles))


def test_every_problem_that_is_raised_by_name_is_in_the_catalogue():
    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "Refused"
                and isinstance(node.args[0], ast.Name)
            ):
                name = node.args[0].id
                assert name in ("problem", "wrong") or isinstance(getattr(problems, name, None), problems.Problem), (
                    f"{path}: {name}"
                )
