"""SCIM 2.0: users, what a source may not undo, tokens, and what is refused."""

from urllib.parse import quote

import pytest

from regain.domain.policy import Domain
from regain.problems import SCIM_TOKEN_NOT_ACCEPTED
from tests.functions.person import Person
from tests.functions.provisioner import Provisioner
from tests.functions.test_proofs import Owner

GONE = "violet-Anchor-27-plum"


@pytest.fixture
def entra(world):
    return Provisioner(world)


def name(world, of="new"):
    return f"{of}{world.number}@contoso.example"


def found(provisioner, account):
    """The path of an account's user, found as identity providers find it."""
    answer = provisioner.send("GET", "/Users", filter=f'userName eq "{account.user_id}"')
    return f"/Users/{answer.body['Resources'][0]['id']}"


def kinds(world, user_id):
    return [event["kind"] for event in world.events(user_id)]


def test_a_new_user_gets_an_account_without_a_password_and_resets_it(world, entra):
    made = entra.create(
        name(world), active=True, displayName="Ana Lee", name={"givenName": "Ana", "familyName": "Lee"},
        externalId="e-1", preferredLanguage="de", password="not-kept-3f9c", title="not kept",
        emails=[{"value": "ana@home.example", "type": "home"}, {"value": name(world), "type": "work", "primary": True}],
        phoneNumbers=[{"value": "tel:+44-7700-900123", "type": "mobile"}, {"value": "+1 202 555 0100", "type": "fax"}],
    )  # fmt: skip
    assert made.status == 201
    assert made.headers["location"] == made.body["meta"]["location"]
    account = world.account(name(world))
    assert (account.mail, account.other_mails, account.mobile_phone) == (
        name(world),
        ("ana@home.example",),
        "+447700900123",
    )
    assert (account.id, account.external_id, account.password, account.language) == (made.body["id"], "e-1", "", "de")
    assert "password" not in made.body and "title" not in made.body
    assert kinds(world, name(world)) == ["account-added"]
    flow = world.proved(name(world)).body["flow"]
    assert world.finish(flow).status == 200
    assert world.sign_in(name(world), GONE).status == 200


def test_a_name_that_somebody_has_is_409_for_a_new_user_and_for_a_rename(world, entra):
    there = world.person()
    assert (entra.create(there.user_id.upper()).status, entra.create(there.user_id).scim_type) == (409, "uniqueness")
    other = entra.create(name(world), externalId="same").body["id"]
    taken = {"op": "replace", "path": "userName", "value": there.user_id}
    assert entra.patch(f"/Users/{other}", taken).status == 409
    assert entra.create(name(world, "second"), externalId="same").status == 409


def test_somebody_who_is_there_already_is_found_and_keeps_one_id(world, entra):
    person = world.person()
    first, second = (entra.send("GET", "/Users", filter=f'USERNAME Eq "{person.user_id.upper()}"') for _ in range(2))
    assert first.body["totalResults"] == 1
    assert first.body == second.body
    assert world.account(person.user_id).id == first.body["Resources"][0]["id"]
    assert world.sign_in(person.user_id).status == 200


def test_who_is_deactivated_cannot_sign_in_and_is_told(world, entra):
    person = Person(world)
    path = found(entra, person.account)
    answer = entra.patch(path, {"op": "Replace", "path": "active", "value": "False"})
    assert (answer.status, answer.body["active"]) == (200, False)
    assert world.sign_in(person.account.user_id).code == "account-turned-off"
    assert person.get("").status == 401
    event = world.events(person.account.user_id)[-1]
    assert (event["kind"], event["what"], event["by"]) == ("account-imported", "off", "scim Contoso Entra")
    notices = [m["to"] for m in world.outbox_of(person.account.user_id) if m["kind"] == "account-imported"]
    assert set(notices) == set(person.account.addresses)
    assert entra.patch(path, {"op": "Replace", "value": {"active": True}}).body["active"] is True
    assert world.sign_in(person.account.user_id).status == 200


