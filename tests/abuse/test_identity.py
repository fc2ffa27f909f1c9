"""Identity confusion. What is typed means one account or none, and a code goes to what is registered, never to what
was typed.
"""

import json
import unicodedata

from tests.abuse.client import Attacker
from tests.functions.person import Person

ROUTES = {
    "/api/reset/start": {"proof": "x"},
    "/api/unlock/start": {"proof": "x"},
    "/api/account/sign-in": {"password": "x"},
    "/api/contact/administrator": {"proof": "x", "reply_to": "me@home.example"},
}
"""Every route that reads a user ID, with what else it needs."""


def reached(attacker, typed):
    """Asks for a code for what is typed, as far as that goes; answers the code of the problem, or nothing."""
    begun = attacker.start(typed)
    if begun.status != 201:
        return begun.code
    sent = attacker.send(begun.body["flow"])
    assert sent.status == 202
    return ""


def test_11_a_user_id_is_a_text_and_nothing_else(attacker):
    """Arrays, objects, numbers, null and booleans are refused before anything is read (GitLab CVE-2023-7028)."""
    victim = attacker.person()
    for path, more in ROUTES.items():
        for value in (
            [victim.user_id, "me@evil.example"],
            {"$ne": ""},
            {"user_id": victim.user_id},
            1,
            1.5,
            None,
            True,
        ):
            refused = attacker.post(path, {"user_id": value, **more})
            assert (refused.status, refused.code) == (400, "request-not-read"), (path, value)
            assert victim.user_id not in json.dumps(refused.body)
    assert attacker.happened(victim.user_id) == []


def test_12_two_user_ids_in_one_body_are_none(attacker):
    """A key that stands twice is refused, also when one of them is written in escapes: two readers could take either."""
    victim, own = attacker.person(), attacker.person()
    for path, more in ROUTES.items():
        rest = json.dumps(more)[1:]
        for first, second in (("user_id", "user_id"), ("user_id", "user\\u005fid"), ("\\u0075ser_id", "user_id")):
            body = f'{{"{first}":"{victim.user_id}","{second}":"{own.user_id}",{rest}'
            assert attacker.request("POST", path, body).code == "request-not-read", (path, first, second)
    assert attacker.happened(victim.user_id) == attacker.happened(own.user_id) == []


def test_13_every_way_to_write_a_user_id_means_one_account_and_its_registered_address(attacker, mode):
    """Case, spaces and compatibility forms are folded; ß and dotless i are letters of their own (CVE-2019-19844)."""
    name = f"zoë.mistrauß{attacker.number}"
    victim = attacker.person(user_id=f"{name}@contoso.example")
    wide = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in f"{name}@contoso.example")
    same = [f"  {name.upper().replace('SS', 'ß')}@CONTOSO.EXAMPLE\t", unicodedata.normalize("NFD", victim.user_id), wide,
            f"{name}@ｃontoso。example", f"\u00a0{name}@contoso.example", f"mailto:{victim.user_id}", f"{victim.user_id}."]  # fmt: skip
    others = [victim.user_id.replace("ß", "ss"), victim.user_id.replace("i", "ı"), victim.user_id.replace("o", "ö", 1),
              victim.user_id.replace("ë", "e"), f"{victim.user_id}.x"]  # fmt: skip
    for typed in same:  # from as many networks: one gets five e-mails an hour for an account
        assert reached(Attacker(attacker.deployment), typed) == "", typed
    for typed in others:
        told = {"detailed": ("could-not-verify-your-account",), "private": ("",)}[mode]
        assert reached(attacker, typed) in (*told, "user-id-not-read", "domain-not-ours"), typed
    letters = attacker.received(victim.other_mails[0], len(same), holding="Your code")
    assert len(letters) == len(same)
    assert attacker.happened(victim.user_id).count("code-requested") == len(same)
    for typed in (*same, *others):
        assert attacker.messages(typed.strip()) == []


def test_14_look_alike_letters_never_match(attacker, mode):
    """Cyrillic and Greek look-alikes are other people: no code for them reaches the account they look like."""
    victim = attacker.person()
    for latin, other in (("e", "е"), ("o", "о"), ("p", "р"), ("o", "ο"), ("s", "ѕ")):
        begun = attacker.start(victim.user_id.replace(latin, other, 1))
        if mode == "detailed":
            assert begun.code == "could-not-verify-your-account"
            continue
        assert attacker.send(begun.body["flow"]).status == 202
        assert attacker.story(begun.body["reference"]) == ["reset-started", "code-requested"]
    assert attacker.start(victim.user_id.replace("contoso", "cоntoso")).code in ("user-id-not-read", "domain-not-ours")
    assert attacker.happened(victim.user_id) == []
    assert attacker.messages(victim.other_mails[0]) == []


