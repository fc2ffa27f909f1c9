"""Charges guesses to the organisation's guess budget: before they are judged, and refunded if right (B28)."""

from dataclasses import dataclass

from regain.adapters import rate_limits
from regain.adapters.store import Write
from regain.api import metrics
from regain.api.contract import Verify
from regain.domain import guess_budget
from regain.domain import work as cost
from regain.domain.limits import CALLER, NETWORK
from regain.domain.proving import Attempt, Verdict
from regain.recovery import proofs
from regain.recovery.flows import Flows, Opened


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Guess:
    """A proof as a guess. `digest` is a keyed hash that recognises a repeated wrong proof.

    `charged` maps the digests of guesses to the shard's sum after each was added, so that a request retried after a
    conflict counts once.
    """

    flows: Flows
    opened: Opened
    attempt: Attempt
    digest: str
    charged: dict[str, int]

    @property
    def group(self) -> str:
        """The group of kinds whose budget it is charged to; "" if none."""
        name = guess_budget.group(self.attempt.choice.kind)
        pays = self.opened.place.who in (NETWORK, CALLER) and name in guess_budget.GROUPS
        return name if pays and self.attempt.guessable(self.digest) else ""

    def charge(self) -> None:
        """Adds it to the budget.

        Raises:
            Refused: the budget is used up, so only longer proofs are judged.
        """
        services, counted = self.flows.services, self.opened.counted
        if not self.group:
            return
        if self.digest not in self.charged:
            guesses = list(counted.guesses)
            guesses[rate_limits.BUCKETS - 1] = services.rate_limits.count_guess(self.group, counted.shard, services.now)
            self.charged[self.digest] = self.flows.sums(guesses).spent[self.group]
        if self.charged[self.digest] > counted.sums.most[self.group]:
            raise self.attempt.too_short()

    def writes(self, verdict: Verdict, address: str, reference: str) -> list[Write]:
        """The writes that count a wrong guess for the network and the organisation, or refund a right one."""
        services, counted, flow = self.flows.services, self.opened.counted, self.attempt.flow
        limits, now = services.rate_limits, services.now
        if verdict.right:
            return [limits.right_guess_write(self.group, counted.shard, now)] if self.group else []
        writes = []
        dearer = cost.failure_cost(counted.failures, False, self.flows.limits) < cost.GREATEST
        if flow.public and dearer and self.digest not in flow.guesses:
            network = rate_limits.network(address)
            writes.append(limits.count_write("proof-failure", network, now, self.flows.window))
        if self.group and self.charged[self.digest] == counted.sums.most[self.group]:
            metrics.count("Guarded", kind=self.group)
            writes.append(self._event(reference))
        return writes

    def _event(self, reference: str) -> Write:
        """The write of the event that the budget is used up, which belongs to no account."""
        services = self.flows.services
        subject, nonce = services.recoveries.subject("\x1forganisation"), services.randomness(4)
        return services.events.write("guarded", subject, reference, services.clock(), nonce, what=self.group)


def of(flows: Flows, opened: Opened, attempt: Attempt, body: Verify, charged: dict[str, int]) -> Guess:
    """The guess in a request."""
    sequence = attempt.live.sequence if attempt.live else 0
    text = "\x1f".join((attempt.flow.id, attempt.choice.id, str(sequence), proofs.typed(body)))
    return Guess(flows, opened, attempt, flows.services.keys.digest("guess", text), charged)
