"""The client behind CloudFront: its headers are trusted beside a key, and no other header is (attacks 55, 66)."""

import json

import pytest

from regain.api.headers import SITE_HEADERS
from regain.api.trusted_proxy import Viewer, viewer
from regain.problems import Refused

KEYS = "first-key second-key"


CONNECTION = "192.0.2.9"


@pytest.mark.parametrize("shown", ["first-key", "second-key", "an-old-one second-key"])
@pytest.mark.parametrize(
    ("seen", "address"), [("198.51.100.7:4711", "198.51.100.7"), ("2001:db8::1:4711", "2001:db8::1"), ("[2001:db8::1]:4711", "2001:db8::1")]
)  # fmt: skip
def test_what_came_through_cloudfront_has_the_address_and_the_host_that_it_saw(shown, seen, address):
    headers = {"x-origin-keys": shown, "cloudfront-viewer-address": seen, "x-viewer-host": "help.contoso.example"}
    assert viewer({**headers, "host": "api.example"}, CONNECTION, KEYS) == Viewer(address, "help.contoso.example")


@pytest.mark.parametrize("shown", ["", "wrong", "first", "first-keyx", "a b first-key", "first-key-second-key", "é"])
def test_what_did_not_is_not_answered(shown):
    with pytest.raises(Refused) as refused:
        viewer({"x-origin-keys": shown, "cloudfront-viewer-address": "1.2.3.4:5"}, CONNECTION, KEYS)
    assert (refused.value.problem.code, refused.value.reason) == ("not-found", "not-through-the-site")


def test_without_keys_the_connection_counts_and_no_header():
    headers = {"x-origin-keys": "any", "cloudfront-viewer-address": "1.2.3.4:5", "x-forwarded-for": "1.2.3.4"}
    headers |= {"x-viewer-host": "evil.example", "host": "help.contoso.example"}
    assert viewer(headers, CONNECTION, "") == Viewer(CONNECTION, "help.contoso.example")


def test_the_limits_follow_the_address_that_cloudfront_saw(use, monkeypatch):
    world = use(limits={"starts_per_network": 1})
    monkeypatch.setenv("ORIGIN_KEYS", KEYS)

    def start(address, keys="first-key"):
        headers = {
            "content-type": "application/json",
            "x-origin-keys": keys,
            "cloudfront-viewer-address": f"{address}:1",
        }
        body = {"user_id": "maria@contoso.example", "proof": world.proof()}
        return world.request("POST", "/api/reset/start", json.dumps(body), headers=headers)

    first, second = f"203.0.{world.number % 250}.1", f"198.18.{world.number % 250}.1"
    assert [start(first).status, start(first).status, start(second).status] == [201, 428, 201]
    refused = start(second, keys="guessed")
    assert (refused.status, refused.code, refused.operations) == (404, "not-found", ())


def test_an_address_without_a_file_is_answered_with_the_sites_own_page(world, monkeypatch):
    from service.app import app

    pages = {"": "<!doctype html><title>Not here</title>", "de": "<!doctype html><title>Nicht hier</title>"}
    monkeypatch.setattr(app, "not_found_pages", pages)
    answer = world.request("GET", "/de/no/such/page/")
    assert (answer.status, answer.body["text"]) == (404, pages["de"])
    answer = world.request("GET", "/no/such/page/")
    assert (answer.status, answer.body["text"]) == (404, pages[""])
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert SITE_HEADERS.items() <= answer.headers.items()
    assert world.request("GET", "/api/nothing").code == "not-found"


def test_names_of_headers_are_read_in_any_case(world):
    """`sam local` leaves them as they were sent, API Gateway writes them small."""
    headers = {"Content-Type": "application/json", "Host": "help.contoso.example"}
    assert world.request("POST", "/api/reset/start", "{}", headers=headers).code == "request-not-read"
