"""`explain`: what would happen for a user ID and by which rule, or the story of a reference."""

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.accounts import find, find_id, refuse_unknown
from cli.import_report import COLUMNS
from cli.stack import Stack
from cli.terminal import fail, result, say, table
from regain.adapters import recoveries
from regain.adapters.security_info import from_item
from regain.domain import events as happened
from regain.domain import languages, reference, user_id
from regain.domain.account import Account, is_id, methods, required_gates
from regain.domain.eligibility import Eligibility, eligibility
from regain.domain.methods import LABELS, mask
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Standing
from regain.organisation import policies
from regain.organisation.language import Language
from regain.organisation.settings import Organisation
from regain.problems import Refused
from regain.recovery import in_directory, standings
from regain.runtime.services import Services


def explain(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="A user ID, an account's id, or the reference that a person quotes.")],
) -> None:
    """Explains what would happen for a user ID and by which rule, or shows what happened under a reference.

    Ends with 0 if this person can get back in alone, or if the reference is known; otherwise with 1.
    """
    stack: Stack = context.obj
    services = stack.services()
    known = reference.parse(what) if what.upper().startswith("R-") else None
    if is_id(what):
        account = services.accounts.get(what)
        what = account.user_id if account else refuse_unknown(what)
    raise typer.Exit(_story(known, services) if known else _would(what, services))


def _story(known: str, services: Services) -> int:
    found = services.events.by_reference(known)
    if not found:
        fail(f"Nothing has happened under {known}, or it is older than 400 days.")
        return 1
    english = english_of(services)
    lines = [(e["at"][:19].replace("T", " "), english.translate(happened.describe(e))) for e in found]
    table(("when (UTC)", "what happened"), lines)
    kinds = [{"at": event["at"].partition("#")[0], "kind": event["kind"]} for event in found]
    result(reference=known, events=[{**each, "text": text} for each, (_, text) in zip(kinds, lines, strict=True)])
    return 0


def _would(typed: str, services: Services) -> int:
    organisation, now = services.organisation, int(time.time())
    who = user_id.normalise(typed, organisation.domains, organisation.default_domain)
    say(f"{who}")
    result(user_id=who)
    try:
        user_id.check_domain(who, organisation.domains, organisation.recovery)
    except Refused as refused:
        say(f"  is told at once: {refused.problem.title}. This depends only on the organisation's settings.")
    known = find(who, services)
    account = known[1] if known else None
    subject = services.recoveries.subject(account.id if account else find_id(who, services))
    found = services.store.batch_get(
        [services.security_infos.key(subject), services.recoveries.key(subject, "throttle")]
    )
    if account is None:
        return _nobody(typed, who, services)
    info = from_item(found[0])
    own = policies.for_account(organisation, account)
    directory = services.directory(who)
    barred = in_directory.reasons(in_directory.find(directory, who)) if directory else ()
    status = eligibility(account, info, own.recovery, own.domains, barred)
    _account(who, account, services)
    _status(account, info, own, status, english_of(services))
    _limits(standings.stranger(services, subject, recoveries.throttle(found[1])), now, organisation)
    if account.local_changes:
        columns = ", ".join(COLUMNS[name] for name in account.local_changes)
        say(f"  set in Regain, so that no import overwrites it: {columns}")
    unlocks = " and unlock the account" if "unlock" in policies.possible(organisation, account) else ""
    outcome = f"can reset the password{unlocks}" if status.capable else "cannot get back in alone"
    say(f"  So this person {outcome}.")
    return 0 if status.capable else 1


def _nobody(typed: str, who: str, services: Services) -> int:
    result(exists=False, capable=False)
    _policies(who, None, services)
    say("  There is no such account. A reset starts as usual and asks for a proof that nobody can give:")
    say("  the page does not reveal that the account does not exist (recovery.disclosure: private).")
    if typed.upper().startswith("R-"):
        say("  It is not a reference either: a reference is R- and eight letters and digits, such as R-7K2M-4XQD.")
    return 1


def _account(who: str, account: Account, services: Services) -> None:
    say(f"  id: {account.id}")
    result(exists=True, id=account.id, role=account.role, set_in_regain=list(account.local_changes))
    _policies(who, account, services)


def _status(
    account: Account, info: SecurityInfo, own: Organisation, status: Eligibility, english: Language
) -> None:  # fmt: skip
    """Prints whether the person can get back in, with which methods, and what prevents it."""
    say(f"  registered: {_yes(status.registered)}   enabled: {_yes(status.enabled)}   capable: {_yes(status.capable)}")
    role, needed = f" (role: {account.role})" if account.role else "", required_gates(account, own.recovery)
    say(f"  proofs needed: {needed}{role}")
    registered = [
        {"kind": each.kind, "place": mask(each) if each.destination != each.kind else ""}
        for each in methods(account, info, own.recovery, own.domains)
    ]
    for each in registered:
        place = f": {each['place']}" if each["place"] else ""
        say(f"  has: {english.translate(LABELS[each['kind']])}{place}")
    reasons = [{"rule": each.rule, "text": english.translate(each.message)} for each in status.reasons]
    for reason in reasons:
        say(f"  {reason['text']} [{reason['rule']}]")
    result(registered=status.registered, enabled=status.enabled, capable=status.capable, proofs_needed=needed,
           methods=registered, reasons=reasons)  # fmt: skip


def _limits(stranger: Standing, now: int, organisation: Organisation) -> None:
    for kind, until in stranger.long_until(now, organisation.limits).items():
        rule = "limits.failed_proofs_of_all_per_day"
        say(f"  An unknown browser needs a longer proof by {kind} until {_time(until)} [{rule}]")
    if until := stranger.sign_ins_until(now, organisation.limits):
        rule = "limits.sign_in_failures_of_all"
        say(f"  An unknown browser signs in only after a proof of recovery, until {_time(until)} [{rule}]")


def _policies(who: str, account: Account | None, services: Services) -> None:
    """Prints which policies apply, by which setting, and the resulting methods and password length."""
    organisation = services.organisation
    found = policies.applied(organisation, account or Account(who))
    result(policies=[{"name": each.name, "rule": each.rule} for each in found])
    if not organisation.policies:
        return
    domain = policies.for_domain(organisation, who)
    own = policies.for_account(organisation, account) if account else domain
    said = ", ".join(f"{each.name} [{each.rule}]" for each in found)
    say(f"  policy: {said or 'none names this domain or its groups: what is set for everybody'}")
    say(f"  methods offered: {', '.join(own.recovery.offered)}   password: {_length(own)} characters")
    if account and policies.group_policies(organisation, account):
        first = domain.recovery
        proofs = "1 proof" if first.gates == 1 else f"{first.gates} proofs"
        say(f"  before the first proof only the domain's policy shows: {proofs}, {', '.join(first.offered)}")
        say("  where policies differ, the most proofs and the longest minimum password length apply")


def _length(organisation: Organisation) -> str:
    return f"{organisation.passwords.minimum_length} to {organisation.passwords.maximum}"


def english_of(services: Services) -> Language:
    """English, with the organisation's facts."""
    return Language(languages.SOURCE_LANGUAGE, services.organisation)


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
