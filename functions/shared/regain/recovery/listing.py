"""Lists the methods of one person, both registered and entered by IT, with dates."""

from regain.api.contract import RegisteredMethod
from regain.domain import registration as rules
from regain.domain.binding import ENTERED, SECOND_FACTORS, Holder
from regain.domain.methods import Method, mask
from regain.domain.security_info import NAMES, SecurityInfo

_DATED = (*SECOND_FACTORS, "mobile")


def listed(holder: Holder, masked: bool = False) -> list[RegisteredMethod]:
    """Every method, whether or not it works now; addresses and numbers `masked` or in full."""
    return [
        *(_shown(each.id, each.kind, each.place, each.since, holder, masked) for each in registered(holder.info)),
        *(
            _shown(each.id, each.kind, each.destination, each.since, holder, masked, entered=True)
            for each in rules.prepopulated(holder.account, holder.info, holder.recovery, holder.domains)
        ),
    ]


def registered(info: SecurityInfo) -> list[RegisteredMethod]:
    """What a person has registered."""
    made = [RegisteredMethod(c.id, c.kind, NAMES[c.kind], c.destination, c.since) for c in info.contacts]
    made += [RegisteredMethod(k.id, "passkey", NAMES["passkey"], k.name, k.since) for k in info.passkeys]
    answers = info.answers[0] if info.answers else None
    for kind, held in (
        ("authenticator", info.authenticator),
        ("recovery-code", info.recovery_code),
        ("questions", answers),
    ):
        if held:
            made.append(RegisteredMethod(kind, kind, NAMES[kind], since=held.since))
    return made


def masked_place(kind: str, place: str) -> str:
    """An address or number masked, or the name of a passkey unchanged."""
    sent = {"email": "email", "mobile": "sms", "office": "call-office"}.get(kind)
    return mask(Method("", sent, place)) if sent else place


def _shown(
    method_id: str, kind: str, place: str, since: int, holder: Holder, masked: bool, entered: bool = False
) -> RegisteredMethod:
    counts_from = holder.counts_from(since, ENTERED if entered else method_id) if kind in _DATED else 0
    return RegisteredMethod(
        method_id, kind, NAMES[kind], masked_place(kind, place) if masked else place, since, entered,
        counts_from if counts_from > holder.now else 0,
    )  # fmt: skip
