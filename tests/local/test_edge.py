"""The embedded stack redirects by language and restricts framing as CloudFront does."""

import http.client
from dataclasses import dataclass, replace

import pytest

from regain.api.headers import SITE_HEADERS
from regain.organisation.file import read
from tests.lighthouse.server import served


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
    about = replace(
        read(root / "organisation.yaml").organisation,
        languages=("en", "de", "ar"), embed_from=("https://intranet.contoso.example",),
    )  # fmt: skip

    with served(site, about) as origin:

        def get(path, **headers):
            connection = http.client.HTTPConnection(origin.removeprefix("http://"))
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers={"accept-encoding": "identity", **named})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            text = answer.read().decode()
            connection.close()
            return Answer(answer.status, told, text)

        yield get


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
    assert (ask("/de/nothing/x").status_code, ask("/de/nothing/x").text) == (404, "nothing de")
    assert (ask("/nothing/x").status_code, ask("/nothing/x").text) == (404, "nothing ")


def test_only_the_form_may_be_shown_in_a_frame_and_only_by_whom_the_organisation_names(ask):
    for path in ("/reset/", "/de/reset/"):
        headers = ask(path, accept_language="en").headers
        assert "frame-ancestors 'self' https://intranet.contoso.example;" in headers["content-security-policy"]
        assert "x-frame-options" not in headers
    headers = ask("/nothing/x").headers
    assert headers["content-security-policy"] == SITE_HEADERS["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
