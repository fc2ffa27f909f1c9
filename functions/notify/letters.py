"""Messages in words. They say who sends them, what will never be asked, and whom to tell (S57, S58).

No link in them changes anything by being opened: mail scanners follow every one (B3).
"""

from datetime import UTC, datetime, tzinfo
from html import escape
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from regain.adapters.messengers import Letter
from regain.domain.security_info import NAMES
from regain.organisation import Organisation

_DOING = {
    "reset": "reset the password of",
    "unlock": "unlock",
    "register": "register security info for",
    "admin": "confirm that it is you who helps with",
    "caller": "prove on the telephone that it is you who owns",
}
_SOMEBODY = "somebody typed your user ID."
_UNASKED = {
    "register": "somebody typed your address for an account of theirs, perhaps by mistake.",
    "admin": "somebody knows your password: change it now.",
    "caller": "somebody has called helpdesk in your name.",
}
_TO_ADMINISTRATORS = "account-secured-administrators"
_SUBJECTS = {
    "account-secured": "Your {name} account has been locked",
    _TO_ADMINISTRATORS: "A {name} account has been locked by its owner",
    "password-changed": "The password of your {name} account has been changed",
    "password-reset": "The password of your {name} account has been reset",
    "account-unlocked": "Your {name} account has been unlocked",
    "admin-reset": "Your {name} account has got a temporary password",
    "admin-unlocked": "Your {name} account has been unlocked",
    "admin-lifted": "Password reset is open again for your {name} account",
    "admin-enabled": "Your {name} account has been turned on",
    "admin-methods-cleared": "The security info of your {name} account has been removed",
    "admin-registration-required": "Look through the security info of your {name} account",
    "admin-registration-waived": "The security info of your {name} account",
    "security-info-added": "The security info of your {name} account has changed",
    "security-info-removed": "The security info of your {name} account has changed",
}
_DONE = {
    "account-secured": "Your {name} account {user_id} was locked",
    _TO_ADMINISTRATORS: "The {name} account {user_id} was locked",
    "password-changed": "The password of your {name} account {user_id} was changed",
    "password-reset": "The password of your {name} account {user_id} was reset",
    "account-unlocked": "Your {name} account {user_id} was unlocked",
    "admin-reset": "An administrator has set a temporary password for your {name} account {user_id}",
    "admin-unlocked": "An administrator has unlocked your {name} account {user_id}",
    "admin-lifted": "An administrator has opened password reset again for your {name} account {user_id}",
    "admin-enabled": "An administrator has turned on your {name} account {user_id}",
    "admin-methods-cleared": "An administrator has removed all security info of your {name} account {user_id}",
    "admin-registration-required": "An administrator asks you to look through the security info of your {name} account "
    "{user_id} at your next sign-in. They asked for it",
    "admin-registration-waived": "An administrator does not ask any more for the security info of your {name} account "
    "{user_id}. They took it back",
    "security-info-added": "“{what}” was added to the security info of your {name} account {user_id}",
    "security-info-removed": "“{what}” was removed from the security info of your {name} account {user_id}",
}


def code(digits: str, purpose: str, reference: str, organisation: Organisation) -> Letter:
    """A one-time code, for every channel."""
    name, minutes = organisation.organisation.name, organisation.recovery.code_minutes
    paragraphs = (
        f"Your code to {_DOING[purpose]} your {name} account is:",
        digits,
        f"Type it on the page where you asked for it. It is good for {minutes} minutes.",
        f"Never give this code to anybody. Nobody from {name} will ask you for it, in a message or by telephone.",
        f"If you did not ask for it, {_UNASKED.get(purpose, _SOMEBODY)} Without this code they cannot get any further, "
        f"and you need not do anything. If it happens again, tell your administrator: {_administrator(organisation)}.",
        f"Reference: {reference}",
    )
    doing = f"{digits} is your code to {_DOING[purpose]} your account"
    text = f"{name}: {doing}. Good for {minutes} min. Never give it to anybody."
    return Letter(
        subject=f"Your code for your {name} account",
        text="\n\n".join(paragraphs) + signature(organisation),
        html=in_html(paragraphs, organisation, strong=1),
        speech=_speech(digits, name),
        short=text + _bound(digits, organisation),
    )


def notice(kind: str, facts: dict[str, Any], reference: str, objection: str, organisation: Organisation) -> Letter:
    """What has been changed, to every address of the account; and to the administrators, where it was not its owner."""
    name = organisation.organisation.name
    done = (
        f"{_DONE[kind].format(name=name, user_id=facts['user_id'], what=NAMES.get(facts.get('what'), ''))} "
        f"on {moment(facts['at'], organisation)}."
    )
    greeting = f"Hello {facts['name']}," if facts.get("name") and kind != _TO_ADMINISTRATORS else "Hello,"
    paragraphs = (greeting, done, *_advice(kind, reference, objection, organisation))
    return Letter(
        subject=_SUBJECTS[kind].format(name=name),
        text="\n\n".join(paragraphs) + signature(organisation),
        html=in_html(paragraphs, organisation),
    )


