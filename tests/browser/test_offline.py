"""Offline, guidance stays readable, and nothing of the API is cached (S5, B14)."""

import pytest
from playwright.sync_api import Error, Page, expect

from regain.organisation.file import read
from tests.conftest import ROOT
from tests.lighthouse.server import served
from tests.waiting import until


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """With what keeps guidance."""
    return {**browser_context_args, "service_workers": "allow"}


def kept(page: Page) -> list[str]:
    """The addresses of everything that is kept."""
    script = """async () => {
      const found = [];
      for (const name of await caches.keys())
        for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
      return found;
    }"""
    return page.evaluate(script)


def test_what_was_read_and_what_matters_most_stay_readable(page: Page, site):
    about = read(ROOT / "organisation.yaml").organisation
    with served(site, about) as origin:
        page.goto(f"{origin}/reset/")
        page.evaluate("navigator.serviceWorker.ready")
        page.goto(f"{origin}/cannot-sign-in/")
        until(lambda: page.evaluate("caches.match('/no-code/').then(Boolean)"))
        page.evaluate("fetch('/api/health').catch(() => {})")
        found = kept(page)
    assert not any(path.startswith(("/api/", "/local/", "/.well-known/")) for path in found)
    assert {"/", "/offline/", "/problems/", "/contact-administrator/", "/no-code/", "/cannot-sign-in/"} <= set(found)
    page.goto(f"{origin}/cannot-sign-in/")
    expect(page.get_by_role("heading", level=1)).to_have_text("You can't sign in")
    assert page.evaluate("getComputedStyle(document.querySelector('.top')).backgroundColor") == "rgb(18, 53, 91)"
    page.goto(f"{origin}/register/")  # never read here
    expect(page.get_by_role("heading", level=1)).to_have_text("You are offline")
    page.get_by_role("link", name="No code arrived").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No code arrived")
    with pytest.raises(Error):
        page.evaluate("fetch('/api/health').then(answer => answer.json())")


def test_the_only_page_that_somebody_opened_stays_readable_too_s5_b14(page: Page, site):
    """The first page comes before there is anything that could keep it."""
    with served(site, read(ROOT / "organisation.yaml").organisation) as origin:
        page.goto(f"{origin}/de/cannot-sign-in/")
        until(lambda: page.evaluate("caches.match('/de/no-code/').then(Boolean)"))
    heading = page.get_by_role("heading", level=1).inner_text()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_a_newer_site_takes_the_place_of_what_was_kept(page: Page, site):
    with served(site, read(ROOT / "organisation.yaml").organisation) as origin:
        page.goto(f"{origin}/")
        page.evaluate("navigator.serviceWorker.ready")
        page.evaluate("caches.open('regain-before').then(cache => cache.put('/old/', new Response('old')))")
        page.evaluate("navigator.serviceWorker.getRegistration().then(one => one.unregister())")
        page.goto(f"{origin}/cannot-sign-in/")
        page.evaluate("navigator.serviceWorker.ready")
        until(lambda: page.evaluate("caches.keys().then(names => !names.includes('regain-before'))"))


def test_only_the_address_of_the_service_worker_can_be_made_a_script(browser, site):
    """Trusted Types: one policy, made once, that knows one address."""
    page = browser.new_page()  # whose complaints are what is wanted
    with served(site, read(ROOT / "organisation.yaml").organisation) as origin:
        page.goto(f"{origin}/")
        for attempt in (
            "trustedTypes.createPolicy('offline', {createScriptURL: url => url})",
            "trustedTypes.createPolicy('other', {createHTML: html => html})",
            "navigator.serviceWorker.register('https://evil.example/sw.js')",
            "Object.assign(document.createElement('script'), {src: '/x.js'})",
            "Object.assign(document.createElement('p'), {innerHTML: '<b>x</b>'})",
        ):
            with pytest.raises(Error):
                page.evaluate(attempt)
        page.close()
