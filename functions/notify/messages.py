"""The texts of codes, notices and temporary passwords (S57, S58).

Opening a link in a message changes nothing, because mail scanners open every link (B3).
"""

from collections.abc import Iterator
from typing import Any

from notify.layout import Layout, Link, Part, Secret
from notify.sms_segments import first_fitting, segments
from regain.adapters.messengers import RenderedMessage
from regain.domain import imported
from regain.domain.codes import grouped
from regain.domain.security_info import NAMES
from regain.phrases import Phrase, join_sentences

_YOUR_CODE = {
    "reset": Phrase("Your code to reset the password of your {organisation} account is:"),
    "unlock": Phrase("Your code to unlock your {organisation} account is:"),
    "register": Phrase("Your code to register security info for your {organisation} account is:"),
    "prove": Phrase("Your code to change the security info of your {organisation} account is:"),
    "admin": Phrase("Your code to confirm your identity before you help with {organisation} accounts is:"),
    "caller": Phrase("Your code to prove on the telephone that you own your {organisation} account is:"),
}
_UNASKED = {
    "reset": Phrase("If you did not ask for it, somebody typed your user ID."),
    "unlock": Phrase("If you did not ask for it, somebody typed your user ID."),
    "register": Phrase(
        "If you did not ask for it, somebody entered your address for their own account, perhaps by mistake."
    ),
    "prove": Phrase("If you did not ask for it, somebody knows your password: change it now."),
    "admin": Phrase("If you did not ask for it, somebody knows your password: change it now."),
    "caller": Phrase("If you did not ask for it, somebody has called the helpdesk in your name."),
}
_SHORT = {
    "reset": Phrase("{organisation}: {code} is your code to reset your password."),
    "unlock": Phrase("{organisation}: {code} is your code to unlock your account."),
    "register": Phrase("{organisation}: {code} is your code to register this number."),
    "prove": Phrase("{organisation}: {code} is your code to confirm that it is you."),
    "admin": Phrase("{organisation}: {code} is your code to confirm that it is you."),
    "caller": Phrase("{organisation}: {code} is your code for this call."),
}
_SAFE = Phrase("Never share it with anybody.")
_ONLY_IN_THIS_CALL = Phrase("Read it out only if you have called the helpdesk.")
_GOODBYE = Phrase("Never share this code with anybody. Goodbye.")

_TO_ADMINISTRATORS = "account-secured-administrators"
_SUBJECTS = {
    "account-secured": Phrase("Your {organisation} account has been turned off"),
    _TO_ADMINISTRATORS: Phrase("A {organisation} account has been turned off by its owner"),
    "password-changed": Phrase("The password of your {organisation} account has been changed"),
    "password-reset": Phrase("The password of your {organisation} account has been reset"),
    "password-in-doubt": Phrase("The password of your {organisation} account may have been changed"),
    "account-unlocked": Phrase("Your {organisation} account has been unlocked"),
    "admin-reset": Phrase("A temporary password has been set for your {organisation} account"),
    "admin-unlocked": Phrase("Your {organisation} account has been unlocked"),
    "admin-lifted": Phrase("You can reset the password of your {organisation} account again"),
    "admin-enabled": Phrase("Your {organisation} account has been turned on"),
    "admin-disabled": Phrase("Your {organisation} account has been turned off"),
    "admin-methods-cleared": Phrase("The security info of your {organisation} account has been removed"),
    "admin-method-agreed": Phrase("A method of your {organisation} account counts as a second factor now"),
    "registration-code-given": Phrase("A registration code for your {organisation} account has been given"),
    "registration-code-used": Phrase("A registration code for your {organisation} account has been used"),
    "admin-registration-required": Phrase("Check the security info of your {organisation} account"),
    "admin-registration-waived": Phrase("You no longer need to check your {organisation} security info"),
    "account-imported": Phrase("Your {organisation} account has been updated"),
    "security-info-added": Phrase("Your {organisation} security info has changed"),
    "security-info-removed": Phrase("Your {organisation} security info has changed"),
}
_DONE = {
    "account-secured": Phrase("Your {organisation} account {user_id} was turned off."),
    _TO_ADMINISTRATORS: Phrase("The {organisation} account {user_id} was turned off by its owner."),
    "password-changed": Phrase("The password of your {organisation} account {user_id} was changed."),
    "password-reset": Phrase("The password of your {organisation} account {user_id} was reset."),
    "password-in-doubt": Phrase(
        "Somebody set a new password for your {organisation} account {user_id}. The answer of the directory was lost: "
        "it may have been changed."
    ),
    "account-unlocked": Phrase("Your {organisation} account {user_id} was unlocked."),
    "admin-reset": Phrase("An administrator has set a temporary password for your {organisation} account {user_id}."),
    "admin-unlocked": Phrase("An administrator has unlocked your {organisation} account {user_id}."),
    "admin-lifted": Phrase(
        "An administrator has allowed password reset again for your {organisation} account {user_id}."
    ),
    "admin-enabled": Phrase("An administrator has turned on your {organisation} account {user_id}."),
    "admin-disabled": Phrase("An administrator has turned off your {organisation} account {user_id}."),
    "admin-methods-cleared": Phrase(
        "An administrator has removed all security info of your {organisation} account {user_id}."
    ),
    "admin-method-agreed": Phrase(
        "An administrator has agreed that a method of your {organisation} account {user_id} counts as a second factor "
        "at once."
    ),
    "registration-code-given": Phrase(
        "A registration code was given for your {organisation} account {user_id}. Whoever has it and your password can "
        "change your security info."
    ),
    "registration-code-used": Phrase(
        "A registration code was used for your {organisation} account {user_id}. Its security info can be changed now."
    ),
    "admin-registration-required": Phrase(
        "An administrator asks you to check the security info of your {organisation} account {user_id} at your next "
        "sign-in."
    ),
    "admin-registration-waived": Phrase(
        "An administrator no longer asks you to check the security info of your {organisation} account {user_id}."
    ),
    "account-imported": Phrase("Your {organisation} account {user_id} was updated. What changed: {what}."),
    "security-info-added": Phrase("“{what}” was added to the security info of your {organisation} account {user_id}."),
    "security-info-removed": Phrase(
        "“{what}” was removed from the security info of your {organisation} account {user_id}."
    ),
}

