"""A directory that only a dedicated function (`functions/directory`) can reach, called by invoking that function."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from regain.adapters import aws
from regain.directories.aws_calls import NEVER_SENT
from regain.directories.base import Directory, Finding, NotAllowed, Person, Requirements, Unanswered
from regain.directories.wire import (
    READS,
    Answer,
    Call,
    Change,
    Check,
    Find,
    Request,
    Require,
    Reset,
    Search,
    Unlock,
    Verify,
    raise_unless_done,
    to_json,
)
from regain.domain.lockout import Lockout
from regain.domain.policy import ABILITIES
from regain.organisation.settings import Organisation

INVOKE_CONFIG = Config(connect_timeout=2, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 1})
"""A write is sent once. The invoking function has ten seconds, of which two remain to report an unknown outcome."""
_NEVER_STARTED = {
    "TooManyRequestsException", "EC2ThrottledException", "ENILimitReachedException", "SnapStartNotReadyException",
    "SubnetIPAddressLimitReachedException", "ResourceNotReadyException",
}  # fmt: skip
_SET_UP_WRONGLY = {
    "AccessDeniedException", "ResourceNotFoundException", "InvalidParameterValueException", "InvalidSubnetIDException",
    "InvalidSecurityGroupIDException", "EC2AccessDeniedException", "KMSAccessDeniedException", "KMSDisabledException",
}  # fmt: skip
_NEVER_LOCKS = Lockout()


@dataclass(frozen=True)
class RemoteDirectory(Directory):
    """The directory of one domain. `function` is the alias to invoke; "" if none was deployed."""

    domain: str
    function: str
    client: Callable[[], Any]
    lockout: Lockout = _NEVER_LOCKS
    offers: frozenset[str] = ABILITIES

    def find(self, user_id: str) -> Person | None:
        """The person with a user ID; None if there is none, or more than one."""
        return self._ask(Find(user_id)).person

    def search(self, words: Sequence[str], domain: str) -> tuple[Person, ...] | None:
        """People whose names or user IDs begin with each of the words."""
        return self._ask(Search(tuple(words), domain)).people

    def verify(self, person: Person | None, user_id: str, password: str) -> None:
        """Returns if the password is right. For nobody the same request is made."""
        self._ask(Verify(person, user_id, password))

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets a password and lifts a lockout."""
        self._ask(Reset(person, password, temporary))

    def change(self, person: Person, old: str, new: str) -> None:
        """Changes a password for somebody who knows the old one."""
        self._ask(Change(person, old, new))

    def unlock(self, person: Person) -> None:
        """Lifts a lockout."""
        self._ask(Unlock(person))

    def requirements(self, person: Person, change: bool) -> Requirements:
        """What a new password must be."""
        return self._ask(Require(person, change)).requirements

    def check(self) -> Iterator[Finding]:
        """What is right and what is wrong with the way to the directory."""
        yield from self._ask(Check()).findings

    def _ask(self, asked: Call) -> Answer:
        """The answer to a successful call.

        Raises:
            Outcome: the call failed. Nothing else is raised.
        """
        if not self.function:
            raise NotAllowed("no function reaches the directory")
        nothing_done = isinstance(asked, READS)
        try:
            answered = self._invoke(to_json(Request(self.domain, asked)), nothing_done)
            answer = msgspec.json.decode(answered, type=Answer)
            raise_unless_done(answer)
        except ValueError as error:  # includes msgspec's errors, whose text may quote what was typed
            raise Unanswered(nothing_done, f"the answer was not understood: {type(error).__name__}") from None
        return answer

    def _invoke(self, payload: bytes, nothing_done: bool) -> bytes:
        try:
            made = self.client().invoke(FunctionName=self.function, Payload=payload)
            answered = bytes(made["Payload"].read())
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _SET_UP_WRONGLY:
                raise NotAllowed(f"invoke: {code}") from None
            raise Unanswered(nothing_done or code in _NEVER_STARTED, f"invoke: {code}") from None
        except NEVER_SENT as error:
            raise Unanswered(True, f"invoke: {type(error).__name__}") from None
        except (BotoCoreError, OSError) as error:
            raise Unanswered(nothing_done, f"invoke: {type(error).__name__}") from None
        if made.get("FunctionError"):
            raise Unanswered(nothing_done, f"the function failed: {_kind(answered)}")
        return answered


def connect(name: str, organisation: Organisation, environment: Mapping[str, str]) -> RemoteDirectory:
    """The directory of a domain. KeyError: it has none."""
    domain = organisation.domains[name]
    if not domain.ldap:
        raise KeyError("ldap")
    function = environment.get("DIRECTORY_FUNCTION", "")
    return RemoteDirectory(
        name, function, lambda: aws.client("lambda", INVOKE_CONFIG), domain.ldap.lockout, domain.offers
    )


def _kind(answered: bytes) -> str:
    """The type of the function's error, without its text, which may quote what was sent."""
    try:
        return str(json.loads(answered)["errorType"])
    except (ValueError, KeyError, TypeError):
        return "unknown"
