"""The flow: from the first step to the last in order, once, by whoever proved who they are, and for nothing else."""

import base64
import json
import re
from collections import Counter
from dataclasses import replace

import altcha.v1
import altcha.v2
import msgspec
import pytest

from local.sandbox import Pool, source_time
from local.template import read
from local.zygote import Zygote
from regain.api.contract import OPERATIONS
from tests.abuse.client import exchange, together
from tests.abuse.conftest import AFTER_THE_START, MODES
from tests.abuse.evidence import proved
from tests.conftest import ROOT
from tests.functions.conftest import World, solve
from tests.local.test_sandbox import in_a_loop

NEW = "violet-Anchor-27-plum"


@pytest.fixture(params=AFTER_THE_START)
def mode(request):
    """All but one case are about what comes after the start."""
    return request.param


def test_31_the_last_step_needs_every_proof_and_works_once(attacker):
    """Before any gate, after one of two, after the end and after fifteen minutes it is refused, and changes nothing."""
    person, helper = attacker.person(), attacker.person(role="helpdesk")
    begun = attacker.start(person.user_id).body["flow"]
    assert attacker.finish(begun).code == "proof-still-needed"
    one_of_two = attacker.proved(helper.user_id).body["flow"]
    assert attacker.finish(one_of_two).code == "proof-still-needed"
    late = attacker.proved(person.user_id).body["flow"]
    attacker.age(late, 901)
    for purpose_step in (attacker.finish(late), attacker.send(late), attacker.verify(late, "000000")):
        assert purpose_step.code == "session-ended"
    assert attacker.account(person.user_id).password_changed_at == 0
    done = attacker.proved(person.user_id).body["flow"]
    assert attacker.finish(done).status == 200
    for again in (attacker.finish(done), attacker.send(done), attacker.verify(done, "000000")):
        assert (again.status, again.code) == (410, "session-ended")
    assert attacker.account(helper.user_id).password_changed_at == 0


def test_32_two_proofs_are_of_two_kinds_and_go_to_two_places(attacker):
    """After a mailbox no other mailbox counts, after a text no call to the same telephone, and no number twice."""
    mails = (f"a{attacker.number}@home.example", f"b{attacker.number}@home.example")
    helper = attacker.person(role="helpdesk", other_mails=mails, office_phone=f"+4479{attacker.number:08}")
    attacker.alter(helper.user_id, mobile_phone=helper.office_phone)
    mailed = attacker.start(helper.user_id).body
    attacker.send(mailed["flow"])
    passed = attacker.verify(mailed["flow"], attacker.code(mailed["reference"]))
    assert passed.body["gates"] == {"required": 2, "passed": 1}
    assert {method["kind"] for method in passed.body["methods"]} == {"sms", "call-mobile", "call-office"}
    for other in ("email", "email-2"):
        assert attacker.send(mailed["flow"], other).code == "method-not-offered"
    texted = attacker.start(helper.user_id).body
    attacker.send(texted["flow"], "sms")
    passed = attacker.verify(texted["flow"], attacker.texted(helper.office_phone), "sms")
    assert {method["kind"] for method in passed.body["methods"]} == {"email"}
    for other in ("sms", "call-mobile", "call-office"):
        assert attacker.send(texted["flow"], other).code == "method-not-offered"
        assert attacker.verify(texted["flow"], "000000", other).code == "method-not-offered"


def test_33_the_stricter_rule_wins_where_it_changes_on_the_way(attacker, deployment, crowded, tmp_path):
    """What holds at the end is asked again: a role given or taken, an account turned off, settings that were deployed."""
    promoted, demoted, off, judged = (
        attacker.person(**changes) for changes in ({}, {"role": "helpdesk"}, {}, {})
    )  # fmt: skip
    flows = [attacker.proved(each.user_id).body["flow"] for each in (promoted, demoted, off, judged)]
    attacker.alter(promoted.user_id, role="administrator")
    attacker.alter(demoted.user_id, role="")
    attacker.alter(off.user_id, enabled=False)
    assert attacker.finish(flows[0]).code == "session-ended"
    assert attacker.finish(flows[1]).code == "session-ended"
    assert attacker.finish(flows[2]).code == "account-turned-off"
    body = json.dumps({"flow": flows[3], "new_password": NEW})
    stricter = [({"gates": 2}, "proof-still-needed"), ({"enabled_for": "none"}, "not-enabled-for-password-reset")]
    for setting, code in stricter if crowded else stricter[:1]:
        with_settings = deployed_anew(deployment, tmp_path, **setting)
        told = World.request(attacker, "POST", "/api/reset/finish", body, headers=attacker.own, serve=with_settings)
        assert told.code == code
    assert attacker.finish(flows[3]).status == 200


