"""The changes that an import makes to an existing account, with their names in events and notices."""

from regain.domain import security_info
from regain.domain.account import Account
from regain.phrases import Phrase, format_list

_FIELDS = ("mail", "other_mails", "mobile_phone", "office_phone", "role")
NAMES = {
    "on": Phrase("Account turned on"),
    "off": Phrase("Account turned off"),
    "mail": security_info.NAMES["email"],
    "other_mails": Phrase("Other e-mail addresses"),
    "mobile_phone": security_info.NAMES["mobile"],
    "office_phone": security_info.NAMES["office"],
    "role": Phrase("Role"),
    "user_id": Phrase("User ID"),
}


def changes(old: Account, new: Account) -> tuple[str, ...]:
    """The keys of `NAMES` for what differs. Such changes are recorded as events, and the person is notified."""
    found = [name for name in ("user_id", *_FIELDS) if getattr(old, name) != getattr(new, name)]
    if old.enabled != new.enabled:
        found.insert(0, "on" if new.enabled else "off")
    return tuple(found)


def describe(joined: str) -> object | None:
    """The display names of comma-separated changes, as stored in an event; None for any other text."""
    found = [NAMES.get(each) for each in joined.split(",")]
    return format_list(found) if all(found) else None
