"""The story of signing in, and of being locked out after too many wrong passwords."""

from regain.adapters import accounts as account_items
from regain.adapters import password_hash, recoveries
from regain.adapters.store import Write, retrying
from regain.caller import Caller
from regain.contract import SignedIn, SignIn
from regain.domain import passwords, user_id
from regain.domain.account import Account, gates, methods
from regain.domain.lockout import SignIns
from regain.domain.methods import enough
from regain.problems import ACCOUNT_TURNED_OFF, USER_ID_NOT_READ, WRONG_SIGN_IN, Refused
from regain.services import Services, services


def sign_in(body: SignIn, caller: Caller) -> SignedIn:
    """Judges a password: two store operations, whoever it is for. Nothing is told that was not counted."""
    return retrying(lambda: _sign_in(body, caller, services()))


def _sign_in(body: SignIn, caller: Caller, services: Services) -> SignedIn:
    now, limits = services.now, services.organisation.limits
    window, most = limits.network_window_minutes * 60, limits.failures_per_network
    who = _who(body.user_id, services)
    subject = services.recoveries.subject(who)
    caller.about(subject)
    found = services.store.read(
        [
            services.accounts.key(who),
            services.recoveries.key(subject, "sign-ins"),
            services.counters.failures_key(caller.address, now, window),
        ]
    )
    account, sign_ins = account_items.account(found[0]), recoveries.sign_ins(found[1])
    services.counters.check_failures(found[2], now, most, window)
    sign_ins.check_open(now)

    password = passwords.normal(body.password)
    fingerprint = services.keys.digest("fingerprint", f"{subject}\x1f{password}")
    fits = len(password) <= services.organisation.passwords.maximum  # nothing longer is ever hashed
    stored = account.password if account else ""
    if not (fits and password_hash.matches(stored, password)) or account is None:
        failed = sign_ins.with_failure(fingerprint, now, limits)
        writes = [
            services.recoveries.sign_ins_write(subject, failed, now),
            services.counters.failure_write(caller.address, now, most, window),
        ]
        if failed.locked_until > now:
            writes.append(_event(services, "sign-in-locked", subject, caller))
        services.store.commit(writes)
        raise Refused(WRONG_SIGN_IN)
    services.store.commit(_success(services, subject, sign_ins, account, password))
    if not account.enabled:
        raise Refused(ACCOUNT_TURNED_OFF)
    return SignedIn(account.must_change_password, _security_info(account, services))


def _who(typed: str, services: Services) -> str:
    """The user ID, or one that nobody has: a mistyped one is refused like a wrong one."""
    try:
        return user_id.normalise(typed, services.organisation.default_domain)
    except Refused as refused:
        if refused.problem is not USER_ID_NOT_READ:
            raise
        return f"\x1f{services.keys.digest('subject', typed)}"


def _success(services: Services, subject: str, sign_ins: SignIns, account: Account, password: str) -> list[Write]:
    writes = [services.recoveries.sign_ins_write(subject, sign_ins.cleared(), services.now)]
    if password_hash.outdated(account.password):
        writes.append(services.accounts.rehash_write(account, password_hash.hash_password(password)))
    return writes


def _security_info(account: Account, services: Services) -> str:
    organisation = services.organisation
    recovery = organisation.recovery
    own = methods(account, recovery.offered, organisation.domains)
    return "complete" if enough(own, gates(account, recovery)) else "incomplete"


def _event(services: Services, kind: str, subject: str, caller: Caller) -> Write:
    return services.events.write(kind, subject, caller.reference, services.clock(), services.randomness(4))
