"""An Amazon Cognito user pool: passwords are set and judged by its API, with the rights of the function's own role."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from regain.adapters import aws
from regain.directories.aws_calls import READ, WRITE, ask
from regain.directories.base import (
    Directory,
    Finding,
    NotAccepted,
    NotAllowed,
    Outcome,
    Person,
    PolicyRule,
    Stopped,
    Unanswered,
    WrongPassword,
    sent,
)
from regain.domain.cognito import Cognito
from regain.domain.lockout import Lockout
from regain.domain.policy import ABILITIES
from regain.organisation import policies
from regain.organisation.settings import Organisation

_LOCKOUT = Lockout(5, 900)
"""After five wrong passwords a user pool makes people wait, up to 15 minutes."""
_OFF = {"ARCHIVED", "COMPROMISED"}
_MUST_CHANGE = {"FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"}
_ELSEWHERE = {"EXTERNAL_PROVIDER", "UNCONFIRMED"}
"""Whose password an identity provider has; who has not confirmed their account yet, which a reset would do for them."""
_OF_PEOPLE = {
    "NotAuthorizedException", "UserNotConfirmedException", "PasswordResetRequiredException",
    "MFAMethodNotFoundException", "UserLambdaValidationException", "UnexpectedLambdaException",
    "InvalidLambdaResponseException",
    "InvalidSmsRoleAccessPolicyException", "InvalidSmsRoleTrustRelationshipException",
    "InvalidEmailRoleAccessPolicyException",
}  # fmt: skip
"""Refusals that a pool has for people who are there: too many tries, an expired temporary password, a trigger's no."""
_CLASSES = re.compile("must have (upper|lower|numeric|symbol)")


class CognitoDirectory(Directory):
    """The passwords of one domain, in a user pool. User names there are user IDs here, or have them as an alias."""

    offers = ABILITIES - {"unlock"}
    lockout = _LOCKOUT

    def __init__(
        self, settings: Cognito, shortest: int, reading: Callable[[], Any], writing: Callable[[], Any]
    ) -> None:
        self.settings, self.shortest = settings, shortest
        self._reading, self._writing = reading, writing

    def find(self, user_id: str) -> Person | None:
        """The person whom a user ID names."""
        try:
            found = ask(partial(self._reading().admin_get_user, **self._of(user_id)), True, _of_person)
        except Stopped:
            return None
        return _person(found, user_id)

    def verify(self, person: Person | None, user_id: str, password: str) -> None:
        """Signs in as the person, and throws the tokens away; for nobody with a name that nobody has."""
        answer = self._authenticate(person.address if person else user_id, password)
        if person is None:
            raise WrongPassword
        if challenge := answer.get("ChallengeName"):
            raise Stopped("must-change" if challenge == "NEW_PASSWORD_REQUIRED" else "second-factor")

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets the password and ends every session: before it, so that nothing is set if that fails, and after it."""
        person.check_changeable()
        self._end_sessions(person)
        request = {**self._of(person.address), "Password": sent(password), "Permanent": not temporary}
        ask(partial(self._writing().admin_set_user_password, **request), False, _of_password(password))
        self._end_sessions(person, set_already=True)

    def change(self, person: Person, old: str, new: str) -> None:
        """Changes the password as the person, so that the pool's history holds, and ends every session."""
        person.check_changeable()
        answer = self._authenticate(person.address, old)
        challenge = answer.get("ChallengeName")
        if challenge == "NEW_PASSWORD_REQUIRED":
            request = {
                "UserPoolId": self.settings.pool, "ClientId": self.settings.client, "ChallengeName": challenge,
                "Session": answer["Session"],
                "ChallengeResponses": {"USERNAME": person.address, "NEW_PASSWORD": sent(new)},
            }  # fmt: skip
            call = partial(self._writing().admin_respond_to_auth_challenge, **request)
        elif challenge:
            raise Stopped("second-factor")
        else:
            token = answer["AuthenticationResult"]["AccessToken"]
            request = {"AccessToken": token, "PreviousPassword": sent(old), "ProposedPassword": sent(new)}
            call = partial(self._writing().change_password, **request)
        ask(call, False, _of_password(new))
        self._end_sessions(person, set_already=True)

    def unlock(self, person: Person) -> None:
        """Changes nothing: a user pool ends its pauses by itself, and has no call for it."""
        person.check_changeable()

    def check(self) -> Iterator[Finding]:
        """What is right and what is wrong with the pool and the client."""
        from regain.directories import cognito_check  # noqa: PLC0415 - for `doctor` alone

        return cognito_check.findings(self.settings, self.shortest, self._reading())

    def _of(self, name: str) -> dict[str, str]:
        return {"UserPoolId": self.settings.pool, "Username": name}

    def _authenticate(self, name: str, password: str) -> dict[str, Any]:
        """What the pool answers to the right password.

        Raises:
            Outcome: it is wrong, or whatever else `verify` may raise.
        """
        if not password:
            raise WrongPassword
        request = {
            "UserPoolId": self.settings.pool, "ClientId": self.settings.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": sent(password)},
        }  # fmt: skip
        return ask(partial(self._writing().admin_initiate_auth, **request), True, _of_sign_in)

    def _end_sessions(self, person: Person, set_already: bool = False) -> None:
        """Ends the person's sessions in every app. Once the password is set, nothing else may come of it."""
        try:
            ask(partial(self._reading().admin_user_global_sign_out, **self._of(person.address)), True, _of_person)
        except (NotAllowed, Unanswered, Stopped):
            if not set_already:
                raise