_WHERE = Phrase("Type it on the page where you asked for it. It expires in {code_time}.")
_NEVER = Phrase(
    "Never share this code with anybody. Nobody from {organisation} will ask you for it, in a message or by telephone."
)
_NEVER_BUT_NOW = Phrase(
    "Read it out only if you have called the helpdesk yourself and are still speaking to them. Never give it to "
    "somebody who calls you."
)
_STUCK = Phrase(
    "Without this code they cannot get any further, and you do not need to do anything. If it happens again, tell "
    "your administrator: {administrator}."
)
_WAY_PAST = Phrase(
    "If the page says that too many codes have been asked for, begin again from this link. It is good for 24 hours, "
    "and signs nobody in."
)
_REFERENCE = Phrase("Reference: {reference}")
_OWNER_OBJECTED = Phrase(
    "Its owner said that an earlier change was not theirs. Nobody can sign in to it until you turn it on."
)
_FIND_OUT = Phrase("Find out what happened with the reference {reference}, and help the owner set a new password.")
_NOBODY_CAN = Phrase("Nobody can sign in to it now, including you. Your administrators have been told.")
_GET_BACK = Phrase("To get back in, tell your administrator at once: {administrator}. Quote the reference {reference}.")
_NOT_YOU = Phrase(
    "If you did not do this, tell your administrator at once: {administrator}. Quote the reference {reference}."
)
_THEN_TELL = Phrase("Then tell your administrator at once: {administrator}. Quote the reference {reference}.")
_NOT_RIGHT = Phrase("If it is not, tell your administrator at once: {administrator}. Quote the reference {reference}.")
_TEMPORARY = Phrase("An administrator has set a temporary password for your {organisation} account {user_id}:")
_NOT_ASKED = Phrase(
    "If you did not ask for it, tell your administrator at once: {administrator}. Quote the reference {reference}."
)

NOTICES = tuple(_DONE)
"""Every kind of notice."""

LINKED = tuple(kind for kind in NOTICES if kind not in (_TO_ADMINISTRATORS, "account-imported", "account-secured"))
"""Those whose reader can turn the account off with a link."""


def code(
    digits: str, purpose: str, reference: str, layout: Layout, ticket: str = "", account: str = ""
) -> RenderedMessage:
    """A one-time code, in the form of every channel. Long ones are read in fours, and typed with or without the spaces.

    A `ticket` adds a link. Opening it proves access to the mailbox, and signs nobody in.
    `account` is the masked user ID: one mailbox may serve several accounts (L4).
    """
    called = purpose == "caller"
    shown = grouped(digits)
    own = _ONLY_IN_THIS_CALL if called else _SAFE
    parts = (
        layout.say(_YOUR_CODE[purpose]),
        Secret(shown),
        layout.say(Phrase("It expires in {code_time}.") if called else _WHERE),
        layout.say(_NEVER_BUT_NOW if called else _NEVER),
        *_way_past(purpose, ticket, layout),
        layout.say(join_sentences(_UNASKED[purpose], _STUCK)),
        layout.say(_REFERENCE, reference=reference),
    )
    spoken, voice = layout.spoken(digits, _YOUR_CODE[purpose], _ONLY_IN_THIS_CALL if called else _GOODBYE)
    subject = layout.say(Phrase("Your code for your {organisation} account"))
    if account:
        subject = layout.say(Phrase("Your code for your {organisation} account {account}"), account=account)
    return layout.render(
        subject,
        parts,
        short=_short(join_sentences(_SHORT[purpose], own), digits, account, layout),
        spoken=spoken,
        voice=voice,
    )


