"""Whose account a sign-in with the identity provider leads to, and what its session may do (B34, B30)."""

import json
import time
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from regain.adapters import openid, security_info
from regain.domain import binding
from regain.problems import PROVIDER_UNAVAILABLE, Refused
from tests.functions.directory_stand_in import StandIn as DirectoryStandIn
from tests.functions.directory_stand_in import people
from tests.functions.openid_stand_in import FORM, OIDC, RSA, SITE, StandIn, Visit, refused


@pytest.fixture
def visit(use, monkeypatch):
    """A visit where people may sign in with the provider."""
    provider = StandIn(monkeypatch)
    return Visit(use(sign_in={"oidc": OIDC}, **SITE), provider)


# --- Whose account it is --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claim", [None, "", 7, "guest_evil.example#EXT#@other.example", "nobody@contoso.example", "two words"]
)
def test_somebody_without_the_claim_or_without_an_account_gets_a_page_b34(visit, claim):
    refused(visit.sign_in("x", preferred_username=claim), "no-account-for-this-sign-in")


@pytest.mark.parametrize(
    "written",
    ["{wide}@contoso.example", "mailto:{name}@contoso.example", "CONTOSO\\{name}", " {name}@contoso.example", "{name}@contoso.example.",
     "{name}@\uff43ontoso.example", "{name}\u200b@contoso.example"],
)  # fmt: skip
def test_a_name_at_the_provider_that_only_looks_like_somebody_here_is_nobody_b34(visit, written):
    """People may paste a user ID in any form; at the provider these are names of others, whoever chose them there."""
    name = visit.world.person().user_id.partition("@")[0]
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in name)
    refused(visit.sign_in(written.format(name=name, wide=wide)), "no-account-for-this-sign-in")
    assert visit.sign_in(f"{name.upper()}@CONTOSO.example").session, "in capitals it is the same one"


def test_a_block_here_wins_and_its_owner_is_told_why(visit):
    person = visit.world.person(enabled=False)
    refused(visit.sign_in(person.user_id), "account-turned-off")
    (event,) = visit.world.events(person.user_id)
    assert (event["kind"], event["reason"]) == ("provider-refused", "account-turned-off")


def test_two_people_of_the_provider_under_one_claim_are_told_apart_by_their_subject_b34(visit):
    """B30: whoever gets an old user ID gets nothing with it, until an administrator removes the security info."""
    person = visit.world.person()
    assert visit.sign_in(person.user_id, sub="first").session
    assert visit.sign_in(person.user_id, sub="first").session
    refused(visit.sign_in(person.user_id, sub="second"), "sign-in-leads-to-two-people")
    assert visit.world.events(person.user_id)[-1]["reason"] == "sign-in-leads-to-two-people"
    other = visit.world.person()
    refused(visit.sign_in(other.user_id, sub="first"), "sign-in-leads-to-two-people")
    services = visit.world.services
    subject = services.recoveries.subject(person.id)
    info = security_info.from_item(services.store.get(*services.security_infos.key(subject)))
    services.store.commit([services.security_infos.write(subject, binding.without_methods(info))])
    assert visit.sign_in(person.user_id, sub="second").session
    refused(visit.sign_in(person.user_id, sub="first"), "sign-in-leads-to-two-people")


def test_a_shared_address_leads_to_nobody(use, monkeypatch):
    provider = StandIn(monkeypatch)
    world = use(
        sign_in={"oidc": {**OIDC, "claims": {"user_id": "email"}}},
        organisation={"user_id_aliases": ["mail"], "site_url": "https://help.contoso.example/"},
    )
    visit, shared = Visit(world, provider), f"{world.name('s')}@contoso.example"
    one = world.person(mail=shared)
    assert visit.sign_in("x", email=shared, email_verified=True, sub="a").session
    world.person(mail=shared)
    refused(visit.sign_in("x", email=shared, email_verified=True, sub="a"), "sign-in-leads-to-two-people")
    refused(visit.sign_in("x", email=one.user_id, email_verified=False, sub="a"), "no-account-for-this-sign-in")


