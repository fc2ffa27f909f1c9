"""Microsoft Entra ID: what is asked of Microsoft Graph, what its answers mean, and that a wrong request is refused.

Microsoft is a stand-in here, which checks what Microsoft documents of each request.
"""

import http.client
import json
import ssl

import pytest

from local.directories.entra_tenant import CLIENT, TENANT, Request, Response, Tenant, refusal
from regain.directories.base import NotAccepted, NotAllowed, Stopped, Unanswered
from regain.directories.entra.directory import EntraDirectory
from regain.directories.entra.graph import Graph
from regain.directories.entra.https import GRAPH, LOGIN, LONGEST, Origin, Timeouts
from regain.directories.entra.tokens import Tokens
from regain.domain.entra import Entra

NEXT = "the Second password 2"
HURRIED = Timeouts(connect=30, answer=0.3)


def test_the_stand_in_refuses_requests_to_graph_that_break_a_documented_rule():
    tenant = Tenant()
    key = tenant.add("maria@contoso.example", "the First password 1")
    headers = {"authorization": f"Bearer {tenant.grant()}", "content-type": "application/json"}

    def ask(method, path, body=None, **others):
        content = json.dumps(body).encode() if body is not None else b""
        return tenant.answer(Request(method, path, {**headers, **others}, content))

    profile = {"password": NEXT, "forceChangePasswordNextSignIn": False}
    assert ask("GET", f"/users/{key}", authorization="Bearer x").status == 401
    assert "accountEnabled" not in ask("GET", f"/users/{key}").body, "what is not selected is not told"
    for method, path, body, others in (
        ("GET", f"/users/{key}?$select=password", None, {}),
        ("GET", f"/users/{key}/transitiveMemberOf?$top=1000", None, {}),
        ("PATCH", f"/users/{key}", {"passwordProfile": profile}, {"content-type": "text/plain"}),
        ("PATCH", f"/users/{key}", {"passwordProfile": profile, "accountEnabled": True}, {}),
        ("PATCH", f"/users/{key}", {"passwordProfile": {"password": NEXT}}, {}),
        ("PATCH", f"/users/{key}", {"passwordProfile": {**profile, "forceChangePasswordNextSignIn": "no"}}, {}),
        ("POST", f"/users/{key}/revokeSignInSessions", {}, {}),
        ("POST", "/$batch", {"requests": [{"id": "1", "method": "GET", "url": "users/x"}]}, {}),
        ("POST", "/$batch", {"requests": [{"id": "1", "method": "GET", "url": "/users/x"}] * 2}, {}),
        ("POST", "/$batch", {"requests": []}, {}),
    ):
        assert ask(method, path, body, **others).status == 400, (method, path, body)
    assert tenant.signs_in(key, "the First password 1")
    assert ask("GET", "/users/nobody@contoso.example").body["error"]["code"] == "Request_ResourceNotFound"


def test_a_person_is_looked_up_with_one_request_and_so_is_nobody(entra):
    entra.person(name="o'brien")
    for typed in ("o'brien", "nobody", "per/son", "maria?$select=id", "ünal", "$batch"):
        entra.running.asked.clear()
        found = entra.find(typed)
        assert (entra.running.asked, bool(found)) == (["find"], typed == "o'brien")
    assert entra.find("O'BRIEN").user_id == "O'BRIEN@contoso.example"
    key = entra.find("o'brien").key
    assert entra.directory.find(key) is entra.directory.find(f"{key}@contoso.example") is None, "an ID is no name"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"onPremisesSyncEnabled": True}, "elsewhere"), ({"userType": "Guest"}, "elsewhere"),
        ({"accountEnabled": False}, "disabled"), ({"accountEnabled": None}, "disabled"),
    ],
)  # fmt: skip
def test_whom_nobody_may_change_here_is_refused_before_anything_is_asked(entra, properties, reason):
    person = entra.person(**properties)
    entra.running.asked.clear()
    with pytest.raises(Stopped) as stopped:
        entra.directory.reset(person, NEXT)
    assert (stopped.value.reason, entra.running.asked) == (reason, [])


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("Global Administrator", "directoryRole", {}), ("Directors", "group", {}),
        ("Tier 0", "group", {"isAssignableToRole": True}),
    ],
)  # fmt: skip
def test_administrators_and_protected_groups_are_not_changed(entra, name, kind, more):
    person = entra.person()
    assert not entra.find(person.user_id.partition("@")[0]).protected
    entra.tenant.join(person.key, name, kind, **more)
    assert entra.find(person.user_id.partition("@")[0]).protected


def test_whoever_has_more_memberships_than_graph_tells_is_not_changed(entra):
    person = entra.person()
    for number in range(1_000):
        entra.tenant.join(person.key, f"group {number}")
    found = entra.find(person.user_id.partition("@")[0])
    assert found.protected and len(found.groups) == 999


