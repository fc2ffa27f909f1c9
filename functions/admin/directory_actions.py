"""Temporary passwords and unlocks of people whose passwords live in a directory."""

from collections.abc import Callable
from dataclasses import dataclass

from admin.agent import Agent, Target
from regain.adapters.store import Write
from regain.directories.base import NotAccepted, Person, Stopped
from regain.recovery import in_directory, temporary_password
from regain.recovery.directory_change import Setting, refused_by_policy


@dataclass(frozen=True, slots=True)
class Made:
    """A temporary password, the nonce that gives it again, and until when it is good in a table of ours."""

    nonce: str
    password: str
    until: int


def derive(agent: Agent, target: Target) -> Made:
    """A new temporary password."""
    services = agent.services
    nonce = services.randomness(16).hex()
    made = temporary_password.derive(services.keys, target.subject, nonce)
    return Made(nonce, made, services.now + services.organisation.administration.temporary_password_hours * 3_600)


def check_changeable(person: Person) -> None:
    """Raises Refused, with the reason, if the directory does not allow this person to be changed."""
    try:
        person.check_changeable()
    except Stopped as outcome:
        raise in_directory.stopped(outcome) from None


def set_temporary(
    agent: Agent, target: Target, person: Person, kind: str, password: str, writes: Callable[[Target], list[Write]],
    enable: bool = False,
) -> None:  # fmt: skip
    """Sets a temporary password in the directory, and records it with the card, which it may `enable`, and `writes`.

    Raises:
        Conflict: until the directory is asked, and never after.
    """
    check_changeable(person)
    services, account = agent.services, target.account
    first = [(target, writes(target))]  # what they refuse is refused before the directory is asked
    setting = Setting(
        services, account, person, target.info, target.subject, agent.who.context.reference, account.language, kind,
        password, target.change,
    ).intend()  # fmt: skip
    try:
        setting.act(lambda directory, person: directory.reset(person, password, temporary=True))
    except NotAccepted as outcome:
        raise refused_by_policy(outcome) from None

    def record() -> None:
        latest, also = first.pop() if first else (agent.read(account.user_id), None)
        seen = setting.change if also is not None else latest.change
        services.store.commit(
            [
                services.accounts.directory_password_write(latest.account, services.now, enable=enable),
                setting.recorded_write(seen),
                services.recoveries.binds_write(latest.subject, latest.binds.cleared(), services.now),
                *(also if also is not None else writes(latest)),
            ]
        )

    setting.record(record)


def unlock(agent: Agent, target: Target) -> list[Write]:
    """Lifts a lockout in the directory, if the password lives in one, and forgets the wrong ones it was asked about."""
    if not target.person:
        return []
    in_directory.unlock(agent.services, target.account, target.person)
    return [agent.services.recoveries.binds_write(target.subject, target.binds.cleared(), agent.services.now)]
