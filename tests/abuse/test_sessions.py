"""Sessions and roles: who is signed in, from which page they ask, and what they may do to whom. No mode of disclosure
changes any of it.
"""

import json
import re
from collections import Counter
from http.cookies import SimpleCookie

import pytest

from regain.api.contract import ADMINISTRATION, OPERATIONS
from tests.abuse.client import alike, together
from tests.codes import code_in
from tests.functions.agent import Agent
from tests.functions.person import Person
from tests.functions.test_repudiation import changed, secure
from tests.functions.virtual_authenticator import VirtualAuthenticator

NEW = "violet-Anchor-27-plum"
RIDING = [each for each in OPERATIONS if each.session and each.method != "GET"]
"""What changes something on the strength of a cookie."""


@pytest.fixture
def mode():
    """One mode: whoever is signed in has proved who they are."""
    return "private"


def at(operation, user_id="x"):
    """The path of an operation, about somebody."""
    return re.sub(r"\{\w+\}", user_id, operation.path)


def view(attacker, session):
    return attacker.request("GET", "/api/account", session=session)


def test_47_a_session_is_new_at_each_sign_in_and_dead_after_every_change(attacker):
    """`__Host-`, Secure, HttpOnly, Strict, as the device cookie is; no token from before is kept or outlives a change."""
    person = attacker.person()
    planted = "A" * 43
    signed = attacker.sign_in(person.user_id, session=planted)
    given = {name: morsel for cookie in signed.cookies for name, morsel in SimpleCookie(cookie).items()}
    assert {name: morsel["max-age"] for name, morsel in given.items()} == {
        "__Host-session": str(8 * 3_600), "__Host-browser": str(180 * 86_400),
    }  # fmt: skip
    for morsel in given.values():
        assert (morsel["path"], morsel["domain"], morsel["samesite"]) == ("/", "", "Strict")
        assert (morsel["secure"], morsel["httponly"]) == (True, True)
    assert signed.session != planted
    assert view(attacker, planted).code == "sign-in-needed"
    again = attacker.sign_in(person.user_id, session=signed.session).session
    assert again != signed.session
    assert attacker.post("/api/account/sign-out", session=again).cookies[0].startswith("__Host-session=; ")
    assert view(attacker, again).code == "sign-in-needed"
    for change in (_reset, _locked):
        somebody = attacker.person()
        session = attacker.sign_in(somebody.user_id).session
        assert view(attacker, session).status == 200
        assert change(attacker, somebody).status == 200
        assert view(attacker, session).code == "sign-in-needed"
    for forged in (session[:-1], session + "A", session.swapcase(), session[:22] + again[22:], "", "null"):
        assert view(attacker, forged).code == "sign-in-needed"


def _reset(attacker, person):
    return attacker.finish(attacker.proved(person.user_id).body["flow"], NEW)


def _locked(attacker, person):
    return secure(attacker, changed(attacker, person))


def test_48_no_other_site_can_ask_in_somebodys_name(attacker):
    """What rides on a cookie needs JSON and our own Origin, to the letter: scheme, host and port."""
    person = Person(attacker)
    before, own = person.view()["methods"], attacker.stack.origin
    host = own.removeprefix("http://")
    foreign = ["https://evil.example", "null", "", f"https://{host}", f"{own}.evil.example", f"http://evil.example#{own}",
               f"http://{host}@evil.example", "http://127.0.0.1", "http://127.0.0.1:1", f"{own}, https://evil.example"]  # fmt: skip
    for operation in RIDING:
        for origin in foreign:
            headers = {"content-type": "application/json", "origin": origin, "sec-fetch-site": "cross-site"}
            if not origin:
                del headers["origin"]
            refused = attacker.request(operation.method, at(operation), "{}", headers=headers, session=person.session)
            assert (refused.status, refused.code) == (403, "request-from-another-site"), (operation.path, origin)
    for media_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "application/json+x",
    ):
        for operation in [each for each in OPERATIONS if each.request and not each.form]:
            headers = {"content-type": media_type, "origin": own}
            refused = attacker.request(operation.method, at(operation), "{}", headers=headers, session=person.session)
            assert (refused.status, refused.code) == (415, "send-json"), (operation.path, media_type)
    assert view(attacker, person.session).status == 200, "nothing has ended the session"
    assert person.view()["methods"] == before


