"""What a stranger does never counts against what the owner does, and no limit shuts a door (B26, X2-X9, X14, X19)."""

import pytest

from regain.adapters import device_cookies
from regain.domain.device_cookie import Known, remember
from tests.functions.conftest import DRAW, solve
from tests.functions.test_repudiation import changed, secure

NEW = "violet-Anchor-27-plum"
KINDS = ("email", "sms", "call-mobile", "call-office", "authenticator")


def strangers(world, user_id, networks=25):
    """Uses up every limit that browsers have which the account does not know, from many networks."""
    for number in range(networks):
        address = f"198.{18 + number // 250}.{number % 250}.7"
        flow = world.post("/api/reset/start", {"user_id": user_id, "proof": world.proof()}, address=address).body
        for kind in KINDS:
            body = {"flow": flow["flow"], "method": kind}
            if kind != "authenticator":
                world.post("/api/reset/send", body, address=address)
            world.post("/api/reset/verify", {**body, "code": f"99999{number:03}"}, address=address)
        for attempt in range(4):
            world.sign_in(user_id, f"wrong-{number}-{attempt}", address=address)


def digits(world, user_id, **options):
    body = {"user_id": user_id, "proof": world.proof(), "ticket": options.pop("ticket", "")}
    methods = world.post("/api/reset/start", body, **options).body["methods"]
    return {method["kind"]: method["digits"] for method in methods if "digits" in method}


def recovered(world, user_id, browser="", ticket="", method="email"):
    """A whole reset from a browser; its last answer."""
    body = {"user_id": user_id, "proof": world.proof(), "ticket": ticket}
    flow = world.post("/api/reset/start", body, browser=browser).body
    sent = world.post("/api/reset/send", {"flow": flow["flow"], "method": method}, browser=browser)
    assert sent.status == 202, sent.body
    proof = {"flow": flow["flow"], "method": method, "code": world.code(flow["reference"], method=method)}
    assert world.post("/api/reset/verify", proof, browser=browser).status == 200
    return world.post("/api/reset/finish", {"flow": flow["flow"], "new_password": NEW}, browser=browser)


