"""The mail that asks somebody to register. It has no link and no code: its reader types the address themselves (B3)."""

from collections.abc import Iterator
from typing import Any

from notify.layout import Layout, Part
from regain.adapters.messengers import RenderedMessage
from regain.organisation.settings import localised_name
from regain.phrases import Phrase

_SUBJECT = Phrase("{organisation} asks you to register by {day}")
_AGAIN = Phrase("Reminder: {organisation} asks you to register by {day}")
_ASKED = Phrase(
    "{organisation} asks you to register security info for your account {user_id}. Do so by {day}: it takes three "
    "minutes."
)
_WHY = Phrase("You need it on the day you forget your password: you then get back in by yourself, at any time.")
_HOW = Phrase("Open {site} yourself, choose “Your account” and sign in. There you add your ways to prove who you are.")
_HOW_WITHOUT = Phrase(
    "Open the account help page yourself, choose “Your account” and sign in. There you add your ways to prove who you "
    "are."
)
_AFTER = Phrase("After that day you are asked for it when you sign in, and cannot put it off.")
_NO_LINK = Phrase(
    "There is no link and no code in this message, and nobody asks for your password. Type the address yourself, or "
    "use your own bookmark."
)
_QUESTIONS = Phrase("Is this message real? Ask your administrator: {administrator}. Quote the reference {reference}.")


def render(facts: dict[str, Any], reference: str, layout: Layout) -> RenderedMessage:
    """The first mail, or a reminder, as `facts` have the round."""
    day = layout.day(facts["deadline"])
    subject = layout.say(_SUBJECT if facts["round"] == "first" else _AGAIN, day=day)
    asked = layout.say(_ASKED, user_id=facts["user_id"], day=day)
    return layout.render(subject, _parts(facts, asked, reference, layout), preheader=asked)


def _parts(facts: dict[str, Any], asked: str, reference: str, layout: Layout) -> Iterator[Part]:
    name = layout.reader_name(facts)
    yield layout.say(Phrase("Hello {name},"), name=name) if name else layout.say(Phrase("Hello,"))
    yield asked
    yield layout.say(_WHY)
    if own := localised_name(layout.organisation.notify.invitation, layout.language.tag):
        yield str(own)
    yield layout.say(_HOW, site=layout.site) if layout.site else layout.say(_HOW_WITHOUT)
    yield layout.say(_AFTER)
    yield layout.say(_NO_LINK)
    yield layout.say(_QUESTIONS, reference=reference)
