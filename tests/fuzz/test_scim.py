"""Whatever an identity provider sends, a filter, a path or a value is used or refused: never a 500."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from regain.people.scim import attributes, filters, patch, responses
from regain.people.scim.attributes import GROUP, USER
from regain.problems import Refused
from tests.functions.conftest import default_organisation, use, world
from tests.functions.provisioner import Provisioner

__all__ = ["default_organisation", "use", "world"]

TYPES = {"invalidFilter", "invalidPath", "invalidSyntax", "invalidValue", "mutability", "noTarget", "tooMany"}
RESOURCE = {
    "schemas": [USER], "id": "1", "userName": "a@contoso.example", "active": True, "name": {"givenName": "A"},
    "emails": [{"value": "a@home.example", "type": "work", "primary": True}, {"value": "b@home.example", "type": "home"}],
}  # fmt: skip
WORDS = ["emails", "phoneNumbers", "name", "userName", "active", "members", "groups", "id", "title", "[", "]", ".", "value",
         "type", " ", "eq", "and", "or", "(", ")", "ne", "pr", '"', '"work"', "\\", '"\\ud800"', "true", "null", "urn:", ":",
         USER, "\n", "\x00", "ſ", "$ref"]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)
OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "op": st.one_of(st.sampled_from(["add", "Add", "REPLACE", "remove"]), VALUES),
        "path": st.one_of(TEXTS, VALUES),
        "value": VALUES,
        "Value": VALUES,
    },
)


def refused(refusal):
    assert refusal.problem.code == "scim-request-not-accepted"
    assert refusal.facts["scim_type"] in TYPES


@given(TEXTS)
@example('userName eq "a\\"b" and externalId Eq "c"')
@example("(" * 3_000)
def test_a_filter_is_conditions_or_refused(text):
    try:
        found = filters.parse(text)
    except Refused as refusal:
        refused(refusal)
    else:
        assert found
        for each in found:
            assert each.attribute == each.attribute.lower()


@given(TEXTS)
def test_a_value_in_a_filter_comes_back_as_it_was_whatever_stands_in_it(value):
    if value.encode("utf-8", "ignore").decode() == value:
        (first, second) = filters.parse(
            f'userName EQ {json.dumps(value)} aNd urn:ietf:params:scim:schemas:core:2.0:User:id eq "1"'
        )
        assert (first.value, second.attribute) == (value, "id")


@given(st.one_of(st.lists(OPERATIONS, max_size=4), VALUES), st.sampled_from([USER, GROUP]))
@settings(max_examples=400)
@example([{"op": "add", "value": {USER: {USER: {}}}}], USER)
@example([{"op": "replace", "path": 'emails[type eq "work"', "value": "x"}], USER)
@example([{"op": "remove", "path": "emails[]"}], USER)
def test_a_patch_is_applied_or_refused_and_leaves_the_resource_that_was_there(operations, schema):
    before = json.dumps(RESOURCE)
    try:
        after = patch.apply(RESOURCE, {"Operations": operations}, schema)
        assert json.loads(json.dumps(responses.shown(after, {"attributes": "emails.value,name"})))
    except Refused as refusal:
        refused(refusal)
    assert json.dumps(RESOURCE) == before


@given(st.dictionaries(st.one_of(st.sampled_from(list(RESOURCE)), TEXTS), VALUES, max_size=6))
@settings(max_examples=300)
def test_a_resource_is_read_or_refused(document):
    for schema in (USER, GROUP):
        try:
            assert set(attributes.read(document, schema)) <= {each.name for each in attributes.KEPT[schema].values()}
        except Refused as refusal:
            refused(refusal)


@pytest.mark.usefixtures("world")
@given(operations=st.lists(OPERATIONS, min_size=1, max_size=3), query=st.dictionaries(
    st.sampled_from(["filter", "startIndex", "count", "attributes", "excludedAttributes"]), TEXTS, max_size=3))  # fmt: skip
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_function_answers_every_patch_and_query_below_500(world, operations, query):
    provisioner = world.__dict__.setdefault("provisioner", Provisioner(world))
    if "user" not in world.__dict__:
        world.user = provisioner.create(f"fuzz{world.number}@contoso.example").body["id"]
        world.group = provisioner.send("POST", "/Groups", {"displayName": f"Fuzz {world.number}"}).body["id"]
    encoded = {name: text.encode("utf-8", "ignore").decode() for name, text in query.items()}
    for kind, which in (("Users", world.user), ("Groups", world.group)):
        text = json.dumps({"Operations": operations})
        assert provisioner.send("PATCH", f"/{kind}/{which}", text=text, **encoded).status < 500
        assert provisioner.send("GET", f"/{kind}", **encoded).status < 500