def test_49_other_sites_are_told_nothing_by_preflight(attacker):
    """There is no CORS: a preflight is no route, and no answer names an origin that may read it."""
    for operation in OPERATIONS:
        headers = {"origin": "https://evil.example", "access-control-request-method": operation.method,
                   "access-control-request-headers": "content-type", "access-control-request-private-network": "true"}  # fmt: skip
        asked = attacker.request("OPTIONS", at(operation), headers=headers)
        assert asked.status in (404, 405), operation.path
        read = attacker.request("GET", at(operation), headers=headers)
        for answer in (asked, read):
            assert not [name for name in answer.headers if name.startswith("access-control-")], operation.path
            if operation.path.startswith("/api/"):
                assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_50_each_admin_route_is_for_its_role_and_over_lower_ones_only(attacker):
    """Nobody, a person, an auditor and helpdesk on every route; nobody acts on themself, an equal or a higher role."""
    victim = attacker.person()
    roles = {
        role: Agent(attacker, role=role) for role in ("auditor", "helpdesk", "user-administrator", "administrator")
    }
    plain = Person(attacker)
    for agent in roles.values():
        assert agent.prove().status == 200
    for operation in ADMINISTRATION:
        path, body = at(operation, victim.user_id), _full(operation)
        assert attacker.request(operation.method, path, body).code == "sign-in-needed", operation.path
        refused = attacker.request(operation.method, path, body, session=plain.session)
        assert refused.code == "not-for-your-role", operation.path
    for act, method in (("reset", "POST"), ("unlock", "POST"), ("lift", "POST"), ("enable", "POST"),
                        ("methods", "DELETE"), ("require-registration", "POST"), ("caller/start", "POST")):  # fmt: skip
        assert roles["auditor"].over(victim, act, method=method).code == "not-for-your-role", act
        low = act in ("enable", "methods")
        assert roles["helpdesk"].over(victim, act, method=method).code == ("not-for-your-role" if low else (
            "caller-not-proved" if act in ("reset", "require-registration") else "")), act  # fmt: skip
        for agent in list(roles.values())[1:]:
            assert agent.over(agent.account, act, method=method).code in (
                "not-over-this-account",
                "not-for-your-role",
            )
    order = list(roles)
    for place, role in enumerate(order[1:], 1):
        for above in order[place:]:
            over = roles[above] if above != role else Agent(attacker, role=role)
            if role == above == "administrator":
                assert roles[role].over(over.account, "unlock").status == 200  # only they can help each other (S16)
                continue
            assert roles[role].over(over.account, "unlock").code == "not-over-this-account", (role, above)
    helpdesk, other = roles["helpdesk"], attacker.person()
    theirs = helpdesk.over(other, "caller/start").body["flow"]
    for step, more in (("send", {}), ("verify", {"code": "000000"})):
        told = helpdesk.over(victim, f"caller/{step}", {"flow": theirs, "method": "email", **more})
        assert told.code == "session-ended", "one account's story would tell of another's proof"
    assert roles["auditor"].look(victim).status == 200
    assert "•" in json.dumps(roles["auditor"].look(victim).body, ensure_ascii=False)


def _full(operation):
    """A body that an operation reads."""
    full = {"flow": "A" * 43, "method": "sms", "code": "1"}
    if operation.method != "POST" or not operation.request:
        return None
    return json.dumps({name: full[name] for name in operation.request.__struct_fields__ if name in full})


