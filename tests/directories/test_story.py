"""One story for every directory, told against real servers: slapd with its password policy, Samba as a controller, and a
user pool in the embedded engine (B16, B25, B33).

What a real server does is the only proof that Regain's words for it are true. Entra ID has no server that could run here:
a stand-in tells its part, and `test_entra` what it demands of each request.
"""

import time
import unicodedata

import pytest

from regain.directories.base import NotAccepted, NotAllowed, Stopped, WrongPassword
from regain.domain.ldap import LONGEST_BY_API
from tests.directories.managed_world import ManagedWorld
from tests.directories.worlds import CognitoWorld, OpenLdapWorld

pytestmark = pytest.mark.timeout(600)  # the first one provisions a domain

FIRST, NEXT, LATER = "the First password 1", "the Second password 2", "the Third password 3"


def stopped(action, *arguments, **keywords):
    with pytest.raises(Stopped) as caught:
        action(*arguments, **keywords)
    return caught.value.reason


def not_accepted(action, *arguments, **keywords):
    with pytest.raises(NotAccepted) as caught:
        action(*arguments, **keywords)
    return caught.value.rule


def lock(world, person):
    for _ in range(6):
        with pytest.raises((WrongPassword, Stopped)):
            world.directory.verify(person, person.user_id, "a wrong password")


def test_a_person_is_found_with_everything_that_regain_needs(world):
    person = world.person(
        givenName="Mária",
        sn="Őry",
        mail="ory@home.example",
        mobile="+44 7700 900123",
        telephoneNumber="+44 20 7946 0000",
    )
    assert (person.given_name, person.surname) == ("Mária", "Őry")
    assert person.mobile_phone == "+44 7700 900123"
    assert person.office_phone == ("" if isinstance(world, CognitoWorld) else "+44 20 7946 0000")
    assert "ory@home.example" in (person.mail, *person.other_mails)
    assert len(person.key) >= 20 and person.enabled
    assert not (person.expired or person.locked or person.must_change or person.protected)


@pytest.mark.parametrize(
    "typed", ["nobody", "*", "*@contoso.example", ")(|(objectClass=*", "\\2a", "a\0b", "a" * 5_000, "o'brien(x)*"]
)
def test_nobody_is_found_by_what_means_something_in_a_filter(world, typed):
    world.person()
    assert world.directory.find(typed) is None


@pytest.mark.needs("names of any kind")
@pytest.mark.parametrize("name", ["Köln, Nord", 'quo"ted', "brack(et)s*", "plus+equal=", "#hash; semi", "o'brien"])
def test_people_whose_names_mean_something_in_a_dn_are_found_and_reset(world, name):
    person = world.person(name=name)
    world.directory.reset(person, NEXT)
    assert world.signs_in(world.find(name), NEXT)


@pytest.mark.needs("names of any kind")
def test_a_user_id_is_found_in_another_case_and_by_each_attribute(world):
    person = world.person(name="renata", mail="Renata.Costa@contoso.example")
    for typed in ("Renata.COSTA@contoso.example", "renata.costa@CONTOSO.example"):
        assert world.directory.find(typed).key == person.key if person else world.directory.find(typed)


@pytest.mark.needs("names of any kind")
def test_two_people_with_one_mail_are_nobody(world):
    keys = [world.person(mail="shared@contoso.example") for _ in range(2)]
    assert world.directory.find("shared@contoso.example") is None, keys


def test_a_reset_replaces_the_password_and_needs_no_old_one(world):
    person = world.person()
    assert world.signs_in(person, FIRST)
    world.directory.reset(person, NEXT)
    world.directory.reset(person, LATER)  # Windows lets the password before this one in for an hour
    assert not world.signs_in(person, FIRST)
    assert world.signs_in(person, LATER)
    assert bool(world.find(person.user_id.partition("@")[0]).changed_at) is world.marks_changes


@pytest.mark.needs("sign-in")
def test_a_wrong_password_and_nobody_are_the_same(world):
    person = world.person()
    for given in (person, None):
        with pytest.raises(WrongPassword):
            world.directory.verify(given, "x@contoso.example", "a wrong password")


@pytest.mark.needs("sign-in")
def test_an_empty_password_is_no_anonymous_sign_in(world):
    assert not world.signs_in(world.person(), "")


