"""Signing in with a certified OpenID provider (B34), on a phone: oidc-provider, as `make serve SIGN_IN=oidc` starts it."""

import http.client
import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from cli.provider import findings
from cli.stack import Stack
from tests.browser.conftest import PHONE
from tests.conftest import ROOT, launch, own_process, ready, variant

PASSWORD = "maple-Cedar-93-window"
PEOPLE = {"ann": "staff", "ben": "staff;regain-admins", "eve": "staff", "off": "staff"}


@pytest.fixture(scope="module")
def provided(tmp_path_factory):
    """A stack whose people sign in with a provider of their own."""
    folder = tmp_path_factory.mktemp("provided")
    oidc = {"issuer": "http://localhost", "client_id": "regain", "name": "the demo provider"}
    site = variant(folder, sign_in={"oidc": oidc}, organisation={"site_url": "http://localhost/"})
    header = (ROOT / "people.csv").read_text().splitlines()[0]
    rows = [
        f"{name}@contoso.example,{name.title()} Oidc,{name.title()},Oidc,{name}@contoso.example,{name}@home.example,,,"
        f"{name != 'off'},{PASSWORD},,{groups}"
        for name, groups in PEOPLE.items()
    ]
    people = folder / "people.csv"
    people.write_text("\n".join([header, *rows]) + "\n")
    running = launch(
        folder / "state", site, "--organisation", str(folder / "organisation.yaml"), "--people", str(people),
        "--sign-in", "oidc",
    )  # fmt: skip
    yield from ready(running)


@pytest.fixture(scope="module")
def issuer(provided):
    """The provider's address."""
    return json.loads((provided.state / "provider.json").read_text())["issuer"]


@pytest.fixture
def here(provided, page):
    """The origin that people use, on a phone."""
    page.set_viewport_size(PHONE)
    return provided.origin.replace("127.0.0.1", "localhost")


def at_provider(page: Page, user: str, factor: bool = False):
    """Signs in on the provider's own page."""
    page.get_by_label("User name").fill(f"{user}@contoso.example")
    page.get_by_label("Password").fill(PASSWORD)
    if factor:
        page.get_by_label("second factor").check()
    page.get_by_role("button", name="Sign in").click()


def test_a_person_signs_in_with_the_provider_and_is_back_in_the_view_that_was_asked_for(
    page: Page, provided, issuer, here, looks
):
    assert any("oidc-provider, certified): real" in line for line in provided.said)
    page.goto(f"{here}/account/#change")
    link = page.get_by_role("link", name="Sign in with the demo provider")
    box = link.bounding_box()
    assert box["y"] + box["height"] < PHONE["height"], "visible without scrolling (B38)"
    looks()
    callbacks = []
    page.on("request", lambda request: callbacks.append(request.url) if "/oidc/callback" in request.url else None)
    link.click()
    assert page.url.startswith(issuer)
    at_provider(page, "ann")
    expect(page.get_by_role("heading", name="Change your password")).to_be_visible()
    assert page.url == f"{here}/account/#change"
    cookies = {each["name"]: each for each in page.context.cookies(here)}
    assert "__Host-sign-in" not in cookies and cookies["__Host-session"]["sameSite"] == "Strict"
    # Replayed: the code and the state are spent, whoever has seen the address.
    (callback,) = callbacks
    parts = urlsplit(callback)
    asked = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=20)
    asked.request("GET", f"{parts.path}?{parts.query}", headers={"host": parts.netloc})
    answer = asked.getresponse()
    assert answer.status == 303 and answer.headers["location"].startswith("/errors/sign-in-not-finished/#R-")
    assert not [each for each in answer.headers.get_all("set-cookie", []) if each.startswith("__Host-session")]
    asked.close()
    # The end of the session there is the end of the session here (back-channel logout).
    page.goto(f"{issuer}/session/end")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()
    page.goto(f"{here}/account/")
    expect(page.get_by_role("link", name="Sign in with the demo provider")).to_be_visible()
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_hidden()


def test_a_group_of_the_provider_gives_a_role_and_its_second_factor_counts(page: Page, here, looks):
    page.goto(f"{here}/admin/")
    looks()
    page.get_by_role("link", name="Sign in with the demo provider").click()
    at_provider(page, "ben", factor=True)
    expect(page.get_by_text("administrator", exact=True)).to_be_visible()
    expect(page.get_by_text("Changes can be made until")).to_be_visible()


def test_who_cancels_or_is_turned_off_here_gets_a_page_and_no_session(page: Page, here):
    page.goto(f"{here}/account/")
    page.get_by_role("link", name="Sign in with the demo provider").click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="The sign-in was not finished")).to_be_visible()
    page.goto(f"{here}/account/")
    page.get_by_role("link", name="Sign in with the demo provider").click()
    at_provider(page, "off")
    expect(page.get_by_role("heading", level=1)).to_contain_text("turned off")
    assert "__Host-session" not in {each["name"] for each in page.context.cookies(here)}


def test_a_shared_computer_stays_unknown_and_the_password_still_works(page: Page, here):
    page.goto(f"{here}/account/")
    page.get_by_label("This is a shared computer").check()
    page.get_by_role("link", name="Sign in with the demo provider").click()
    at_provider(page, "eve")
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()
    assert "__Host-browser" not in {each["name"] for each in page.context.cookies(here)}
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("User ID").fill("eve@contoso.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()


def test_doctor_finds_nothing_wrong_with_the_provider_that_is_served(provided):
    with own_process():
        stack = Stack("", provided.state, ROOT / "organisation.yaml")
        found = [(each.state, each.what) for each in findings(stack, stack.services())]
    assert {state for state, _ in found} == {"ok"} and len(found) == 4, found