def test_who_is_blocked_here_stays_blocked_whatever_scim_says(world, entra):
    person = world.person()
    path = found(entra, person)
    account = world.account(person.user_id)
    world.services.store.commit([world.services.accounts.lock_write(account)])
    for answer in (
        entra.patch(path, {"op": "replace", "value": {"active": True}}),
        entra.send("PUT", path, {"userName": person.user_id, "active": True}),
    ):
        assert (answer.status, answer.body["active"]) == (200, False)
    assert not world.account(person.user_id).enabled


def test_a_role_that_was_granted_here_and_a_password_outlast_every_request(world, entra):
    person = world.person(role="helpdesk")
    path = found(entra, person)
    body = {"userName": person.user_id, "roles": [{"value": "administrator"}], "password": "another-Pass-93"}
    assert entra.send("PUT", path, body).status == 200
    assert entra.patch(path, {"op": "add", "path": "roles", "value": [{"value": "administrator"}]}).status == 200
    after = world.account(person.user_id)
    assert (after.role, after.password) == ("helpdesk", person.password)


def test_put_leaves_what_it_does_not_mention_and_empties_what_is_null(world, entra):
    person = world.person()
    path = found(entra, person)
    assert entra.send("PUT", path, {"userName": person.user_id, "displayName": "Maria Costa"}).status == 200
    after = world.account(person.user_id)
    assert (after.display_name, after.mobile_phone) == ("Maria Costa", person.mobile_phone)
    assert entra.send("PUT", path, {"userName": person.user_id, "phoneNumbers": None, "emails": []}).status == 200
    after = world.account(person.user_id)
    assert (after.mobile_phone, after.office_phone, after.mail, after.other_mails) == ("", "", "", ())


def test_a_renamed_person_keeps_everything_b30(world, entra):
    owner = Owner(world).everything()
    before, after, info = owner.account.user_id, name(world, "renamed"), owner.info()
    path = found(entra, owner.account)
    assert entra.patch(path, {"op": "Replace", "path": "userName", "value": after}).body["userName"] == after
    assert world.account(before) is None
    assert owner.get("").body["user_id"] == after
    assert owner.info() == info
    assert world.sign_in(after).status == 200
    assert world.sign_in(before).status == 401
    assert "account-renamed" in kinds(world, after)
    told = [m["to"] for m in world.outbox_of(after) if m["kind"] == "account-imported"]
    assert set(told) >= set(owner.account.addresses)


def test_deleting_ends_everything_but_the_events_and_the_name_starts_pristine(world, entra):
    owner = Owner(world).everything()
    user_id, services = owner.account.user_id, world.services
    flow = world.proved(user_id).body["flow"]
    path = found(entra, owner.account)
    group = entra.send("POST", "/Groups", {"displayName": f"G{world.number}", "members": [{"value": path[7:]}]}).body
    assert entra.send("DELETE", path).status == 204
    assert entra.send("DELETE", path).status == entra.send("GET", path).status == 404
    assert world.account(user_id) is None
    subject = services.recoveries.subject(owner.account.id)
    assert services.sessions.for_subject(subject) == []
    assert services.store.get(*services.security_infos.key(subject)) is None
    assert services.store.query(services.recoveries.table, "subject", subject, limit=10) == []
    assert entra.send("GET", f"/Groups/{group['id']}").body["members"] == []
    events = services.store.query(services.events.table, "subject", subject, limit=100)
    assert "account-removed" in [event["kind"] for event in events]
    assert entra.create(user_id, active=True).status == 201
    assert world.finish(flow).status >= 400
    assert world.sign_in(user_id).status == 401
    assert owner.get("").status == 401


def test_people_of_a_directory_are_not_provisioned_for_they_are_found_there(world, entra, monkeypatch):
    monkeypatch.setitem(world.services.organisation.domains, "ad.contoso.example", Domain(directory="ldap"))
    answer = entra.create("ann@ad.contoso.example")
    assert (answer.status, answer.scim_type) == (400, "invalidValue")
    assert "found in its directory" in answer.body["detail"]


