"""Keeps Regain's pages from triggering a directory's account lockout.

Wrong passwords are counted before the directory is asked, and it is no longer asked well before it would lock.
"""

from dataclasses import dataclass, replace

_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Lockout:
    """A directory's rule: it locks after `threshold` wrong passwords (0: never), each within `window` seconds of the
    last. With a window of 0, only a right password resets the directory's count.
    """

    threshold: int = 5
    window: int = 1_800

    def most(self, known: bool) -> int:
        """The most wrong passwords that the directory may be sent. A third is reserved for known browsers."""
        most = max(0, self.threshold - _MARGIN)
        return most if known else most - most // 3


@dataclass(frozen=True, slots=True)
class Binds:
    """The wrong passwords for an account that Regain has sent to its directory, over all browsers.

    A right password, a reset and an unlock reset the count, as they do in the directory. So does a whole window without
    a wrong password: Active Directory keeps counting as long as the gaps are shorter.
    """

    tries: int = 0
    failed_at: int = 0
    version: int = 0

    def allowed(self, lockout: Lockout, known: bool, now: int) -> bool:
        """Whether one more password may be sent to the directory."""
        return not lockout.threshold or self._counted(lockout, now) < lockout.most(known)

    def add(self, lockout: Lockout, now: int) -> "Binds":
        """The count with one more."""
        return replace(self, tries=self._counted(lockout, now) + 1, failed_at=now)

    def taken_back(self) -> "Binds":
        """The count with one fewer, because the directory was not asked after all."""
        return replace(self, tries=max(0, self.tries - 1))

    def cleared(self) -> "Binds":
        """The count after a success: none."""
        return Binds(version=self.version)

    def _counted(self, lockout: Lockout, now: int) -> int:
        return 0 if lockout.window and now > self.failed_at + lockout.window else self.tries