def test_somebody_whose_password_lives_in_a_directory_signs_in_without_it_and_a_stop_there_counts(visit):
    """Nothing is asked of the directory but who they are; the first sign-in makes their card, as a password would."""
    with people(visit.world, DirectoryStandIn()) as domain:
        person = domain.directory.add()
        answer = visit.sign_in(person.user_id)
        shown = visit.world.request("GET", "/api/account", session=answer.session)
        assert (shown.status, shown.body["user_id"]) == (200, person.user_id)
        assert visit.sign_in(person.user_id).session
        refused(visit.sign_in(f"nobody@{person.user_id.partition('@')[2]}"), "no-account-for-this-sign-in")
        domain.directory.people[person.user_id] = replace(person, enabled=False)
        refused(visit.sign_in(person.user_id), "account-turned-off")
        assert visit.world.request("GET", "/api/account", session=answer.session).code == "sign-in-needed"


# --- What a session of the provider may do ----------------------------------------------------------------


def test_a_role_of_a_claim_is_the_sessions_alone_and_takes_none_away_b34(visit):
    plain, helper = visit.world.person(), visit.world.person(role="user-administrator")
    session = visit.sign_in(plain.user_id, groups=["regain-admins"]).session
    assert visit.world.request("GET", "/api/admin", session=session).body["role"] == "administrator"
    assert visit.world.post("/api/account/language", {"language": "de"}, session=session).status == 200
    kept = visit.world.account(plain.user_id)
    assert (kept.role, kept.groups, kept.language) == ("", ("staff",), "de")
    by_password = visit.world.sign_in(plain.user_id).session
    assert visit.world.request("GET", "/api/admin", session=by_password).code == "not-for-your-role"
    session = visit.sign_in(helper.user_id, groups=["nothing"]).session
    assert visit.world.request("GET", "/api/admin", session=session).body["role"] == "user-administrator"
    assert visit.world.account(helper.user_id).role == "user-administrator"


def test_a_second_factor_that_the_provider_attests_is_a_step_up_while_it_is_fresh_b34(visit):
    person, now = visit.world.person(role="helpdesk"), int(time.time())

    def may_read(**claims):
        answer = visit.sign_in(person.user_id, **claims)
        events = visit.world.request("GET", "/api/admin/events", session=answer.session)
        methods = visit.world.post("/api/account/methods", {"kind": "recovery-code"}, session=answer.session)
        assert (events.code == "second-factor-needed") == (methods.code == "prove-it-is-you"), (events, methods)
        return events.status == 200

    assert may_read(amr=["pwd", "mfa"], auth_time=now - 60)
    assert may_read(acr="urn:two", auth_time=now)
    assert not may_read(amr=["pwd"], auth_time=now)
    assert not may_read(amr=["pwd", "mfa"])
    assert not may_read(amr=["pwd", "mfa"], auth_time=now - 800)


def test_whoever_has_a_role_by_a_claim_can_give_a_second_factor_here_b34(visit):
    person = visit.world.person()
    session = visit.sign_in(person.user_id, groups=["regain-admins"]).session
    begun = visit.world.post("/api/admin/prove/start", {}, session=session)
    assert begun.status == 201
    proof = {"flow": begun.body["flow"], "method": "sms"}
    assert visit.world.post("/api/admin/prove/send", proof, session=session).status == 202
    code = visit.world.code(begun.body["reference"], method="sms")
    assert visit.world.post("/api/admin/prove/verify", {**proof, "code": code}, session=session).status == 200
    assert visit.world.request("GET", "/api/admin/events", session=session).status == 200


