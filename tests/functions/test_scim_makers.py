"""What the provisioning of Microsoft Entra and of Okta sends, as their documentation records it, with invented people.

Entra: Microsoft Learn, "Develop and plan provisioning for a SCIM endpoint" and "Known issues and resolutions with SCIM 2.0
protocol compliance". Okta: developer.okta.com, "SCIM 2.0 protocol reference".
"""

import pytest

from provisioning import groups
from provisioning.people import People
from regain.people.scim import patch as patches
from tests.functions.provisioner import Provisioner

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture
def entra(world):
    return Provisioner(world, "Entra")


@pytest.fixture
def okta(world):
    return Provisioner(world, "Okta")


def name(world):
    return f"sample{world.number}@contoso.example"


def entra_user(world, **more):
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": f"0a21f0f2-8d2a-4f8e-bf98-{world.number:012}",
        "userName": name(world),
        "active": True,
        "emails": [{"primary": True, "type": "work", "value": name(world)}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Sam Ple", "familyName": "Ple", "givenName": "Sam"},
        "roles": [],
        **more,
    }


class TestEntra:
    def test_the_connection_is_tested_with_a_user_that_nobody_is(self, entra):
        answer = entra.send("GET", "/Users", filter='userName eq "2a5dbb2c-3cd6-4a1c-9a7b-7a1e3f1f9b11"')
        assert (answer.status, answer.body["totalResults"], answer.body["Resources"]) == (200, 0, [])

    def test_a_user_is_created_matched_and_read(self, world, entra):
        made = entra.send("POST", "/Users", entra_user(world))
        assert made.status == 201
        assert made.body["emails"] == [{"value": name(world), "type": "work", "primary": True}]
        for looked in (f'userName eq "{name(world)}"', f'externalId eq "{made.body["externalId"]}"'):
            found = entra.send("GET", "/Users", filter=looked).body
            assert [each["id"] for each in found["Resources"]] == [made.body["id"]]
        both = f'externalId eq "{made.body["externalId"]}" AND active eq true'
        assert entra.send("GET", "/Users", filter=both).body["totalResults"] == 1

    def test_multi_valued_and_single_valued_properties_are_replaced(self, world, entra):
        where = f"/Users/{entra.send('POST', '/Users', entra_user(world)).body['id']}"
        answer = entra.patch(
            where,
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "updated@home.example"},
            {"op": "Replace", "path": "name.familyName", "value": "Updated"},
        )
        assert answer.status == 200
        assert answer.body["emails"][0]["value"] == "updated@home.example"
        assert answer.body["name"] == {"givenName": "Sam", "familyName": "Updated"}
        renamed = f"renamed.{name(world)}"
        assert entra.patch(where, {"op": "Replace", "path": "userName", "value": renamed}).body["userName"] == renamed

    def test_numbers_that_are_not_there_yet_are_added_by_a_path_with_a_filter(self, world, entra):
        where = f"/Users/{entra.send('POST', '/Users', entra_user(world)).body['id']}"
        answer = entra.patch(
            where,
            {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+44 7700 900123"},
            {"op": "Replace", "path": 'phoneNumbers[type eq "work"].value', "value": "+44 20 7946 0000"},
            {"op": "Add", "path": 'phoneNumbers[type eq "fax"].value', "value": "+44 20 7946 0001"},
            {"op": "Add", "path": 'addresses[type eq "work"].formatted', "value": "1 High Street"},
            {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Sales"},
            {"op": "Add", "path": "title", "value": "Tester"},
        )
        assert answer.status == 200
        account = world.account(name(world))
        assert (account.mobile_phone, account.office_phone) == ("+447700900123", "+442079460000")

    def test_a_path_may_be_a_key_of_a_value_without_a_path(self, world, entra):
        where = f"/Users/{entra.send('POST', '/Users', entra_user(world)).body['id']}"
        value = {
            'emails[type eq "home"].value': "sam@home.example",
            "name.givenName": "Samuel",
            f"{USER}:displayName": "Samuel Ple",
            f"{ENTERPRISE}:employeeNumber": "701984",
        }
        assert entra.patch(where, {"op": "Add", "value": value}).status == 200
        account = world.account(name(world))
        assert (account.other_mails, account.given_name) == (("sam@home.example",), "Samuel")
        assert (account.display_name, account.mail) == ("Samuel Ple", name(world))

    @pytest.mark.parametrize("off", ["False", "false", False])
    def test_disabling_sends_a_boolean_as_text_until_it_is_told_not_to(self, world, entra, off):
        where = f"/Users/{entra.send('POST', '/Users', entra_user(world)).body['id']}"
        assert entra.patch(where, {"op": "Replace", "path": "active", "value": off}).body["active"] is False
        found = entra.send("GET", "/Users", filter=f'userName eq "{name(world)}"').body["Resources"][0]
        assert found["active"] is False  # a disabled user is still found
        assert entra.patch(where, {"op": "Replace", "path": "active", "value": "True"}).body["active"] is True

    def test_a_group_is_created_found_without_members_filled_and_emptied(self, world, entra):
        user = entra.send("POST", "/Users", entra_user(world)).body["id"]
        title = f"Group {world.number}"
        made = entra.send("POST", "/Groups", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "externalId": "8aa1a0c0", "displayName": title,
            "meta": {"resourceType": "Group"},
        })  # fmt: skip
        where = f"/Groups/{made.body['id']}"
        assert made.status == 201
        found = entra.send("GET", "/Groups", excludedAttributes="members", filter=f'displayName eq "{title}"').body
        assert [(each["id"], "members" in each) for each in found["Resources"]] == [(made.body["id"], False)]
        added = {"op": "Add", "path": "members", "value": [{"$ref": None, "value": user}]}
        assert entra.patch(where, added).status == 200
        assert world.account(name(world)).groups == (title,)
        assert entra.send("GET", "/Groups", filter=f'id eq "{made.body["id"]}" and members eq "{user}"').body[
            "totalResults"
        ]
        renamed = {"op": "Replace", "path": "displayName", "value": f"{title} B"}
        assert entra.patch(where, renamed).body["members"][0]["value"] == user
        assert world.account(name(world)).groups == (f"{title} B",)
        assert entra.patch(where, {"op": "Remove", "path": "members", "value": [{"value": user}]}).body["members"] == []
        assert world.account(name(world)).groups == ()
        assert entra.send("DELETE", where).status == 204


class TestOkta:
    def sent(self, world, **more):
        return {
            "schemas": [USER],
            "userName": name(world),
            "name": {"givenName": "Test", "familyName": "User"},
            "emails": [{"primary": True, "value": name(world), "type": "work"}],
            "displayName": "Test User",
            "locale": "en-US",
            "externalId": f"00ujl29u0le5T6Aj{world.number:04}",
            "groups": [],
            "password": "1mz050nq",
            "active": True,
            **more,
        }

    def test_the_connector_is_tested_with_two_users_and_a_hundred_groups(self, okta):
        assert okta.send("GET", "/Users", startIndex="1", count="2").body["itemsPerPage"] <= 2
        assert okta.send("GET", "/Groups", startIndex="1", count="100").status == 200

    def test_a_user_is_looked_for_created_and_read(self, world, okta):
        looked = {"filter": f'userName eq "{name(world)}"', "startIndex": "1", "count": "100"}
        assert okta.send("GET", "/Users", **looked).body["totalResults"] == 0
        made = okta.send("POST", "/Users", self.sent(world))
        assert (made.status, made.body["displayName"]) == (201, "Test User")
        assert world.account(name(world)).password == ""  # people choose theirs by a reset
        assert okta.send("GET", f"/Users/{made.body['id']}").body == made.body

    def test_a_profile_is_replaced_as_it_was_read_with_what_has_changed(self, world, okta):
        made = okta.send("POST", "/Users", self.sent(world)).body
        changed = {**self.sent(world), "id": made["id"], "name": {"givenName": "Another", "middleName": "", "familyName": "User"},
                   "emails": [*made["emails"], {"primary": False, "value": "second@home.example", "type": "home"}],
                   "meta": {"resourceType": "User"}}  # fmt: skip
        answer = okta.send("PUT", f"/Users/{made['id']}", changed)
        assert (answer.status, answer.body["name"]["givenName"]) == (200, "Another")
        assert world.account(name(world)).other_mails == ("second@home.example",)

    def test_a_user_is_deactivated_by_a_value_without_a_path_or_by_a_whole_put(self, world, okta):
        made = okta.send("POST", "/Users", self.sent(world)).body
        where = f"/Users/{made['id']}"
        assert okta.patch(where, {"op": "replace", "value": {"active": False}}).body["active"] is False
        assert okta.patch(where, {"op": "replace", "value": {"active": True}}).body["active"] is True
        assert okta.send("PUT", where, {**made, "active": False}).body["active"] is False

    def test_a_group_is_pushed_renamed_with_its_id_and_its_members_are_replaced(self, world, okta):
        user = okta.send("POST", "/Users", self.sent(world)).body
        title = f"Okta {world.number}"
        group = okta.send("POST", "/Groups", {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": title, "members": [],
        }).body  # fmt: skip
        where = f"/Groups/{group['id']}"
        member = {"value": user["id"], "display": name(world)}
        assert okta.patch(where, {"op": "add", "path": "members", "value": [member]}).status == 200
        renamed = {"op": "replace", "value": {"id": group["id"], "displayName": f"{title} B"}}
        assert okta.patch(where, renamed).body["displayName"] == f"{title} B"
        assert world.account(name(world)).groups == (f"{title} B",)
        removed = {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}
        assert okta.patch(where, removed).body["members"] == []
        assert (
            okta.send("PUT", where, {"displayName": title, "members": [member]}).body["members"][0]["value"]
            == user["id"]
        )
        assert world.account(name(world)).groups == (title,)
        assert okta.patch(where, {"op": "replace", "path": "members", "value": []}).body["members"] == []
        assert world.account(name(world)).groups == ()


def test_a_group_that_is_deleted_leaves_its_members_and_their_other_groups(world, okta):
    made = [okta.create(f"member{n}.{world.number}@contoso.example").body["id"] for n in range(3)]
    members = [{"value": each} for each in made]
    first, second = (
        okta.send("POST", "/Groups", {"displayName": f"{n}.{world.number}", "members": members}) for n in "ab"
    )
    assert okta.send("DELETE", f"/Groups/{first.body['id']}").status == 204
    assert okta.send("GET", f"/Groups/{first.body['id']}").status == 404
    for number in range(3):
        assert world.account(f"member{number}.{world.number}@contoso.example").groups == (f"b.{world.number}",)
    assert len(okta.send("GET", f"/Groups/{second.body['id']}").body["members"]) == 3


@pytest.mark.parametrize("members", [[{"value": "nobody"}], [{"value": "x", "type": "Group"}], "nobody", [7], [None]])
def test_a_member_that_is_no_user_is_refused_and_no_group_is_made(world, okta, members):
    answer = okta.send("POST", "/Groups", {"displayName": f"No {world.number}", "members": members})
    assert (answer.status, answer.scim_type) == (400, "invalidValue")
    found = okta.send("GET", "/Groups", filter=f'displayName eq "No {world.number}"')
    assert found.body["totalResults"] == 0


def test_a_group_name_is_taken_whatever_its_case(world, okta):
    title = f"Taken {world.number}"
    assert okta.send("POST", "/Groups", {"displayName": title}).status == 201
    again = okta.send("POST", "/Groups", {"displayName": title.upper()})
    assert (again.status, again.scim_type) == (409, "uniqueness")


def test_a_group_of_more_than_one_transaction_is_filled_and_renamed(world, okta):
    """A hundred writes are the most of a transaction; Entra and Okta send members a hundred at a time."""
    made = [okta.create(f"many{n}.{world.number}@contoso.example").body["id"] for n in range(105)]
    group = okta.send("POST", "/Groups", {"displayName": f"Many {world.number}"}).body
    value = [{"value": each} for each in made]
    assert okta.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": value}).status == 200
    renamed = {"op": "replace", "path": "displayName", "value": f"Most {world.number}"}
    assert len(okta.patch(f"/Groups/{group['id']}", renamed).body["members"]) == 105
    assert world.account(f"many104.{world.number}@contoso.example").groups == (f"Most {world.number}",)


def test_a_group_goes_on_where_somebody_was_removed_while_they_were_added(world, okta):
    """Such a record of nobody would have every later change of the group refused."""
    group = okta.create_group(f"Race {world.number}")
    there, new = (okta.create(f"race{n}.{world.number}@contoso.example").body["id"] for n in range(2))
    services = world.services
    services.store.commit([services.provisioning.member_write(group, each) for each in (there, "removed")])
    added = {"op": "add", "path": "members", "value": [{"value": new}]}
    assert okta.patch(f"/Groups/{group}", added).status == 200
    gone = {"op": "remove", "path": f'members[value eq "{there}"]'}
    assert okta.patch(f"/Groups/{group}", gone).status == 200
    assert okta.patch(f"/Groups/{group}", {"op": "remove", "path": 'members[value eq "removed"]'}).status == 200
    assert [each["value"] for each in okta.send("GET", f"/Groups/{group}").body["members"]] == [new]


def test_removing_no_members_removes_none(world, okta):
    user = okta.create(f"kept{world.number}@contoso.example").body["id"]
    group = okta.create_group(f"Kept {world.number}", user)
    nobody = {"op": "remove", "path": "members", "value": []}
    assert len(okta.patch(f"/Groups/{group}", nobody).body["members"]) == 1
    assert okta.patch(f"/Groups/{group}", {"op": "remove", "path": "members"}).body["members"] == []


def test_members_that_two_requests_add_at_the_same_time_both_stay(world, okta, monkeypatch):
    first, second = (okta.create(f"{n}.{world.number}@contoso.example").body["id"] for n in "ab")
    where = f"/Groups/{okta.send('POST', '/Groups', {'displayName': f'Both {world.number}'}).body['id']}"
    apply = patches.apply

    def meanwhile(*arguments):
        monkeypatch.setattr(patches, "apply", apply)
        groups._change_members(where[8:], [second], People(world.services, "scim"), add=f"Both {world.number}")
        return apply(*arguments)

    monkeypatch.setattr(patches, "apply", meanwhile)
    answer = okta.patch(where, {"op": "add", "path": "members", "value": [{"value": first}]})
    assert {each["value"] for each in answer.body["members"]} == {first, second}
    assert world.account(f"b.{world.number}@contoso.example").groups == (f"Both {world.number}",)