def deployed_anew(deployment, folder, **recovery):
    """The reset function as it runs with other settings on the same store: a deployment in the middle of a flow."""
    known = json.loads((deployment.stack.state / "stack.json").read_text())
    settings = msgspec.to_builtins(deployment.services.organisation)
    settings["recovery"] |= recovery
    changed = folder / "organisation.json"
    changed.write_bytes(msgspec.json.encode(settings))
    function = next(each for each in read(ROOT / "template.yaml").functions if each.name == "ResetFunction")
    function = replace(function, environment={**known, "ORGANISATION_FILE": str(changed)})

    async def call(event):
        zygote = Zygote(source_time)
        pool = Pool(function, {}, folder / "log", zygote)
        try:
            return await pool.call(event)
        finally:
            await pool.stop()
            await zygote.stop()

    return lambda event, _: in_a_loop(call(event))


def test_34_a_flow_serves_the_purpose_that_it_was_begun_for(attacker):
    """What was proved to unlock sets no password, and what was proved to reset unlocks nothing."""
    person = attacker.person()
    unlock = attacker.proved(person.user_id, "unlock").body["flow"]
    reset = attacker.proved(person.user_id).body["flow"]
    for step in ("send", "verify", "finish"):
        more = {"send": {"method": "email"}, "verify": {"method": "email", "code": "000000"}}.get(step, {})
        other = {"new_password": NEW} if step == "finish" else {}
        assert attacker.post(f"/api/reset/{step}", {"flow": unlock, **more, **other}).code == "session-ended"
        assert attacker.post(f"/api/unlock/{step}", {"flow": reset, **more}).code == "session-ended"
    assert attacker.sign_in(person.user_id).status == 200
    assert attacker.finish(unlock, purpose="unlock").status == 200
    assert attacker.sign_in(person.user_id).status == 200


def test_35_of_50_parallel_finishes_one_wins_and_the_others_say_so(attacker, crowded):
    """One transaction uses the flow up and sets the password: there is one change, and one password that works."""
    person = attacker.person()
    flow = attacker.proved(person.user_id).body["flow"]
    times = 50 if crowded else 8
    answers = together(times, lambda number: attacker.finish(flow, f"violet-Anchor-{number:03}-plum"))
    told = Counter(answer.code for answer in answers)
    assert told[""] == 1
    assert set(told) <= {"", "session-ended", "busy-try-again"}
    assert attacker.happened(person.user_id).count("password-reset") == 1
    (winner,) = (number for number, answer in enumerate(answers) if answer.status == 200)
    assert attacker.sign_in(person.user_id, f"violet-Anchor-{winner:03}-plum").status == 200
    loser = (winner + 1) % times
    assert attacker.sign_in(person.user_id, f"violet-Anchor-{loser:03}-plum").code == "wrong-user-id-or-password"


@pytest.mark.parametrize("mode", MODES)
def test_36_finishing_one_flow_kills_every_other_of_the_account(attacker):
    """Also those that were proved already, and those to unlock (keycloak 26815, 37231); of others at once, one wins."""
    person = attacker.person()
    first, second = (attacker.proved(person.user_id).body["flow"] for _ in range(2))
    unlock = attacker.proved(person.user_id, "unlock").body["flow"]
    begun = attacker.start(person.user_id).body["flow"]
    answers = together(2, lambda number: attacker.finish((first, second)[number], f"violet-Anchor-{number:03}-plum"))
    assert sorted(answer.code for answer in answers) == ["", "session-ended"]
    assert attacker.finish(unlock, purpose="unlock").code == "session-ended"
    if attacker.deployment.mode == "detailed":
        assert attacker.send(begun).code == "session-ended", "the account was shown already"
        return
    assert attacker.send(begun).status == 202, "whoever has proved nothing learns nothing of it (X19)"
    assert attacker.verify(begun, "00000000").code == "wrong-code"
    assert attacker.finish(begun).code == "proof-still-needed"


