"""`people remove`, `export-person` and `erase`: what becomes of one person's data."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import erasure
from cli.accounts import BY, find_id, refuse_unknown
from cli.stack import Stack
from cli.terminal import result, say, write
from regain.adapters import invitations as stored
from regain.adapters.security_info import from_item
from regain.domain import events as happened
from regain.domain import languages
from regain.domain.account import Account
from regain.organisation.language import Language
from regain.people import removal
from regain.people.notifications import ImportNotifier
from regain.runtime.services import Services

_MOST_EVENTS = 100_000
_SECRET = ("password", "version")

_User = Annotated[str, typer.Argument(help="A user ID, or the id that `explain` shows.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def remove(context: typer.Context, user: _User, yes: _Yes = False) -> None:
    """Ends an account with its password, security info and sessions. Its events are kept for 400 days."""
    services = _services(context)
    account = _account(user, services)
    say(f"{account.user_id} ({account.display_name}) loses the account, its password and its security info.")
    _confirm("Remove it?", yes)
    notifier = ImportNotifier(services, BY)
    removal.remove(account, notifier)
    say(f"Removed. Its events: ./regain events --account {account.id}")
    result(removed=account.user_id, id=account.id)


def erase(context: typer.Context, user: _User, yes: _Yes = False) -> None:
    """Removes an account and whatever could join its events to the person. Nobody is told, for that would be kept."""
    services = _services(context)
    account_id = find_id(user, services)
    account = services.accounts.get(account_id)
    if account is None and not erasure.is_known(account_id, services):
        refuse_unknown(user)
    say(f"{account.user_id if account else account_id}: the account goes, and its events belong to nobody any more.")
    _confirm("Erase it?", yes)
    erasure.erase(account_id, ImportNotifier(services, BY))
    say("Erased. Back-ups of the tables hold it for another 35 days.")
    result(erased=account_id)


def export_person(
    context: typer.Context,
    user: _User,
    file: Annotated[Path | None, typer.Argument(help="Where to; without, standard output.")] = None,
) -> None:
    """Exports everything that is kept about one person as JSON, without secrets."""
    services = _services(context)
    account = _account(user, services)
    subject = services.recoveries.subject(account.id)
    everything = _everything(account, subject, services)
    told = json.dumps(everything, indent=2, ensure_ascii=False) + "\n"
    notifier = ImportNotifier(services, BY)
    services.store.commit([notifier.event("account-exported", subject, notifier.reference())])
    if file:
        file.write_text(told, encoding="utf-8")
        say(f"{account.user_id} written to {file}")
        result(user_id=account.user_id, file=str(file))
    else:
        result(**everything)
        write(told)


def _everything(account: Account, subject: str, services: Services) -> dict[str, Any]:
    info = from_item(services.store.get(*services.security_infos.key(subject)))
    events = services.store.query(services.events.table, "subject", subject, limit=_MOST_EVENTS)
    invitee = stored.invitee(services.store.get(*services.invitations.invitee_key(account.id)))
    english = Language(languages.SOURCE_LANGUAGE, services.organisation)
    return {
        "account": {name: value for name, value in asdict(account).items() if name not in _SECRET},
        "security_info": {
            "contacts": [asdict(each) for each in info.contacts],
            "registered": [kind for kind in ("authenticator", "recovery-code", "questions") if info.has(kind)],
            "passkeys": [{"name": each.name, "since": each.since} for each in info.passkeys],
        },
        "sessions": [
            {"started_at": each.started_at, "seen_at": each.seen_at, "device": each.device}
            for each in services.sessions.for_subject(subject)
        ],
        "invitation": {name: value for name, value in asdict(invitee).items() if value and name != "version"},
        "events": [
            {"at": each["at"][:26], "reference": each["reference"], "what": english.translate(happened.describe(each))}
            for each in events
        ],
    }


def _services(context: typer.Context) -> Services:
    stack: Stack = context.obj
    return stack.services()


def _account(user: str, services: Services) -> Account:
    return services.accounts.get(find_id(user, services)) or refuse_unknown(user)


def _confirm(question: str, yes: bool) -> None:
    if not yes:
        typer.confirm(question, abort=True, err=True)