def test_15_nobody_adds_a_recipient_or_a_header(attacker):
    """Lists and line breaks are no user ID, address or number; in names and messages they are text in the body."""
    evil = f"evil{attacker.number}@evil.example"
    forms = (
        f"{{}},{evil}",
        f"{{}};{evil}",
        f"{{}} {evil}",
        f"{{}}\r\nBcc: {evil}",
        f"{{}}\nBcc:{evil}",
        f"{{}}%0ABcc:{evil}@x",
    )
    victim, me = attacker.person(), Person(attacker)
    for form in forms:
        assert attacker.start(form.format(victim.user_id)).code == "user-id-not-read", form
        ask = {"user_id": form.format(victim.user_id), "proof": attacker.proof(), "reply_to": "me@home.example"}
        assert attacker.post("/api/contact/administrator", ask).code == "user-id-not-read", form
        ask = {"user_id": victim.user_id, "proof": attacker.proof(), "reply_to": form.format("me@home.example")}
        assert attacker.post("/api/contact/administrator", ask).code == "contact-details-not-read", form
        assert me.register("email", contact=form.format("me@home.example")).code == "address-not-read", form
    text = f"Maria\r\nBcc: {evil}\r\n\r\nTo: {evil}"
    copy_to = f"me{attacker.number}@home.example"
    asked = attacker.post("/api/contact/support", {
        "name": text, "message": text, "email": copy_to, "phone": "+44 20 7946 0123", "proof": attacker.proof(),
    })  # fmt: skip
    assert asked.status == 202
    (copy,) = attacker.received(copy_to)
    (letter,) = attacker.received("support@contoso.example", holding=asked.body["reference"])
    for each in (copy, letter):
        assert "Bcc" not in each["subject"]
        assert "\n" not in each["subject"]
    assert "\nName: Maria Bcc: " in letter["body"]
    assert "\n> To: " in letter["body"]
    assert "Bcc" not in copy["body"]
    assert attacker.messages(evil) == []


def test_16_control_bidirectional_and_endless_ids_are_no_user_ids(attacker):
    """They are refused as unreadable at each route, and like a wrong password at sign-in; none is a fault."""
    victim = attacker.person()
    marks = ["\x00", "\x1b[2J", "\u202e", "\u200b", "\u2066", "\ufeff", "\x7f", "\u2028", "\ue000", "\U000e0041"]
    for mark in marks:
        typed = f"{victim.user_id[:4]}{mark}{victim.user_id[4:]}"
        assert attacker.start(typed).code == "user-id-not-read", repr(mark)
        assert attacker.sign_in(typed).code == "wrong-user-id-or-password", repr(mark)
    for endless in ("a" * 10_000, f"{'a' * 10_000}@contoso.example", "@" * 10_000, "\u0301" * 10_000):
        for path, more in ROUTES.items():
            assert attacker.post(path, {"user_id": endless, **more}).code in ("request-not-read", "request-too-large")
    for length, code in ((64, ""), (65, "user-id-not-read")):
        refused = attacker.start(f"{'a' * length}@contoso.example").code
        assert refused == code or (code == "" and refused == "could-not-verify-your-account")
    assert attacker.happened(victim.user_id) == []


def test_17_sub_addresses_and_dots_are_not_folded(attacker, mode):
    """`maria.silva+x` and `mariasilva` are other IDs: whoever owns such a mailbox gets nothing of `maria.silva`'s."""
    name = f"maria.silva{attacker.number}"
    victim = attacker.person(user_id=f"{name}@contoso.example")
    for typed in (f"{name}+x@contoso.example", f"{name.replace('.', '')}@contoso.example", f"{name}.@contoso.example",
                  f"m.{name}@contoso.example", f"{name}@lab.contoso.example"):  # fmt: skip
        expected = {"private": ("",), "detailed": ("could-not-verify-your-account",)}[mode]
        assert reached(attacker, typed) in (*expected, "not-enabled-for-password-reset"), typed
        assert attacker.messages(typed) == []
    assert attacker.happened(victim.user_id) == []


def test_18_registering_somebody_elses_number_does_not_help_to_reset_their_account(attacker):
    """A code belongs to a flow, and a flow to an account: the number it goes to opens nothing else."""
    victim = attacker.person()
    own = Person(attacker, mobile_phone="")
    begun = own.register("sms", contact=victim.mobile_phone)
    assert begun.status == 201
    assert own.confirm(begun.body["id"], code=attacker.texted(victim.mobile_phone)).status == 200
    theirs = attacker.start(victim.user_id).body
    mine = attacker.start(own.account.user_id).body
    assert attacker.send(mine["flow"], "sms").status == 202
    code = attacker.texted(victim.mobile_phone, 2)
    assert attacker.send(theirs["flow"], "sms").status == 202
    assert attacker.verify(theirs["flow"], code, "sms").code == "wrong-code"
    assert attacker.finish(theirs["flow"]).code == "proof-still-needed"
    assert attacker.verify(mine["flow"], code, "sms").status == 200
    assert attacker.finish(mine["flow"]).status == 200
    assert attacker.sign_in(victim.user_id).status == 200
    assert attacker.sign_in(own.account.user_id, "violet-Anchor-27-plum").status == 200
