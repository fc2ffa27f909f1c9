"""Autofill: field names, and Chromium's own password manager (B23)."""

import shutil
import sqlite3
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from playwright.sync_api import Page, expect

from tests.browser.conftest import NEW, QUIET


def test_fields_are_named_so_that_browsers_and_phones_can_fill_them_b23(page: Page, form):
    form.open()
    wanted = {
        "User ID": "username",
        "Code": "one-time-code",
        "Code from your app": "one-time-code",
        "Recovery code": "off",
    }
    wanted |= {"New password": "new-password", "Confirm the new password": "new-password"}
    for label, token in wanted.items():
        expect(page.get_by_label(label, exact=True)).to_have_attribute("autocomplete", token)
    for label, mode in {"Code": "numeric", "Code from your app": "numeric", "Recovery code": "text"}.items():
        expect(page.get_by_label(label, exact=True)).to_have_attribute("inputmode", mode)


def locked(password: str) -> bytes:
    """A password as Chromium on Linux stores it where there is no key ring (components/os_crypt/sync, "v10")."""
    key = PBKDF2HMAC(hashes.SHA1(), 16, b"saltysalt", 1).derive(b"peanuts")
    pad = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(b" " * 16)).encryptor()
    return b"v10" + cipher.update(pad.update(password.encode()) + pad.finalize()) + cipher.finalize()


@pytest.fixture
def remembered(playwright, tmp_path: Path, stack, tester):
    """A page of a Chromium that has saved the tester's password for this site."""

    def chromium():
        return playwright.chromium.launch_persistent_context(
            tmp_path,
            executable_path=shutil.which("chromium"),
            args=QUIET.split(),
            ignore_default_args=["--enable-automation"],  # it turns the password manager off
            base_url=stack.origin,
        )

    chromium().close()  # makes the profile
    saved = {
        "origin_url": f"{stack.origin}/", "signon_realm": f"{stack.origin}/", "action_url": "",
        "username_element": "", "username_value": tester.user_id,
        "password_element": "", "password_value": locked(tester.password), "submit_element": "",
        "date_created": int((time.time() + 11_644_473_600) * 1e6), "blacklisted_by_user": 0, "scheme": 0,
    }  # fmt: skip
    with sqlite3.connect(tmp_path / "Default" / "Login Data") as database:
        columns, marks = ",".join(saved), ",".join("?" * len(saved))
        database.execute(f"insert into logins ({columns}) values ({marks})", tuple(saved.values()))
    database.close()
    running = chromium()
    yield running.new_page()
    running.close()


def test_chromiums_password_manager_signs_in_and_leaves_the_new_password_alone(remembered: Page, tester):
    remembered.goto("/account/")
    filled = remembered.locator('[data-step="sign-in"] input:autofill')
    expect(filled).to_have_count(2)
    remembered.get_by_role("button", name="Sign in").click()
    expect(remembered.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()

    remembered.get_by_role("button", name="Change password").click()
    remembered.get_by_label("Current password").fill(tester.password)  # Chromium offers it, but fills no form of change
    new = remembered.get_by_label("New password", exact=True)
    expect(new).to_have_value("")
    new.fill(NEW)
    remembered.get_by_label("Confirm the new password").fill(NEW)
    remembered.get_by_role("button", name="Change password").click()
    expect(remembered.get_by_text("Your password has been changed")).to_be_visible()


def test_chromiums_password_manager_does_not_put_an_old_password_into_the_reset_form(remembered: Page):
    remembered.goto("/reset/")
    expect(remembered.get_by_label("User ID")).to_be_visible()
    remembered.wait_for_timeout(1000)  # nothing is to happen, so there is nothing to wait for
    assert remembered.locator('input[type="password"]').evaluate_all("each => each.map(e => e.value)") == ["", ""]
