"""Who asks: what a step may know of the request besides its body, and what is noted for the log."""

from dataclasses import dataclass


@dataclass(slots=True)
class RequestContext:
    """`address` is the network address that the platform vouches for, never a header's word for it.

    `session` is the token that the browser showed; `new_session` the one that it is given, "" where it is taken away.
    `location` is where the browser is sent on to. `site` is the origin of our own page that asks.
    `proof` is the kind of a proof that was judged, and `passed` or `failed`. `language` is the offered one that the
    browser wants most.
    """

    address: str
    reference: str
    session: str = ""
    subject: str = ""
    new_session: str | None = None
    location: str = ""
    site: str = ""
    proof: tuple[str, str] | None = None
    language: str = ""

    def about(self, subject: str, reference: str = "") -> None:
        """Notes whom the request is about (a keyed hash), and the reference of the flow it goes on with."""
        self.subject = subject
        self.reference = reference or self.reference
