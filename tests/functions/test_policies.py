"""Policies of domains and groups, through the functions: a domain's shows at once, a group's after a proof (P27-P34)."""

import pytest

from regain.domain.user_id import mask
from tests.functions.person import Person
from tests.functions.test_notify import deliver, post_office
from tests.functions.test_sameness import shape

__all__ = ["post_office"]

POLICIES = {
    "domains": {
        "students.example": {"policy": "students"},
        "contoso.example": {},
        "partners.contoso.example": {
            "directory": "elsewhere",
            "help_url": "https://partners.contoso.example/help",
            "policy": "",
        },
    },
    "recovery": {"methods": ["email", "sms"], "gates": 1},
    "policies": {
        "students": {
            "organisation": {"name": {"en": "Contoso College"}},
            "contacts": {"administrator": {"email": "desk@students.example"}},
            "recovery": {"methods": ["email"]},
            "passwords": {"minimum": 10},
        },
        "clinical": {
            "contacts": {"administrator": {"email": "clinic@contoso.example"}},
            "recovery": {"gates": 2},
            "passwords": {"minimum": 24},
        },
        "spare": {
            "recovery": {"methods_registered": 2},
            "contacts": {"administrator": {"email": "porters@contoso.example"}},
        },
        "texts": {"recovery": {"methods": ["sms", "authenticator"]}},
    },
    "groups": {"Nurses": {"policy": "clinical"}, "Guards": {"policy": "texts"}, "Porters": {"policy": "spare"}},
}


@pytest.fixture
def college(use):
    return use(**POLICIES)


def at(world, domain, **changes):
    """Somebody in a domain."""
    name = world.name("p")
    return world.person(**{"user_id": f"{name}@{domain}", "other_mails": (f"{name}@home.example",), **changes})


def proved(world, account, method="email"):
    """A flow after the first proof, and its answer."""
    started = world.start(account.user_id).body
    world.send(started["flow"], method)
    code = world.code(started["reference"], method=method)
    return started["flow"], world.verify(started["flow"], code, method)


def kinds(answer):
    return [method["kind"] for method in answer.body["methods"]]


def test_a_domains_methods_are_offered_at_once(college):
    assert kinds(college.start(at(college, "students.example").user_id)) == ["email"]
    assert kinds(college.start("nobody@students.example")) == ["email"]
    assert kinds(college.start(at(college, "contoso.example").user_id)) == ["email", "sms"]


def test_the_minimum_is_that_of_the_domain_and_its_rules_are_told_after_the_proof_p28(college):
    for domain, least, short, good in (
        ("students.example", 10, "plum-x-93", "plum-Xo-93"),
        ("contoso.example", 15, "plum-Xo-93-tea", "plum-Xo-93-teas"),
    ):
        flow, answer = proved(college, at(college, domain))
        assert answer.body["password_rules"][0]["text"] == f"Use at least {least} characters, and at most 256."
        assert college.finish(flow, short).body["feedback"][0]["rule"] == "too-short"
        assert college.finish(flow, good).status == 200


def test_a_groups_gates_and_minimum_hold_and_are_told_from_the_first_proof_on(college):
    nurse = at(college, "contoso.example", groups=("Nurses",))
    started = college.start(nurse.user_id).body
    assert started["gates"] == {"required": 1, "passed": 0}
    flow, first = proved(college, nurse)
    assert first.body["gates"] == {"required": 2, "passed": 1}
    assert kinds(first) == ["sms"]
    assert "password_rules" not in first.body
    assert college.finish(flow).code == "proof-still-needed"
    college.send(flow, "sms")
    reference = first.body.get("reference") or started["reference"]
    messages = [m for m in college.outbox_of(nurse.user_id) if m["facts"].get("method") == "sms"]
    second = college.verify(flow, college.code(messages[0]["reference"], method="sms"), "sms")
    assert second.body["password_rules"][0]["text"] == "Use at least 24 characters, and at most 256.", reference
    assert college.finish(flow, "violet-Anchor-27-plum").body["feedback"][0]["rule"] == "too-short"
    assert college.finish(flow, "violet-Anchor-27-plum-lamp").status == 200


def test_a_method_that_a_group_does_not_offer_looks_like_one_that_nobody_has(college):
    guard = at(college, "contoso.example", groups=("Guards",))
    started = college.start(guard.user_id).body
    assert [method["kind"] for method in started["methods"]] == ["email", "sms"]
    assert college.send(started["flow"], "email").status == 202
    (message,) = college.outbox(started["reference"])
    assert (message["channel"], message["to"]) == ("none", "")
    assert college.verify(started["flow"], college.code(started["reference"])).code == "wrong-code"
    assert proved(college, guard, "sms")[1].body["gates"] == {"required": 1, "passed": 1}


