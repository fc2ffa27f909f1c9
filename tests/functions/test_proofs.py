"""Every method as a gate, in reset and in unlock, in any order of two, and what is no proof (S40-S50, B11)."""

import itertools
import unicodedata
from dataclasses import dataclass, field

import pyotp
import pytest

from regain.domain.security_questions import PREDEFINED
from tests.codes import earlier_code
from tests.conftest import english
from tests.functions.person import GOOD, Person
from tests.functions.virtual_authenticator import VirtualAuthenticator

KINDS = ("email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code", "questions", "passkey")
PHONE = {"call-mobile", "call-office"}
ANSWERS = {each["question"]: each["answer"] for each in GOOD}


@dataclass
class Owner(Person):
    """Somebody with everything registered."""

    world: object
    changes: dict = field(default_factory=dict)

    def __post_init__(self):
        super().__init__(self.world, **self.changes)
        self.device, self.app, self.code_saved = VirtualAuthenticator(), None, ""
        self.questions = {}

    def everything(self):
        offered = self.view()["offered"]
        self.app = self.app_registered()
        self.code_saved = self.register("recovery-code").body["recovery_code"]
        begun = self.register("passkey", name="Phone").body
        assert self.confirm(begun["id"], credential=self.device.make(begun["passkey"])).status == 200
        if "questions" in offered:
            given = [*GOOD[:2], {"question": "q05", "answer": "Pancakes"}]
            texts = {each["id"]: each["text"] for each in self.view()["questions"]}
            self.questions = {texts[each["question"]]: each["answer"] for each in given}
            assert self.register("questions", answers=given).status == 201
        return self

    def app_registered(self):
        begun = self.register("authenticator").body
        app = pyotp.TOTP(begun["secret"])
        assert self.confirm(begun["id"], code=earlier_code(app)).status == 200
        return app

    def prove(self, flow, method, purpose="reset"):
        """Gives one proof of a flow, as `start` or the last proof answered it."""
        kind = method["kind"]
        if kind == "authenticator":
            proof = {"code": self.app.at(self.world.services.now)}
        elif kind == "recovery-code":
            proof = {"code": self.code_saved}
        elif kind == "questions":
            proof = {"answers": [self.questions[question] for question in method["questions"]]}
        elif kind == "passkey":
            proof = {"credential": self.device.sign(method["challenge"])}
        else:
            assert self.world.send(flow["flow"], method["id"], purpose).status == 202
            proof = {"code": self.world.code(flow["reference"], method=method["id"])}
        return self.verify(flow, method, proof, purpose)

    def verify(self, flow, method, proof, purpose="reset"):
        return self.world.post(f"/api/{purpose}/verify", {"flow": flow["flow"], "method": method["id"], **proof})

    def start(self, purpose="reset"):
        return self.world.start(self.account.user_id, purpose).body


def method(methods, kind):
    return next(each for each in methods if each["kind"] == kind)