def test_a_provider_without_such_settings_attests_nothing(use, monkeypatch):
    provider = StandIn(monkeypatch)
    bare = {name: value for name, value in OIDC.items() if name not in ("second_factor", "roles")}
    visit = Visit(use(sign_in={"oidc": bare}, **SITE), provider)
    person = visit.world.person()
    answer = visit.sign_in(
        person.user_id, amr=["mfa"], acr="urn:two", auth_time=int(time.time()), groups=["regain-admins"]
    )
    assert "max_age" not in provider.at_start(visit.start())
    assert (visit.session(answer).proved_at, visit.session(answer).role) == (0, "")
    assert visit.world.request("GET", "/api/admin", session=answer.session).code == "not-for-your-role"


def test_a_session_that_this_browser_had_ends_and_it_stays_known(visit):
    person = visit.world.person()
    before = visit.world.sign_in(person.user_id)
    after = visit.sign_in(person.user_id, {"session": before.session, "browser": before.browser})
    assert after.session and visit.world.request("GET", "/api/account", session=before.session).code == "sign-in-needed"
    assert len({person.user_id, after.browser}) == 2
    shared = visit.sign_in(person.user_id, {"shared_computer": "yes"})
    assert shared.session and not shared.browser


def test_a_domain_may_take_no_passwords_and_says_so_to_everybody_alike(use, monkeypatch, engine):
    provider = StandIn(monkeypatch)
    visit = Visit(use(sign_in={"oidc": OIDC}, domains={"contoso.example": {"sign_in": "provider"}}, **SITE), provider)
    person = visit.world.person()
    known, unknown = (
        visit.world.sign_in(person.user_id),
        visit.world.sign_in(f"{visit.world.name('x')}@contoso.example"),
    )
    assert known.code == unknown.code == "sign-in-with-provider" and known.operations == unknown.operations == ()
    assert visit.sign_in(person.user_id).session
    assert visit.world.start(person.user_id).status == 201  # reset goes on


def test_no_alias_signs_in_with_a_password_whom_the_provider_alone_signs_in_b34(use, monkeypatch):
    """The alias is of a domain that takes passwords; its account's takes none. The answer is as for nobody."""
    provider = StandIn(monkeypatch)
    domains = {"contoso.example": {"sign_in": "provider"}, "partners.example": {}}
    world = use(
        sign_in={"oidc": OIDC}, domains=domains, organisation={**SITE["organisation"], "user_id_aliases": ["mail"]}
    )
    visit, alias = Visit(world, provider), f"{world.name('p')}@partners.example"
    person = world.person(mail=alias)
    answer, nobodys = world.sign_in(alias), world.sign_in(f"{world.name('n')}@partners.example")
    assert (answer.code, answer.session) == (nobodys.code, "")
    assert answer.status == 401
    assert answer.operations == nobodys.operations
    partner = world.person(user_id=f"{world.name('q')}@partners.example")
    assert world.sign_in(partner.user_id).session
    assert visit.sign_in(person.user_id).session


def test_a_provider_speaks_for_no_domain_that_keeps_to_passwords_whatever_leads_there_b34(use, monkeypatch):
    """A tenant's guest, or somebody who may name themselves there, is nobody of the partners."""
    provider = StandIn(monkeypatch)
    domains = {"contoso.example": {}, "partners.example": {"sign_in": "password"}}
    world = use(
        sign_in={"oidc": OIDC}, domains=domains, organisation={**SITE["organisation"], "user_id_aliases": ["mail"]}
    )
    visit, name = Visit(world, provider), world.name("p")
    partner = world.person(user_id=f"{name}@partners.example", mail=f"{name}@contoso.example")
    for claim in (partner.user_id, partner.mail, f"{name}x@partners.example"):
        refused(visit.sign_in(claim), "no-account-for-this-sign-in")
    assert world.sign_in(partner.user_id).session, "with the password"
    assert visit.sign_in(world.person().user_id).session


def test_a_provider_that_is_down_is_a_page_and_passwords_and_resets_go_on_b34(visit, monkeypatch):
    def down(*_):
        raise Refused(PROVIDER_UNAVAILABLE, retry_after=10)

    person = visit.world.person()
    late = visit.start()
    monkeypatch.setattr(openid.Provider, "_request", down)
    refused(visit.back(late), "sign-in-provider-unavailable")
    visit.world.services.provider._known.clear()
    refused(visit.start(), "sign-in-provider-unavailable")
    assert visit.world.sign_in(person.user_id).session
    visit.world.proved(person.user_id)


