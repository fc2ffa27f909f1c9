"""What axe does not check: live regions, and targets and messages of the form (WCAG 2.2)."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SMALL

MESSAGES = (
    ("code-reset", "en"), ("code-register", "de"), ("code-caller", "ar"), ("temporary-password", "ja"),
    ("password-reset", "he"), ("account-secured", "pl"), ("registration-code-given", "fr"), ("account-imported", "hi"),
    ("administrator-contacted", "zh-Hans"), ("help-digest", "ar"),
)  # fmt: skip
FAINT = """() => {
  const light = rgb => { const [r, g, b] = rgb.match(/[\\d.]+/g).map(n => (n /= 255) <= .03928 ? n / 12.92 : ((n + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const ground = node => { for (; node; node = node.parentElement) { const c = getComputedStyle(node).backgroundColor; if (!/, 0\\)$/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('p, td.small, a')].filter(node => node.textContent.trim()).map(node => {
    const [a, b] = [light(getComputedStyle(node).color), light(ground(node))].sort((x, y) => y - x);
    return (a + .05) / (b + .05) < 4.5 && node.textContent;
  }).filter(Boolean);
}"""


def test_targets_are_large_enough_in_the_form_2_5_5_aaa(page: Page, form, tester):
    page.set_viewport_size(PHONE)
    form.open().identify(tester.user_id)
    assert page.evaluate(SMALL) == []
    form.choose()
    assert page.evaluate(SMALL) == []
    form.enter(form.code(tester.mail))
    form.at("password")
    assert page.evaluate(SMALL) == []


HEARD = """() => {
  window.heard = [];
  const note = node => {
    const region = node.nodeType === 1 ? node.closest('[role=status], [role=alert]') : node.parentElement?.closest('[role=status], [role=alert]');
    const text = region && !region.closest('[hidden]') && region.textContent.replace(/\\s+/g, ' ').trim();
    if (text && window.heard.at(-1) !== text) window.heard.push(text);
  };
  new MutationObserver(changes => changes.forEach(({ target }) => note(target)))
    .observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['hidden'] });
}"""


def test_a_screen_reader_is_told_of_each_wait_and_each_mistake_4_1_3(page: Page, form, tester):
    page.clock.install()
    form.open()
    page.evaluate(HEARD)
    form.next()
    assert page.evaluate("heard")[-1].startswith("There is a problem Enter your user ID")
    form.identify(tester.user_id)
    assert "Checking that you are not a robot…" in page.evaluate("heard")
    form.choose()
    form.enter("00000x")
    expect(form.summary).to_be_visible()
    assert any(text.startswith("There is a problem That code is not right") for text in page.evaluate("heard"))
    page.evaluate("heard.length = 0")
    page.clock.run_for(11_000)
    expect(page.locator("[data-told]")).to_have_text(
        "No code yet? You can try another method or contact your administrator."
    )
    assert page.evaluate("heard") == ["No code yet? You can try another method or contact your administrator."]
    page.context.set_offline(True)
    expect(page.locator("[data-offline]")).to_contain_text("You are offline")
    assert (
        page.evaluate("heard").count(
            "You are offline. What you typed is kept, and the form goes on when the connection is back."
        )
        == 1
    )
    page.context.set_offline(False)


def test_the_tree_that_a_screen_reader_reads_names_every_part_of_a_step(page: Page, form, tester):
    form.open()
    expect(page.locator("#recovery")).to_match_aria_snapshot(
        """
        - paragraph: Step 1 of 4
        - heading "Get back into your account" [level=2]
        - text: User ID The address or user name that you sign in with, for example maria.silva@contoso.example
        - textbox "User ID"
        - group "Why can’t you sign in?":
          - text: Why can’t you sign in?
          - radio "I forgot my password Or it does not work, or I never had one" [checked]
          - text: I forgot my password Or it does not work, or I never had one
          - radio "I know my password, but still can’t sign in My account is locked. I’ll keep my password"
          - text: I know my password, but still can’t sign in My account is locked. I’ll keep my password
        - button "Next"
        - status
        """
    )
    form.next()
    expect(page.locator("#recovery")).to_match_aria_snapshot(
        """
        - alert:
          - heading "There is a problem" [level=2]
          - list:
            - listitem:
              - link "Enter your user ID"
        """
    )
    field = page.get_by_label("User ID")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "Enter your user ID The address or user name that you sign in with, for example maria.silva@contoso.example"
    )


def test_the_previews_show_every_message(page: Page):
    page.goto("/local/messages?language=ar")
    expect(page.get_by_role("heading", level=1)).to_contain_text("العربية")
    assert page.locator("article").count() > 20
    page.locator("#password-reset iframe").scroll_into_view_if_needed()
    mail = page.frame_locator("#password-reset iframe")
    expect(mail.locator("html")).to_have_attribute("dir", "rtl")
    expect(mail.get_by_role("link")).to_contain_text("/ar/not-me/")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_ten_messages_fit_a_phone_without_images_in_either_scheme(page: Page, colours):
    """Nothing is cut or loaded, text and ground contrast (1.4.3), and each language runs in its own direction."""
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(color_scheme=colours)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for number, (kind, tag) in enumerate(MESSAGES, start=1):
        page.goto(f"/local/messages/{kind}.html?language={tag}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, (kind, tag)
        assert page.evaluate("document.documentElement.dir") == ("rtl" if tag in ("ar", "he") else "ltr")
        assert page.evaluate(FAINT) == [], (kind, tag)
        assert len(asked) == number, asked[number - 1 :]
