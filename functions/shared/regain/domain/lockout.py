"""A directory locks an account after too many wrong passwords: nobody may bring that about through our pages.

So wrong passwords are counted before a directory is asked, and it is not asked any more well before it would lock.
"""

from dataclasses import dataclass, replace

_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Lockout:
    """A directory's rule: `threshold` wrong passwords (0: it never locks), each within `window` seconds of the last.

    With a window of 0, only a right password makes it forget wrong ones.
    """

    threshold: int = 5
    window: int = 1_800

    def most(self, known: bool) -> int:
        """How many wrong passwords it may be asked about. A third is kept for browsers that the account knows."""
        most = max(0, self.threshold - _MARGIN)
        return most if known else most - most // 3


@dataclass(frozen=True, slots=True)
class Binds:
    """The wrong passwords of an account that its directory has been asked about, by whomever.

    A right password, a reset and an unlock set them back, as they do in the directory; so does a window without any,
    because Active Directory counts on as long as the pauses are shorter.
    """

    tries: int = 0
    failed_at: int = 0
    version: int = 0

    def allowed(self, lockout: Lockout, known: bool, now: int) -> bool:
        """Whether the directory may be asked about one more."""
        return not lockout.threshold or self._counted(lockout, now) < lockout.most(known)

    def add(self, lockout: Lockout, now: int) -> "Binds":
        """One more."""
        return replace(self, tries=self._counted(lockout, now) + 1, failed_at=now)

    def taken_back(self) -> "Binds":
        """One less: the directory was not asked in the end."""
        return replace(self, tries=max(0, self.tries - 1))

    def cleared(self) -> "Binds":
        """None, after a success."""
        return Binds(version=self.version)

    def _counted(self, lockout: Lockout, now: int) -> int:
        return 0 if lockout.window and now > self.failed_at + lockout.window else self.tries