@pytest.mark.needs("sign-in", "change")
def test_a_temporary_password_has_to_be_changed_and_a_permanent_one_does_not(world):
    person = world.person()
    world.directory.reset(person, NEXT, temporary=True)
    assert stopped(world.directory.verify, person, "", NEXT) == "must-change"
    assert world.find(person.user_id.partition("@")[0]).must_change
    world.directory.change(person, NEXT, LATER)
    assert world.signs_in(person, LATER)
    world.must_change(person)
    world.directory.reset(person, "the Fourth password 4")
    assert world.signs_in(person, "the Fourth password 4")


@pytest.mark.needs("change")
def test_a_change_needs_the_right_old_password(world):
    person = world.person()
    with pytest.raises(WrongPassword):
        world.directory.change(person, "a wrong password", NEXT)
    world.directory.change(person, FIRST, NEXT)
    assert world.signs_in(person, NEXT)


@pytest.mark.needs("change", "history")
def test_a_change_to_a_password_of_before_breaks_the_history(world):
    person = world.person()
    world.directory.change(person, FIRST, NEXT)
    world.directory.change(person, NEXT, LATER)
    assert not_accepted(world.directory.change, person, LATER, NEXT) == "history"
    assert world.signs_in(person, LATER)


@pytest.mark.parametrize("kind", ["openldap", "active_directory"])
def test_what_the_policy_asks_can_be_read_before_anybody_types(kind, request):
    there = request.getfixturevalue(kind)
    asked = there.connect().requirements(there.person(), change=True)
    assert (asked.least, asked.classes) == (12, kind == "active_directory")
    assert asked.history >= 1 and not asked.changeable_at
    if kind == "active_directory":
        assert there.directory.requirements(there.person(), change=False).history == 0, "Samba has no control for it"


def test_a_person_with_a_policy_of_their_own_is_held_to_it(openldap):
    person = openldap.person()
    openldap.forbid_early_changes(person)
    openldap.directory.reset(person, NEXT)
    person = openldap.find(person.user_id.partition("@")[0])
    asked = openldap.directory.requirements(person, change=True)
    assert (asked.least, asked.history) == (0, 0) and asked.changeable_at > time.time() + 86_000
    assert not openldap.directory.requirements(person, change=False).changeable_at


def test_a_password_that_is_too_short_is_named_so(world):
    person, offers = world.person(), world.directory.offers
    named = "length" if "change" in offers else "unknown"  # Microsoft Graph and AWS have one error for all of them
    assert not_accepted(world.directory.reset, person, "Sh0rt!") == named
    if "change" in offers:
        assert not_accepted(world.directory.change, person, FIRST, "Sh0rt!") == named
    assert world.signs_in(person, FIRST)


@pytest.mark.needs("unlock")
def test_a_lockout_proves_nothing_and_a_reset_lifts_it(world):
    person = world.person()
    lock(world, person)
    for password in (FIRST, "a wrong password"):
        assert stopped(world.directory.verify, person, "", password) == "locked"
    assert world.find(person.user_id.partition("@")[0]).locked
    world.directory.reset(person, NEXT)
    assert world.signs_in(person, NEXT)


@pytest.mark.needs("unlock")
def test_an_unlock_lifts_a_lockout_and_twice_does_no_harm(world):
    person = world.person()
    world.directory.unlock(person)
    lock(world, person)
    world.directory.unlock(person)
    world.directory.unlock(person)
    assert world.signs_in(person, FIRST)
    assert not world.find(person.user_id.partition("@")[0]).locked


def test_a_disabled_account_is_not_touched(world):
    person, offers = world.person(), world.directory.offers
    world.disable(person)
    person = world.find(person.user_id.partition("@")[0])
    assert not person.enabled
    assert stopped(world.directory.reset, person, NEXT) == "disabled"
    if "sign-in" in offers:
        assert stopped(world.directory.verify, person, "", FIRST) == "disabled"
        assert stopped(world.directory.unlock, person) == "disabled"
        assert stopped(world.directory.change, person, FIRST, NEXT) == "disabled"
    assert not world.find(person.user_id.partition("@")[0]).enabled, "a reset turns nobody on"


@pytest.mark.needs("groups")
def test_people_in_a_protected_group_are_refused_before_anything_changes(world):
    person = world.person()
    world.group("Directors", person)
    person = world.find(person.user_id.partition("@")[0])
    assert person.groups == ("Directors",) and person.protected
    assert stopped(world.directory.reset, person, NEXT) == "protected"
    assert world.signs_in(person, FIRST)


