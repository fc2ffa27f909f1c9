"""What a step knows of its request besides the body, and what it sets for the response and the log."""

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class RequestContext:
    """`address` is the client's network address, from the connection or a trusted proxy, never from another header.

    `session` is the token in the session cookie; `new_session` the one to set, "" to delete the cookie. `browser` and
    `new_browser` are the same of the device cookie; `device` is the name of the browser and its system.
    `attempt` and `new_attempt` are the same of the cookie of a sign-in by the identity provider, which only the routes
    of that sign-in read. `location` is where to redirect the browser. `site` is the origin of our own pages. `proof` is
    the kind of a proof that was judged, and `passed` or `failed`. `language` is the negotiated one of those that the
    organisation offers.
    `subject` and `reference` are logged. `arrived` is when the request came in, on the monotonic clock.
    """

    address: str
    reference: str
    session: str = ""
    subject: str = ""
    new_session: str | None = None
    browser: str = ""
    new_browser: str | None = None
    attempt: str = ""
    new_attempt: str | None = None
    device: str = ""
    location: str = ""
    site: str = ""
    proof: tuple[str, str] | None = None
    language: str = ""
    arrived: float = field(default_factory=time.monotonic)

    def about(self, subject: str, reference: str = "") -> None:
        """Notes the subject (a keyed hash of the user ID), and the reference of the flow that the request continues."""
        self.subject = subject
        self.reference = reference or self.reference
