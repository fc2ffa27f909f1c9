"""Password rules: the published scoring, and everything wrong with a password at once (B7, S53, S68)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.adapters import common_passwords
from regain.domain import banned_words, passwords
from regain.domain.policy import Passwords
from regain.phrases import Phrase
from tests.conftest import english

NAMES = ("Maria", "Silva", "maria.silva", "Li")
STRONG = "kettle-Magnet-41-harp"


def broken(password, policy=Passwords(), words=frozenset(), names=NAMES, current=None):
    return {failure.rule for failure in passwords.failures(password, policy, words, names, current)}


@pytest.mark.parametrize(("password", "points"), [("C0ntos0Blank12", 4), ("ContoS0Bl@nkf9!", 5)])
def test_microsofts_worked_examples_score_as_published(password, points):
    assert banned_words.score(password, {"contoso", "blank"}) == points


@pytest.mark.parametrize(
    ("password", "refused"), [("C0ntos0Blank12", True), ("ContoS0Bl@nkf9!", False), (STRONG, False)]
)
def test_five_points_are_enough_also_with_the_built_in_list(password, refused):
    words = common_passwords.words(("contoso", "blank"))
    assert ("easy-to-guess" in broken(password, words=words)) == refused


@pytest.mark.parametrize("password", ["abcdeg", "abcdefg", "abcde", "ABCDEF", "@bcdef"])
def test_one_edit_from_a_banned_word_is_that_word(password):
    assert banned_words.score(password, {"abcdef"}) == 1


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "abababababababab",
        "qwertyuiopasdfgh",
        "drowssapdrowssap",
        "P@$$w0rd",
    ],
)
def test_patterns_are_easy_to_guess_s68(password):
    assert "easy-to-guess" in broken(password, words=common_passwords.words(()))


@given(st.text(max_size=60))
def test_a_score_never_exceeds_the_characters_and_more_words_never_raise_it(password):
    alone = banned_words.score(password, frozenset())
    assert 0 <= banned_words.score(password, frozenset({"contoso", "blank"})) <= alone <= len(password.lower())


@pytest.mark.parametrize(("length", "ok"), [(0, False), (14, False), (15, True), (256, True), (257, False)])
def test_length_counts_at_its_edges(length, ok):
    password = ("kettleMagnet41harp~violet%" * 11)[:length]
    assert (not broken(password) & {"too-short", "too-long"}) == ok


def test_eight_characters_are_enough_where_the_organisation_says_so():
    assert broken("k3tt!eMag", Passwords(minimum=8)) == set()


@pytest.mark.parametrize("password", ["kettle-Maria-41-harp", "kettle-5-SI1VA-harp", "kettle-s!m@ri@-41"])
def test_ones_own_name_is_refused_in_any_spelling(password):
    names = ("Maria", "Silva".replace("l", "1"))
    assert "own-name" in broken(password, names=names)


def test_a_name_of_two_letters_is_no_reason_to_refuse():
    assert "own-name" not in broken("kettle-liberty-41-harp")


def test_a_change_refuses_the_password_in_use():
    assert broken(STRONG, current=STRONG) == {"current"}
    assert broken(STRONG, current=f"{STRONG}!") == set()


def test_everything_wrong_is_said_at_once_b7():
    assert broken("maria\x07", current="maria\x07") >= {"too-short", "own-name", "characters", "current"}


def test_classes_are_asked_for_by_the_entra_profile_only():
    assert "classes" in broken("kettlemagnetharp", Passwords(profile="entra"))
    assert "classes" not in broken("kettlemagnetharp")
    assert "classes" not in broken("kettle-Magnet", Passwords(profile="entra"))


def test_forms_of_unicode_are_one_password():
    assert passwords.normal("e\u0301\ufb01") == passwords.normal("\u00e9fi")


@pytest.mark.parametrize("password", ["               ", "🍵 tea 🍵 kettle 🍵 harp", "\u200fשלום-kettle-harp-41"])
def test_spaces_emoji_and_right_to_left_text_may_be_used(password):
    assert not broken(password) & {"characters", "too-long"}


def test_no_message_holds_the_password():
    for failure in passwords.failures("maria12", Passwords(), {"maria12"}, NAMES, "maria12"):
        assert "maria12" not in english(failure.message)


@pytest.mark.parametrize("policy", [Passwords(), Passwords(minimum=9), Passwords(profile="entra")])
def test_rules_before_typing_name_the_numbers_that_are_enforced_s53(policy):
    said = " ".join(map(english, passwords.help_text(policy)))
    assert f"at least {policy.least} " in said
    assert f"at most {policy.maximum}." in said
    assert ("three of these four" in said) == (policy.profile == "entra")


def test_only_a_change_says_before_typing_that_the_current_password_is_no_new_one_x18():
    reset, change = passwords.help_text(Passwords()), passwords.help_text(Passwords(), change=True)
    assert set(change) - set(reset) == {Phrase("Do not use the password that you have now.")}
