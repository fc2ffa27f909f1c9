"""Performs Regain's operations on a test account, and reports the outcome of each step."""

from collections.abc import Callable, Iterator

from regain.directories.base import (
    Directory,
    Finding,
    NotAccepted,
    NotAllowed,
    Outcome,
    Person,
    Stopped,
    Unanswered,
    WrongPassword,
)


def trial(directory: Directory, user_id: str, new_password: Callable[[], str]) -> Iterator[Finding]:
    """Resets, changes and unlocks a test account. It is left with the last password that `new_password` made."""
    try:
        person = directory.find(user_id)
    except Outcome as outcome:
        yield _failed("Finding the account", outcome)
        return
    if person is None:
        to_do = "Check the settings by which people are found; two people under one user ID are nobody."
        yield Finding("wrong", f"{user_id} is nobody in the directory.", to_do)
        return
    yield Finding("ok", f"{user_id} is {person.display_name or person.address}, in {len(person.groups)} groups.")
    first, second, third = (new_password() for _ in range(3))
    signs_in, changes = "sign-in", "change"
    steps: tuple[tuple[str, str, Callable[[], None]], ...] = (
        ("temporary-password", "A temporary password is set", lambda: directory.reset(person, first, temporary=True)),
        (signs_in, "It has to be changed at the next sign-in", lambda: _has_to_be_changed(directory, person, first)),
        ("reset", "A new password is set", lambda: directory.reset(person, second)),
        (signs_in, "It signs in", lambda: directory.verify(person, user_id, second)),
        (signs_in, "A wrong password does not", lambda: _refused(directory, person, user_id)),
        (changes, "Whoever knows the password changes it", lambda: directory.change(person, second, third)),
        (changes, "The changed one signs in", lambda: directory.verify(person, user_id, third)),
        ("unlock", "A lockout is lifted", lambda: directory.unlock(person)),
    )
    for ability, what, step in steps:
        if ability not in directory.offers:
            continue
        try:
            step()
        except Outcome as outcome:
            yield _failed(what, outcome)
            return
        yield Finding("ok", f"{what}.")


def _has_to_be_changed(directory: Directory, person: Person, password: str) -> None:
    try:
        directory.verify(person, person.user_id, password)
    except Stopped as stopped:
        if stopped.reason == "must-change":
            return
        raise
    raise NotAllowed("the directory takes it as a permanent one")


def _refused(directory: Directory, person: Person, user_id: str) -> None:
    try:
        directory.verify(person, user_id, "not the password of this account")
    except WrongPassword:
        return
    raise NotAllowed("any password signs in")


def _failed(what: str, outcome: Outcome) -> Finding:
    """The step that failed, and what helps."""
    if isinstance(outcome, NotAccepted):
        why, to_do = f"the directory's policy refuses a password ({outcome.rule})", "Try it after the minimum age."
        if outcome.rule != "age":
            to_do = "Compare the directory's policy with `passwords` in organisation.yaml."
    elif isinstance(outcome, Stopped):
        why, to_do = f"the account is stopped ({outcome.reason})", "Take an ordinary account that is turned on."
    elif isinstance(outcome, NotAllowed):
        why, to_do = (
            f"the directory refuses it ({outcome.code})",
            "Give the rights that the guide to this kind of directory names, over these people.",
        )
    elif isinstance(outcome, Unanswered):
        why = "the directory did not answer" if outcome.known else "nobody knows whether it was done"
        to_do = "Run the checks again."
    else:
        why, to_do = "the password that was just set is wrong", "Another server may have answered: name one only."
    return Finding("wrong", f"{what}: {why}.", to_do)