def connect(name: str, organisation: Organisation, environment: Mapping[str, str]) -> CognitoDirectory:  # noqa: ARG001
    """The directory of a domain. KeyError: it has none."""
    settings = organisation.domains[name].cognito
    if not settings:
        raise KeyError("cognito")
    shortest = policies.for_domain(organisation, f"@{name}").passwords.minimum_length
    reading, writing = (partial(aws.client, "cognito-idp", config, settings.region) for config in (READ, WRITE))
    return CognitoDirectory(settings, shortest, reading, writing)


def _person(found: Mapping[str, Any], user_id: str) -> Person:
    """A user as they are in the pool. What they have not proved to be theirs proves nothing about them."""
    told = {each["Name"]: str(each.get("Value", "")) for each in found.get("UserAttributes", ())}
    status = found.get("UserStatus", "")
    given, family = told.get("given_name", ""), told.get("family_name", "")

    def verified(name: str) -> str:
        return told.get(name, "") if told.get(f"{name}_verified", "").lower() == "true" else ""

    return Person(
        key=told.get("sub", ""),
        address=found["Username"],
        user_id=user_id,
        display_name=told.get("name", "") or f"{given} {family}".strip(),
        given_name=given,
        surname=family,
        mail=verified("email"),
        mobile_phone=verified("phone_number"),
        enabled=bool(found.get("Enabled")) and status not in _OFF,
        must_change=status in _MUST_CHANGE,
        managed_elsewhere=status in _ELSEWHERE,
    )


def _of_person(code: str, _message: str) -> Outcome | None:
    """What an error says of a person."""
    nobody = code in ("UserNotFoundException", "InvalidParameterException")  # also: a name that no user can have
    return Stopped("gone") if nobody else None


def _of_sign_in(code: str, message: str) -> Outcome | None:
    """What an error says of a password.

    What a pool says of people alone looks like a wrong password, and proves none: it may say it before it has looked.
    """
    said = message.lower()
    if code == "UserNotFoundException" or (code == "NotAuthorizedException" and "incorrect" in said):
        return WrongPassword()
    if code == "NotAuthorizedException" and "secret" in said:
        return NotAllowed("the app client has a secret")
    if code == "NotAuthorizedException" and "disabled" in said:
        return Stopped("disabled")
    return Stopped("locked") if code in _OF_PEOPLE else None


def _of_password(password: str) -> Callable[[str, str], Outcome | None]:
    """What an error says of a new password."""

    def meaning(code: str, message: str) -> Outcome | None:
        said = message.lower()
        outcomes: dict[str, Callable[[], Outcome | None]] = {
            "UserNotFoundException": lambda: Stopped("gone"),
            "PasswordHistoryPolicyViolationException": lambda: NotAccepted("history"),
            "InvalidPasswordException": lambda: NotAccepted(_broken_rule(said)),
            "InvalidParameterException": lambda: _invalid(said, password),
            "NotAuthorizedException": lambda: WrongPassword() if "incorrect" in said else None,
            "LimitExceededException": lambda: Stopped("locked"),
        }
        return outcomes[code]() if code in outcomes else None

    return meaning


def _broken_rule(said: str) -> PolicyRule:
    if "length" in said or "long enough" in said:
        return "length"
    return "classes" if _CLASSES.search(said) else "unknown"


def _invalid(said: str, password: str) -> Outcome | None:
    """A space is no mistake of ours: the API takes none."""
    if "attribute" in said:
        return None
    return NotAccepted("spaces" if any(letter.isspace() for letter in password) else "unknown")