def test_37_a_flow_token_is_good_as_it_was_given_and_in_no_other_form(attacker):
    """16 bytes say where, 16 random ones prove the right to it: guessed, cut, grown, mixed or re-encoded it is none."""
    mine, theirs = (attacker.proved(attacker.person().user_id).body["flow"] for _ in range(2))
    raw = base64.urlsafe_b64decode(mine + "=")
    forms = [mine[:-1], mine[:42], mine + "A", mine + "=", f" {mine}", mine.swapcase(), mine[::-1], raw.hex(),
             mine[:22] + theirs[22:], theirs[:22] + mine[22:], mine[:-2] + "AA", "A" * 43,
             base64.b64encode(raw).decode(), mine[:-1] + chr(ord(mine[-1]) + 1), f"{mine}\x00", "%".join(mine[:30]),
             base64.urlsafe_b64encode(raw[:16] + bytes(16)).rstrip(b"=").decode()]  # fmt: skip
    for form in {form for form in forms if form != mine}:
        for step, more in (("send", {"method": "email"}), ("finish", {"new_password": NEW})):
            refused = attacker.post(f"/api/reset/{step}", {"flow": form, **more})
            assert refused.code in ("session-ended", "request-not-read"), form
    assert attacker.finish(mine).status == attacker.finish(theirs).status == 200


def test_38_fields_that_nobody_asked_for_are_refused(attacker):
    """`gates`, `passed`, `account`, `role` and their like are read nowhere, and their names are not repeated."""
    person = attacker.person()
    flow = attacker.start(person.user_id).body["flow"]
    posts = [each for each in OPERATIONS if each.request and each.path.startswith(("/api/reset/", "/api/unlock/"))]
    full = {"user_id": person.user_id, "proof": "x", "flow": flow, "method": "email", "code": "1", "new_password": NEW}
    assert len(posts) == 12
    for operation in posts:
        body = {name: full[name] for name in operation.request.__struct_fields__ if name in full}
        for extra in (
            "gates",
            "passed",
            "required",
            "account",
            "role",
            "admin",
            "generation",
            "__proto__",
            "constructor",
        ):
            refused = attacker.post(operation.path, {**body, extra: 1})
            assert (refused.status, refused.code) == (400, "request-not-read"), (operation.path, extra)
            assert extra not in refused.body.get("wrong", "")
    assert attacker.finish(flow).code == "proof-still-needed"


