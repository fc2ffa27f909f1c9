"""How an account stands with the limits (`limits`): what has been counted, and what follows for the next request.

Kept for every user ID that is asked about, whether an account has it or not, so that limits strike alike (B1).
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
"""Lengths of a proof. After too many wrong ones the next must be longer; none is refused."""

_HOUR = 3_600
_REMEMBERED = 3  # Microsoft Entra smart lockout keeps the last three wrong passwords


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted for one standing: wrong proofs by kind, messages by group, wrong passwords and right ones.

    `fingerprints` are keyed hashes of the last wrong passwords; `failed_at` is when the last one was typed,
    `asked_at` when the last message was asked for. `era` is the account's when this was written: an administrator who
    lifts the limits begins another, in which nothing counts.
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
        """These counts, or empty ones if they are of an earlier era."""
        return self if self.era == era else Counts(era=era, version=self.version)

    def cleared(self) -> "Counts":
        """The counts after a success. Right passwords stay: each of them is one."""
        return Counts(right_passwords=self.right_passwords, era=self.era, version=self.version)


@dataclass(frozen=True, slots=True)
class Throttle(Counts):
    """What is counted for all browsers together that the account does not know, and what ends what was begun.

    `generation` counts up when every flow that is open is over (B5), `epoch` when every browser is unknown.
    """

    generation: int = 0
    epoch: int = 0

    def overtaken(self) -> "Throttle":
        """The throttle after every open flow has been ended. Counts stay."""
        return replace(self, generation=self.generation + 1)

    def distrusting(self) -> "Throttle":
        """The throttle after every open flow has been ended and every browser forgotten."""
        return replace(self, generation=self.generation + 1, epoch=self.epoch + 1)

    def lifted(self) -> "Throttle":
        """The throttle after an administrator has lifted every limit of the account."""
        return Throttle(generation=self.generation, epoch=self.epoch, era=self.era + 1, version=self.version)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who asks (`limits.BROWSER` and so on), with their own counts and those that they share.

    `shared` are the counts of all unknown browsers, of all known ones or of all sessions; callers share none.
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
        """One more message asked for.

        Raises:
            Refused: TOO_MANY_CODES.
        """
        return self._with_messages(table.messages(self.who, group(kind), limits), group(kind), now)

    def counting_message(self, kind: str, now: int, limits: Limits) -> "Standing":
        """One more message asked for; where no further one may be, this standing as it is."""
        return self if self.full(kind, now, limits) else self.with_message(kind, now, limits)

    def full(self, kind: str, now: int, limits: Limits) -> bool:
        """Whether no further message may be asked for now."""
        try:
            self.with_message(kind, now, limits)
        except Refused:
            return True
        return False

    def with_place(self, kind: str, place: str, now: int, limits: Limits) -> "Standing":
        """One more code to a place (a keyed hash) that a signed-in person registers.

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
        """Whether a password may be judged now.

        Raises:
            Refused: SIGN_IN_LOCKED for a while, also after too many right ones, since each costs a slow hash (X27);
                PROVE_FIRST, where too many wrong ones came from browsers that the account does not know, and this is
                one.
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
        """Counts a wrong password, unless it is the same again: that is a device, not a guesser."""
        own = _with_password(self.own, fingerprint, now)
        shared = self.shared
        if self.shares and own is not self.own:
            shared = _with_password(shared, fingerprint, now)
        return replace(self, own=own, shared=shared)

    def with_password_reserved(self, now: int) -> "Standing":
        """Counts a password as wrong before a directory is asked whether it is."""
        return self._with_passwords(now, 1)

    def with_password_given_back(self, reserved_at: int) -> "Standing":
        """Takes that back."""
        return self._with_passwords(reserved_at, -1)

    def _with_passwords(self, at: int, by: int) -> "Standing":
        own, shared = (
            (replace(each, sign_ins=SIGN_INS.add(each.sign_ins, at, by))) for each in (self.own, self.shared)
        )
        own = replace(own, failed_at=at) if by > 0 else own
        return replace(self, own=own, shared=shared if self.shares else self.shared)

    def with_fingerprint(self, fingerprint: str) -> "Standing":
        """Remembers a password that was reserved, and turned out to be wrong."""
        kept = (fingerprint, *self.own.fingerprints)[:_REMEMBERED]
        return replace(self, own=replace(self.own, fingerprints=kept))

    def with_right_password(self, now: int) -> "Standing":
        """The standing after a success, which is counted too."""
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
        """For each kind, until when everybody who shares these counts must give long proofs."""
        found = {}
        for name, counts in self.shared.proofs.items():
            limit = table.proofs(self.who, name, limits)[1]
            if self._reached(limit, counts, now):
                found[name] = now + limit.window.seconds_until_below(counts, now, limit.today(self.draw))
        return found

    def sign_ins_until(self, now: int, limits: Limits) -> int:
        """Until when everybody who shares these counts must prove who they are before signing in; 0 if nobody must."""
        limit = table.sign_ins(self.who, limits)[1]
        if not self._reached(limit, self.shared.sign_ins, now):
            return 0
        return now + limit.window.seconds_until_below(self.shared.sign_ins, now, limit.today(self.draw))

    # --- what every limit is asked ---------------------------------------------------------------

    def _reached(self, limit: Limit, counts: Buckets, now: int) -> bool:
        if not counts and limit.most > 0:
            return False  # without a draw: most counts are empty
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
    """When a limit ends, for the response: in whole hours if others can fill it."""
    return -(-seconds // _HOUR) * _HOUR if limit.drawn else seconds