def test_groups_without_a_name_are_none(entra):
    entra.tenant.permissions = entra.tenant.permissions - {"GroupMember.Read.All"}
    try:
        person = entra.person()
        entra.tenant.join(person.key, "staff")
        assert entra.find(person.user_id.partition("@")[0]).groups == ()
    finally:
        entra.tenant.permissions = entra.tenant.permissions | {"GroupMember.Read.All"}


def test_a_reset_sets_the_password_ends_the_sessions_and_says_whether_it_is_temporary(entra):
    person = entra.person()
    for temporary in (True, False):
        entra.running.asked.clear()
        entra.directory.reset(person, NEXT, temporary)
        assert entra.running.asked == ["reset", "revoke"]
        assert entra.tenant.must_change[person.key] is temporary
    assert entra.tenant.ended[person.key] == 2


@pytest.mark.parametrize(
    ("password", "change", "reason"),
    [("short", {}, "unknown"), ("alllowercaseletters", {}, "unknown"), (NEXT, {"onPremisesSyncEnabled": True}, "elsewhere"),
     (NEXT, {"userType": "Guest"}, "elsewhere")],
)  # fmt: skip
def test_what_graph_refuses_is_told_by_its_words(entra, password, change, reason):
    person = entra.person()
    entra.change(person, **change)  # after it was looked up
    with pytest.raises((NotAccepted, Stopped)) as refused:
        entra.directory.reset(person, password)
    assert reason in (getattr(refused.value, "rule", ""), getattr(refused.value, "reason", ""))
    assert entra.signs_in(person, "the First password 1")


def test_a_person_who_was_removed_is_gone_and_a_403_is_for_the_organisation_to_repair(entra):
    gone, administrator = entra.person(), entra.person()
    entra.remove(gone)
    with pytest.raises(Stopped, match="gone"):
        entra.directory.reset(gone, NEXT)
    entra.tenant.join(administrator.key, "Helpdesk Administrator", "directoryRole")
    with pytest.raises(NotAllowed, match="graph: 403 Authorization_RequestDenied"):
        entra.directory.reset(administrator, NEXT)