def temporary_password(made: str, facts: dict[str, Any], reference: str, organisation: Organisation) -> Letter:
    """A temporary password to where its owner reads it. There is no link in it: they know where they sign in."""
    name, until = organisation.organisation.name, moment(facts["until"], organisation)
    paragraphs = (
        f"An administrator has set a temporary password for your {name} account {facts['user_id']}:",
        made,
        f"It works for one sign-in, until {until}. Then you choose your own password.",
        "Type the address of the sign-in page yourself. There is no link in this message.",
        f"If you did not ask for it, tell your administrator at once: {_administrator(organisation)}. "
        f"Quote the reference {reference}.",
    )
    return Letter(
        subject=f"A temporary password for your {name} account",
        text="\n\n".join(paragraphs) + signature(organisation),
        html=in_html(paragraphs, organisation, strong=1),
        short=f"{name}: {made} is your temporary password. It works for one sign-in, until {until}.",
    )


def moment(at: int, organisation: Organisation) -> str:
    """A time (seconds since 1970) in words, where the organisation is."""
    when = datetime.fromtimestamp(at, zone(organisation))
    return f"{when.day} {when:%B %Y} at {when:%H:%M} ({when.tzname()})"


def _advice(kind: str, reference: str, objection: str, organisation: Organisation) -> tuple[str, ...]:
    """What to do now. The link opens a page with a button; opening it changes nothing (B3, B6)."""
    if kind == _TO_ADMINISTRATORS:
        return (
            "Its owner said that an earlier change was not theirs. Nobody can sign in to it until you turn it on.",
            f"Find out what happened with the reference {reference}, and help its owner to a new password.",
        )
    ask = f"tell your administrator at once: {_administrator(organisation)}. Quote the reference {reference}."
    if kind == "account-secured":
        return (
            "Nobody can sign in to it now, you included. Your administrators have been told.",
            f"To get back in, {ask}",
        )
    site = organisation.organisation.site_url.rstrip("/")
    link = (f"If you did not do this, lock your account now. Open this page and confirm: {site}/not-me/#{objection}",)
    return (
        "If you did this, you need not do anything.",
        *(link if site else ()),
        f"If you did not do this, {ask}",
        "If you still cannot sign in, ask your administrator too.",
    )


def _administrator(organisation: Organisation) -> str:
    contact = organisation.contacts.administrator
    form = f"{organisation.organisation.site_url.rstrip('/')}/contact-administrator/"
    return " or ".join(filter(None, (contact.email, contact.phone, contact.portal_url))) or form


def signature(organisation: Organisation) -> str:
    """The last lines of every letter."""
    return f"\n\n-- \n{organisation.organisation.name} account help\n"


def _bound(digits: str, organisation: Organisation) -> str:
    """The last line that lets phones fill the code in on our site only (WICG, SMS one-time codes)."""
    host = urlsplit(organisation.organisation.site_url).hostname
    return f"\n\n@{host} #{digits}" if host else ""


def _speech(digits: str, name: str) -> str:
    """SSML that reads the code digit by digit, twice."""
    slowly = '<break time="700ms"/>'.join(f'<say-as interpret-as="digits">{digit}</say-as>' for digit in digits)
    return (
        f'<speak>Hello. This is {escape(name)}. Your code is: <break time="500ms"/> {slowly}.'
        f'<break time="1500ms"/> Once more, your code is: <break time="500ms"/> {slowly}.'
        '<break time="1s"/> Never give this code to anybody. Goodbye.</speak>'
    )


def in_html(paragraphs: tuple[str, ...], organisation: Organisation, strong: int = -1) -> str:
    """Plain HTML that any mail program shows, in light and dark, without images."""
    style = "font:16px/1.5 system-ui,sans-serif;max-width:36em"
    big = "font-size:28px;font-weight:700;letter-spacing:.15em"
    parts = "".join(
        f'<p style="{big}">{escape(text)}</p>' if number == strong else f"<p>{_lines(text)}</p>"
        for number, text in enumerate(paragraphs)
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(organisation.organisation.name)}</title></head>"
        f'<body style="{style}">{parts}<p>{escape(organisation.organisation.name)} account help</p></body></html>'
    )


def zone(organisation: Organisation) -> tzinfo:
    """The organisation's time zone."""
    try:
        return ZoneInfo(organisation.organisation.time_zone)
    except ZoneInfoNotFoundError:
        return UTC


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))
