"""Verifies a password that lives in a directory: reserve, bind, settle.

A failure is counted before the directory is asked, and taken back if the password was right: so guesses at once are
asked about no more often than the limits allow, and never so often that the directory would lock the account.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any

from account.password import Judge
from regain.adapters import rate_limits, recoveries
from regain.adapters.store import Write, retry_on_conflict
from regain.directories.base import PROOF_OF_PASSWORD, Directory, Person, Stopped, StopReason, WrongPassword
from regain.domain import work as cost
from regain.domain.limits import NETWORK
from regain.domain.lockout import Binds
from regain.domain.policy import LONGEST_PASSWORD
from regain.domain.throttle import Standing, Throttle
from regain.problems import Problem, Refused
from regain.recovery import in_directory, work
from regain.recovery.standings import Place


@dataclass(frozen=True, slots=True)
class _Read:
    throttle: Throttle
    failures: int
    place: Place
    standing: Standing
    binds: Binds


@dataclass(frozen=True, slots=True)
class Asking:
    """One password, typed for a person or for nobody, that the directory is asked about. `at` is when."""

    judge: Judge
    directory: Directory
    person: Person | None
    user_id: str
    typed: str
    at: int

    @property
    def keys(self) -> list[tuple[str, dict[str, str]]]:
        """The keys to read for `right`."""
        return [*self.judge.keys, self.judge.services.recoveries.key(self.judge.subject, "binds")]

    def verify(self, proof: str, wrong: Problem) -> StopReason | None:
        """What stops somebody whose password is right, if anything does.

        Raises:
            Refused: like `reserve`; DIRECTORY_REFUSED or DIRECTORY_DID_NOT_ANSWER.
        """
        self.reserve(proof, wrong)
        try:
            with in_directory.answering():
                self.directory.verify(self.person, self.user_id, unicodedata.normalize("NFC", self.typed))
        except WrongPassword:
            raise self.wrong(wrong) from None
        except Stopped as outcome:
            if outcome.reason not in PROOF_OF_PASSWORD:  # so far it may as well be wrong
                raise self.wrong(wrong, learn=False) from None
            return outcome.reason
        except Refused:
            self.give_back()
            raise
        return None

    def reserve(self, proof: str, wrong: Problem) -> None:
        """Counts a failure, before the directory is asked.

        It is not asked about the same wrong password again, nor where one more could lock the account: the answer is
        the same, after the same writes.

        Raises:
            Refused: SIGN_IN_LOCKED, PROVE_FIRST or PROOF_OF_WORK_NEEDED; `wrong`, where it must not be asked.
        """
        ask, new = retry_on_conflict(lambda: self._reserve(proof))
        if not ask:
            raise self.wrong(wrong, learn=False, new=new)

    def _reserve(self, proof: str) -> tuple[bool, bool]:
        """Whether to ask, and whether it is not the same wrong password again."""
        services, now = self.judge.services, self.at
        limits, read = services.organisation.limits, self._read(services.store.batch_get(self.keys))
        spent = work.spend_writes(services, proof, cost.failure_cost(read.failures, False, limits))
        read.standing.check_sign_in(now, limits)
        lockout, known = self.directory.lockout, read.place.who != NETWORK
        same = self._fingerprint in read.standing.own.fingerprints
        ask = not same and len(self.typed) <= LONGEST_PASSWORD and read.binds.allowed(lockout, known, now)
        standing = read.standing if same else read.standing.with_password_reserved(now)
        binds = read.binds.add(lockout, now) if ask else read.binds
        services.store.commit([*spent, *self._writes(read.place, standing, binds)])
        return ask, not same

    def wrong(self, problem: Problem, learn: bool = True, new: bool = True) -> Refused:
        """The problem to answer with, once the failure is settled.

        `learn`: the password is known to be wrong; `new`: it is not the same again.
        """

        def step() -> None:
            read = self._read(self.judge.services.store.batch_get(self.keys))
            failed = read.standing.with_fingerprint(self._fingerprint) if learn else read.standing
            self.judge.count(read.place, failed, read.failures, [self._binds_write(read.binds)], new)

        retry_on_conflict(step)
        return Refused(problem)

    def give_back(self) -> None:
        """Nothing was judged: the failure does not count."""

        def step() -> None:
            read = self._read(self.judge.services.store.batch_get(self.keys))
            standing = read.standing.with_password_given_back(self.at)
            self.judge.services.store.commit(self._writes(read.place, standing, read.binds.taken_back()))

        retry_on_conflict(step)

    def right(self, found: list[Any]) -> tuple[Throttle, Place, list[Write]]:
        """What goes with a right password. `found` are the items of `keys`."""
        read = self._read(found)
        standing = read.standing.with_password_given_back(self.at).with_right_password(self.at)
        return read.throttle, read.place, self._writes(read.place, standing, read.binds.cleared())

    def _read(self, found: list[Any]) -> _Read:
        throttle = recoveries.throttle(found[0])
        place, standing = self.judge.standing(throttle, found[2:-1])
        return _Read(throttle, rate_limits.number(found[1]), place, standing, recoveries.binds(found[-1]))

    def _writes(self, place: Place, standing: Standing, binds: Binds) -> list[Write]:
        return [*place.writes(self.judge.services, self.judge.subject, standing), self._binds_write(binds)]

    def _binds_write(self, binds: Binds) -> Write:
        return self.judge.services.recoveries.binds_write(self.judge.subject, binds, self.judge.services.now)

    @property
    def _fingerprint(self) -> str:
        """A keyed hash of the password, as long as the directory's own has not changed: it may be right after that."""
        changed_at = self.person.changed_at if self.person else ""
        said = f"{self.judge.subject}\x1f{changed_at}\x1f{self.typed}"
        return self.judge.services.keys.digest("fingerprint", said)
