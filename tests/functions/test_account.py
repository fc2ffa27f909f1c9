"""A signed-in person: sessions, the account, and changing a known password (S59-S62, B5)."""

import pytest

from regain.adapters.password_hash import hash_password

NEW = "violet-Anchor-27-plum"


def view(world, session):
    return world.request("GET", "/api/account", session=session)


def change(world, session, current=None, new=NEW, **more):
    body = {"current_password": current or world.password, "new_password": new}
    return world.post("/api/account/password", body, session=session, **more)


def test_signing_in_gives_a_cookie_for_this_host_only(world):
    answer = world.sign_in(world.person().user_id)
    session, browser = answer.cookies
    assert session.startswith(f"__Host-session={answer.session}; ")
    assert browser.startswith(f"__Host-browser={answer.browser}; ")
    for cookie, age in ((session, 28_800), (browser, 180 * 86_400)):
        for part in ("Path=/", "Secure", "HttpOnly", "SameSite=Strict", f"Max-Age={age}"):
            assert part in cookie
        assert "Domain" not in cookie
    assert answer.operations == ("BatchGetItem", "BatchGetItem", "Query", "TransactWriteItems")


def test_the_cookie_is_not_what_is_stored(world):
    person = world.person()
    session = world.sign_in(person.user_id).session
    (stored,) = world.services.sessions.for_subject(world.services.recoveries.subject(person.id))
    assert session not in repr(stored)
    assert len(session) == 43


@pytest.mark.parametrize("password", ["wrong", "maple-Cedar-93-windoW"])
def test_no_cookie_without_the_right_password(world, password):
    assert world.sign_in(world.person().user_id, password).cookies == ()
    assert world.sign_in(world.person(enabled=False).user_id).cookies == ()


def test_a_session_of_before_is_not_kept_at_sign_in(world):
    person = world.person()
    first = world.sign_in(person.user_id).session
    assert world.sign_in(person.user_id, "wrong", session=first).code == "wrong-user-id-or-password"
    assert view(world, first).status == 200
    second = world.sign_in(person.user_id, session=first).session
    assert first != second
    assert view(world, first).code == "sign-in-needed"
    assert len(view(world, second).body["sessions"]) == 1


def test_one_sees_ones_own_account_and_where_one_is_signed_in(world):
    person = world.person()
    other, session = world.sign_in(person.user_id).session, world.sign_in(person.user_id).session
    seen = view(world, session).body
    assert (seen["user_id"], seen["name"], seen["security_info"]) == (person.user_id, "Maria Silva", "complete")
    assert sorted(one["current"] for one in seen["sessions"]) == [False, True]
    assert view(world, other).status == 200
    assert "password" not in seen


@pytest.mark.parametrize("session", ["", "x", "A" * 43, "A" * 43 + "; x"])
def test_without_a_session_one_is_asked_to_sign_in(world, session):
    for answer in (view(world, session), change(world, session)):
        assert (answer.status, answer.code) == (401, "sign-in-needed")