class TestKnownBrowsers:
    def test_after_every_limit_is_used_up_the_owners_browser_is_as_before(self, world):
        """Attack 70."""
        person = world.person()
        browser = world.sign_in(person.user_id).browser
        strangers(world, person.user_id)
        long = digits(world, person.user_id)
        assert (long["email"], long["authenticator"]) == (12, 12)
        assert digits(world, person.user_id, browser=browser) == {
            "email": 8, "sms": 6, "call-mobile": 6, "call-office": 6, "authenticator": 6
        }  # fmt: skip
        assert world.sign_in(person.user_id).code == "prove-it-is-you-first"
        assert world.sign_in(person.user_id, browser=browser).status == 200
        assert recovered(world, person.user_id, browser).status == 200

    def test_an_unknown_browser_gives_one_proof_of_recovery_which_makes_it_known(self, world):
        person = world.person(other_mails=("spare@home.example",))
        for number in range(50):
            world.sign_in(person.user_id, f"wrong-{number}", address=f"198.51.{number}.7")
        assert world.sign_in(person.user_id).code == "prove-it-is-you-first"
        started = world.start(person.user_id, "unlock").body
        world.send(started["flow"], purpose="unlock")
        proved = world.verify(started["flow"], world.code(started["reference"]), purpose="unlock")
        assert proved.browser
        assert world.sign_in(person.user_id, browser=proved.browser).status == 200

    def test_a_flood_of_codes_brings_the_owner_the_key(self, world):
        """B26: the link in any e-mail with a code makes the browser that opens it one that is known."""
        person = world.person()
        strangers(world, person.user_id)
        (message, *_) = [m for m in world.outbox_of(person.user_id) if m["to"] == person.other_mails[0]]
        facts = message["facts"]
        known = Known(message["subject"], facts["ticket_name"], facts["ticket_epoch"], facts["ticket_until"])
        ticket = device_cookies.ticket(world.services.keys, known)
        assert recovered(world, person.user_id, ticket=ticket).status == 200
        other = world.person()
        strangers(world, other.user_id)
        assert digits(world, other.user_id, ticket=ticket)["email"] == 12

    def test_a_forged_cookie_one_of_another_account_and_one_of_another_site_are_none(self, world):
        person, other = world.person(), world.person()
        strangers(world, person.user_id)
        foreign = world.sign_in(other.user_id).browser
        sealed = remember((), world.services.recoveries.subject(person.id), "00" * 8, 0, world.services.now)
        theirs = device_cookies.seal(
            type("Keys", (), {"derive": lambda _, purpose: purpose.encode().ljust(32)})(), sealed
        )
        for cookie in (foreign, theirs, foreign[:-4] + "AAAA", "x", "é"):
            assert digits(world, person.user_id, browser=cookie)["email"] == 12

    def test_a_reset_makes_the_other_browsers_unknown_and_an_unlock_none(self, world):
        person = world.person()
        first, second = (world.sign_in(person.user_id).browser for _ in range(2))
        strangers(world, person.user_id)
        own = recovered(world, person.user_id, first).browser
        assert digits(world, person.user_id, browser=own)["email"] == 8
        for old in (first, second):
            assert digits(world, person.user_id, browser=old)["email"] == 12
        flow = world.post("/api/unlock/start", {"user_id": person.user_id, "proof": world.proof()}, browser=own).body
        world.post("/api/unlock/send", {"flow": flow["flow"], "method": "sms"}, browser=own)
        code = world.code(flow["reference"], method="sms")
        proof = {"flow": flow["flow"], "method": "sms", "code": code}
        assert world.post("/api/unlock/verify", proof, browser=own).status == 200
        assert world.post("/api/unlock/finish", {"flow": flow["flow"]}, browser=own).status == 200
        assert digits(world, person.user_id, browser=own)["email"] == 8

    def test_a_repudiation_makes_every_browser_unknown(self, world):
        """Bad input: a device cookie after “this was not me”, also one that an intruder got with the password."""
        person = world.person()
        token = changed(world, person)
        browser = world.sign_in(person.user_id, NEW).browser
        for number in range(50):
            world.sign_in(person.user_id, f"wrong-{number}", address=f"198.52.{number}.7")
        assert world.sign_in(person.user_id, "wrong", browser=browser).code == "wrong-user-id-or-password"
        assert secure(world, token).status == 200
        assert world.sign_in(person.user_id, "wrong", browser=browser).code == "prove-it-is-you-first"

    def test_a_shared_computer_stays_unknown_and_a_known_browser_can_be_forgotten(self, world):
        person = world.person()
        body = {"user_id": person.user_id, "password": world.password, "shared_computer": True}
        assert world.post("/api/account/sign-in", body).browser == ""
        signed = world.sign_in(person.user_id)
        gone = world.post("/api/account/forget-browser", browser=signed.browser)
        assert [cookie for cookie in gone.cookies if cookie.startswith("__Host-browser=;")]

    def test_a_known_browser_that_guesses_is_slowed_like_any_other(self, world):
        """Stolen, a device cookie is worth a few guesses."""
        person = world.person()
        browser = world.sign_in(person.user_id).browser
        codes = [world.sign_in(person.user_id, f"wrong-{number}", browser=browser).code for number in range(11)]
        assert codes[-1] == "sign-in-locked"
        flow = world.start(person.user_id).body["flow"]
        world.post("/api/reset/send", {"flow": flow, "method": "email"}, browser=browser)
        for number in range(5):
            world.post(
                "/api/reset/verify", {"flow": flow, "method": "email", "code": f"9999999{number}"}, browser=browser
            )
        assert digits(world, person.user_id, browser=browser)["email"] == 12

    def test_every_link_of_a_mailbox_together_is_not_worth_more_guesses_than_a_day_allows(self, use):
        """Whoever has one gate gets no end of short guesses at the other."""
        world = use(recovery={"gates": 2}, limits={"emails_per_hour": 100, "emails_of_all_per_hour": 100})
        person, judged = world.person(), 0
        for _ in range(8):
            started = world.start(person.user_id).body
            world.send(started["flow"])
            browser = world.verify(started["flow"], world.code(started["reference"])).browser
            flow = world.post(
                "/api/reset/start", {"user_id": person.user_id, "proof": world.proof()}, browser=browser
            ).body
            sent = world.post("/api/reset/send", {"flow": flow["flow"], "method": "call-office"}, browser=browser)
            for number in range(5):
                proof = {"flow": flow["flow"], "method": "call-office", "code": f"99999{number}"}
                short = world.post("/api/reset/verify", proof, browser=browser).code != "code-expired"
                judged += short and sent.body["digits"] == 6
        assert judged <= 24