def test_an_unreadable_number_is_refused_and_never_keeps_somebody_on(world, entra):
    person = world.person()
    path = found(entra, person)
    number = {"op": "replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "call me"}
    refused = entra.patch(path, number)
    assert (refused.status, refused.scim_type) == (400, "invalidValue")
    assert 'phoneNumbers[type eq "mobile"]' in refused.body["detail"]
    assert "call me" not in refused.body["detail"]
    off = {"userName": person.user_id, "active": False, "phoneNumbers": [{"type": "mobile", "value": "call me"}]}
    assert entra.send("PUT", path, off).body["active"] is False


@pytest.mark.parametrize("extension", ["1234", "x1234", "ext. 123"])
def test_an_extension_and_an_address_that_nothing_reaches_keep_nobody_out_p5_p19(world, entra, extension):
    numbers = [{"type": "work", "value": extension}, {"type": "mobile", "value": "+44 7700 900123"}]
    emails = [{"value": "müller@home.example", "type": "home"}, {"value": "m@home.example", "type": "home"}]
    name = f"ext{extension[-2:]}{world.number}@contoso.example"
    assert entra.create(name, active=True, phoneNumbers=numbers, emails=emails).status == 201
    account = world.account(name)
    assert (account.office_phone, account.mobile_phone, account.other_mails) == (
        "",
        "+447700900123",
        ("m@home.example",),
    )


@pytest.mark.parametrize(
    ("user_name", "why"),
    [("maria@elsewhere.example", "domain"), ("a b@contoso.example", "user ID"), ("", "required"), (None, "required")],
)
def test_a_user_name_that_cannot_be_a_user_id_is_refused(entra, user_name, why):
    answer = entra.create(user_name)
    assert (answer.status, answer.scim_type) == (400, "invalidValue")
    assert why in answer.body["detail"]


def test_names_may_have_spaces_and_signs_of_any_kind(world, entra):
    assert entra.create(name(world), displayName="Ana\u00a0Lee \U0001fae9").status == 201
    assert world.account(name(world)).display_name == "Ana Lee \U0001fae9"


def test_a_condition_that_is_not_compared_is_refused_and_not_taken_for_unfulfilled(world, entra):
    """A provider that finds nobody creates them again, and is refused for good."""
    person = world.person()
    asked = f'userName eq "{person.user_id}" and emails.value eq "{person.other_mails[0]}"'
    assert entra.send("GET", "/Users", filter=asked).scim_type == "invalidFilter"
    asked = f'userName eq "{person.user_id}" and active eq true and displayName eq "{person.display_name}"'
    assert entra.send("GET", "/Users", filter=asked).body["totalResults"] == 1


@pytest.mark.parametrize("long", ["x" * 3_000, "é" * 1_500], ids=["ASCII", "two bytes each"])
def test_what_is_longer_than_any_key_is_nobodys_and_no_fault_a57(entra, long):
    for method, body in (("GET", None), ("PUT", {}), ("PATCH", {}), ("DELETE", None)):
        for kind in ("Users", "Groups"):
            assert entra.send(method, f"/{kind}/{quote(long)}", body).status == 404
    for name in ("userName", "externalId", "id"):
        assert entra.send("GET", "/Users", filter=f'{name} eq "{long}"').body.get("totalResults", 0) == 0


def test_users_are_listed_page_by_page_in_a_stable_order(world, entra):
    for number in range(3):
        assert entra.create(name(world, f"page{number}")).status == 201
    total = entra.send("GET", "/Users", count="0").body
    assert (total["itemsPerPage"], total["Resources"]) == (0, [])
    every = [each["id"] for each in entra.send("GET", "/Users", count="200").body["Resources"]]
    paged = [
        entra.send("GET", "/Users", startIndex=str(n + 1), count="1").body["Resources"][0]["id"]
        for n in range(total["totalResults"])
    ]
    assert paged == every
    assert entra.send("GET", "/Users", count="many").scim_type == "invalidValue"


def test_attributes_are_shown_as_asked(entra, world):
    user = entra.create(name(world), name={"givenName": "Ana", "familyName": "Lee"}).body
    shown = entra.send("GET", f"/Users/{user['id']}", attributes="USERNAME,name.givenName").body
    assert shown == {key: user[key] for key in ("schemas", "id", "userName")} | {"name": {"givenName": "Ana"}}
    shown = entra.send("GET", f"/Users/{user['id']}", excludedAttributes="meta,name.givenName").body
    assert "meta" not in shown and shown["name"] == {"familyName": "Lee"}


class TestToken:
    def test_without_one_with_a_wrong_one_or_a_revoked_one_nothing_is_answered(self, world, entra):
        for token in ("", "x", "regain-scim.00000000.x", entra.token[:-1], entra.token + "x"):
            answer = entra.send("GET", "/Users", token=token)
            assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert SCIM_TOKEN_NOT_ACCEPTED.code in answer.headers["link"]
        assert entra.send("GET", "/Users").status == 200
        world.services.store.commit([world.services.provisioning.revoke_write(entra.kept.id)])
        assert entra.send("GET", "/Users").status == 401

    def test_it_ends(self, world, time_machine):
        time_machine.move_to(world.services.now)
        entra = Provisioner(world, days=1)
        assert entra.send("GET", "/Users").status == 200
        time_machine.shift(86_401)
        assert entra.send("GET", "/Users").status == 401

    def test_wrong_ones_are_throttled_by_network_and_a_right_one_is_always_accepted(self, world, entra):
        tried = [entra.send("GET", "/Users", token="x") for _ in range(32)]
        assert [each.status for each in tried[:30]] == [401] * 30
        assert tried[-1].status == 429
        assert int(tried[-1].headers["retry-after"]) <= 600
        assert entra.send("GET", "/Users").status == 200
        assert entra.send("GET", "/Users", token="x", address="203.0.113.9").status == 401

    def test_its_secret_is_not_stored(self, world, entra):
        item = world.services.store.get(world.services.provisioning.table, {"part": "token", "id": entra.kept.id})
        assert entra.token.rpartition(".")[2] not in str(item)


class TestRequest:
    def test_both_media_types_are_read_and_no_other(self, entra, world):
        for number, media_type in enumerate(("application/scim+json; charset=utf-8", "application/json")):
            body = {"userName": name(world, f"media{number}")}
            assert entra.send("POST", "/Users", body, media_type=media_type).status == 201
        answer = entra.send("POST", "/Users", {"userName": name(world)}, media_type="text/plain")
        assert (answer.status, answer.body["schemas"]) == (415, ["urn:ietf:params:scim:api:messages:2.0:Error"])

    def test_256_kib_are_read_and_a_byte_more_is_413(self, entra, world):
        start, end = f'{{"userName":"{name(world)}","title":"', '"}'
        fits = start + "x" * (256 * 1024 - len(start) - len(end)) + end
        assert entra.send("POST", "/Users", text=fits).status == 201
        answer = entra.send("POST", "/Users", text=fits[:-2] + "x" + end)
        assert (answer.status, answer.body["status"]) == (413, "413")
        assert "256 KiB" in answer.body["detail"]

    @pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "null", '{"a":1,"a":2}', "[" * 5_000, '{"a":"\\ud800"}'])
    def test_what_is_no_object_of_json_is_400(self, entra, text):
        assert entra.send("POST", "/Users", text=text).status == 400

    @pytest.mark.parametrize(("method", "path", "status"), [
        ("GET", "/Nothing", 404), ("GET", "/", 404), ("POST", "/Schemas", 405), ("PATCH", "/Users", 405),
        ("DELETE", "/ServiceProviderConfig", 405), ("POST", "/.search", 501), ("POST", "/Bulk", 501), ("GET", "/Me", 501),
        ("GET", "/Users/%23", 404), ("GET", "/Schemas/urn:x", 404),
    ])  # fmt: skip
    def test_what_is_not_there_is_said_in_scims_form_with_a_reference(self, entra, method, path, status):
        answer = entra.send(method, path, {} if method in ("POST", "PATCH") else None)
        assert (answer.status, answer.body["status"]) == (status, str(status))
        assert "(R-" in answer.body["detail"]
        assert answer.headers["link"].endswith('rel="help"')

    def test_a_request_past_cloudfront_is_not_answered(self, entra, monkeypatch):
        monkeypatch.setenv("ORIGIN_KEYS", "secret-of-cloudfront")
        assert entra.send("GET", "/Users").status == 404