def test_a_session_ends_after_thirty_minutes_without_use(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    session = world.sign_in(world.person().user_id).session
    time_machine.move_to(1_800_001_799, tick=False)
    assert view(world, session).status == 200
    time_machine.move_to(1_800_003_598, tick=False)
    assert view(world, session).status == 200
    time_machine.move_to(1_800_005_398, tick=False)
    assert view(world, session).code == "sign-in-needed"


def test_a_session_lasts_eight_hours_at_most(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    session = world.sign_in(world.person().user_id).session
    for minutes in range(0, 480, 20):
        time_machine.move_to(1_800_000_000 + minutes * 60, tick=False)
        assert view(world, session).status == 200
    time_machine.move_to(1_800_028_800, tick=False)
    assert view(world, session).code == "sign-in-needed"


def test_signing_out_ends_the_session_and_takes_the_cookie(world):
    session = world.sign_in(world.person().user_id).session
    answer = world.post("/api/account/sign-out", session=session)
    assert answer.body == {"done": True}
    assert "Max-Age=0" in answer.cookies[0]
    assert view(world, session).code == "sign-in-needed"
    assert world.post("/api/account/sign-out", session=session).status == 200


def test_one_can_end_ones_other_sessions_and_nobody_elses(world):
    person, stranger = world.person(), world.person()
    other, session = world.sign_in(person.user_id).session, world.sign_in(person.user_id).session
    theirs = world.sign_in(stranger.user_id).session
    victim = next(one["id"] for one in view(world, theirs).body["sessions"])
    world.post("/api/account/sessions/end", {"session": victim}, session=session)
    assert view(world, theirs).status == 200
    listed = next(one["id"] for one in view(world, session).body["sessions"] if not one["current"])
    assert world.post("/api/account/sessions/end", {"session": listed}, session=session).status == 200
    assert view(world, other).code == "sign-in-needed"
    assert view(world, session).status == 200


def test_a_known_password_is_changed_and_every_other_session_ends_s60_s62_b5(world):
    person = world.person(must_change_password=True)
    other, session = world.sign_in(person.user_id).session, world.sign_in(person.user_id).session
    answer = change(world, session)
    assert answer.body == {"done": True}
    assert view(world, answer.session).body["must_change_password"] is False
    for dead in (other, session):
        assert view(world, dead).code == "sign-in-needed"
    assert world.sign_in(person.user_id).status == 401
    assert world.sign_in(person.user_id, NEW).status == 200
    assert world.events(person.user_id)[-1]["kind"] == "password-changed"


def test_all_addresses_are_told_of_a_change_s57(world):
    person = world.person()
    answer = change(world, world.sign_in(person.user_id).session)
    assert answer.status == 200
    reference = world.events(person.user_id)[-1]["reference"]
    assert {message["to"] for message in world.outbox(reference)} == set(person.addresses)
    assert {message["kind"] for message in world.outbox(reference)} == {"password-changed"}


def test_wrong_old_passwords_lock_the_session_that_typed_them_and_no_other_s62(world):
    person = world.person()
    session = world.sign_in(person.user_id).session
    for number in range(10):
        assert change(world, session, f"wrong-{number}").code == "wrong-current-password"
    assert change(world, session).code == "sign-in-locked"
    other = world.sign_in(person.user_id)
    assert other.status == 200
    assert change(world, other.session).status == 200


def rules(refused):
    return [entry["rule"] for entry in refused.body["feedback"]]


def test_a_change_compares_what_was_typed_whatever_form_of_unicode_it_is_in(world):
    person = world.person(password=hash_password("caf\u00e9-Kettle-41-harp", world.services.keys))
    session = world.sign_in(person.user_id, "caf\u00e9-Kettle-41-harp").session
    same = change(world, session, "caf\u00e9-Kettle-41-harp", new="cafe\u0301-Kettle-41-harp")
    assert rules(same) == ["current"]


def test_a_change_costs_one_comparison_and_one_hash_and_a_refused_one_the_comparison(world, argon2_calls):
    session = world.sign_in(world.person().user_id).session
    argon2_calls.clear()
    assert change(world, session, new=world.password).status == 422
    assert argon2_calls == ["verify"]
    assert change(world, session).status == 200
    assert argon2_calls == ["verify", "verify", "hash"]


def test_the_new_password_is_judged_by_the_same_rules_s62(world):
    session = world.sign_in(world.person().user_id).session
    assert rules(change(world, session, new=world.password)) == ["current"]
    assert {e["rule"] for e in change(world, session, new="silva").body["feedback"]} >= {"too-short", "own-name"}
    assert view(world, session).status == 200


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_a_reset_ends_every_session_and_an_unlock_none_b5(world, purpose):
    person = world.person()
    session = world.sign_in(person.user_id).session
    world.finish(world.proved(person.user_id, purpose).body["flow"], NEW, purpose)
    assert view(world, session).status == (401 if purpose == "reset" else 200)


def test_an_account_that_is_turned_off_is_signed_out(world):
    person = world.person()
    session = world.sign_in(person.user_id).session
    world.change(world.account(person.user_id), enabled=False)
    assert view(world, session).code == "sign-in-needed"


def test_an_account_has_twenty_sessions_and_the_next_one_ends_the_oldest_x27(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    person, sessions = world.person(), []
    for _ in range(23):
        sessions.append(world.sign_in(person.user_id).session)
        time_machine.shift(1)
    subject = world.services.recoveries.subject(person.id)
    assert len(world.services.sessions.for_subject(subject)) == 20
    assert [view(world, session).status for session in sessions] == [401] * 3 + [200] * 20


def test_a_browser_whose_own_session_is_the_oldest_signs_in_again_x27(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    person = world.person()
    first = world.sign_in(person.user_id).session
    for _ in range(19):
        time_machine.shift(1)
        world.sign_in(person.user_id)
    again = world.sign_in(person.user_id, session=first)
    assert (again.status, view(world, again.session).status, view(world, first).status) == (200, 200, 401)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://help.contoso.example.evil.example"},
        {"origin": "http://help.contoso.example"},
    ],
    ids=["none", "foreign", "null", "look-alike", "without TLS"],
)
@pytest.mark.parametrize("path", ["/api/account/password", "/api/account/sign-out", "/api/account/sessions/end"])
def test_what_rides_on_the_cookie_needs_our_own_origin(world, path, headers):
    session = world.sign_in(world.person().user_id).session
    headers = {"content-type": "application/json", "host": "help.contoso.example", **headers}
    answer = world.request("POST", path, "{}", headers=headers, session=session)
    assert (answer.status, answer.code) == (403, "request-from-another-site")
    assert view(world, session).status == 200


def test_the_sites_own_address_is_the_origin_where_it_is_set(use):
    world = use(organisation={"site_url": "https://reset.contoso.example/"})
    session = world.sign_in(world.person().user_id).session
    headers = {"content-type": "application/json", "host": "api.example", "origin": "https://reset.contoso.example"}
    assert world.request("POST", "/api/account/sign-out", "{}", headers=headers, session=session).status == 200
    headers["origin"] = "https://api.example"
    assert world.request("POST", "/api/account/sign-out", "{}", headers=headers, session=session).status == 403


def test_of_parallel_changes_one_wins(world):
    from account.flow import change_password
    from regain.api.contract import ChangePassword
    from tests.functions.test_races import together

    person = world.person()
    session = world.sign_in(person.user_id).session

    def once(number, caller):
        caller.session = session
        change_password(ChangePassword(world.password, f"violet-Anchor-{number:03}-plum"), caller)

    outcomes = together(12, once)
    assert outcomes["done"] == 1
    assert sum(event["kind"] == "password-changed" for event in world.events(person.user_id)) == 1


def test_a_right_current_password_counts_also_where_the_new_one_is_refused_x27(use, argon2_calls):
    world = use(limits={"right_passwords_per_hour": 4})
    session = world.sign_in(world.person().user_id).session
    argon2_calls.clear()
    codes = [change(world, session, new="short").code for _ in range(6)]
    assert codes == ["password-not-accepted"] * 4 + ["sign-in-locked"] * 2
    assert argon2_calls.count("verify") == 4
