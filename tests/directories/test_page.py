"""Through the page: a password that lives in a real directory is forgotten, refused by its policy, reset and used."""

import json
import os
import re

import pytest
from playwright.sync_api import expect

from local.directories.entra_tenant import Tenant
from local.directories.running import bring_up_loopback
from regain.runtime.services import services
from tests.browser.conftest import Form
from tests.conftest import launch, own_process, ready, variant
from tests.order import some

pytestmark = pytest.mark.timeout(600)  # the first one provisions a domain
MARIA, OLD, NEW = "maria.silva@contoso.example", "maple-Cedar-93-window", "granite-Willow-19-fern"
_PLAIN = "seventeen friendly otters"
REFUSED = {"ldap": OLD, "ad": _PLAIN, "cognito": _PLAIN, "entra": _PLAIN}
"""What each directory's policy refuses: one of before; one without capitals and digits."""
SYNCHRONISED = "chen.li@contoso.example"


@pytest.fixture(params=some(list(REFUSED), "ad", "entra"))
def kind(request):
    return request.param


@pytest.fixture
def stack(kind, tmp_path, monkeypatch):
    bring_up_loopback()
    monkeypatch.setenv("DIRECTORY", kind)
    site = variant(tmp_path)
    monkeypatch.delenv("DIRECTORY")
    running = launch(
        tmp_path / "state", site, "--organisation", str(tmp_path / "organisation.yaml"), "--directory", kind
    )
    yield from ready(running)


def test_a_forgotten_password_in_a_directory_is_reset_through_the_page(kind, stack, page, tmp_path):
    page.goto(f"{stack.origin}/reset/")
    form = Form(page, stack)
    form.identify(MARIA)
    form.choose()
    form.enter(form.code("maria@home.example"))
    form.at("password")
    form.password(REFUSED[kind])
    expect(form.summary).to_be_visible()
    form.at("password")
    expect(page.locator("[data-broken]")).to_have_count(0)  # none of our own rules
    page.screenshot(path=tmp_path / f"refused-{kind}.png", full_page=True)
    form.password(NEW)
    expect(page.get_by_role("heading", name="Your password has been reset")).to_be_visible()
    if kind == "entra":  # nobody signs in here: Microsoft's page judges the password
        said = "\n".join(stack.said)
        assert "Entra ID" in said and "a stand-in, with 7 people added" in said and SYNCHRONISED in said
        tenant = Tenant(stack.state / "directory-entra.json")
        ((maria, _),) = [each for each in tenant.users.items() if each[1]["userPrincipalName"] == MARIA]
        assert tenant.signs_in(maria, NEW) and tenant.ended[maria] == 1
        _is_told_that_active_directory_keeps_it(page, stack, tmp_path)
        return
    page.goto(f"{stack.origin}/account/")
    page.get_by_label("User ID").fill(MARIA)
    page.get_by_label("Password", exact=True).fill(NEW)
    page.get_by_role("button", name="Sign in").click()
    expect(
        page.get_by_role(
            "heading", name=re.compile("You are signed in|Set up your security info|Is your security info right")
        )
    ).to_be_visible()
    with own_process():
        os.environ.update(json.loads((stack.state / "stack.json").read_text()))
        directory = services().directory(MARIA)
        directory.verify(directory.find(MARIA), MARIA, NEW)  # and Windows, mail or VPN take it too
    if kind in ("ldap", "ad"):
        _are_found_at_the_desk(page, stack)


def _are_found_at_the_desk(page, stack):
    """By the beginning of a name, before they have ever been here; each can be opened. On a phone nothing is cut off."""
    page.context.clear_cookies()
    page.goto(f"{stack.origin}/admin/")
    page.get_by_label("User ID", exact=True).fill("ines.rossi@contoso.example")
    page.get_by_label("Password", exact=True).fill("saffron-Bridge-73-owl")
    page.get_by_role("button", name="Sign in").click()
    expect(
        page.get_by_text("In the directory of @contoso.example everybody is found, up to 20 at a time")
    ).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    search = page.locator("#desk-search")
    search.fill("nobody at all")
    search.press("Enter")
    expect(page.get_by_text("Nobody was found.")).to_be_visible()
    search.fill("che")
    search.press("Enter")
    expect(page.get_by_role("heading", name="Chen Li")).to_be_visible()
    expect(page.get_by_text("Yes: they can reset their password and unlock their account.")).to_be_visible()


def _is_told_that_active_directory_keeps_it(page, stack, tmp_path):
    """After a proof, and before anything is changed."""
    before = (stack.state / "directory-entra.json").read_text()
    page.goto(f"{stack.origin}/reset/")
    form = Form(page, stack)
    form.identify(SYNCHRONISED)
    form.choose()
    form.enter(form.code("chen@home.example"))
    expect(
        page.get_by_role("heading", name="Contact your administrator: this account is kept elsewhere")
    ).to_be_visible()
    for width, height in ((360, 780), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=tmp_path / f"synchronised-{width}.png", full_page=True)
    assert (stack.state / "directory-entra.json").read_text() == before