def test_51_security_info_is_ones_own(attacker):
    """What was begun in one account is confirmed by no other, and nothing of another's is removed by its ID."""
    mine, theirs = Person(attacker), Person(attacker)
    begun = theirs.register("email", contact=f"t{attacker.number}@mail.example").body
    code = attacker.received(begun["place"])[0]["body"]
    code = code_in(code)
    assert mine.confirm(begun["id"], code=code).code == "registration-ended"
    own = mine.register("email", contact=f"m{attacker.number}@mail.example").body
    assert mine.confirm(own["id"], code=code).code == "wrong-code", "a code of another registration"
    second = attacker.sign_in(theirs.account.user_id).session
    elsewhere = Person.signed_in(attacker, theirs.account, second)
    assert elsewhere.confirm(begun["id"], code=code).code == "prove-it-is-you", "with the password alone"
    elsewhere.step_up()
    assert elsewhere.confirm(begun["id"], code=code).status == 200, "the same person in another browser"
    assert mine.remove(begun["id"]).code == "no-such-security-info"
    for forged in ("../" + begun["id"], begun["id"].upper(), "*", "email", "%00", "entered-1", f"{begun['id']}%2f"):
        assert mine.remove(forged).code in ("no-such-security-info", "not-found"), forged
    assert ("email", begun["place"]) in theirs.places()
    sessions = view(attacker, theirs.session).body["sessions"]
    ended = attacker.post("/api/account/sessions/end", {"session": sessions[0]["id"]}, session=mine.session)
    assert ended.status == 200, "the answer does not tell whether there was one"
    assert view(attacker, theirs.session).status == view(attacker, second).status == 200


def test_52_a_temporary_password_opens_one_sign_in_and_only_the_change(attacker):
    """Of ten at once one gets in; what is open then is a proof and choosing another; after its hours it opens nothing."""
    agent = Agent(attacker)
    assert agent.prove().status == 200
    person, late = attacker.person(), attacker.person()
    made = [agent.over(each, "reset").body["temporary_password"] for each in (person, late)]
    answers = together(10, lambda _: attacker.sign_in(person.user_id, made[0]))
    told = Counter(answer.code for answer in answers)
    assert told[""] == 1
    assert set(told) <= {"", "temporary-password-ended", "busy-try-again"}
    (session,) = (answer.session for answer in answers if answer.status == 200)
    assert attacker.sign_in(person.user_id, made[0]).code == "temporary-password-ended"
    for method, path, body in (("POST", "/methods", {"kind": "authenticator"}), ("POST", "/methods/keep", None),
                               ("DELETE", "/methods/x", None), ("POST", "/methods/x/confirm", {"code": "1"})):  # fmt: skip
        text = json.dumps(body) if body else None
        refused = attacker.request(method, f"/api/account{path}", text, session=session)
        assert refused.code == "change-your-password-first", path
    change = {"current_password": made[0], "new_password": NEW}
    assert attacker.post("/api/account/password", change, session=session).code == "prove-it-is-you"
    assert Person.signed_in(attacker, person, session).prove("email").status == 200
    assert attacker.post("/api/account/password", change, session=session).status == 200
    assert attacker.sign_in(person.user_id, NEW).body["must_change_password"] is False
    attacker.alter(late.user_id, temporary_until=attacker.services.now - 1)
    assert attacker.sign_in(late.user_id, made[1]).code == "temporary-password-ended"
    helper = attacker.person(role="helpdesk")
    assert agent.over(helper, "reset").status == 200
    attacker.alter(helper.user_id, must_change_password=True)
    attacker.alter(helper.user_id, password=attacker.account(attacker.person().user_id).password, temporary_until=0)
    forced = attacker.sign_in(helper.user_id).session
    assert attacker.request("GET", "/api/admin", session=forced).code == "change-your-password-first"


def test_53_codes_of_apps_recovery_codes_and_passkeys_are_used_once(attacker):
    """One step of an app and one recovery code pass once, also at once; a passkey signs for our origin and this flow."""
    owner = Person(attacker)
    app = owner.app()
    saved = owner.register("recovery-code").body["recovery_code"]
    device, site = VirtualAuthenticator(), attacker.stack.origin
    begun = owner.register("passkey", name="Phone").body
    wrong_site = device.make(begun["passkey"], "https://evil.example")
    assert owner.confirm(begun["id"], credential=wrong_site).code == "passkey-not-accepted"
    assert owner.confirm(begun["id"], credential=device.make(begun["passkey"], site)).status == 200
    _each_once(attacker, owner, "authenticator", app.at(attacker.services.now + 30))
    _each_once(attacker, owner, "recovery-code", saved)
    _signed(attacker, owner, device, site)


