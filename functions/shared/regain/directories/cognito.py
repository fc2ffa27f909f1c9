"""An Amazon Cognito user pool: its API sets and verifies passwords, with the permissions of the function's role."""

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
"""After five wrong passwords a user pool locks people out, for up to 15 minutes."""
_OFF = {"ARCHIVED", "COMPROMISED"}
_MUST_CHANGE = {"FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"}
_ELSEWHERE = {"EXTERNAL_PROVIDER", "UNCONFIRMED"}
"""Users whose password an identity provider has, and those yet to confirm their account, which a reset would do."""
_OF_PEOPLE = {
    "NotAuthorizedException", "UserNotConfirmedException", "PasswordResetRequiredException",
    "MFAMethodNotFoundException", "UserLambdaValidationException", "UnexpectedLambdaException",
    "InvalidLambdaResponseException",
    "InvalidSmsRoleAccessPolicyException", "InvalidSmsRoleTrustRelationshipException",
    "InvalidEmailRoleAccessPolicyException",
}  # fmt: skip
"""Errors that occur only for existing users: too many attempts, an expired temporary password, a trigger's refusal."""
_CLASSES = re.compile("must have (upper|lower|numeric|symbol)")


class CognitoDirectory(Directory):
    """The passwords of one domain, in a user pool, whose user names or aliases are the user IDs."""

    offers = ABILITIES - {"unlock"}
    lockout = _LOCKOUT

    def __init__(
        self, settings: Cognito, shortest: int, reading: Callable[[], Any], writing: Callable[[], Any]
    ) -> None:
        self.settings, self.shortest = settings, shortest
        self._reading, self._writing = reading, writing

    def find(self, user_id: str) -> Person | None:
        """The person with a user ID."""
        try:
            found = ask(partial(self._reading().admin_get_user, **self._of(user_id)), True, _of_person)
        except Stopped:
            return None
        return _person(found, user_id)

    def verify(self, person: Person | None, user_id: str, password: str) -> None:
        """Signs in as the person, and discards the tokens. Without a person, signs in with an unused name."""
        answer = self._authenticate(person.address if person else user_id, password)
        if person is None:
            raise WrongPassword
        if challenge := answer.get("ChallengeName"):
            raise Stopped("must-change" if challenge == "NEW_PASSWORD_REQUIRED" else "second-factor")

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets the password and ends every session, before (so that nothing is set if that fails) and after."""
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
        """Does nothing: a user pool's lockouts end by themselves, and its API cannot lift them."""
        person.check_changeable()

    def check(self) -> Iterator[Finding]:
        """Checks the pool and the app client, for `doctor`."""
        from regain.directories import cognito_check  # noqa: PLC0415 - for `doctor` alone

        return cognito_check.findings(self.settings, self.shortest, self._reading())

    def _of(self, name: str) -> dict[str, str]:
        return {"UserPoolId": self.settings.pool, "Username": name}

    def _authenticate(self, name: str, password: str) -> dict[str, Any]:
        """The pool's response to the right password.

        Raises:
            Outcome: it is wrong, or any other outcome of `verify`.
        """
        if not password:
            raise WrongPassword
        request = {
            "UserPoolId": self.settings.pool, "ClientId": self.settings.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": sent(password)},
        }  # fmt: skip
        return ask(partial(self._writing().admin_initiate_auth, **request), True, _of_sign_in)

    def _end_sessions(self, person: Person, set_already: bool = False) -> None:
        """Ends the person's sessions in every app. Once the password is set, a failure leaves the outcome unknown."""
        try:
            ask(partial(self._reading().admin_user_global_sign_out, **self._of(person.address)), True, _of_person)
        except (NotAllowed, Unanswered, Stopped):
            if not set_already:
                raise


def connect(name: str, organisation: Organisation, environment: Mapping[str, str]) -> CognitoDirectory:  # noqa: ARG001
    """The directory of a domain. Raises KeyError if it has none."""
    settings = organisation.domains[name].cognito
    if not settings:
        raise KeyError("cognito")
    shortest = policies.for_domain(organisation, f"@{name}").passwords.minimum_length
    reading, writing = (partial(aws.client, "cognito-idp", config, settings.region) for config in (READ, WRITE))
    return CognitoDirectory(settings, shortest, reading, writing)


def _person(found: Mapping[str, Any], user_id: str) -> Person:
    """The person of a user in the pool, without unverified addresses and numbers."""
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
    """The outcome for an error about a person."""
    # Cognito returns the latter for a name that no user can have.
    nobody = code in ("UserNotFoundException", "InvalidParameterException")
    return Stopped("gone") if nobody else None


def _of_sign_in(code: str, message: str) -> Outcome | None:
    """The outcome for an error at sign-in.

    Errors that occur only for existing users are treated like a wrong password, so that they reveal no account.
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
    """The mapping of errors about a new password to outcomes."""

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
    """The outcome of an invalid parameter. It is the password's fault if that has spaces, which the API rejects."""
    if "attribute" in said:
        return None
    return NotAccepted("spaces" if any(letter.isspace() for letter in password) else "unknown")