class TestMovingOn:
    @pytest.mark.parametrize("known", [True, False], ids=["nothing proved", "proved"])
    def test_a_flow_whose_account_gets_another_address_sends_and_finishes_nothing_x12(self, world, known):
        """Attack 87."""
        person = world.person()
        started = world.start(person.user_id).body if known else world.proved(person.user_id).body
        world.change(world.account(person.user_id), other_mails=("new@home.example",), mobile_phone="")
        if not known:
            assert world.finish(started["flow"]).code == "session-ended"
            return
        assert world.send(started["flow"]).status == 202
        assert [message["to"] for message in world.outbox(started["reference"])] == [""]
        assert world.verify(started["flow"], world.code(started["reference"])).code == "wrong-code"
        assert world.finish(started["flow"]).code == "proof-still-needed"

    def test_a_code_that_was_on_its_way_when_the_address_changed_opens_nothing_x12(self, world):
        person = world.person()
        started = world.start(person.user_id).body
        world.send(started["flow"])
        code = world.code(started["reference"])
        world.change(world.account(person.user_id), other_mails=("new@home.example",))
        assert world.verify(started["flow"], code).code == "wrong-code"

    def test_the_owners_own_sign_in_does_not_show_in_a_strangers_counts_x19(self, world):
        """Attack 86, and polling at one below the limit."""
        known, nobody = world.person().user_id, f"nobody{world.number}@contoso.example"
        stranger = "203.0.113.77"
        for user_id in (known, nobody):
            for number in range(9):
                assert world.sign_in(user_id, f"wrong-{number}", address=stranger).status == 401
        assert world.sign_in(known).status == 200
        assert world.sign_in(known, "owner-mistyped").status == 401
        for user_id in (known, nobody):
            codes = [world.sign_in(user_id, f"more-{number}", address=stranger).code for number in range(2)]
            assert codes == ["wrong-user-id-or-password", "sign-in-locked"], user_id

    def test_a_success_in_between_does_not_show_in_the_tries_that_are_left_x19(self, world):
        person = world.person()
        flow = world.start(person.user_id).body["flow"]
        world.send(flow)
        assert world.verify(flow, "99999999").body["attempts_left"] == 4
        recovered(world, person.user_id, method="sms")
        assert world.verify(flow, "99999998").body["attempts_left"] == 3

    def test_a_code_that_was_never_sent_opens_nothing_and_counts_like_others_x14(self, use):
        """Attack 76."""
        world = use(recovery={"confirm_contact": True})
        person = world.person()
        started = world.start(person.user_id).body
        assert world.send(started["flow"], contact="wrong@home.example").status == 202
        answer = world.verify(started["flow"], world.code(started["reference"]))
        assert (answer.code, answer.body["attempts_left"]) == ("wrong-code", 4)