BUSY = Response(429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "17"})
BROKEN = refusal(503, "serviceNotAvailable", "The service is unavailable.")
DENIED = refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
LONG_WAIT = Response(429, None, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"})


@pytest.mark.parametrize("kind", ["token", "find", "reset", "revoke"])
@pytest.mark.parametrize(
    ("fault", "known", "wait"),
    [(BUSY, True, 17), (LONG_WAIT, True, 0), (BROKEN, None, 0), ("cut", None, 0), ("slow", None, 0), ("long", None, 0)],
    ids=["busy", "busy until", "broken", "cut", "slow", "long"],
)  # fmt: skip
def test_a_lost_answer_is_unknown_after_a_write_only_and_retry_after_is_passed_on(entra, kind, fault, known, wait):
    """A response of 10 MB is given up on early; for a write its status is all that counts."""
    person = entra.person()
    view = entra.connect(HURRIED) if fault == "slow" else entra.connect()
    entra.running.faults[kind] = [fault]
    entra.running.asked.clear()
    written = kind == "revoke" or (kind == "reset" and known is None)

    def act():
        view.find(person.user_id)
        view.reset(person, NEXT)

    if fault == "long" and kind in ("reset", "revoke"):
        act()
        return
    with pytest.raises(Unanswered) as failed:
        act()
    assert failed.value.known is not written
    assert failed.value.retry_after == (0 if kind == "revoke" else wait)
    assert entra.running.asked.count("reset") == (kind in ("reset", "revoke")), "a write is sent once"


def test_a_missing_right_is_named_and_after_the_password_is_set_nothing_is_known_to_be_undone(entra):
    person, view = entra.person(), entra.connect()
    entra.running.faults = {"find": [DENIED], "reset": [DENIED], "revoke": [DENIED]}
    for action in (lambda: view.find(person.user_id), lambda: view.reset(person, NEXT)):
        with pytest.raises(NotAllowed, match="403 Authorization_RequestDenied"):
            action()
    with pytest.raises(Unanswered, match="revokeSignInSessions: graph: 403") as failed:
        view.reset(person, NEXT)
    assert not failed.value.known and entra.signs_in(person, NEXT)


def test_a_token_that_graph_takes_no_more_is_asked_for_anew_once(entra):
    person, view = entra.person(), entra.connect()
    view.find(person.user_id)
    entra.tenant.tokens.clear()
    entra.running.asked.clear()
    view.reset(person, NEXT)
    assert entra.running.asked == ["reset", "token", "reset", "revoke"]
    entra.running.faults["find"] = [refusal(401, "InvalidAuthenticationToken", "")] * 2
    with pytest.raises(NotAllowed, match="graph: 401 InvalidAuthenticationToken"):
        view.find(person.user_id)


@pytest.mark.parametrize("body", [None, {}, {"responses": []}, {"responses": [{"id": "0", "status": 200}] * 2}])
def test_an_answer_that_makes_no_sense_is_none(entra, body):
    person = entra.person()
    entra.running.faults["find"] = [Response(200, body)]
    with pytest.raises(Unanswered, match="not understood"):
        entra.directory.find(person.user_id)


def test_nothing_but_a_reset_is_offered(entra):
    person = entra.person()
    assert entra.directory.offers == {"reset", "temporary-password"}
    for action in (
        lambda: entra.directory.verify(person, person.user_id, "the First password 1"),
        lambda: entra.directory.change(person, "the First password 1", NEXT),
        lambda: entra.directory.unlock(person),
    ):
        with pytest.raises(NotAllowed):
            action()


@pytest.mark.parametrize(
    "url",
    ["http://graph.microsoft.com", "https://graph.microsoft.com.evil.example", "https://login.microsoftonline.com:8443",
     "http://127.0.0.1.evil.example:80", "http://localhost:80", "https://127.0.0.1:1", ""],
)  # fmt: skip
def test_only_microsofts_hosts_are_asked_and_a_stand_in_on_loopback(url):
    assert {Origin(each).url for each in (LOGIN, GRAPH, "http://127.0.0.1:80")}
    with pytest.raises(ValueError, match="hosts only"):
        Origin(url)


def test_a_certificate_that_is_not_trusted_is_a_fault_of_the_set_up(entra, monkeypatch):
    error = ssl.SSLCertVerificationError()
    error.verify_message = "self-signed certificate"

    def refuse(_):
        raise error

    monkeypatch.setattr(http.client.HTTPSConnection, "connect", refuse)
    given = Entra(TENANT, CLIENT)
    view = EntraDirectory(given, Graph(Origin(GRAPH), Tokens(given, Origin(LOGIN), lambda: "x")))
    with pytest.raises(NotAllowed, match=r"login\.microsoftonline\.com: self-signed"):
        view.find("maria@contoso.example")


def test_nobody_listens(entra):
    given = Entra(TENANT, CLIENT)
    nobody = Origin("http://127.0.0.1:9", Timeouts(2, 2))
    with pytest.raises(Unanswered) as failed:
        EntraDirectory(given, Graph(nobody, Tokens(given, nobody, lambda: "x"))).find("maria@contoso.example")
    assert failed.value.known


def test_the_bound_of_an_answer_lets_the_most_memberships_through():
    assert 999 * 2_000 < LONGEST < 10_000_000


def test_state_is_kept_for_the_next_start(tmp_path):
    tenant = Tenant(tmp_path / "tenant.json")
    key = tenant.add("maria@contoso.example", "the First password 1")
    tenant.save()
    again = Tenant(tmp_path / "tenant.json")
    assert again.signs_in(key, "the First password 1") and "First" not in (tmp_path / "tenant.json").read_text()


@pytest.mark.parametrize(
    ("missing", "said"),
    [("User.Read.All", "The app lacks User.Read.All"), ("User-PasswordProfile.ReadWrite.All", "sets passwords"),
     ("User.RevokeSessions.All", "ends sessions"), ("GroupMember.Read.All", "does not see the names of groups")],
)  # fmt: skip
def test_the_doctor_says_which_permission_is_missing(entra, missing, said):
    entra.person(mail="m@home.example")
    before, entra.tenant.permissions = entra.tenant.permissions, entra.tenant.permissions - {missing}
    try:
        found = list(entra.connect().check())
    finally:
        entra.tenant.permissions = before
    assert said in " ".join(each.what for each in found if each.state != "ok")
    assert [each.what for each in entra.connect().check() if each.state == "wrong"] == []


@pytest.mark.parametrize(
    ("number", "hint"), [(700016, "`client`"), (90002, "`tenant`"), (700213, "federated credential")]
)
def test_the_doctor_says_what_helps_against_a_refusal(entra, number, hint):
    entra.running.faults["token"] = [Response(400, {"error": "invalid_client", "error_codes": [number]})]
    (found,) = entra.connect().check()
    assert found.state == "wrong" and f"AADSTS{number}" in found.what and hint in found.to_do


def test_the_doctor_counts_people_whose_password_is_kept_on_premises_and_permissions_that_are_too_many(entra):
    entra.person(onPremisesSyncEnabled=True)
    before, entra.tenant.permissions = entra.tenant.permissions, entra.tenant.permissions | {"Directory.ReadWrite.All"}
    try:
        said = " ".join(f"{each.what} {each.to_do}" for each in entra.connect().check())
    finally:
        entra.tenant.permissions = before
    assert "synchronised from on-premises" in said and "directory: ldap" in said
    assert "more than it needs: Directory.ReadWrite.All" in said