@pytest.mark.needs("names of any kind")
def test_a_renamed_person_keeps_the_key_and_the_old_address_is_gone(world):
    person = world.person(name="before")
    world.rename(person, f"{person.address.partition('=')[0]}=after")
    assert stopped(world.directory.reset, person, NEXT) == "gone"
    found = world.directory.find("before@contoso.example")
    assert found.key == person.key and found.address != person.address
    world.directory.reset(found, NEXT)
    assert world.signs_in(found, NEXT)


def test_a_new_person_under_an_old_name_has_another_key(world):
    former = world.person(name="namesake")
    world.remove(former)
    assert world.person(name="namesake").key != former.key


@pytest.mark.parametrize(
    "password",
    ['with "quotes" 1A', "with an emoji 🎉 1A", "ä²ﬁÅ and more 1A", "127" + "aB" * 62, "a1B!" * 32, "a1B!" * 64],
    ids=["quotes", "emoji", "nfkc", "127", "128", "256"],
)  # fmt: skip
def test_passwords_of_every_kind_sign_in_as_they_were_typed(world, password):
    person = world.person()
    if isinstance(world, ManagedWorld) and len(password) > LONGEST_BY_API:
        assert not_accepted(world.directory.reset, person, password) == "long"
        return
    world.directory.reset(person, password)
    assert world.signs_in(person, password)
    assert not world.signs_in(person, password[:-1])


def test_a_decomposed_password_is_the_composed_one(world):
    person, composed = world.person(), "Österreich über alles 1"
    world.directory.reset(person, unicodedata.normalize("NFD", composed))
    assert world.signs_in(person, composed)


@pytest.mark.needs("change", "history")
def test_a_reset_ignores_the_minimum_age_and_a_change_names_it(world):
    person = world.person(name="young")
    world.forbid_early_changes(person)
    try:
        world.directory.reset(person, NEXT)
        person = world.find("young")
        assert not_accepted(world.directory.change, person, NEXT, LATER) == "age"
        world.directory.reset(person, LATER)
        assert world.signs_in(person, LATER)
    finally:
        if person.address.lower().endswith("dc=ad,dc=contoso,dc=example"):
            world.replace(type(person)("", "DC=ad,DC=contoso,DC=example", ""), "minPwdAge", "0")


@pytest.mark.needs("LDAP")
def test_an_expired_password_is_right_and_can_be_changed_or_reset(world):
    person, other = world.person(), world.person()
    for each in (person, other):
        world.expire_password(each, FIRST)
    assert stopped(world.directory.verify, person, "", FIRST) == "password-expired"
    with pytest.raises(WrongPassword):
        world.directory.change(person, "a wrong password", NEXT)
    world.directory.change(person, FIRST, NEXT)
    world.directory.reset(other, NEXT)
    for each in (person, other):
        assert world.signs_in(each, NEXT) or isinstance(world, OpenLdapWorld), "there it is old after a second again"


def test_a_history_holds_for_a_reset_where_the_directory_applies_it(openldap):
    person = openldap.person()
    openldap.directory.reset(person, NEXT)
    assert not_accepted(openldap.directory.reset, person, NEXT) == "history"


def test_an_expired_account_and_an_administrator_are_not_touched(active_directory):
    expired, administrator = active_directory.person(name="leaver"), active_directory.person(name="root")
    active_directory.expire(expired)
    active_directory.replace(administrator, "adminCount", "1")
    expired, administrator = active_directory.find("leaver"), active_directory.find("root")
    assert stopped(active_directory.directory.verify, expired, "", FIRST) == "expired"
    assert stopped(active_directory.directory.reset, expired, NEXT) == "expired"
    assert stopped(active_directory.directory.reset, administrator, NEXT) == "protected"
    assert stopped(active_directory.directory.change, administrator, FIRST, NEXT) == "protected"


def test_a_simple_password_is_refused_for_its_quality(active_directory):
    person = active_directory.person()
    assert not_accepted(active_directory.directory.reset, person, "alllowercaseletters") == "quality"


def test_a_person_is_found_by_sam_account_name_and_by_mail(active_directory):
    person = active_directory.person(name="by-upn", mail="by-mail@contoso.example", sAMAccountName="by-sam")
    for typed in ("by-mail@contoso.example", "by-sam@contoso.example", "BY-SAM"):
        assert active_directory.directory.find(typed).key == person.key


def test_a_service_account_without_the_right_is_a_fault_of_the_set_up(active_directory):
    everywhere = active_directory.connect(base="DC=ad,DC=contoso,DC=example")
    outside = everywhere.find("svc-regain@ad.contoso.example")
    with pytest.raises(NotAllowed):
        everywhere.reset(outside, NEXT)