def test_nothing_of_a_group_shows_before_a_proof(college, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    people = {
        "no group": at(college, "contoso.example").user_id,
        "two proofs": at(college, "contoso.example", groups=("Nurses",)).user_id,
        "other methods": at(college, "contoso.example", groups=("Guards",)).user_id,
        "both": at(college, "contoso.example", groups=("Nurses", "Guards")).user_id,
        "nothing that begins": at(college, "contoso.example", groups=("Guards",), mobile_phone="").user_id,
        "unknown": f"nobody{college.number}@contoso.example",
    }
    for purpose in ("reset", "unlock"):
        flows = {who: college.start(user_id, purpose) for who, user_id in people.items()}
        assert len({shape(answer) for answer in flows.values()}) == 1
        for method in ("email", "sms"):
            sent = {who: shape(college.send(flow.body["flow"], method, purpose)) for who, flow in flows.items()}
            assert len(set(sent.values())) == 1, sent
            wrong = {who: shape(college.verify(f.body["flow"], "99999x", method, purpose)) for who, f in flows.items()}
            assert len(set(wrong.values())) == 1, wrong
    asked = set()
    for number, user_id in enumerate(people.values()):
        body = {"user_id": user_id, "proof": college.proof(), "reply_to": f"{number}@home.example"}
        asked.add(shape(college.post("/api/contact/administrator", body, address=f"10.254.{number}.7")))
    assert len(asked) == 1


def test_a_request_for_help_goes_to_the_desk_of_the_domain_p34(college):
    for user_id, desk in (
        (at(college, "students.example").user_id, "desk@students.example"),
        (at(college, "contoso.example", groups=("Nurses",)).user_id, "it@contoso.example"),
        ("nobody@students.example", "desk@students.example"),
    ):
        body = {"user_id": user_id, "proof": college.proof(), "reply_to": f"{college.name('r')}@home.example"}
        asked = college.post("/api/contact/administrator", body)
        assert asked.status == 202
        assert [message["to"] for message in college.outbox(asked.body["reference"])] == [desk]


def test_the_account_page_says_and_enforces_the_persons_own_rules(college):
    nurse = Person(college, groups=("Nurses",))
    assert nurse.get("").body["password_rules"][0]["text"] == "Use at least 24 characters, and at most 256."
    assert nurse.get("").body["security_info"] == "complete"
    refused = nurse.post("password", current_password=college.password, new_password="violet-Anchor-27-plum")
    assert refused.body["feedback"][0]["rule"] == "too-short"
    guard = Person(college, groups=("Guards",))
    assert guard.view()["offered"] == ["sms", "authenticator"]
    assert guard.register("email", contact="guard@home.example").code == "not-registered-here"


def test_a_group_may_ask_for_more_methods_than_a_reset_needs(college):
    porter = Person(college, groups=("Porters",), office_phone="", mobile_phone="")
    assert porter.get("").body["security_info"] == "incomplete"
    assert proved(college, porter.account)[1].body["gates"] == {"required": 1, "passed": 1}
    assert Person(college, office_phone="", mobile_phone="").get("").body["security_info"] == "complete"
    assert Person(college, groups=("Porters",)).get("").body["security_info"] == "complete"


def test_after_a_proof_a_request_goes_to_the_desk_of_the_group_p34(college):
    """Before one it goes to the domain's, like that of nobody: no answer and no mail tells of a group."""
    nurse = at(college, "contoso.example", groups=("Nurses",))

    def ask(flow):
        body = {
            "user_id": nurse.user_id,
            "reply_to": "nurse@home.example",
            "message": "Help",
            "flow": flow,
            "proof": college.proof(),
        }
        asked = college.post("/api/contact/administrator", body)
        return [
            message["to"]
            for message in college.outbox(asked.body["reference"])
            if message["kind"] == "administrator-contacted"
        ]

    started = college.start(nurse.user_id).body
    assert ask(started["flow"]) == ["it@contoso.example"]
    college.send(started["flow"])
    assert college.verify(started["flow"], college.code(started["reference"])).status == 200
    assert sorted(ask(started["flow"])) == ["clinic@contoso.example", "it@contoso.example"]


def test_messages_name_the_organisation_and_the_desk_of_their_reader_p34(college, post_office):
    for domain, groups, name, code_desk, desk in (
        ("students.example", (), "Contoso College", "desk@students.example", "desk@students.example"),
        ("contoso.example", (), "Contoso", "it@contoso.example", "it@contoso.example"),
        ("contoso.example", ("Porters",), "Contoso", "it@contoso.example", "porters@contoso.example"),
    ):
        account = at(college, domain, groups=groups)
        to = account.other_mails[0]
        flow, _ = proved(college, account)
        assert deliver(college.outbox_of(account.user_id)) == []
        assert college.finish(flow).status == 200
        assert deliver([each for each in college.outbox_of(account.user_id) if each["kind"] != "code"]) == []
        code, notice = [letter for each, letter in post_office["email"].sent if each == to]
        assert code.subject == f"Your code for your {name} account {mask(account.user_id)}"
        assert notice.text.endswith(f"{name} account help\n")
        assert code_desk in code.text
        assert desk in notice.text


def test_a_flow_ends_where_the_persons_groups_have_brought_another_policy(college):
    account = at(college, "contoso.example")
    flow, answer = proved(college, account)
    assert answer.status == 200
    college.change(college.account(account.user_id), groups=("Guards",))
    assert college.finish(flow).code == "session-ended"


def test_without_policies_answers_are_as_ever(world):
    assert "password_rules" not in proved(world, world.person())[1].body
    assert "password_rules" not in Person(world).get("").body