# --- Limits ---------------------------------------------------------------------------------------------


def test_failures_of_a_network_are_limited_before_the_provider_is_asked_and_known_browsers_are_not_held_up(
    use, monkeypatch
):
    provider = StandIn(monkeypatch)
    visit = Visit(use(sign_in={"oidc": OIDC}, limits={"failures_per_network": 3}, **SITE), provider)
    person = visit.world.person()
    for _ in range(5):
        known = visit.sign_in(person.user_id)
        assert known.session  # a success is taken back: an office is not shut out by its own people
    late = visit.start()
    provider.token_answer = 400, {"error": "invalid_grant"}
    for _ in range(3):
        refused(visit.back(visit.start()), "sign-in-not-finished")
    asked = len(provider.asked)
    refused(visit.back(late), "too-many-sign-ins")
    refused(visit.start(), "too-many-sign-ins")
    assert len(provider.asked) == asked
    provider.token_answer = None
    assert visit.sign_in(person.user_id, {"browser": known.browser}).session
    assert visit.start(address="10.250.0.1").attempt


def test_a_sign_in_takes_few_operations_of_the_store(visit):
    person = visit.world.person()
    answer = visit.sign_in(person.user_id)
    assert len(answer.operations) <= 6, answer.operations  # count, spend, two reads, sessions, commit


# --- Back-channel logout ----------------------------------------------------------------------------------


def logout(visit, token):
    body = urlencode({"logout_token": token})
    return visit.world.request("POST", "/api/account/oidc/logout", body, headers={"content-type": FORM})


def test_back_channel_logout_ends_the_sessions_that_the_provider_began_and_no_other_b34(visit):
    person = visit.world.person()
    one, two = visit.sign_in(person.user_id, sid="s1").session, visit.sign_in(person.user_id, sid="s2").session
    own = visit.world.sign_in(person.user_id).session

    def open_(session):
        return visit.world.request("GET", "/api/account", session=session).status == 200

    sub = f"sub of {person.user_id}"
    visit.provider.claims = {}
    assert logout(visit, visit.provider.logout_token(sub="nobody")).status == 200
    assert logout(visit, visit.provider.logout_token(sub=sub, sid="s1")).status == 200
    assert (open_(one), open_(two), open_(own)) == (False, True, True)
    assert logout(visit, visit.provider.logout_token(sub=sub)).status == 200
    assert (open_(two), open_(own)) == (False, True)
    assert visit.world.events(person.user_id)[-1]["kind"] == "provider-signed-out"


@pytest.mark.parametrize(
    ("claims", "sign"),
    [({"nonce": "n"}, {}), ({"events": None}, {}), ({"events": {"x": {}}}, {}), ({"aud": "other"}, {}), ({"sub": None}, {}),
     ({"iss": "https://evil.example"}, {}), ({"iat": int(time.time()) - 3_600}, {}), ({}, {"key": RSA[1]}),
     ({}, {"key": "", "algorithm": "none"}), ({"jti": None}, {})],
)  # fmt: skip
def test_a_token_that_is_no_logout_token_of_the_provider_ends_nothing(visit, claims, sign):
    visit.provider.sign = {**visit.provider.sign, **sign}
    answer = logout(visit, visit.provider.logout_token(**claims))
    assert (answer.status, answer.code) == (400, "logout-token-not-accepted")


def test_a_logout_request_is_read_strictly(visit):
    def send(body, media_type=FORM):
        return visit.world.request("POST", "/api/account/oidc/logout", body, headers={"content-type": media_type})

    assert send(json.dumps({"logout_token": "x"}), "application/json").status == 415
    assert send("logout_token=a&logout_token=b").status == 400
    assert send("nothing=1").status == send("%").status == 400
    assert send("logout_token=" + "x" * 40_000).status == 413
