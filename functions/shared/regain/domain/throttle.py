"""Throttling: what has been counted for an account, and what the `limits` make of its next request.

Counts are kept for every user ID that is typed, with an account or without, so that limits apply to all alike (B1).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from regain.domain import limits as table
from regain.domain.guess_budget import group
from regain.domain.limits import CALLER, Draw, Limit
from regain.domain.methods import UNGUESSABLE
from regain.domain.policy import Limits
from regain.domain.windows import DAY, HOUR, MONTH, SIGN_INS, Buckets
from regain.problems import PROVE_FIRST, SIGN_IN_LOCKED, TOO_MANY_CODES, Refused

SHORT, LONG, LONGEST = 0, 1, 2
"""Lengths of a proof. After too many wrong ones the next must be longer, but is not refused."""

_HOUR = 3_600
_REMEMBERED = 3  # Microsoft Entra smart lockout keeps the last three wrong passwords


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of one standing: wrong proofs by kind, messages by group, and wrong and right passwords.

    `fingerprints` are keyed hashes of the last wrong passwords. `failed_at` is when the last one was typed, and
    `asked_at` when the last message was requested. `era` is the account's era at the last write: an administrator who
    lifts the limits starts a new era, in which earlier counts are void.
    """

    proofs: dict[str, Buckets] = field(default_factory=dict)
    month: dict[str, Buckets] = field(default_factory=dict)
    messages: dict[str, Buckets] = field(default_factory=dict)
    sign_ins: Buckets = ()
    right_passwords: Buckets = ()
    fingerprints: tuple[str, ...] = ()
    failed_at: int = 0
    asked_at: int = 0
    era: int = 0
    version: int = 0

    def of_era(self, era: int) -> "Counts":
        """These counts, or empty ones if they are from another era."""
        return self if self.era == era else Counts(era=era, version=self.version)

    def cleared(self) -> "Counts":
        """The counts after a success. Right passwords stay, since each is a success."""
        return Counts(right_passwords=self.right_passwords, era=self.era, version=self.version)


