"""The embedded stack redirects by language and restricts framing as CloudFront does."""

import asyncio
import http.client
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import brotli
import pytest

from local.site import HostCheck
from regain.api.headers import SITE_HEADERS
from regain.organisation.file import read
from tests.lighthouse.server import served

LONG = "as long as a page " * 100


@dataclass(frozen=True)
class Answer:
    """What was answered, without following it."""

    status_code: int
    headers: dict[str, str]
    text: str


@pytest.fixture(scope="module")
def ask(root, tmp_path_factory):
    """Asks a small site in three languages."""
    site = tmp_path_factory.mktemp("site")
    for folder in ("", "de", "ar"):
        (site / folder / "reset").mkdir(parents=True)
        (site / folder / "reset" / "index.html").write_text(f"reset {folder}")
        (site / folder / "404.html").write_text(f"nothing {folder}")
    (site / "long.txt").write_text(LONG)
    about = replace(
        read(root / "organisation.yaml").organisation,
        languages=("en", "de", "ar"), embed_from=("https://intranet.contoso.example",),
    )  # fmt: skip

    with served(site, about) as origin:

        def get(path, **headers):
            connection = http.client.HTTPConnection(origin.removeprefix("http://"))
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            if "port" in named.get("host", ""):
                named["host"] = named["host"].replace("port", origin.rpartition(":")[2])
            connection.request("GET", path, headers={"accept-encoding": "identity", **named})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            text = answer.read().decode(errors="surrogateescape")
            connection.close()
            return Answer(answer.status, told, text)

        yield get


def test_what_is_long_enough_goes_out_in_brotli_and_is_the_same_page_to_a_browser_that_has_it(ask):
    plain, small = ask("/long.txt"), ask("/long.txt", accept_encoding="gzip, deflate, br")
    assert brotli.decompress(small.text.encode(errors="surrogateescape")).decode() == plain.text == LONG
    assert int(small.headers["content-length"]) == len(small.text.encode(errors="surrogateescape")) < len(LONG)
    assert (small.headers["content-encoding"], small.headers["vary"]) == ("br", "Accept-Encoding")
    assert small.headers["etag"] == f"W/{plain.headers['etag']}"
    assert ask("/long.txt", accept_encoding="br", if_none_match=small.headers["etag"]).status_code == 304
    assert "content-encoding" not in {**plain.headers, **ask("/reset/", accept_encoding="br").headers}


def test_a_browser_is_led_to_its_language(ask):
    answer = ask("/reset/", accept_language="de-AT,en;q=0.5")
    assert (answer.status_code, answer.headers["location"]) == (302, "/de/reset/")
    assert (answer.headers["cache-control"], "set-cookie" in answer.headers) == ("no-store", False)
    assert ask("/reset/", accept_language="en").text == "reset "
    assert ask("/de/reset/", accept_language="en").text == "reset de"


def test_a_choice_is_kept_and_wins_over_the_browser(ask):
    answer = ask("/de/reset/?language=en")
    assert (answer.status_code, answer.headers["location"]) == (302, "/reset/")
    cookie = answer.headers["set-cookie"]
    for part in ("language=en", "Max-Age=31536000", "Path=/", "SameSite=lax", "Secure"):
        assert part in cookie
    assert ask("/reset/", accept_language="de", cookie="language=en").text == "reset "
    assert ask("/reset/", accept_language="en", cookie="language=ar").headers["location"] == "/ar/reset/"


def test_what_is_not_there_is_said_in_the_language_of_its_folder(ask):
    assert (ask("/de/nothing/x/").status_code, ask("/de/nothing/x/").text) == (404, "nothing de")
    assert (ask("/nothing/x/").status_code, ask("/nothing/x/").text) == (404, "nothing ")


def test_only_the_form_may_be_shown_in_a_frame_and_only_by_whom_the_organisation_names(ask):
    for path in ("/reset/", "/de/reset/"):
        headers = ask(path, accept_language="en").headers
        assert "frame-ancestors 'self' https://intranet.contoso.example;" in headers["content-security-policy"]
        assert "x-frame-options" not in headers
    told = {
        path: ask(path).headers["cross-origin-resource-policy"]
        for path in ("/embed.js", "/sw.js", "/reset/", "/assets/embed.js")
    }
    assert {path for path, policy in told.items() if policy != "same-origin"} == {"/embed.js"}  # B37
    headers = ask("/nothing/x/").headers
    assert headers["content-security-policy"] == SITE_HEADERS["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path",
    ["/de//evil.example/?language=en", "/de///evil.example/", "/de/%2fevil.example/?language=en", "//evil.example",
     "/de/%5cevil.example/", "/%2fevil.example", "//reset", "/de//reset", "/de%2freset", "/./reset"],
)  # fmt: skip
def test_no_redirect_leaves_the_site_x10(ask, path):
    answer = ask(path, accept_language="ar")
    assert (answer.status_code, "location" in answer.headers) == (404, False)


def test_a_page_without_its_slash_redirects_to_it(ask):
    answer = ask("/de/reset")
    assert (answer.status_code, answer.headers["location"]) == (308, "/de/reset/")


@pytest.mark.parametrize("host", ["localhost:port", "127.0.0.1:port", "[::1]:port", "LocalHost:port"])
def test_this_machine_s_own_names_are_answered_x24(ask, host):
    assert ask("/reset/", accept_language="en", host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:port", "localhost", "localhost:1", "127.0.0.1.evil.example:port", "localhost.:port",
     "127.0.0.2:port", "0.0.0.0:port", "[::]:port", "evil@localhost:port", ""],
)  # fmt: skip
def test_a_host_that_is_not_this_machine_s_is_refused_with_the_right_address_x24(ask, host):
    """A foreign name that points at 127.0.0.1 (DNS rebinding) reads neither site nor outbox."""
    for path in ("/reset/", "/local/outbox.json", "/api/health"):
        answer = ask(path, host=host)
        assert answer.status_code == 421
        assert "http://localhost:" in answer.text


@pytest.mark.parametrize(("host", "reached"), [("localhost:8000", True), ("evil.example:8000", False)])
def test_a_websocket_is_held_to_the_same_host_check_x24(host, reached):
    seen, sent = [], []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    async def send(message):
        sent.append(message["type"])

    scope = {"type": "websocket", "server": ("127.0.0.1", 8000), "headers": [(b"host", host.encode())]}
    with ThreadPoolExecutor(1) as thread:  # a loop of this thread's own may run: Playwright's
        thread.submit(asyncio.run, HostCheck(app)(scope, None, send)).result()
    assert (seen, "websocket.accept" in sent) == (["websocket"] if reached else [], False)
