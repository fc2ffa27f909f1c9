"""Requests and answers of a person's own account."""

from typing import Annotated

from msgspec import Meta, Struct

from regain.api.contract.values import Language, Password, Request, SecurityInfoState, Token, UserId


class SignIn(Request):
    """Sign in to the account page."""

    user_id: UserId
    password: Password


class ChangePassword(Request):
    """Change a password that is known."""

    current_password: Password
    new_password: Password


class EndSession(Request):
    """End one session of one's own."""

    session: Annotated[str, Meta(min_length=1, max_length=64)]


class ChooseLanguage(Request):
    """Choose what messages to oneself are in: a language of the organisation's, or "" for that of the page."""

    language: Language


class Secure(Request):
    """Say that a change was not one's own."""

    token: Token


class SignedIn(Struct):
    """The password was right. `interrupt`: the security info is to be seen to now, as its state says."""

    must_change_password: bool
    security_info: SecurityInfoState
    interrupt: bool


class SessionView(Struct):
    """A signed-in browser. Times are seconds since 1970 (UTC)."""

    id: str
    started_at: int
    seen_at: int
    current: bool


class AccountView(Struct):
    """What a signed-in person sees of the account. `may_wait`: the interrupt may be put off. `language`: of mail."""

    user_id: str
    name: str
    language: str
    must_change_password: bool
    security_info: SecurityInfoState
    interrupt: bool
    may_wait: bool
    sessions: list[SessionView]
