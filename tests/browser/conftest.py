"""Chromium's headless shell, as packaged by Debian, against the running stack."""

import json
import re
import shutil

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Route, expect

from tests.order import THOROUGH

PHONE, DESKTOP = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --renderer-process-limit=1"  # one process for all pages: a quarter less work
)
NEW = "violet-Anchor-27-plum"
OURS = ("http://127.0.0.1:", "http://localhost:", "data:")
SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter(each => {
  if (!each.checkVisibility({visibilityProperty: true}) || each.closest('.skip, [hidden]')) return false;
  const target = each.closest('label.choice') || each, stretched = getComputedStyle(each, '::after').position === 'absolute';
  const box = (stretched ? each.closest('li') : target).getBoundingClientRect();
  const inText = each.tagName === 'A' && each.closest('p, li, td, dd') && !each.matches('.button') && getComputedStyle(each).display === 'inline';
  return !inText && (box.width < 44 || box.height < 44);
}).map(each => each.outerHTML.slice(0, 120))"""
"""What a thumb may miss on the page as it is now: targets below 44 by 44, except links in a line of text (2.5.5)."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's headless shell: nothing is downloaded, and a page costs half of what it costs the whole browser."""
    return {
        **browser_type_launch_args,
        "executable_path": shutil.which("chromium-headless-shell"),
        "args": QUIET.split(),
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args, base_url):
    """Without what keeps guidance for when there is no network: each test would fetch it anew (`test_offline.py`).

    The address is said again, because the plugin keeps that of the first test, which may be of another folder.
    """
    return {**browser_context_args, "service_workers": "block", "base_url": base_url}


@pytest.fixture(scope="session")
def base_url(stack):
    """The origin of the running stack."""
    return stack.origin


@pytest.fixture(autouse=True)
def clean(page: Page):
    """No test passes with a script error, a blocked resource or a request to somewhere else."""
    faults: list[str] = []
    listeners = {
        "pageerror": lambda error: faults.append(str(error)),
        "console": lambda m: faults.append(m.text) if re.search(r"Content Security|Trusted", m.text) else None,
        "request": lambda r: None if r.url.startswith(OURS) else faults.append(r.url),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    expect.set_options(timeout=10_000)
    yield
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    assert faults == []


EVERY_RULE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}
"""WCAG 2.2 AA, and AAA contrast (1.4.6)."""
OF_LOOKS = {"runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced", "target-size"]}}
"""What hangs on the colour scheme and the size of the screen."""


SETTLED = "Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => 0)"
"""Colours are what they become: one on its way has another contrast."""


def found(page: Page, rules: dict) -> list:
    """What axe-core has to say against the page as it is now: each rule that is broken, with the elements that break it."""
    page.wait_for_load_state()  # a page is judged with its style sheet
    expect(page.locator('[aria-disabled="true"]:not(.plain)')).to_have_count(0)  # nothing is under way
    page.evaluate(SETTLED)
    if not page.evaluate("'axe' in window"):  # once a document: half a megabyte
        page.evaluate(f"{AXE_SCRIPT};0")
    options = json.dumps({**rules, "resultTypes": ["violations"]})  # of all else, one example: half the time
    return page.evaluate(
        f"axe.run({options}).then(({{violations}}) => violations.map(({{id, nodes}}) => [id, nodes.map(({{html}}) => html)]))"
    )


@pytest.fixture
def axe(page: Page):
    """Asserts that axe-core finds nothing on the page as it is now."""

    def check() -> None:
        assert found(page, EVERY_RULE) == []

    return check


@pytest.fixture
def looks(page: Page, axe):
    """Asserts so on a small phone in the dark, where the whole test is played; THOROUGH=1: and on a wide screen in the light."""

    def look(size: dict, scheme: str) -> None:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # a colour on its way to another is no finding

    def check() -> None:
        axe()
        if THOROUGH:
            look(DESKTOP, "light")
            assert found(page, OF_LOOKS) == []
            look(PHONE, "dark")

    look(PHONE, "dark")
    return check


def unfold(page: Page) -> None:
    """Shows every method, where some are folded."""
    more = page.get_by_role("button", name="Show more methods")
    if more.is_visible():
        more.click()


def lose(page: Page, path: str) -> None:
    """The next request to a path is done, and its answer is lost."""

    def lost(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route(path, lost, times=1)


class Form:
    """The form as a person uses it."""

    def __init__(self, page: Page, stack) -> None:
        self.page, self.stack = page, stack

    def open(self, purpose: str = "reset") -> "Form":
        self.page.goto(f"/{purpose}/")
        return self

    def step(self, name: str):
        return self.page.locator(f'[data-step="{name}"]')

    def at(self, name: str) -> None:
        expect(self.step(name)).to_be_visible()

    def next(self, name: str = "Next") -> None:
        self.page.get_by_role("button", name=name, exact=True).locator("visible=true").click()

    def identify(self, user_id: str) -> None:
        self.page.wait_for_load_state("load")
        self.page.get_by_label("User ID").fill(user_id)
        self.next()
        self.at("method")

    def choose(self, label: str = "Send a code to my alternate e-mail address") -> None:
        unfold(self.page)
        self.page.get_by_label(label).check()
        self.next()
        self.at("code")

    def code(self, to: str, number: int = 1) -> str:
        return self.stack.code(to, number)

    def enter(self, code: str) -> None:
        self.page.get_by_label("Code", exact=True).fill(code)
        self.next()

    def password(self, password: str = NEW, confirm: str | None = None) -> None:
        self.page.get_by_label("New password", exact=True).fill(password)
        self.page.get_by_label("Confirm the new password").fill(password if confirm is None else confirm)
        self.next("Finish")

    @property
    def summary(self):
        return self.page.locator(".error-summary")

    def prove(self, tester, purpose: str = "reset") -> None:
        self.open(purpose).identify(tester.user_id)
        self.choose()
        self.enter(self.code(tester.mail))
        self.at("password" if purpose == "reset" else "unlock")


@pytest.fixture
def form(page: Page, stack) -> Form:
    """The form of the running stack."""
    return Form(page, stack)
