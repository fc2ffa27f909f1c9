"""Takes the README's screenshots from the running service: `make screenshots`."""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import build_site, launch

TARGET = Path(__file__).parents[2] / "pictures"


def main() -> int:
    """Home and form, side by side, phone and desktop, light and dark."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build_site(Path(folder) / "site")
        stack = launch(Path(folder) / "state", Path(folder) / "site")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            for name, path, size, dark in (
                ("home", "/", (1120, 760), False),
                ("form", "/reset/", (390, 760), True),
            ):
                page = browser.new_page(
                    base_url=stack.origin,
                    viewport={"width": size[0], "height": size[1]},
                    color_scheme="dark" if dark else "light",
                )
                page.goto(path)
                if name == "form":
                    page.get_by_label("User ID").fill("maria.silva@contoso.example")
                    page.get_by_role("button", name="Next").click()
                    page.get_by_label("Send a code to my alternate e-mail address").check()
                    page.get_by_role("heading", name="Prove who you are").scroll_into_view_if_needed()
                page.screenshot(path=Path(folder) / f"{name}.png")
        finally:
            browser.close()
            stack.stop()
        TARGET.mkdir(exist_ok=True)
        for name in ("home", "form"):
            shutil.copy(Path(folder) / f"{name}.png", TARGET / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
