"""The cost of a proof of work, by network and organisation, never by account. It rises instead of a refusal."""

from regain.domain.policy import Limits

GREATEST = 20
"""The highest multiple of the basic work: a minute on a slow phone."""

_GUARDED = 4


def start_cost(starts: int, guarded: bool, limits: Limits) -> int:
    """The multiple of the basic work for a start, after this many `starts` from the network in the window."""
    return _cost(starts, limits.starts_per_network, guarded)


def help_cost(requests: int, limits: Limits) -> int:
    """The multiple for a request for help, after this many today from the network or for the reply address."""
    return _cost(requests, limits.contacts_per_day, guarded=False)


def failure_cost(failures: int, guarded: bool, limits: Limits) -> int:
    """The multiple for a sign-in or a proof, after this many `failures` from the network; 0 below the limit."""
    over = failures - limits.failures_per_network
    return _cost(over, limits.failures_per_network, guarded) if over >= 0 else 0


def _cost(count: int, step: int, guarded: bool) -> int:
    doubled: int = 2 ** min(count // step, 5)
    return min(doubled * (_GUARDED if guarded else 1), GREATEST)
