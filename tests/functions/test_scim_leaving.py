"""SCIM: people who are turned off or removed, and what becomes free for others."""

from dataclasses import replace

import pytest

from regain.domain.account import EXTERNAL_ID
from tests.functions.provisioner import Provisioner
from tests.functions.test_scim import found, name


@pytest.fixture
def entra(world):
    return Provisioner(world)


class TestTurningOff:
    """It is never prevented by what else the request says."""

    @pytest.mark.parametrize("user_name", ["maria@elsewhere.example", "a b@contoso.example", "x" * 200, "taken"])
    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_a_user_name_that_cannot_be_given_keeps_nobody_on(self, world, entra, user_name, method):
        person, other = world.person(), world.person()
        where, user_name = found(entra, person), other.user_id if user_name == "taken" else user_name
        said = {"userName": user_name, "active": False}
        answer = (
            entra.send("PUT", where, said) if method == "PUT" else entra.patch(where, {"op": "replace", "value": said})
        )
        assert (answer.status, answer.body["active"], answer.body["userName"]) == (200, False, person.user_id)
        assert world.sign_in(person.user_id).code == "account-turned-off"
        assert world.sign_in(other.user_id).status == 200

    def test_nor_an_external_id_that_somebody_has_or_too_many_addresses(self, world, entra):
        entra.create(name(world, "other"), externalId=f"same{world.number}")
        many = [{"value": f"n{number}@home.example", "type": "home"} for number in range(30)]
        for more in ({"externalId": f"same{world.number}"}, {"emails": many}):
            person = world.person()
            said = {"userName": person.user_id, "active": False, **more}
            assert entra.send("PUT", found(entra, person), said).body["active"] is False
            after = world.account(person.user_id)
            assert (after.enabled, after.external_id, after.other_mails) == (False, "", person.other_mails)

    @pytest.mark.parametrize("more", [{"displayName": "M" * 300}, {"name": "Maria"}, {"emails": [7]}])
    def test_nor_a_value_that_cannot_be_read(self, world, entra, more):
        """Okta turns people off with their whole profile; Entra may send several operations at once."""
        for send in (
            lambda where, said: entra.send("PUT", where, said),
            lambda where, said: entra.patch(where, {"op": "replace", "value": said}),
            lambda where, said: entra.patch(where, *({"op": "Replace", "path": k, "value": said[k]} for k in said)),
        ):
            person = world.person()
            where, said = found(entra, person), {"userName": person.user_id, **more}
            assert send(where, {**said, "active": True}).status == send(where, said).status == 400
            assert send(where, {**said, "active": "False"}).body["active"] is False
            assert world.account(person.user_id).display_name == person.display_name
            assert world.sign_in(person.user_id).code == "account-turned-off"

    def test_without_it_the_same_request_is_refused_and_changes_nothing(self, world, entra):
        person, other = world.person(), world.person()
        where = found(entra, person)
        said = {"userName": other.user_id, "displayName": "Another", "active": True}
        assert entra.send("PUT", where, said).status == 409
        assert world.account(person.user_id) == person
        off = {"op": "replace", "path": "active", "value": False}
        assert entra.patch(where, off).status == 200
        assert entra.patch(where, {"op": "replace", "path": "userName", "value": other.user_id}).status == 409


def test_an_external_id_of_somebody_who_was_removed_can_be_given_to_another(world, entra):
    """Entra's default external id is the mail nickname, which the next person of that name inherits."""
    external_id = f"maria{world.number}"
    leaver = entra.create(name(world, "leaver"), externalId=external_id).body["id"]
    person = world.person()
    where = found(entra, person)
    given = {"op": "replace", "path": "externalId", "value": external_id}
    assert entra.patch(where, given).status == 409
    assert entra.send("DELETE", f"/Users/{leaver}").status == 204
    assert entra.patch(where, given).body["externalId"] == external_id
    assert entra.send("GET", "/Users", filter=f'externalId eq "{external_id}"').body["Resources"][0]["id"] == where[7:]
    item = world.services.store.get(*world.services.identifiers.key(EXTERNAL_ID + external_id))
    assert "purge_at" not in item  # or it would be deleted while its new owner has it
    assert entra.create(name(world, "third"), externalId=external_id).status == 409


def test_who_is_removed_leaves_each_group_also_when_a_file_has_named_others(world, entra):
    person = world.person()
    where = found(entra, person)
    group = entra.create_group(f"G{world.number}", where[7:])
    account = world.account(person.user_id)
    assert account.groups
    changed = world.services.accounts.replace_writes(account, replace(account, groups=("Of the file",)))
    world.services.store.commit(changed)
    assert entra.send("DELETE", where).status == 204
    assert entra.send("GET", f"/Groups/{group}").body["members"] == []


@pytest.mark.parametrize("order", [1, -1], ids=["first", "last"])
def test_of_several_addresses_or_numbers_of_a_type_the_primary_one_is_used(world, entra, order):
    emails = [
        {"value": "new@contoso.example", "type": "work", "primary": True},
        {"value": "old@contoso.example", "type": "work"},
    ]
    numbers = [
        {"value": "+44 7700 900124", "type": "mobile", "primary": "True"},
        {"value": "+44 7700 900123", "type": "mobile", "primary": False},
    ]
    made = entra.create(name(world), emails=emails[::order], phoneNumbers=numbers[::order])
    assert made.status == 201
    account = world.account(name(world))
    assert (account.mail, account.other_mails) == ("new@contoso.example", ("old@contoso.example",))
    assert account.mobile_phone == "+447700900124"


def test_a_number_that_is_added_as_the_primary_one_takes_the_older_ones_place(world, entra):
    made = entra.create(name(world), phoneNumbers=[{"value": "+44 7700 900123", "type": "mobile", "primary": True}])
    added = {"value": "+44 7700 900124", "type": "mobile", "primary": True}
    where = f"/Users/{made.body['id']}"
    assert entra.patch(where, {"op": "Add", "path": "phoneNumbers", "value": [added]}).status == 200
    assert world.account(name(world)).mobile_phone == "+447700900124"