@dataclass(frozen=True, slots=True)
class Throttle(Counts):
    """The counts of all browsers unknown to the account, and the numbers that revoke its flows and device cookies.

    Incrementing `generation` ends every open flow (B5); incrementing `epoch` forgets every known browser.
    """

    generation: int = 0
    epoch: int = 0

    def overtaken(self) -> "Throttle":
        """The throttle with every open flow ended. Counts stay."""
        return replace(self, generation=self.generation + 1)

    def distrusting(self) -> "Throttle":
        """The throttle with every open flow ended and every known browser forgotten."""
        return replace(self, generation=self.generation + 1, epoch=self.epoch + 1)

    def lifted(self) -> "Throttle":
        """The throttle after an administrator lifted the account's limits."""
        return Throttle(generation=self.generation, epoch=self.epoch, era=self.era + 1, version=self.version)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who asks (`limits.BROWSER` and so on), with their own counts and those that they share.

    `shared` are the counts of all unknown browsers, all known ones, or all sessions; callers share none.
    `guarded` are the groups of kinds whose guess budget is used up.
    """

    who: str
    own: Counts
    shared: Counts
    draw: Draw
    guarded: frozenset[str] = frozenset()

    @property
    def shares(self) -> bool:
        """Whether counts are shared with others."""
        return self.who != CALLER

    # --- proofs ----------------------------------------------------------------------------------

    def length(self, kind: str, now: int, limits: Limits) -> int:
        """How long the next proof of this kind must be: `SHORT`, `LONG` or `LONGEST`."""
        if kind in UNGUESSABLE:
            return SHORT
        name = group(kind)
        own, *shared = table.proofs(self.who, name, limits)
        if len(shared) > 1 and self._reached(shared[1], self.shared.month.get(name, ()), now):
            return LONGEST
        over = self._reached(own, self.own.proofs.get(name, ()), now)
        over = over or any(self._reached(each, self.shared.proofs.get(name, ()), now) for each in shared[:1])
        return LONG if over or name in self.guarded else SHORT

    def with_wrong_proof(self, kind: str, now: int) -> "Standing":
        """Counts a wrong proof. Proofs that cannot be guessed count for the network only."""
        if kind in UNGUESSABLE:
            return self
        own = _with_proof(self.own, group(kind), now)
        return replace(self, own=own, shared=_with_proof(self.shared, group(kind), now) if self.shares else self.shared)

    # --- messages --------------------------------------------------------------------------------

    def with_message(self, kind: str, now: int, limits: Limits) -> "Standing":
        """Counts a requested message.

        Raises:
            Refused: TOO_MANY_CODES.
        """
        return self._with_messages(table.messages(self.who, group(kind), limits), group(kind), now)

    def counting_message(self, kind: str, now: int, limits: Limits) -> "Standing":
        """Counts a requested message, unless the limit is reached: then the standing is unchanged."""
        return self if self.full(kind, now, limits) else self.with_message(kind, now, limits)

    def full(self, kind: str, now: int, limits: Limits) -> bool:
        """Whether no further message may be requested now."""
        try:
            self.with_message(kind, now, limits)
        except Refused:
            return True
        return False

    def with_place(self, kind: str, place: str, now: int, limits: Limits) -> "Standing":
        """Counts a code to an address or number (`place` is its keyed hash) that a signed-in person registers.

        Raises:
            Refused: TOO_MANY_CODES.
        """
        one, all_places = table.places(limits)
        asked = self._with_messages(table.messages(self.who, group(kind), limits), group(kind), now)
        counts = asked.shared.messages
        for limit, name in ((one, f"place-{place}"), (all_places, "places")):
            asked._check(limit, counts.get(name, ()), now)
            counts = {**counts, name: limit.window.add(counts.get(name, ()), now)}
        kept = {name: buckets for name, buckets in counts.items() if DAY.total(buckets, now)}
        return replace(asked, shared=replace(asked.shared, messages=kept))

    def _with_messages(self, limits: Iterable[Limit], name: str, now: int) -> "Standing":
        own, *shared = limits
        self._check(own, self.own.messages.get(name, ()), now)
        for each in shared:
            self._check(each, self.shared.messages.get(name, ()), now)
        counted = replace(self, own=replace(_with_message(self.own, own, name, now), asked_at=now))
        return replace(counted, shared=_with_message(self.shared, shared[0], name, now)) if shared else counted

    def _check(self, limit: Limit, counts: Buckets, now: int) -> None:
        most = limit.today(self.draw)
        if limit.window.total(counts, now) >= most:
            seconds = limit.window.seconds_until_below(counts, now, most)
            raise Refused(TOO_MANY_CODES, retry_after=_told(seconds, limit))

    # --- sign-in ---------------------------------------------------------------------------------

    def check_sign_in(self, now: int, limits: Limits) -> None:
        """Checks that a password may be judged now.

        Raises:
            Refused: SIGN_IN_LOCKED after too many wrong passwords, or too many right ones, since each costs a slow
                hash (X27); PROVE_FIRST for an unknown browser, after too many wrong passwords from such browsers.
        """
        rate = table.right_passwords(self.who, limits)
        if self._reached(rate, self.own.right_passwords, now):
            most = rate.today(self.draw)
            raise Refused(SIGN_IN_LOCKED, retry_after=HOUR.seconds_until_below(self.own.right_passwords, now, most))
        own, *shared = table.sign_ins(self.who, limits)
        over = int(SIGN_INS.total(self.own.sign_ins, now)) - own.today(self.draw)
        if over >= 0:
            most = limits.sign_in_lock_most_minutes * 60
            until = self.own.failed_at + min(limits.sign_in_lock_seconds * 2 ** min(over, 20), most)
            if until > now:
                raise Refused(SIGN_IN_LOCKED, retry_after=until - now)
        for each in shared:
            if self._reached(each, self.shared.sign_ins, now):
                raise Refused(PROVE_FIRST)

    def with_wrong_password(self, fingerprint: str, now: int) -> "Standing":
        """Counts a wrong password, unless it repeats a recent one: that is a misconfigured device, not a guesser."""
        own = _with_password(self.own, fingerprint, now)
        shared = self.shared
        if self.shares and own is not self.own:
            shared = _with_password(shared, fingerprint, now)
        return replace(self, own=own, shared=shared)

    def with_password_reserved(self, now: int) -> "Standing":
        """Counts a password as wrong in advance, before a directory judges it."""
        return self._with_passwords(now, 1)

    def with_password_given_back(self, reserved_at: int) -> "Standing":
        """Undoes `with_password_reserved`."""
        return self._with_passwords(reserved_at, -1)

    def _with_passwords(self, at: int, by: int) -> "Standing":
        own, shared = (
            (replace(each, sign_ins=SIGN_INS.add(each.sign_ins, at, by))) for each in (self.own, self.shared)
        )
        own = replace(own, failed_at=at) if by > 0 else own
        return replace(self, own=own, shared=shared if self.shares else self.shared)

    def with_fingerprint(self, fingerprint: str) -> "Standing":
        """Remembers a reserved password that turned out to be wrong."""
        kept = (fingerprint, *self.own.fingerprints)[:_REMEMBERED]
        return replace(self, own=replace(self.own, fingerprints=kept))

    def with_right_password(self, now: int) -> "Standing":
        """The standing after a right password, which is counted too."""
        right = HOUR.add(self.own.right_passwords, now)
        return replace(self, own=replace(self.own.cleared(), right_passwords=right))

    def locked(self, now: int, limits: Limits) -> bool:
        """Whether the next password would be refused."""
        try:
            self.check_sign_in(now, limits)
        except Refused:
            return True
        return False

    # --- what administrators are shown -----------------------------------------------------------

    def long_until(self, now: int, limits: Limits) -> dict[str, int]:
        """The time, by kind, until which everybody who shares these counts must give long proofs."""
        found = {}
        for name, counts in self.shared.proofs.items():
            limit = table.proofs(self.who, name, limits)[1]
            if self._reached(limit, counts, now):
                found[name] = now + limit.window.seconds_until_below(counts, now, limit.today(self.draw))
        return found

    def sign_ins_until(self, now: int, limits: Limits) -> int:
        """The time until which everybody who shares these counts must prove who they are before signing in, or 0."""
        limit = table.sign_ins(self.who, limits)[1]
        if not self._reached(limit, self.shared.sign_ins, now):
            return 0
        return now + limit.window.seconds_until_below(self.shared.sign_ins, now, limit.today(self.draw))

    # --- shared ----------------------------------------------------------------------------------

    def _reached(self, limit: Limit, counts: Buckets, now: int) -> bool:
        if not counts and limit.most > 0:
            return False  # skips the draw, since most counts are empty
        return limit.window.total(counts, now) >= limit.today(self.draw)

    def cleared(self) -> "Standing":
        """The standing after a success: own counts are cleared, shared ones stay."""
        return replace(self, own=self.own.cleared())


def _with_proof(counts: Counts, name: str, now: int) -> Counts:
    day = {**counts.proofs, name: DAY.add(counts.proofs.get(name, ()), now)}
    return replace(counts, proofs=day, month={**counts.month, name: MONTH.add(counts.month.get(name, ()), now)})


def _with_message(counts: Counts, limit: Limit, name: str, now: int) -> Counts:
    return replace(counts, messages={**counts.messages, name: limit.window.add(counts.messages.get(name, ()), now)})


def _with_password(counts: Counts, fingerprint: str, now: int) -> Counts:
    if fingerprint in counts.fingerprints:
        return counts
    fingerprints = (fingerprint, *counts.fingerprints)[:_REMEMBERED]
    return replace(counts, sign_ins=SIGN_INS.add(counts.sign_ins, now), fingerprints=fingerprints, failed_at=now)


def _told(seconds: int, limit: Limit) -> int:
    """The `retry_after` of a limit, in seconds: rounded to whole hours if others can use it up."""
    return -(-seconds // _HOUR) * _HOUR if limit.drawn else seconds
