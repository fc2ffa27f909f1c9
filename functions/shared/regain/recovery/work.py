"""The proofs of work that requests need: more instead of a refusal, and never by account."""

import contextlib
from collections.abc import Iterator

from regain.adapters import proof_of_work
from regain.adapters.proof_of_work import Solved
from regain.adapters.store import Write
from regain.problems import PROOF_OF_WORK_NEEDED, Refused
from regain.runtime.services import Services


def spend_write(services: Services, solved: Solved | None, times: int) -> Write:
    """The write that spends a proof of work of `times` the basic work.

    Raises:
        Refused: PROOF_OF_WORK_NEEDED, with a challenge, if there is none or it is too small.
    """
    if solved is None or solved.times < times:
        minutes = services.organisation.recovery.challenge_minutes
        challenge = proof_of_work.challenge(services.keys, services.now, minutes, services.proof_of_work_rounds, times)
        raise Refused(PROOF_OF_WORK_NEEDED, challenge=challenge, times=times)
    return services.rate_limits.spend_write(solved.signature, services.now)


@contextlib.contextmanager
def spent_if_refused(services: Services, solved: Solved) -> Iterator[None]:
    """Spends the proof of work also if the block refuses the request: each proof is good for one request (X20).

    Raises:
        Refused: that of the block, or ROBOT_CHECK_FAILED if the proof was spent before.
    """
    try:
        yield
    except Refused:
        services.store.commit([services.rate_limits.spend_write(solved.signature, services.now)])
        raise


def spend_writes(services: Services, proof: str, times: int) -> list[Write]:
    """The writes for a request that needs a proof of work only past a limit: below it, `times` is 0 and none is spent.

    Raises:
        Refused: PROOF_OF_WORK_NEEDED; ROBOT_CHECK_FAILED or ROBOT_CHECK_EXPIRED if the proof is not valid.
    """
    if not times:
        return []
    solved = proof_of_work.verify(services.keys, proof, services.now) if proof else None
    return [spend_write(services, solved, times)]
