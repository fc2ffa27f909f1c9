"""Passwords: what is accepted, what is never hashed, what is never said. No mode of disclosure changes any of it."""

import json
import re
import unicodedata

import pytest

from regain.adapters.password_hash import _NOBODYS
from tests.abuse.client import alike
from tests.functions.conftest import PASSWORD

GOOD = "violet-Anchor-27-plum"


@pytest.fixture
def mode():
    """One mode: what a password must be is asked after a proof, where both modes tell the same."""
    return "private"


@pytest.fixture
def choosing(attacker):
    """Somebody at the last step of a reset, who tries passwords: nine may be refused in one flow, the tenth ends it."""

    class Choosing:
        person = attacker.person()
        flow = attacker.proved(person.user_id).body["flow"]
        refused = 0

        def tries(self, password):
            if self.refused == 9:
                self.flow, self.refused = attacker.proved(self.person.user_id).body["flow"], 0
            return attacker.finish(self.flow, password)

        def rules(self, password):
            """The rules that a password breaks."""
            answer = self.tries(password)
            assert answer.code == "password-not-accepted", answer.body
            self.refused += 1
            return {fault["rule"] for fault in answer.body["feedback"]}

    return Choosing()


def test_41_length_is_judged_before_anything_is_hashed(attacker, choosing):
    """Fifteen to 256 characters, every one of which counts; more is refused unhashed, and a megabyte is not even read."""
    long = "Ql7 " + "".join(chr(97 + n * 7 % 26) for n in range(253))
    assert choosing.tries("").code == "request-not-read"
    for short in ("aB3 dE6", "aB3 dE6 hI9 k", "aB3 dE6 hI9 kLm"[:14]):
        assert "too-short" in choosing.rules(short)
    assert choosing.rules(long) == {"too-long"}
    assert choosing.rules("\ufdfa" * 250) >= {"too-long"}, "its normal form is eighteen times as long"
    assert choosing.tries("x" * 4_097).code == "request-not-read"
    for size in (16_385, 1_000_000):
        assert (
            attacker.post("/api/account/sign-in", {"user_id": "a@contoso.example", "password": "x" * size}).code
            == "request-too-large"
        )
    assert choosing.tries(long[:256]).status == 200
    person = choosing.person.user_id
    assert attacker.sign_in(person, long[:256]).status == 200
    for tail in (long[:255], long[:72], long[:255] + "!", long[:256] + " ", long):
        assert attacker.sign_in(person, tail).code == "wrong-user-id-or-password"
    other = attacker.proved(person).body["flow"]
    assert attacker.finish(other, "aB3 dE6 hI9 kLm").status == 200, "fifteen characters are enough"


def test_42_every_way_to_type_a_password_is_the_same_password(attacker, choosing):
    """Unicode forms are one; spaces, emoji and marks from right to left are characters, at the ends too."""
    password = "  Zoë \u200fשלום 🦔 ﬁnds ½ ﾊﾟｽ Ⅷ "
    assert choosing.tries(password).status == 200
    person = choosing.person.user_id
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert attacker.sign_in(person, unicodedata.normalize(form, password)).status == 200, form
    for other in (password.strip(), password.replace("\u200f", ""), password.upper(), password.replace("🦔", "🦦")):
        assert attacker.sign_in(person, other).code == "wrong-user-id-or-password", other
    again = attacker.proved(person).body["flow"]
    spaces = attacker.finish(again, " " * 20)
    assert {fault["rule"] for fault in spaces.body["feedback"]} == {"easy-to-guess"}


def test_43_easy_words_are_found_however_they_are_dressed(choosing):
    """Substituted, reversed, inside another, at distance one, repeated; and the person's names, ID and organisation."""
    for easy in ("P@$$w0rdP@$$w0rd", "drowssapdrowssap", "passwordpassword1", "qwertyuiopasdfgh", "Contoso123456789",
                 "c0nt0$0c0nt0$0c0nt0$0", "password contoso1", "abcabcabcabcabcabc", "aaaaaaaaaaaaaaaaaa", "123456789012345678",
                 "letmein letmein", "PASSWORDPASSWORD"):  # fmt: skip
        assert "easy-to-guess" in choosing.rules(easy), easy
    name = choosing.person.user_id.partition("@")[0]
    for own in ("plum Maria 27 anchor", "plum-$1lva-27-anchor".replace("1", "i"), f"xx {name} plum 27", "MARIA-anchor-plum-9",
                "m@ria anchor plum 9"):  # fmt: skip
        assert "own-name" in choosing.rules(own), own
    assert choosing.tries(GOOD).status == 200


