"""Requests and responses of a person's own account."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from regain.api.contract.values import (
    Language,
    OptionalProof,
    Password,
    PasswordRule,
    Request,
    SecurityInfoState,
    SharedComputer,
    Token,
    UserId,
)


class SignIn(Request, frozen=True):
    """Sign in to the account page."""

    user_id: UserId
    password: Password
    proof: OptionalProof = ""
    shared_computer: SharedComputer = False


class ProviderSignIn(Request, frozen=True):
    """Sign in with the identity provider. `to`: the address of the account or admin page to come back to."""

    to: Annotated[str, Meta(max_length=512)] = ""
    shared_computer: Literal["", "yes"] = ""


class ProviderAnswer(Struct, frozen=True):
    """What the provider sends the browser back with (RFC 6749 4.1.2, RFC 9207). Unknown parameters are left."""

    state: Annotated[str, Meta(max_length=256)] = ""
    code: Annotated[str, Meta(max_length=4096)] = ""
    iss: Annotated[str, Meta(max_length=512)] = ""
    error: Annotated[str, Meta(max_length=256)] = ""


class ProviderLogout(Struct, frozen=True):
    """A session at the identity provider has ended (OpenID Connect Back-Channel Logout 1.0)."""

    logout_token: Annotated[str, Meta(min_length=1, max_length=16_384)]


class ChangePassword(Request, frozen=True):
    """Change the password, knowing the current one."""

    current_password: Password
    new_password: Password
    proof: OptionalProof = ""


class EndSession(Request, frozen=True):
    """End one of one's own sessions."""

    session: Annotated[str, Meta(min_length=1, max_length=64)]


class ChooseLanguage(Request, frozen=True):
    """Set the language of messages to oneself: one that the organisation offers, or "" to follow the page."""

    language: Language


class Repudiation(Request, frozen=True):
    """Repudiate a change: "this was not me", with the token of a notification."""

    token: Token


class SignedIn(Struct):
    """Signed in. `interrupt`: security info has to be completed or confirmed now, as its state says."""

    must_change_password: bool
    security_info: SecurityInfoState
    interrupt: bool


class SessionView(Struct):
    """A signed-in browser: `device` is its name and its system's, or "". Times are seconds since 1970 (UTC)."""

    id: str
    started_at: int
    seen_at: int
    current: bool
    device: str = ""


class AccountView(Struct, omit_defaults=True):
    """One's own account. `may_wait`: the interrupt can be postponed. `language` is that of messages.

    `changes_password`: this person can change their password here; the directories of others cannot be asked to.

    `password_rules` are those for a change of this person's password, where they differ from person to person.
    """

    user_id: str
    name: str
    language: str
    must_change_password: bool
    changes_password: bool
    security_info: SecurityInfoState
    interrupt: bool
    may_wait: bool
    sessions: list[SessionView]
    password_rules: list[PasswordRule] = []
