"""Model-based test of the whole service: several clients, in any order and at any time (B2, B5).

An owner, an administrator, a helpdesk agent, and an attacker who knows user IDs and whatever has been used. Each rule is
a step of one of them, also with tokens, codes and passwords that are old, used or somebody else's. After each step: no
password changed without its gates, nothing was used twice, nothing older works after a change, no attempt beyond the
limit was judged, and each change has its event and messages.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from notify import flow as notify_flow
from tests.functions.model import RecordingMessenger
from tests.functions.state_machine import InitialState
from tests.functions.state_machine_admin import ServiceMachine

EXAMPLES = int(os.environ.get("MODEL", "0"))
"""How many examples; `make test` plays a few, always the same."""


@pytest.fixture
def initial_state(world, tables, time_machine, monkeypatch):
    letters = []
    messengers = {
        "email": RecordingMessenger("email", letters),
        "text": RecordingMessenger("sms", letters),
        "voice": RecordingMessenger("call", letters),
    }
    monkeypatch.setattr(notify_flow, "_messengers", lambda: messengers)
    return InitialState(world, tables, time_machine, letters)


# --- What chance would seldom find, one after the other -------------------------------------------------


def a_saved_code_twice(clients):
    for _ in range(2):
        clients.start(0, "reset", used=False)
        clients.type_a_saved_code(0, 0)
    clients.finish(1, ready=False, elsewhere=False)


def a_code_that_is_too_old(clients):
    clients.start(0, "reset", used=False)
    clients.ask_for_a_code(0, "email")
    clients.deliver_messages(0)
    clients.wait(301)
    clients.type_a_code(0, 0, elsewhere=False)
    clients.ask_for_a_code(0, "email")
    clients.deliver_messages(0)
    clients.type_a_code(0, 1, elsewhere=False)
    clients.type_a_code(0, 0, elsewhere=False)


def a_code_of_another_flow(clients):
    for purpose in ("reset", "unlock"):
        clients.start(0, purpose, used=False)
        clients.ask_for_a_code(0, "email")
        clients.deliver_messages(0)
        clients.wait(31)
    for flow, mail in ((0, 1), (1, 0), (0, 0)):
        clients.type_a_code(flow, mail, elsewhere=True)
    clients.finish(0, ready=False, elsewhere=True)


def a_code_of_an_app_twice(clients):
    for steps in (0, 0, -1, 1):
        clients.start(0, "unlock", used=False)
        clients.type_the_code_of_an_app(0, steps)


def one_gate_of_two(clients):
    clients.start(1, "reset", used=False)
    clients.finish(0, ready=False, elsewhere=False)
    clients.get_a_code_and_type_it("email")
    clients.finish(0, ready=False, elsewhere=False)
    clients.get_a_code_and_type_it("sms")
    clients.finish(0, ready=False, elsewhere=False)
    clients.finish(0, ready=False, elsewhere=False)


def a_flow_that_was_overtaken(clients):
    for end in (False, True):
        clients.recover(0, "unlock", "email", end)
        clients.wait(31)
    clients.finish(1, ready=False, elsewhere=False)
    clients.recover(0, "reset", "sms", end=False)
    clients.sign_in(0, "current")
    clients.change_the_password(0, right=True)
    clients.finish(0, ready=False, elsewhere=False)


def sessions_of_an_older_password(clients):
    clients.sign_in(0, "current")
    clients.recover(0, "reset", "email", end=True)
    clients.look_at_the_account(0)
    clients.change_the_password(0, right=True)
    clients.sign_in(0, "old")
    clients.sign_in(0, "current")
    clients.sign_out(0)
    clients.look_at_the_account(0)


def guesses(clients):
    for kind in ("email", "authenticator", "recovery-code"):
        clients.guess_until_nothing_is_judged_any_more(0, kind)
    clients.help_somebody(0, "email", "lift", caller=False)
    clients.recover(0, "reset", "email", end=True)


def wrong_passwords(clients):
    clients.type_wrong_passwords_until_locked(0)
    clients.sign_in(0, "current")
    clients.recover(0, "unlock", "sms", end=True)
    clients.sign_in(0, "current")


def a_temporary_password_twice(clients):
    clients.help_somebody(0, "email", "reset", caller=False)
    clients.sign_in(0, "current")
    clients.make_a_saved_code(0)
    clients.sign_in(0, "current")
    clients.change_the_password(0, right=True)
    clients.sign_in(0, "current")


def a_temporary_password_that_is_too_old(clients):
    clients.help_somebody(0, "email", "reset", caller=False)
    clients.wait(86_401)
    clients.sign_in(0, "current")


def a_caller_who_proved_it_to_somebody_else(clients):
    clients.sign_in_and_give_a_second_factor(1)
    clients.begin_with_a_caller(0, 0)
    clients.get_a_code_and_type_it("sms")
    clients.sign_in_and_give_a_second_factor(2)
    clients.act(0, 0, "reset", 1)
    clients.begin_with_a_caller(0, 0)
    clients.act(0, 0, "reset", 0)
    clients.get_a_code_and_type_it("email")
    clients.act(0, 1, "unlock", 0)
    clients.act(0, 0, "require-registration", 0)
    clients.act(0, 0, "reset", 0)


def a_second_factor_that_is_too_old(clients):
    clients.act(0, 0, "unlock", 0)
    clients.sign_in_and_give_a_second_factor(1)
    clients.act(0, 0, "methods", 0)
    clients.act(0, 1, "unlock", 0)
    clients.wait(901)
    clients.act(0, 0, "unlock", 0)


def a_repudiation_link_twice(clients):
    clients.recover(0, "reset", "email", end=True)
    clients.recover(0, "unlock", "sms", end=False)
    clients.sign_in(0, "current")
    clients.repudiate(0)
    clients.finish(0, ready=False, elsewhere=False)
    clients.look_at_the_account(0)
    clients.sign_in(0, "current")
    clients.help_somebody(0, "email", "enable", caller=False)
    clients.look_at_the_account(1)
    clients.finish(1, ready=False, elsewhere=False)
    clients.repudiate(0)
    clients.sign_in(0, "current")


def weak_passwords_until_the_flow_ends(clients):
    clients.recover(0, "reset", "email", end=False)
    for times in (9, 1, 1):
        clients.choose_weak_passwords(0, times)
    clients.finish(0, ready=False, elsewhere=False)
    clients.sign_in(0, "current")
    clients.wait(31)
    clients.recover(0, "reset", "sms", end=False)
    clients.choose_weak_passwords(0, 9)
    clients.finish(0, ready=True, elsewhere=False)
    clients.sign_in(0, "current")


def a_proof_of_work_twice(clients):
    clients.start(0, "reset", used=False)
    clients.start(1, "unlock", used=True)


SEQUENCES = (
    a_saved_code_twice, a_code_that_is_too_old, a_code_of_another_flow, a_code_of_an_app_twice, one_gate_of_two,
    a_flow_that_was_overtaken, sessions_of_an_older_password, guesses, wrong_passwords, a_temporary_password_twice,
    a_temporary_password_that_is_too_old, a_caller_who_proved_it_to_somebody_else, a_second_factor_that_is_too_old,
    a_repudiation_link_twice, weak_passwords_until_the_flow_ends, a_proof_of_work_twice,
)  # fmt: skip


def test_what_was_used_is_old_or_is_somebody_elses_works_for_nobody_b2_b5(initial_state):
    ServiceMachine.initial_state = initial_state
    for sequence in SEQUENCES:
        sequence(ServiceMachine())


def test_whatever_several_people_do_in_any_order_the_service_keeps_its_promises_b2_b5(initial_state):
    ServiceMachine.initial_state = initial_state
    phases = (Phase.generate, Phase.shrink) if EXAMPLES else (Phase.generate,)  # shrinking takes minutes
    played = settings(
        max_examples=EXAMPLES or 4, stateful_step_count=80 if EXAMPLES else 40, derandomize=not EXAMPLES, phases=phases,
        deadline=None, database=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(ServiceMachine, settings=played)
