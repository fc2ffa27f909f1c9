"""`invite`: asks people to register by a day, and shows how far that has got."""

import time
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from cli.accounts import BY
from cli.explain import english_of
from cli.stack import Stack
from cli.terminal import fail, result, say, table
from regain.adapters.store import retry_on_conflict
from regain.api.contract import InvitationView
from regain.domain import human_input, invitations, reference
from regain.domain.invitations import Invitation
from regain.people import importing, inviting
from regain.problems import DEADLINE_NOT_POSSIBLE, NOBODY_TO_INVITE, Refused
from regain.reports.invitations import view
from regain.runtime.services import Services

app = typer.Typer(invoke_without_command=True, help="Invitations: ask people to register by a day.")
_EVENTS = {"running": "invitation-resumed", "stopped": "invitation-stopped"}
_LISTED = 50
_UNKNOWN_SHOWN = 5

_Id = Annotated[str, typer.Argument(help="As `invite list` shows it.")]
_Reason = Annotated[str, typer.Option("--reason", help="Recorded with the event.")]


@app.callback()
def invite(
    context: typer.Context,
    group: Annotated[str, typer.Option(help="Ask the people of this group.")] = "",
    not_registered: Annotated[bool, typer.Option("--not-registered", help="Ask all who are not registered.")] = False,
    file: Annotated[Path | None, typer.Option(help="Ask the people of this file: CSV or LDIF.")] = None,
    deadline: Annotated[str, typer.Option(help="The last day, as in 2027-01-31.")] = "",
    reminders: Annotated[str, typer.Option(help="Days before the deadline. `none`: no reminder.")] = "7,1",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who would be asked, and ask nobody.")] = False,
) -> None:
    """Asks people to register by a day: --group, --not-registered or --file, and --deadline.

    The stack sends the mails, quietly: the first within a minute. With a second word: list, show, stop, resume.
    """
    if context.invoked_subcommand:
        if group or not_registered or file or deadline or dry_run:
            raise typer.BadParameter(f"{context.invoked_subcommand} asks nobody: leave out what stands before it.")
        return
    if [bool(group), not_registered, file is not None].count(True) != 1:
        raise typer.BadParameter("Choose whom to ask with one of --group, --not-registered and --file.")
    if not deadline:
        raise typer.BadParameter("Set the last day with --deadline, as in 2027-01-31.")
    services = _services(context)
    days, listed = _days(reminders), _listed(file, services) if file else None
    try:
        made = inviting.begin(services, BY, _day(deadline), group=group, listed=listed, reminders=days)
    except Refused as refused:
        fail(_refused(refused, deadline, group, file))
        raise typer.Exit(1) from None
    asked = inviting.everybody(made, services) if listed is None else listed
    if dry_run:
        _forecast(made, asked, services)
        return
    if listed is not None:
        inviting.keep_list(made, listed, services)
    services.store.commit([services.invitations.write(made), _event(services, "invitation-started", made, "")])
    say(f"{made.id}: begun. The first mails go out within a minute. Progress: ./regain invite show {made.id}")
    result(**_facts(view(made, {}), services))


@app.command("list")
def list_(context: typer.Context) -> None:
    """Lists the last 50 invitations, the newest first."""
    services = _services(context)
    found = services.invitations.page("", _LISTED)
    views = [
        view(each, counts)
        for each, counts in zip(found, services.invitations.counts(each.id for each in found), strict=True)
    ]
    result(invitations=[_facts(each, services) for each in views])
    table(
        ("invitation", "whom", "deadline", "state", "asked", "registered"),
        ((v.id, v.group or v.whom, v.deadline, v.state, v.asked, v.registered) for v in views),
    )


@app.command("show")
def show(context: typer.Context, invitation: _Id) -> None:
    """Shows how far an invitation has got, by day and by group."""
    services = _services(context)
    found = _find(invitation, services)
    _show(view(found, services.invitations.counts([found.id])[0]), services)


@app.command("stop")
def stop(context: typer.Context, invitation: _Id, reason: _Reason = "") -> None:
    """Stops an invitation. No more mail is written after that."""
    _move(_services(context), invitation, "stopped", reason)


@app.command("resume")
def resume(context: typer.Context, invitation: _Id, reason: _Reason = "") -> None:
    """Lets a stopped invitation go on where it was."""
    _move(_services(context), invitation, "running", reason)


def _move(services: Services, invitation: str, state: str, reason: str) -> None:
    note = human_input.read_line(reason)

    def step() -> tuple[Invitation, Invitation]:
        found = _find(invitation, services)
        moved = found.moved(state, BY, note, services.now)
        if moved != found:
            services.store.commit(
                [services.invitations.write(moved), _event(services, _EVENTS[state], found, note)]
            )  # fmt: skip
        return found, moved

    found, moved = retry_on_conflict(step)
    result(**_facts(view(moved, services.invitations.counts([moved.id])[0]), services))
    if moved.state != state:
        fail(f"{moved.id} is finished: begin a new invitation.")
        raise typer.Exit(1)
    say(f"{moved.id}: {moved.state}{' already' if found == moved else ''}.")


