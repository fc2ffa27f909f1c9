"""What a proof of work costs: it rises where others would refuse. By network and organisation, never by account."""

from regain.domain.policy import Limits

GREATEST = 20
"""Times the basic rounds, at most: on a slow telephone that is a minute, and still an answer."""

_GUARDED = 4


def start_cost(starts: int, guarded: bool, limits: Limits) -> int:
    """Times the basic rounds for a start or a request for help, after so many of this network in the window."""
    return _cost(starts, limits.starts_per_network, guarded)


def help_cost(requests: int, limits: Limits) -> int:
    """Times the basic rounds for a request for help, after so many today of this network or for this reply address."""
    return _cost(requests, limits.contacts_per_day, guarded=False)


def failure_cost(failures: int, guarded: bool, limits: Limits) -> int:
    """Times the basic rounds for a sign-in or a proof, after so many failures of this network: 0 below the limit."""
    over = failures - limits.failures_per_network
    return _cost(over, limits.failures_per_network, guarded) if over >= 0 else 0


def _cost(count: int, step: int, guarded: bool) -> int:
    doubled: int = 2 ** min(count // step, 5)
    return min(doubled * (_GUARDED if guarded else 1), GREATEST)
