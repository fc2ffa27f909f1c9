"""Adapters against moto. AWS in process is enough where nothing runs in parallel."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from regain.adapters import rate_limits, recoveries
from regain.adapters.events import Events
from regain.adapters.identifiers import Identifiers
from regain.adapters.messengers import Email, RenderedMessage, Text, Undeliverable, in_ascii
from regain.adapters.seal import seal, unseal
from regain.adapters.store import Conflict, Store, marshal, put_new, put_version, unmarshal
from regain.directories.dynamodb import Accounts
from regain.domain.account import Account, make_id
from regain.domain.flow import Flow
from regain.domain.live_code import LiveCode
from regain.domain.methods import Method
from tests.adapters.test_password_hash import keys

LETTER = RenderedMessage("Your code", "text", "<p>text</p>")


@pytest.fixture
def aws(monkeypatch):
    for name in ("AWS_ENDPOINT_URL",):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield


@pytest.fixture
def store(aws):
    client = boto3.client("dynamodb")
    for table, key in (("Things", "user_id"), ("Accounts", "id"), ("Identifiers", "identifier")):
        client.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        )
    return Store(client)


def test_a_second_item_under_one_key_is_a_conflict(store):
    store.commit([put_new("Things", {"user_id": "a"})])
    with pytest.raises(Conflict):
        store.commit([put_new("Things", {"user_id": "a"})])


def test_a_record_is_written_only_in_the_version_that_was_seen(store):
    store.commit([put_version("Things", {"user_id": "a", "n": 1}, 0)])
    for seen in (0, 2):
        with pytest.raises(Conflict):
            store.commit([put_version("Things", {"user_id": "a", "n": 9}, seen)])
    store.commit([put_version("Things", {"user_id": "a", "n": 2}, 1)])
    assert store.get("Things", {"user_id": "a"}) == {"user_id": "a", "n": 2, "version": 2}


def test_one_failing_condition_undoes_the_whole_step(store):
    store.commit([put_new("Things", {"user_id": "a"})])
    with pytest.raises(Conflict):
        store.commit([put_new("Things", {"user_id": "b"}), put_new("Things", {"user_id": "a"})])
    assert store.get("Things", {"user_id": "b"}) is None


def test_items_come_back_in_the_order_of_their_keys(store):
    for name in ("a", "b"):
        store.commit([put_new("Things", {"user_id": name, "list": [1, {"x": True}]})])
    found = store.batch_get([("Things", {"user_id": name}) for name in ("b", "nobody", "a")])
    assert [one and one["user_id"] for one in found] == ["b", None, "a"]
    assert found[0]["list"] == [1, {"x": True}]


def test_a_counter_counts_before_anybody_judges(store):
    assert [store.increment("Things", {"user_id": "n"}, 9) for _ in range(3)] == [1, 2, 3]


def test_an_account_comes_back_as_it_was_stored(store):
    account = Account(
        "zoë@contoso.example",
        id="key",
        other_mails=("a@b.example",),
        groups=("staff",),
        enabled=False,
        password_changed_at=7,
    )
    accounts = Accounts(store, "Accounts", Identifiers(store, "Identifiers", keys()))
    store.commit(accounts.add_writes(account))
    stored = accounts.by_user_id(account.user_id)
    assert (stored.other_mails, stored.groups, stored.enabled, stored.version) == (
        ("a@b.example",),
        ("staff",),
        False,
        1,
    )
    store.commit([accounts.password_write(stored, "hash", 9)])
    assert accounts.get(account.id).password == "hash"
    with pytest.raises(Conflict):
        store.commit([accounts.password_write(stored, "other", 9)])


def test_a_flow_comes_back_as_it_was_stored(store):
    flow = Flow(
        "id",
        "reset",
        "a@b.example",
        "R-0000-0000",
        1,
        2,
        0,
        1,
        2,
        ("email",),
        (Method("email", "email", "x@y.example"),),
        codes={"email": LiveCode(1, 8, 10, 40, 340, True)},
    )
    writer = recoveries.Recoveries(store, "Things", keys())
    write = writer.flow_write("subject", flow, 5)
    write.request["Item"]["user_id"] = {"S": "key"}
    store.commit([write])
    stored = store.get("Things", {"user_id": "key"})
    assert writer.flow({**stored, "user_id": seal(keys(), "a@b.example")}) == Flow(
        **{**{f: getattr(flow, f) for f in flow.__dataclass_fields__}, "version": 1}
    )


@pytest.mark.parametrize("text", ["", "x", "A" * 42, "A" * 44, "é" * 43, "A" * 42 + "=", "A" * 42 + "B", "-" * 43])
def test_what_is_no_token_opens_nothing(text):
    assert recoveries.open_token(keys(), text) is None or len(text) == 43


def test_a_token_leads_to_its_subject_and_its_secret_is_hashed():
    token = recoveries.token(keys(), "ab" * 16, b"s" * 16)
    assert recoveries.open_token(keys(), token) == ("ab" * 16, recoveries.flow_id(b"s" * 16))
    assert b"s" * 16 not in bytes.fromhex(recoveries.flow_id(b"s" * 16))


def test_a_token_of_an_account_carries_its_id_and_no_two_look_alike():
    held = recoveries.Recoveries(None, "Things", keys())
    account_id = make_id(b"a" * 16)
    tokens = [held.token(account_id, secret * 16) for secret in (b"s", b"t")]
    assert held.held(tokens[0]) == (account_id, held.subject(account_id), recoveries.flow_id(b"s" * 16))
    assert held.held(tokens[1])[:2] == held.held(tokens[0])[:2]
    assert tokens[0][:21] != tokens[1][:21]
    assert held.held(tokens[0][:-1]) == held.held("") == recoveries.NOBODYS
    forged = urlsafe_b64encode(bytes([1]) + urlsafe_b64decode(tokens[0] + "=")[1:]).rstrip(b"=").decode()
    assert held.held(forged).subject != held.subject(account_id), "what was changed leads to another account's records"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"), ("192.0.2.250", "192.0.2.0/24"), ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"), ("nonsense", "unknown"), ("", "unknown"),
    ],
)  # fmt: skip
def test_a_network_is_a_24_or_a_48(address, network):
    assert rate_limits.network(address) == network


def test_mail_that_ses_refuses_for_good_is_undeliverable(aws):
    with pytest.raises(Undeliverable, match="MessageRejected"):
        Email(boto3.client("sesv2"), "help@contoso.example").send("a@home.example", LETTER, {})


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("anna@müller.example", "anna@xn--mller-kva.example"),
        ("anna@xn--mller-kva.example", "anna@xn--mller-kva.example"),
        ("o'hara+x@contoso.example", "o'hara+x@contoso.example"),
    ],
)
def test_ses_gets_domains_in_punycode_p19(address, taken):
    assert in_ascii(address) == taken


def test_an_address_that_ses_cannot_deliver_to_is_undeliverable_p19():
    with pytest.raises(Undeliverable, match="NotAscii"):
        in_ascii("müller@home.example")


@pytest.mark.parametrize("domain", ["bücher..example", f"{'ü' * 70}.example", "-ü.example"])
def test_mail_to_a_domain_that_cannot_exist_is_undeliverable_and_not_tried_again(domain):
    with pytest.raises(Undeliverable, match="BadRequestException"):
        in_ascii(f"anna@{domain}")


def test_what_botocore_refuses_to_send_is_undeliverable_and_quotes_nothing(aws):
    with pytest.raises(Undeliverable, match=r"^ParamValidationError$"):
        Text(boto3.client("pinpoint-sms-voice-v2"), "", 600).send("", replace(LETTER, sms="a code"), {})


def test_mail_goes_to_one_address_from_the_organisations_sender(aws):
    client = boto3.client("sesv2")
    client.create_email_identity(EmailIdentity="help@contoso.example")
    assert Email(client, "help@contoso.example").send("a@home.example", LETTER, {})


def test_nothing_answers_a_mail_by_itself_and_nobody_unsubscribes_from_a_code(aws):
    """RFC 3834, 5: so that no holiday notice and no ticket system starts a loop. Codes and notices are no list."""
    client, sent = boto3.client("sesv2"), []
    client.create_email_identity(EmailIdentity="help@contoso.example")
    client.meta.events.register("before-call.sesv2.SendEmail", lambda params, **_: sent.append(params))
    assert Email(client, "help@contoso.example").send("a@home.example", LETTER, {})
    content = json.loads(sent[0]["body"])["Content"]["Simple"]
    assert content["Headers"] == [{"Name": "Auto-Submitted", "Value": "auto-generated"}]


def test_a_page_of_events_looks_through_so_many_days_and_its_cursor_leads_on():
    """In a small organisation little happens: a page that wanted to be full would read a year, 64 queries a day."""
    asked = []

    class Quiet:
        def query(self, table, name, value, between, **_):
            asked.append(value[:10])
            at = f"{value[:10]}T08:00:00.000000#0"
            return [{"at": at}] if value.endswith("#0") and between[1] <= at < between[2] else []

    days = [f"2026-{month:02}-{day:02}" for month in (9, 10) for day in range(1, 11)]
    events, cursor, seen, pages = Events(Quiet(), "EventTable"), "", [], 0
    while cursor or not pages:
        asked.clear()
        found, cursor = events.by_time("2026-01-01", "2026-12-31~", "", cursor, 50, days, most_days=8)
        assert len(set(asked)) <= 8
        seen, pages = seen + [event["at"][:10] for event in found], pages + 1
    assert (seen, pages) == (sorted(days, reverse=True), 3)


_SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text() | st.binary()
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(st.dictionaries(st.text(), _VALUES))
def test_items_are_typed_as_boto3_types_them_and_come_back_as_they_were(item):
    boto3s = TypeSerializer()
    assert marshal(item) == {name: boto3s.serialize(value) for name, value in item.items()}
    assert unmarshal(marshal(item)) == item


@pytest.mark.parametrize("value", [1.5, {1, 2}, object()])
def test_what_has_no_type_in_dynamodb_is_not_stored(value):
    with pytest.raises(AttributeError):
        marshal({"value": value})


def test_a_view_reads_the_attributes_that_it_names_only(store):
    narrowed = Store(store.client, {"Things": ("user_id", "role")})
    store.commit([put_new("Things", {"user_id": "seen", "role": "x", "password": "secret"})])
    assert narrowed.get("Things", {"user_id": "seen"}) == {"user_id": "seen", "role": "x"}
    assert narrowed.batch_get([("Things", {"user_id": "seen"}), ("Things", {"user_id": "not there"})]) == [
        {"user_id": "seen", "role": "x"},
        None,
    ]


@given(st.text(max_size=320).filter(lambda text: "\x00" not in text and text.isprintable()))
def test_a_user_id_is_sealed_and_read_again_and_its_length_says_little_x30(user_id):
    sealed = seal(keys(), user_id)
    assert unseal(keys(), sealed) == user_id
    assert len(sealed) == len(seal(keys(), "a" * len(user_id.encode())))
    assert len(seal(keys(), "x")) == len(seal(keys(), "Hunter2!Secret#99@contoso.example"))
    assert len(user_id) < 4 or user_id not in sealed


def test_what_this_service_did_not_seal_is_no_user_id_x30():
    for forged in ("", "maria@contoso.example", seal(keys(key="another"), "a")[:-4] + "AAAA", "%%%"):
        with pytest.raises(ValueError, match="not sealed by this service"):
            unseal(keys(), forged)