def _flow(attacker, owner):
    begun = attacker.start(owner.account.user_id).body
    return begun["flow"], {method["kind"]: method for method in begun["methods"]}


def _each_once(attacker, owner, kind, code):
    """The same proof in three flows at once: one of them passes. Later it is wrong, and not said to have been right (X9)."""
    flows = [_flow(attacker, owner)[0] for _ in range(3)]
    answers = together(3, lambda number: attacker.verify(flows[number], code, kind))
    assert sum(answer.status == 200 for answer in answers) == 1, Counter(answer.code for answer in answers)
    again = attacker.verify(_flow(attacker, owner)[0], code, kind)
    assert again.code == f"wrong-{kind}{'-code' if kind == 'authenticator' else ''}"


def _signed(attacker, owner, device, site):
    """A passkey's signature: of another origin, flow or key, without the person, replayed, or counted back."""

    def give(to, credential):
        return attacker.post("/api/reset/verify", {"flow": to, "method": "passkey", "credential": credential})

    (flow, methods), (other, others) = _flow(attacker, owner), _flow(attacker, owner)
    challenge, another = methods["passkey"]["challenge"], others["passkey"]["challenge"]
    absent, stranger = (
        VirtualAuthenticator(key=device.key, id=device.id, verified=False),
        VirtualAuthenticator(id=device.id),
    )
    for bad in (device.sign(challenge, "https://evil.example"), device.sign(another, site),
                absent.sign(challenge, site), stranger.sign(challenge, site)):  # fmt: skip
        assert give(flow, bad).code == "passkey-not-accepted"
    device.count = 50
    good = device.sign(challenge, site)
    assert give(flow, good).status == 200
    assert give(flow, good).code == "method-not-offered"
    assert give(other, good).code == "passkey-not-accepted", "another flow's challenge"
    device.count = 10
    assert give(other, device.sign(another, site)).code == "passkey-not-accepted", "a copy of the passkey"


def test_54_this_was_not_me_is_said_once_for_ones_own_account(attacker):
    """The token is derived for one change of one account: replayed, mixed, or after a week it is over."""
    victim, other, late = (attacker.person() for _ in range(3))
    tokens = [changed(attacker, each) for each in (victim, other, late)]
    mixed = tokens[0][:22] + tokens[1][22:]
    for forged in (mixed, tokens[0][:-1], tokens[0] + "A", "A" * 43, attacker.start(victim.user_id).body["flow"]):
        assert secure(attacker, forged).code == "link-ended"
    answers = together(10, lambda _: secure(attacker, tokens[0]))
    told = Counter(answer.code for answer in answers)
    assert told[""] == 1
    assert set(told) <= {"", "link-ended", "busy-try-again"}
    assert attacker.account(victim.user_id).enabled is False
    assert attacker.account(other.user_id).enabled is True
    attacker.alter(victim.user_id, enabled=True)
    assert secure(attacker, tokens[0]).code == "link-ended"
    assert attacker.account(victim.user_id).enabled is True
    _a_week_later(attacker, late)
    assert secure(attacker, tokens[2]).code == "link-ended"
    assert alike({n: secure(attacker, token) for n, token in enumerate((tokens[0], tokens[2], "A" * 43))}).status == 410


def _a_week_later(attacker, person):
    services = attacker.services
    table, subject = services.recoveries.table, services.recoveries.subject(person.id)
    for item in services.store.query(table, "subject", subject, limit=1_000):
        if item["record"].startswith("repudiation#"):
            services.store.client.update_item(
                TableName=table, Key={"subject": {"S": subject}, "record": {"S": item["record"]}},
                UpdateExpression="SET #until = :now", ExpressionAttributeNames={"#until": "until"},
                ExpressionAttributeValues={":now": {"N": str(services.now)}},
            )  # fmt: skip