@pytest.mark.usefixtures("clock")  # failures of a network are counted by window: none ends here
class TestWork:
    def test_starts_past_the_limit_of_a_network_bring_more_work_and_no_refusal_x7(self, use):
        world = use(limits={"starts_per_network": 2})
        for _ in range(2):
            assert world.start(f"nobody{world.number}@contoso.example").status == 201
        asked = world.start(f"nobody{world.number}@contoso.example")
        assert (asked.status, asked.code, asked.body["times"]) == (428, "proof-of-work-needed", 2)
        assert asked.body["challenge"]["parameters"]["data"] == {"action": "start", "times": 2}
        body = {"user_id": f"nobody{world.number}@contoso.example", "proof": solve(asked.body["challenge"])}
        assert world.post("/api/reset/start", body).status == 201
        assert world.post("/api/reset/start", body).code == "robot-check-failed"  # and counts no start
        assert world.start(f"nobody{world.number}@contoso.example").body["times"] == 2
        assert world.post("/api/reset/start", {**body, "proof": world.proof()}, address="203.0.113.1").status == 201

    def test_a_network_of_another_machines_failures_judges_right_codes_for_more_work(self, use):
        """Attack 71."""
        world = use(limits={"failures_per_network": 5})
        person = world.person()
        started = world.start(person.user_id).body
        world.send(started["flow"])
        other = world.start(f"nobody{world.number}@contoso.example").body["flow"]
        world.send(other)
        for number in range(5):
            world.verify(other, f"9999999{number}")
        body = {"flow": started["flow"], "method": "email", "code": world.code(started["reference"])}
        asked = world.post("/api/reset/verify", body)
        assert (asked.status, asked.body["times"]) == (428, 1)
        proof = solve(asked.body["challenge"])
        assert world.post("/api/reset/verify", {**body, "proof": proof}).status == 200
        again = world.post("/api/reset/verify", {**body, "proof": proof})
        assert again.status in (410, 422)

    def test_one_proof_of_work_is_good_for_one_request(self, use):
        world = use(limits={"failures_per_network": 1})
        person = world.person()
        world.sign_in(person.user_id, "wrong")
        proof = solve(world.sign_in(person.user_id, "wrong-2").body["challenge"])
        assert world.sign_in(person.user_id, "wrong-2", proof=proof).status == 401
        assert world.sign_in(person.user_id, "wrong-3", proof=proof).code in (
            "robot-check-failed",
            "proof-of-work-needed",
        )

    def test_the_same_wrong_password_of_one_device_fills_no_networks_count(self, use):
        """Attack 72."""
        world = use(limits={"failures_per_network": 3})
        person = world.person()
        assert {world.sign_in(person.user_id, "old").code for _ in range(20)} == {"wrong-user-id-or-password"}

    def test_a_start_that_is_refused_by_its_domain_counts_no_start_and_spends_its_proof_x20(self, use):
        world = use(limits={"starts_per_network": 2})
        for _ in range(5):
            body = {"user_id": "x@elsewhere.example", "proof": world.proof()}
            assert world.post("/api/reset/start", body).code == "domain-not-ours"
            assert world.post("/api/reset/start", body).code == "robot-check-failed"
        assert world.start("maria@contoso.example").status == 201

    def test_texts_of_the_day_are_bounded_and_the_last_fifth_is_not_for_unknown_browsers(self, use):
        world = use(limits={"phone_messages_per_day": 5, "phone_messages_per_hour": 50})
        person = world.person()
        browser = world.sign_in(person.user_id).browser
        world.services.store.client.delete_item(
            TableName=world.services.rate_limits.table,
            Key={"id": {"S": world.services.rate_limits.texts_key(0, world.services.now)[1]["id"]}},
        )
        codes = [
            world.send(world.start(f"x{n}y{world.number}@contoso.example").body["flow"], "sms").code for n in range(5)
        ]
        assert codes == [""] * 4 + ["too-many-codes"]
        flow = world.start(person.user_id).body["flow"]
        assert world.send(flow, "sms").code == "too-many-codes"
        known = world.post(
            "/api/reset/start", {"user_id": person.user_id, "proof": world.proof()}, browser=browser
        ).body
        assert world.post("/api/reset/send", {"flow": known["flow"], "method": "sms"}, browser=browser).status == 202


def test_limits_that_others_can_fill_differ_by_account_and_nobody_foresees_them(world):
    """Design, rule 3: the number tells nothing of what others did."""
    seen = {round(DRAW(world.services, f"{number:032x}")("proofs-network-sms"), 3) for number in range(40)}
    assert len(seen) > 30
    assert all(0 <= each < 1 for each in seen)
    assert DRAW(world.services, "ab" * 16)("x") == DRAW(world.services, "ab" * 16)("x")