def test_39_opening_what_a_message_links_to_changes_nothing(attacker):
    """Scanners may follow every link, prefetch and run scripts: only the button of the page asks (authelia 2994)."""
    person = attacker.person()
    flow = attacker.proved(person.user_id)
    assert attacker.finish(flow.body["flow"]).status == 200
    (notice,) = attacker.received(person.mail, holding="/not-me/#")
    every = [notice, *attacker.messages(person.other_mails[0])]
    links = {link.rstrip(".,)") for message in every for link in re.findall(r"https?://\S+", message["body"])}
    token = re.search(r"/not-me/#([\w-]{43})", notice["body"])[1]
    origin = attacker.stack.origin
    named = origin.replace("127.0.0.1", "localhost")  # as messages name it: a passkey works under a name only
    ours = {link.removeprefix(named) for link in links if link.startswith(f"{named}/")}
    assert any(f"#{token}" in link for link in ours)
    fetches = ({}, {"purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}, {"user-agent": "SafeLinks"})
    for path in (*ours, "/api/account/secure"):
        for target in (path.partition("#")[0], path.replace("#", "?token="), path.replace("#", "%23")):
            for method in ("GET", "HEAD", "OPTIONS"):
                for headers in fetches:
                    assert exchange(origin, method, target, headers=headers.items())[0] in (200, 404, 405)
    assert attacker.sign_in(person.user_id, NEW).status == 200
    assert attacker.account(person.user_id).enabled is True
    assert "account-secured" not in attacker.happened(person.user_id)
    assert attacker.post("/api/account/secure", {"token": token}).status == 200, "the link is still good"
    assert proved(
        "tests/browser/test_repudiation.py",
        "test_the_link_opens_a_page_with_one_button_that_turns_the_account_off_b6_f31_f41",
    )


@pytest.fixture
def forged(attacker):
    """A solved challenge as only the service could sign it, with other contents; its work is cheap."""

    def make(**changes):
        keys = attacker.services.keys
        contents = {"expires_at": attacker.services.now + 300, "data": {"action": "start"}, **changes}
        made = altcha.v2.create_challenge(
            "PBKDF2/SHA-256", 1, counter=1, hmac_secret=keys.derive("challenge"),
            hmac_key_secret=keys.derive("challenge-solution"), **contents,
        )  # fmt: skip
        return solve(made.to_dict())

    return make


def test_40_a_proof_of_work_is_spent_once_and_holds_for_what_was_signed(attacker, forged):
    """Replayed, re-encoded, spent in parallel, expired, changed, for another purpose or of protocol 1: refused."""
    person = attacker.person()
    spent = attacker.real_proof()
    answers = together(20, lambda _: attacker.post("/api/reset/start", {"user_id": person.user_id, "proof": spent}))
    assert Counter(answer.code for answer in answers) == {"": 1, "robot-check-failed": 19}
    contents = json.loads(base64.b64decode(spent))
    reordered = dict(reversed(contents.items()))
    for again in (spent, encoded(contents), encoded(reordered), encoded({**contents, "more": 1})):
        for path, more in (("/api/unlock/start", {}), ("/api/contact/administrator", {"reply_to": "me@home.example"})):
            refused = attacker.post(path, {"user_id": person.user_id, "proof": again, **more})
            assert (refused.status, refused.code) == (422, "robot-check-failed"), path
    for _ in range(attacker.services.organisation.limits.contacts_per_day + 1):
        assert ask(attacker, person, spent).code == "robot-check-failed"
    assert ask(attacker, person, forged()).status == 202, "requests that nothing was paid for have used up the day's"
    fresh = json.loads(base64.b64decode(forged()))
    parameters = fresh["challenge"]["parameters"]
    for change in ({"cost": 2}, {"expiresAt": parameters["expiresAt"] + 1}, {"salt": "00" * 16}, {"nonce": "00" * 16},
                   {"algorithm": "SHA-256"}, {"keySignature": "00" * 32}, {"data": {"action": "other"}}):  # fmt: skip
        other = {**fresh, "challenge": {**fresh["challenge"], "parameters": {**parameters, **change}}}
        assert start_with(attacker, person, encoded(other)).code == "robot-check-failed", change
    loud = {**fresh["challenge"], "signature": fresh["challenge"]["signature"].upper()}
    for other in (
        {**fresh, "challenge": loud},
        {**fresh, "solution": {"counter": 1, "derivedKey": "00" * 32}},
        {},
        [],
        "x",
    ):
        assert start_with(attacker, person, encoded(other)).code == "robot-check-failed"
    assert start_with(attacker, person, forged(data={"action": "other"})).code == "robot-check-failed"
    assert start_with(attacker, person, forged(data=None)).code == "robot-check-failed"
    assert start_with(attacker, person, forged(expires_at=attacker.services.now - 1)).code == "robot-check-expired"
    assert start_with(attacker, person, older(attacker)).code == "robot-check-failed"
    assert start_with(attacker, person, encoded(fresh)).status == 201


def start_with(attacker, person, proof):
    return attacker.post("/api/reset/start", {"user_id": person.user_id, "proof": proof})


def ask(attacker, person, proof):
    body = {"user_id": person.user_id, "proof": proof, "reply_to": person.other_mails[0]}
    return attacker.post("/api/contact/administrator", body)


def encoded(contents):
    return base64.b64encode(json.dumps(contents).encode()).decode()


def older(attacker):
    """A solved challenge of ALTCHA's first protocol, whose salt could be split in two ways (CVE-2025-68113)."""
    made = altcha.v1.create_challenge(max_number=5, hmac_key=attacker.services.keys.derive("challenge"))
    solved = altcha.v1.solve_challenge(made)
    return encoded({**made.to_dict(), "number": solved.number})