def test_44_a_reset_tests_no_guess_and_a_change_counts_each_wrong_old_password(attacker, choosing):
    """A reset takes ten refused passwords and compares none with the current one (X18); a change refuses the current one,
    and counts a wrong old password like a failed sign-in; lists of passwords are none.
    """
    guesses = [attacker.finish(choosing.flow, f"passwordpassword{number}") for number in range(12)]
    assert [answer.code for answer in guesses[8:]] == [
        "password-not-accepted", "too-many-refused-passwords", "session-ended", "session-ended",
    ]  # fmt: skip
    assert attacker.finish(choosing.flow, GOOD).code == "session-ended"
    person = choosing.person.user_id
    session = attacker.sign_in(person).session

    def change(current, new):
        return attacker.post(
            "/api/account/password", {"current_password": current, "new_password": new}, session=session
        )

    assert change(PASSWORD, PASSWORD).code == "password-not-accepted"
    for value in ([GOOD, GOOD], {"a": GOOD}, 15, None, True):
        assert change(PASSWORD, value).code == change(value, GOOD).code == "request-not-read"
        assert attacker.finish(choosing.flow, value).code == "request-not-read"
    wrong = [change(f"wrong-{number}", GOOD) for number in range(11)]
    assert [answer.code for answer in wrong] == ["wrong-current-password"] * 10 + ["sign-in-locked"]
    assert change(PASSWORD, GOOD).code == "sign-in-locked"
    assert attacker.account(person).password_changed_at == 0


def test_45_no_answer_repeats_a_password(attacker, choosing):
    """What is wrong with it is said by rule: neither the password nor a part of it stands in an answer."""
    planted = "kettle"
    person = choosing.person.user_id
    session = attacker.sign_in(person).session
    bodies = [
        attacker.finish(choosing.flow, planted),
        attacker.finish(choosing.flow, f"maria {planted}"),
        attacker.finish(choosing.flow, planted * 50),
        attacker.finish(choosing.flow, [planted]),
        attacker.finish(choosing.flow, planted * 5_000),
        attacker.sign_in(person, planted),
        attacker.post("/api/account/sign-in", {"user_id": person, "password": {planted: planted}}),
        attacker.post("/api/account/sign-in", {"user_id": person, "password": "x", planted: planted}),
        attacker.post("/api/account/password", {"current_password": planted, "new_password": planted}, session=session),
        attacker.request("POST", "/api/account/sign-in", f'{{"password":"{planted}'),
    ]
    assert all(answer.status >= 400 for answer in bodies)
    for answer in bodies:
        assert planted not in json.dumps(answer.body) + repr(answer.headers)
    assert attacker.finish(choosing.flow, f"{planted} Anchor 27 plum").status == 200


def test_46_passwords_are_argon2id_of_the_designed_cost_for_everybody(attacker, choosing):
    """RFC 9106, m = 19 MiB, t = 2; a sign-in to nobody's account costs the same hash (times: `make abuse`)."""
    assert choosing.tries(GOOD).status == 200
    stored = attacker.account(choosing.person.user_id).password
    assert re.fullmatch(r"pepper=1\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]+\$[\w+/]{43}", stored)
    second = attacker.proved(choosing.person.user_id).body["flow"]
    assert attacker.finish(second, "pebble-Orchard-86-lamp").status == 200
    again = attacker.proved(choosing.person.user_id).body["flow"]
    assert attacker.finish(again, GOOD).status == 200
    assert attacker.account(choosing.person.user_id).password.split("$")[4:] != stored.split("$")[4:], "salted anew"
    assert _NOBODYS.split("$")[1:4] == stored.split("$")[1:4]
    users = {"known": choosing.person.user_id, "nobody": attacker.nobody()}
    assert alike({who: attacker.sign_in(user_id, "wrong") for who, user_id in users.items()}).status == 401