def _short(words: Phrase, digits: str, account: str, layout: Layout) -> str:
    """A code by text, with the masked user ID behind the organisation's name where this costs nothing else (L4)."""
    plain = layout.origin_bound(digits, layout.say(words, code=grouped(digits)))
    if not account:
        return plain
    whose = f"{layout.name} ({account.replace('•', '*')})"  # a dot that the alphabet of texts lacks
    named = layout.origin_bound(digits, layout.say(words, code=grouped(digits), organisation=whose))
    same = segments(named) == segments(plain) and named.count("\n") == plain.count("\n")
    return named if same else plain


def _way_past(purpose: str, ticket: str, layout: Layout) -> Iterator[Part]:
    """The link that shows that its reader has this mailbox, for when strangers have used up what they may."""
    if ticket and layout.site:
        yield layout.say(_WAY_PAST)
        yield Link(f"{layout.page(f'{purpose}/')}#ticket={ticket}")


def notice(kind: str, facts: dict[str, Any], reference: str, token: str, layout: Layout) -> RenderedMessage:
    """A notice of a change: to every address of the account, and to the administrators if its owner repudiates it."""
    name = "" if kind == _TO_ADMINISTRATORS else layout.reader_name(facts)
    hello = layout.say(Phrase("Hello {name},"), name=name) if name else layout.say(Phrase("Hello,"))
    what = facts.get("what", "")
    done = layout.say(_DONE[kind], user_id=facts["user_id"], what=NAMES.get(what) or imported.describe(what) or "")
    when = layout.say(Phrase("When: {moment}"), moment=layout.moment(facts["at"]))
    parts = (hello, f"{done}\n{when}", *_advice(kind, reference, token, layout))
    subject, tell = layout.say(_SUBJECTS[kind]), layout.say(_NOT_YOU, reference=reference)
    short = first_fitting([f"{subject}\n{tell}", f"{subject}\n{reference}", subject], most=2)
    return layout.render(subject, parts, short=short, preheader=done)


def _advice(kind: str, reference: str, token: str, layout: Layout) -> Iterator[Part]:
    """What the reader can do. The link leads to a page with a button; opening it changes nothing (B3, B6)."""
    if kind == _TO_ADMINISTRATORS:
        yield layout.say(_OWNER_OBJECTED)
        yield layout.say(_FIND_OUT, reference=reference)
    elif kind == "account-imported":
        yield layout.say(Phrase("If this was you, there is nothing to do."))
        yield layout.say(_NOT_RIGHT, reference=reference)
    elif kind == "account-secured":
        yield layout.say(_NOBODY_CAN)
        yield layout.say(_GET_BACK, reference=reference)
    else:
        yield layout.say(Phrase("If you did this, you do not need to do anything."))
        if layout.site and token:
            yield layout.say(Phrase("If you did not do this, turn your account off now. Open this page and confirm:"))
            yield Link(f"{layout.page('not-me/')}#{token}")
            yield layout.say(_THEN_TELL, reference=reference)
        else:
            yield layout.say(_NOT_YOU, reference=reference)
        yield layout.say(Phrase("If you still cannot sign in, ask your administrator too."))


def temporary_password(
    made: str, facts: dict[str, Any], reference: str, layout: Layout, endless: bool = False
) -> RenderedMessage:
    """A temporary password. The message has no link, because people know where they sign in.

    `endless`: the directory that it is good in knows no end of one, and no number of sign-ins.
    """
    until = layout.moment(facts["until"])
    limited = Phrase("It works for one sign-in, until {moment}. After that you choose your own password.")
    short = Phrase("{organisation}: {code} is your temporary password, for one sign-in.")
    if endless:
        limited = Phrase("When you sign in with it, you choose your own password. Do so today.")
        short = Phrase("{organisation}: {code} is your temporary password. Choose your own today.")
    parts = (
        layout.say(_TEMPORARY, user_id=facts["user_id"]),
        Secret(made),
        layout.say(limited, moment=until),
        layout.say(Phrase("Type the address of the sign-in page yourself. There is no link in this message.")),
        layout.say(_NOT_ASKED, reference=reference),
    )
    return layout.render(
        layout.say(Phrase("A temporary password for your {organisation} account")),
        parts,
        short=layout.say(short, code=made),
    )