def two_gates(use):
    return Owner(use(recovery={"gates": 2, "methods": list(KINDS), "resend_seconds": 5})).everything()


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "questions"])
def test_every_method_alone(use, purpose, kind):
    methods = [kind for kind in KINDS if kind != "questions"]
    owner = Owner(use(recovery={"methods": methods})).everything()
    flow = owner.start(purpose)
    passed = owner.prove(flow, method(flow["methods"], kind), purpose)
    assert (passed.status, passed.body) == (200, {"gates": {"required": 1, "passed": 1}, "methods": []})
    paid = (
        () if kind in ("recovery-code", "passkey") else ("UpdateItem",)
    )  # the guess budget: added before it is judged
    assert passed.operations == ("BatchGetItem", *paid, "TransactWriteItems")
    done = owner.world.finish(flow["flow"], purpose=purpose)
    assert done.body["done"] is True
    assert ("recovery_code" in done.body) is (kind == "recovery-code")


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_any_two_in_any_order_and_never_the_same_channel_b11(use, purpose, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    owner = two_gates(use)
    for first, second in itertools.permutations(KINDS, 2):
        time_machine.shift(3_700)  # the limits of messages per hour, and a code of the app each
        flow = owner.start(purpose)
        passed = owner.prove(flow, method(flow["methods"], first), purpose)
        assert (passed.status, passed.body["gates"]) == (200, {"required": 2, "passed": 1}), (first, second)
        left = {each["kind"] for each in passed.body["methods"]}
        phones = {"sms", "call-mobile"}
        unlike = set(KINDS) - {first} - (PHONE if first in PHONE else set()) - (phones if first in phones else set())
        assert left == unlike, first
        if second not in left:
            continue
        passed = owner.prove(flow, method(passed.body["methods"], second), purpose)
        assert (passed.status, passed.body["gates"]["passed"]) == (200, 2), (first, second)
        done = owner.world.finish(flow["flow"], f"violet-Anchor-{first}-{second}-plum", purpose)
        assert done.status == 200, (first, second, done.body)
        owner.code_saved = done.body.get("recovery_code", owner.code_saved)


def test_a_reset_keeps_every_other_proof_b11(use):
    owner = two_gates(use)
    before = owner.places()
    flow = owner.start()
    passed = owner.prove(flow, method(flow["methods"], "email"))
    owner.prove(flow, method(passed.body["methods"], "sms"))
    assert owner.world.finish(flow["flow"]).status == 200
    owner.session = owner.world.sign_in(owner.account.user_id, "violet-Anchor-27-plum").session
    assert owner.places() == before


def test_a_recovery_code_works_once_and_is_replaced_by_one_that_works(world):
    owner = Owner(world).everything()
    flow = owner.start()
    first = owner.code_saved
    assert owner.prove(flow, method(flow["methods"], "recovery-code")).status == 200
    again = owner.start()
    assert owner.prove(again, method(again["methods"], "recovery-code")).code == "wrong-recovery-code"
    owner.code_saved = world.finish(flow["flow"]).body["recovery_code"]
    assert owner.code_saved != first
    flow = owner.start()
    assert owner.prove(flow, method(flow["methods"], "recovery-code")).status == 200


@pytest.mark.parametrize(
    "form",
    [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("-", ""), lambda code: f"  {code} ",
     lambda code: code.replace("0", "O").replace("1", "l"), lambda code: code.replace("1", "I").replace("-", "–"),
     lambda code: "".join(chr(ord(letter) + 0xFEE0) for letter in code)],
    ids=["small letters", "spaces", "run together", "spaces around", "o and l", "i and a dash", "full width"],
)  # fmt: skip
def test_a_recovery_code_is_accepted_in_every_form_that_people_type(world, form):
    owner = Owner(world)
    owner.code_saved = form(owner.register("recovery-code").body["recovery_code"])
    flow = owner.start()
    assert owner.prove(flow, method(flow["methods"], "recovery-code")).status == 200


def test_whatever_a_stranger_has_used_up_every_method_still_opens_with_longer_codes(world, time_machine):
    """X2: wrong proofs make the next one longer, and shut no door."""
    time_machine.move_to(1_800_000_000, tick=False)
    owner = Owner(world).everything()
    for kind in ("email", "sms", "authenticator", "recovery-code", "passkey"):
        flow = owner.start()
        if kind in ("email", "sms"):
            world.send(flow["flow"], kind)
        wrong = {"credential": {"rawId": "x"}} if kind == "passkey" else {"code": "99999x"}
        for _ in range(5):
            owner.verify(flow, {"id": kind}, wrong)
    flow = owner.start()
    digits = {each["kind"]: each.get("digits", 0) for each in flow["methods"]}
    assert set(digits) == {"email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code"} | set(digits)
    assert {kind for kind, number in digits.items() if number != 12} <= {"recovery-code", "passkey"}
    for kind in ("email", "sms", "recovery-code"):
        flow = owner.start()
        assert owner.prove(flow, method(flow["methods"], kind)).status == 200
    flow, now = owner.start(), world.services.now
    offered = method(flow["methods"], "authenticator")
    assert owner.verify(flow, offered, {"code": owner.app.at(now)}).code == "two-codes-needed"
    both = owner.app.at(now) + " " + owner.app.at(now + 30)
    time_machine.shift(30)
    assert owner.verify(flow, offered, {"code": both}).status == 200


class TestPasskey:
    @pytest.fixture
    def owner(self, world):
        owner = Owner(world)
        begun = owner.register("passkey").body
        assert begun["passkey"]["rp"] == {"name": "Contoso", "id": "help.contoso.example"}
        assert begun["passkey"]["user"]["id"] != owner.account.user_id
        assert owner.confirm(begun["id"], credential=owner.device.make(begun["passkey"])).status == 200
        return owner

    def give(self, owner, make):
        flow = owner.start()
        offered = method(flow["methods"], "passkey")
        return owner.verify(flow, offered, {"credential": make(offered["challenge"])})

    def test_of_another_origin(self, owner):
        for site in (
            "https://evil.example",
            "https://help.contoso.example.evil.example",
            "http://help.contoso.example",
        ):
            assert (
                self.give(owner, lambda challenge, site=site: owner.device.sign(challenge, site)).code
                == "passkey-not-accepted"
            )

    def test_of_another_challenge_or_another_flow(self, owner):
        other = method(owner.start()["methods"], "passkey")["challenge"]
        assert self.give(owner, lambda _: owner.device.sign(other)).code == "passkey-not-accepted"

    def test_of_somebody_else(self, owner):
        assert self.give(owner, lambda challenge: VirtualAuthenticator().sign(challenge)).code == "passkey-not-accepted"
        assert (
            self.give(owner, lambda challenge: VirtualAuthenticator(id=b"another").sign(challenge)).code
            == "passkey-not-accepted"
        )

    def test_without_the_person_being_verified(self, owner):
        owner.device.verified = False
        assert self.give(owner, owner.device.sign).code == "passkey-not-accepted"

    def test_that_was_copied(self, owner):
        owner.device.count = 5
        assert self.give(owner, owner.device.sign).status == 200
        owner.device.count = 2
        assert self.give(owner, owner.device.sign).code == "passkey-not-accepted"

    def test_that_is_no_credential_at_all(self, owner):
        for made in (
            {"rawId": 1},
            {"rawId": owner.device.sign("x")["rawId"]},
            {"rawId": "x", "response": []},
            {"a": {}},
        ):
            assert self.give(owner, lambda _, made=made: made).code == "passkey-not-accepted"

    def test_made_on_another_site_is_not_registered(self, owner):
        begun = owner.register("passkey").body
        made = VirtualAuthenticator(id=b"a second one").make(begun["passkey"], "https://evil.example")
        assert owner.confirm(begun["id"], credential=made).code == "passkey-not-accepted"
        assert len([place for place in owner.places() if place[0] == "passkey"]) == 1

    def test_several_have_their_names_and_one_can_go(self, owner):
        begun = owner.register("passkey", name="Laptop").body
        owner.confirm(begun["id"], credential=VirtualAuthenticator(id=b"a second one").make(begun["passkey"]))
        assert [place for kind, place in owner.places() if kind == "passkey"] == ["Passkey", "Laptop"]
        assert owner.remove(begun["id"]).status == 200
        assert self.give(owner, owner.device.sign).status == 200


class TestQuestions:
    @pytest.fixture
    def world(self, use):
        return use(recovery={"gates": 2, "methods": list(KINDS)})

    def asked(self, flow):
        return method(flow["methods"], "questions")["questions"]

    def test_three_are_asked_of_everybody_and_the_same_few_of_nobody_b1(self, world):
        first = {tuple(sorted(self.asked(world.start(f"nobody{world.number}@contoso.example").body))) for _ in range(3)}
        assert len(first) == 1
        assert set(*first) < set(map(english, PREDEFINED.values()))
        owner = Owner(world).everything()
        assert set(self.asked(owner.start())) == set(owner.questions)

    @pytest.mark.parametrize("form", [str.upper, lambda text: f"  {text.replace(' ', '   ')} "])
    def test_case_and_spaces_do_not_matter(self, world, form):
        owner = Owner(world).everything()
        owner.questions = {question: form(answer) for question, answer in owner.questions.items()}
        flow = owner.start()
        assert owner.prove(flow, method(flow["methods"], "questions")).status == 200

    def test_another_unicode_form_does_not_matter(self, world):
        owner = Owner(world)
        given = [
            {"question": "q01", "answer": "Málaga"},
            {"question": "q02", "answer": "Zoë"},
            {"question": "q03", "answer": "ﬁnch"},
        ]
        assert owner.register("questions", answers=given).status == 201
        texts = {each["id"]: each["text"] for each in owner.view()["questions"]}
        forms = {texts[each["question"]]: unicodedata.normalize("NFKD", each["answer"]) for each in given}
        owner.questions = forms
        flow = owner.start()
        assert owner.prove(flow, method(flow["methods"], "questions")).status == 200

    @pytest.mark.parametrize("wrong", [["x", "y", "z"], ["Pancakes"], ["Pancakes"] * 5])
    def test_wrong_or_too_few_answers_are_no_proof(self, world, wrong):
        owner = Owner(world).everything()
        flow = owner.start()
        assert owner.verify(flow, {"id": "questions"}, {"answers": wrong}).code == "wrong-answers"

    def test_ones_own_question_is_asked_only_after_a_proof(self, world):
        owner = Owner(world)
        assert owner.register("questions", answers=GOOD).status == 201
        flow = owner.start()
        assert "What was on my first mug?" not in self.asked(flow)
        passed = owner.prove(flow, method(flow["methods"], "email"))
        later = method(passed.body["methods"], "questions")["questions"]
        assert "What was on my first mug?" in later

    def test_an_administrator_is_never_let_in_by_answers_s15_b12(self, world):
        owner = Owner(world).everything()
        world.change(world.account(owner.account.user_id), role="helpdesk")
        flow = owner.start()
        asked = method(flow["methods"], "questions")
        answers = [owner.questions.get(question, "x") for question in asked["questions"]]
        assert owner.verify(flow, asked, {"answers": answers}).code == "wrong-answers"
        passed = owner.prove(flow, method(flow["methods"], "email"))
        assert "questions" not in {each["kind"] for each in passed.body["methods"]}


@pytest.mark.parametrize(
    ("kind", "proof"), [("email", {}), ("authenticator", {"answers": ["x"]}), ("passkey", {"code": "1"})]
)
def test_a_proof_of_another_kind_cannot_be_read(world, kind, proof):
    flow = world.start(world.person().user_id).body
    if kind == "email":
        world.send(flow["flow"])
    answer = world.post("/api/reset/verify", {"flow": flow["flow"], "method": kind, **proof})
    assert (answer.code, "is missing" in answer.body.get("wrong", "")) == ("request-not-read", True)


def test_nothing_is_sent_for_what_the_person_has(world):
    flow = world.start(world.person().user_id).body["flow"]
    for kind in ("authenticator", "recovery-code", "passkey"):
        assert world.send(flow, kind).code == "method-not-offered"