def _find(invitation: str, services: Services) -> Invitation:
    found = services.invitations.get(invitation.strip().lower())
    if found is None:
        fail(f"There is no invitation {invitation}. See `./regain invite list`.")
        raise typer.Exit(1)
    return found


def _day(deadline: str) -> str:
    try:
        return date.fromisoformat(deadline.strip()).isoformat()
    except ValueError:
        raise typer.BadParameter(f"`{deadline}` is not a day. Write it as 2027-01-31: year, month, day.") from None


def _days(reminders: str) -> tuple[int, ...]:
    """The days before the deadline."""
    if reminders.strip() == "none":
        return ()
    try:
        days = tuple(int(each) for each in reminders.split(","))
    except ValueError:
        days = (0,)
    if not all(1 <= each <= invitations.MOST_DAYS for each in days):
        raise typer.BadParameter(f"`{reminders}` are not days before the deadline. Write them as 7,1, or `none`.")
    return days


def _listed(file: Path, services: Services) -> list[str]:
    """The accounts of the people in a file. People without an account are listed and left out."""
    people = importing.read(file, services.organisation)
    names = list(dict.fromkeys(person.account.user_id for person in people))
    ids = services.identifiers.find_all(names)
    known = services.accounts.get_many(ids.values())
    found = {name: account_id for name, account_id in ids.items() if account_id in known}
    unknown = [name for name in names if name not in found]
    if unknown:
        more = ", …" if len(unknown) > _UNKNOWN_SHOWN else ""
        say(f"{len(unknown)} of {len(names)} have no account here and are left out: "
            f"{', '.join(unknown[:_UNKNOWN_SHOWN])}{more}")  # fmt: skip
    result(unknown=unknown)
    return [found[name] for name in names if name in found]


def _refused(refused: Refused, deadline: str, group: str, file: Path | None) -> str:
    if refused.problem is DEADLINE_NOT_POSSIBLE:
        most = invitations.MOST_DAYS
        return f"The deadline {deadline} cannot be met: choose a day from tomorrow on, at most {most} days away."
    if refused.problem is NOBODY_TO_INVITE and file:
        return f"Nobody in {file} has an account here. Import them first: ./regain people import {file}"
    if refused.problem is NOBODY_TO_INVITE and group:
        return (
            f"Nobody is in the group `{group}`. Check how it is written; after an upgrade run"
            " `./regain report --recount` once, which lists everybody by group."
        )
    return f"{refused.problem.title}."


def _forecast(made: Invitation, asked: Any, services: Services) -> None:
    counted = inviting.forecast(made, asked, services)
    english = english_of(services)
    rounds = [(each.name, time.strftime("%Y-%m-%d %H:%M", time.gmtime(each.due))) for each in made.rounds]
    say(f"{counted['']} people would be asked. Nobody has been.")
    table(("left alone", "people"), (
        (english.translate(label), counted[reason]) for reason, label in invitations.SKIPPED.items() if counted[reason]
    ))  # fmt: skip
    table(("round", "from (UTC)"), rounds)
    skipped = {reason: number for reason, number in counted.items() if reason}
    result(asked=counted[""], skipped=skipped, rounds=dict(rounds))


def _show(shown: InvitationView, services: Services) -> None:
    english = english_of(services)
    why = f" ({shown.note})" if shown.note else ""
    say(f"{shown.id}: {shown.group or shown.whom}, by {shown.deadline}, {shown.state}{why}. Begun by {shown.by}.")
    table(("asked", "registered", "reminders sent", "required at sign-in"),
          [(shown.asked, shown.registered, shown.reminded, shown.required)])  # fmt: skip
    for name, counted in (("day (UTC)", shown.days), ("group", shown.groups)):
        if counted:
            say("")
            rows = ((each.name if each.name != "*" else "all others", each.asked, each.registered) for each in counted)
            table((name, "asked", "registered"), rows)
    if shown.skipped:
        say("")
        table(("left alone", "people"), ((english.translate(each.label), each.count) for each in shown.skipped))
    result(**_facts(shown, services))


def _facts(shown: InvitationView, services: Services) -> dict[str, Any]:
    facts: dict[str, Any] = msgspec.to_builtins(shown, enc_hook=english_of(services).translate)
    return facts


def _event(services: Services, kind: str, invitation: Invitation, note: str) -> Any:
    subject = services.recoveries.subject(f"\x1finvitation\x1f{invitation.id}")
    quoted = reference.generate(services.randomness(5))
    about = f"{invitation.id} {invitation.group or invitation.whom}"
    return services.events.write(
        kind, subject, quoted, services.clock(), services.randomness(4), by=BY, what=about, note=note
    )


def _services(context: typer.Context) -> Services:
    stack: Stack = context.obj
    return stack.services()
