"""The table of limits for readers: what is counted, by what, the limit, and what happens beyond it.

The guide, THREATS.md and the report of `make abuse` show these rows. The numbers come from `limits`, which `throttle`
enforces, so none is written down twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from regain.domain import guess_budget, limits
from regain.domain.limits import BROWSER, CALLER, NETWORK, SESSION, Limit
from regain.domain.policy import Limits, Recovery
from regain.domain.windows import DAY, HOUR, MONTH, SIGN_INS
from regain.phrases import Phrase

_IN = {
    HOUR: Phrase("an hour"),
    DAY: Phrase("24 hours"),
    MONTH: Phrase("30 days"),
    SIGN_INS: Phrase("24 hours; half after 6"),
}

_PROOFS = Phrase("wrong proofs of one kind")
_PASSWORDS = Phrase("wrong passwords at sign-in")
_RIGHT = Phrase("right passwords")
_EMAILS, _TEXTS = Phrase("codes by e-mail"), Phrase("codes by text and call")
_PLACES = Phrase("codes to an address or number that is being registered")
_FAILURES, _STARTS = Phrase("wrong passwords, or wrong proofs"), Phrase("starts of a reset or unlock")
_SIGN_INS = Phrase("sign-ins with the identity provider that came to nothing")
_HELP, _GUESSES = Phrase("requests for help"), Phrase("short codes that a stranger could guess at")

_KNOWN, _UNKNOWN = Phrase("account and known browser"), Phrase("account and network of an unknown browser")
_ALL_UNKNOWN = Phrase("account, all unknown browsers together")
_SESSION, _SESSIONS = Phrase("account and session"), Phrase("account, all its sessions together")
_CALLER, _ALL_KNOWN = Phrase("account of a caller"), Phrase("account, all known browsers together")
_ONE_PLACE, _ACCOUNT = Phrase("account and place"), Phrase("account")
_BY_NETWORK, _ORGANISATION = Phrase("network"), Phrase("the organisation")
_BROWSER_OR_NETWORK = Phrase("known browser, or network of an unknown one")
_BY_SENDER = Phrase("network, and address for the answer")

_LONG = Phrase("their next code has 12 digits; of an authenticator two in a row are asked for")
_LONGEST = Phrase("codes have 20 digits, and an authenticator is a second proof only")
_PAUSE = Phrase("a pause until fewer were typed in the last hour")
_PROVE = Phrase("an unknown browser first gives one proof of recovery")
_NO_CODE = Phrase("no further code for a while, and the other ways are named")
_WORK, _MORE_WORK = Phrase("each request costs a proof of work"), Phrase("the proof of work doubles, up to 20 times")
_NO_SIGN_IN = Phrase("no further one until these minutes are over")
_DESK = Phrase("desk, from all unknown browsers")
_DESK_FIRST = Phrase("desk, from known browsers and with a proof")
_DIGEST = Phrase("the desk gets one message an hour, with a line for each account")
_KEPT = Phrase("no further one; the last fifth is kept for browsers and people who are known")
_GUARDED = Phrase("guarded mode: codes of unknown browsers are long, and a proof of work costs four times as much")


PROVIDER = "provider"
"""The row that does not apply to an organisation without an identity provider."""


@dataclass(frozen=True, slots=True)
class Row:
    """One limit. `name` is for tests and reports; `setting` is its key under `limits` in organisation.yaml.

    `varies`: others can use it up, so it varies randomly by up to a quarter for each account and day.
    """

    name: str
    counted: Phrase
    by: Phrase
    most: int
    window: Phrase
    past: Phrase
    setting: str
    varies: bool = False


def rows(recovery: Recovery, settings: Limits) -> list[Row]:
    """Every limit under these settings."""
    return [
        *_proofs(settings),
        *_sign_ins(settings),
        *_messages("email", _EMAILS, "emails_per_hour", "emails_of_all_per_hour", settings),
        *_messages("telephone", _TEXTS, "phone_messages_per_hour", "phone_messages_of_all_per_hour", settings),
        *_registration(settings),
        *_networks(settings),
        *_organisation(recovery, settings),
    ]


def _row(limit: Limit, counted: Phrase, by: Phrase, past: Phrase, setting: str) -> Row:
    return Row(limit.name, counted, by, limit.most, _IN[limit.window], past, setting, limit.drawn)


def _proofs(settings: Limits) -> Iterator[Row]:
    own, of_all, month = "failed_proofs_per_day", "failed_proofs_of_all_per_day", "failed_proofs_of_all_per_month"
    for who, by, together in ((BROWSER, _KNOWN, _ALL_KNOWN), (SESSION, _SESSION, _SESSIONS)):
        one, shared = limits.proofs(who, "email", settings)
        yield _row(one, _PROOFS, by, _LONG, own)
        yield _row(shared, _PROOFS, together, _LONG, of_all)
    one, shared, long = limits.proofs(NETWORK, "email", settings)
    yield _row(one, _PROOFS, _UNKNOWN, _LONG, own)
    yield _row(shared, _PROOFS, _ALL_UNKNOWN, _LONG, of_all)
    _, halved, _ = limits.proofs(NETWORK, "authenticator", settings)
    yield _row(halved, Phrase("wrong codes of an authenticator"), _ALL_UNKNOWN, _LONG, of_all)
    yield _row(long, _PROOFS, _ALL_UNKNOWN, _LONGEST, month)
    (one,) = limits.proofs(CALLER, "email", settings)
    yield _row(one, _PROOFS, _CALLER, _LONG, own)


def _sign_ins(settings: Limits) -> Iterator[Row]:
    locked = Phrase(
        "a pause of {seconds} seconds, doubling up to {minutes} minutes",
        seconds=settings.sign_in_lock_seconds, minutes=settings.sign_in_lock_most_minutes,
    )  # fmt: skip
    (known,) = limits.sign_ins(BROWSER, settings)
    unknown, of_all = limits.sign_ins(NETWORK, settings)
    yield _row(known, _PASSWORDS, _KNOWN, locked, "sign_in_failures")
    yield _row(unknown, _PASSWORDS, _UNKNOWN, locked, "sign_in_failures")
    yield _row(of_all, _PASSWORDS, _ALL_UNKNOWN, _PROVE, "sign_in_failures_of_all")
    for who, by in ((BROWSER, _KNOWN), (SESSION, _SESSION), (NETWORK, _UNKNOWN)):
        yield _row(limits.right_passwords(who, settings), _RIGHT, by, _PAUSE, "right_passwords_per_hour")


def _messages(group: str, counted: Phrase, own: str, of_all: str, settings: Limits) -> Iterator[Row]:
    for who, by in ((BROWSER, _KNOWN), (SESSION, _SESSION), (CALLER, _CALLER)):
        (one,) = limits.messages(who, group, settings)
        yield _row(one, counted, by, _NO_CODE, own)
    one, shared = limits.messages(NETWORK, group, settings)
    yield _row(one, counted, _UNKNOWN, _NO_CODE, own)
    yield _row(shared, counted, _ALL_UNKNOWN, _NO_CODE, of_all)


def _registration(settings: Limits) -> Iterator[Row]:
    one, every = limits.places(settings)
    yield _row(one, _PLACES, _ONE_PLACE, _NO_CODE, "codes_per_place_per_day")
    yield _row(every, _PLACES, _ACCOUNT, _NO_CODE, "codes_to_new_places_per_day")


def _networks(settings: Limits) -> Iterator[Row]:
    window = Phrase("{minutes} minutes", minutes=settings.network_window_minutes)
    most = settings.failures_per_network
    yield Row("failures", _FAILURES, _BY_NETWORK, most, window, _WORK, "failures_per_network")
    yield Row(PROVIDER, _SIGN_INS, _BROWSER_OR_NETWORK, most, window, _NO_SIGN_IN, "failures_per_network")
    yield Row("starts", _STARTS, _BY_NETWORK, settings.starts_per_network, window, _MORE_WORK, "starts_per_network")
    yield Row("help", _HELP, _BY_SENDER, settings.contacts_per_day, _IN[DAY], _MORE_WORK, "contacts_per_day")
    most = settings.help_mails_per_hour
    for name, by in (("help-mails-first", _DESK_FIRST), ("help-mails", _DESK)):
        yield Row(name, _HELP, by, most, _IN[HOUR], _DIGEST, "help_mails_per_hour")


def _organisation(recovery: Recovery, settings: Limits) -> Iterator[Row]:
    texts = settings.phone_messages_a_day
    yield Row("texts", _TEXTS, _ORGANISATION, texts, _IN[DAY], _KEPT, "phone_messages_per_day")
    named = {"telephone": Phrase("{what}: telephone", what=_GUESSES), "email": Phrase("{what}: e-mail", what=_GUESSES),
             "authenticator": Phrase("{what}: authenticator", what=_GUESSES)}  # fmt: skip
    for group in guess_budget.GROUPS:
        most = guess_budget.guesses(group, recovery, settings) * guess_budget.shards(settings)
        yield Row(f"guesses-{group}", named[group], _ORGANISATION, most, _IN[DAY], _GUARDED, "guess_budget")


def markdown(recovery: Recovery, settings: Limits) -> list[str]:
    """The table as THREATS.md shows it, in English."""
    lines = ["| counted | by | at most | in | past it | setting |", "|---|---|---:|---|---|---|"]
    for row in rows(recovery, settings):
        most = f"{row.most:,}{' ±25 %' if row.varies else ''}"
        said = (_said(row.counted), _said(row.by), most, _said(row.window), _said(row.past), f"`{row.setting}`")
        lines.append(f"| {' | '.join(said)} |")
    return lines


def _said(phrase: Phrase) -> str:
    facts = {name: _said(fact) if isinstance(fact, Phrase) else fact for name, fact in phrase.facts.items()}
    return phrase.text.format(**facts)
