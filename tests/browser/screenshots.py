"""Takes the README's screenshots from the running service: `make screenshots`."""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.conftest import build_site, launch

TARGET = Path(__file__).parents[2] / "pictures"


def _home(page: Page, _: str) -> None:
    page.goto("/")


def _form(page: Page, _: str) -> None:
    page.goto("/reset/")
    page.get_by_label("User ID").fill("maria.silva@contoso.example")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Send a code to my alternate e-mail address").check()
    page.get_by_role("heading", name="Prove who you are").scroll_into_view_if_needed()


def _desk(page: Page, password: str) -> None:
    page.goto("/admin/")
    page.get_by_label("User ID").locator("visible=true").fill("ines.rossi@contoso.example")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("#desk-search").fill("maria.silva@contoso.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Maria Silva")).to_be_visible()


PICTURES = {
    "home": (_home, (1120, 760), "light"),
    "form": (_form, (390, 760), "dark"),
    "desk": (_desk, (1280, 800), "light"),
}


def main() -> int:
    """Home, form and desk: phone and desktop, light and dark."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build_site(Path(folder) / "site")
        stack = launch(Path(folder) / "state", Path(folder) / "site")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=["--no-sandbox", "--disable-gpu"]
        )
        password = re.search(r"ines\.rossi\S*\s+(\S+)", "\n".join(stack.said))
        try:
            for name, (act, (width, height), colours) in PICTURES.items():
                page = browser.new_page(
                    base_url=stack.origin, viewport={"width": width, "height": height}, color_scheme=colours
                )
                act(page, password[1] if password else "")
                page.screenshot(path=Path(folder) / f"{name}.png")
        finally:
            browser.close()
            stack.stop()
        TARGET.mkdir(exist_ok=True)
        for name in PICTURES:
            shutil.copy(Path(folder) / f"{name}.png", TARGET / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
