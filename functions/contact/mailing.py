"""How a desk hears of a request for help: by itself, up to so many an hour, and past that in the digest of the hour.

A flood of strangers fills neither the desk's mailbox nor the allowance of people who have proved something, or whose
browser the account knows.
"""

from dataclasses import dataclass
from typing import Any

from regain.adapters import help_digests
from regain.adapters.help_digests import HOUR, Line
from regain.adapters.outbox import Message
from regain.adapters.rate_limits import number
from regain.adapters.store import Write
from regain.runtime.services import Services


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk: the address, or the roles, that requests for help go to."""

    services: Services
    address: str

    @property
    def keys(self) -> list[tuple[str, dict[str, str]]]:
        """The counts of its mail in this hour, for `Store.batch_get`."""
        services = self.services
        return [services.rate_limits.key(*self._counted(first), services.now, HOUR) for first in (True, False)]

    def writes(self, message: Message, reply_to: str, first: bool, found: list[Any]) -> list[Write]:
        """What is written with a request: the message or a line of the digest, and the count.

        `found` are the items of `keys`; `first`: its browser is known to the account, or a proof was given. A
        device cookie of a former epoch will do: it opens nothing.
        """
        services, now = self.services, self.services.now
        over = number(found[0 if first else 1]) - services.organisation.limits.help_mails_per_hour
        counted = services.rate_limits.count_write(*self._counted(first), now, HOUR)
        if over < 0:
            return [counted, services.outbox.write(message, now)]
        facts = message.facts
        line = Line(facts.get("user_id", ""), facts["name"], reply_to, now, message.reference)
        listed = over < help_digests.MOST_LINES
        return [counted, help_digests.add_write(services.outbox, self.address, first, line, listed)]

    def _counted(self, first: bool) -> tuple[str, str]:
        return "help-mail-first" if first else "help-mail", self.address
