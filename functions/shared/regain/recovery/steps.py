"""The steps that reset and unlock share: start, send and verify. `completion` has the last one.

Each step reads, applies the rules, and commits the outcome in one conditional transaction before it answers. A user ID
without an account causes the same reads and writes.
"""

from collections.abc import Callable

from regain.adapters.outbox import Message
from regain.adapters.store import Write, retry_on_conflict
from regain.api import metrics
from regain.api.contract import Send, Sent, Start, Started, Verified, Verify
from regain.api.request_context import RequestContext
from regain.domain import flow as rules
from regain.domain import guess_budget
from regain.domain import work as cost
from regain.domain.device_cookie import TICKET_GOOD_FOR
from regain.domain.flow import Flow
from regain.domain.limits import NETWORK
from regain.domain.methods import channel, matches_contact, sends_code, uses_phone
from regain.domain.proving import Attempt, Verdict
from regain.domain.security_info import SecurityInfo
from regain.problems import CONTACT_CONFIRMATION_NEEDED, METHOD_NOT_OFFERED, TOO_MANY_CODES, Refused
from regain.recovery import guess as guessing
from regain.recovery import proofs, standings, work
from regain.recovery.beginning import Beginning
from regain.recovery.flows import Opened, gates
from regain.runtime.services import Services, services

_HOUR, _DAY = 3_600, 86_400


class Recovery(Beginning):
    """One purpose, `reset` or `unlock`, with the services it works on."""

    def __init__(self, purpose: str, services: Services) -> None:
        super().__init__(purpose, services)
        self._charged: dict[str, int] = {}  # this request's guesses in the budget, charged once over all retries

    # --- send ------------------------------------------------------------------------------------

    def send(self, body: Send, context: RequestContext) -> Sent:
        """Sends a code: two store operations, whether or not the account can receive it."""
        return retry_on_conflict(lambda: self._send(body, context))

    def _send(self, body: Send, context: RequestContext) -> Sent:
        services, now = self.services, self.services.now
        opened = self.open(body.flow, context)
        choice = rules.find_choice(opened.flow, body.method)
        if not sends_code(choice.kind):
            raise Refused(METHOD_NOT_OFFERED, reason="nothing is sent for it")
        if self.policy.confirm_contact and not body.contact.strip():
            raise Refused(CONTACT_CONFIRMATION_NEEDED)
        attempt, method = self.attempt(opened.flow, choice, opened.shown, opened.silent), choice.method
        reached = method is not None and (not self.policy.confirm_contact or matches_contact(method, body.contact))
        reached = reached and not attempt.silently_full
        flow, standing = attempt.send(reached)
        message = self._code_message(opened, self.attempt(flow, choice, standing), reached)
        services.store.commit(
            [
                services.recoveries.flow_write(opened.subject, flow, now),
                *opened.count_writes(
                    services, standing, lambda other: other.counting_message(choice.kind, now, self.limits)
                ),
                *self._text_writes(opened, choice.kind),
                services.outbox.write(message, now),
                self.event("code-requested", opened.subject, flow, method=choice.id, channel=message.channel),
            ]
        )
        resend_in, expires_in = self.policy.resend_seconds, message.good_until - services.now
        return Sent(services.now + resend_in, message.good_until, resend_in, expires_in, flow.codes[choice.id].digits)

    def _text_writes(self, opened: Opened, kind: str) -> list[Write]:
        """Counts one of the organisation's texts or calls. Unknown browsers cannot use the last fifth of a day's.

        Raises:
            Refused: TOO_MANY_CODES.
        """
        if not uses_phone(kind):
            return []
        services, now = self.services, self.services.now
        most = self.limits.phone_messages_a_day // guess_budget.shards(self.limits)
        if opened.counted.texts >= (most * 4 // 5 if opened.place.who == NETWORK else most):
            hours = -(-(_DAY - now % _DAY) // _HOUR)
            raise Refused(TOO_MANY_CODES, reason="texts of the day", retry_after=hours * _HOUR)
        if opened.counted.texts == most // 2:
            metrics.count("HalfOfTexts")
        return [services.rate_limits.text_write(opened.counted.shard, now)]

    def _code_message(self, opened: Opened, attempt: Attempt, reached: bool) -> Message:
        """The message for a code, without the code itself, which `notify` derives.

        By e-mail it also has a ticket, so that the browser of whoever can read the mailbox counts as a known one.
        """
        flow, choice = attempt.flow, attempt.choice
        live = flow.codes[choice.id]
        facts = {
            "flow": flow.id,
            "account_id": flow.account_id,
            "purpose": self.purpose,
            "method": choice.id,
            "sequence": live.sequence,
            "digits": live.digits,
            "code_generation": flow.code_generation,
        }
        if flow.public and choice.kind == "email":
            facts |= {
                "ticket_name": self.services.randomness(8).hex(),
                "ticket_epoch": opened.throttle.epoch,
                "ticket_until": self.services.now + TICKET_GOOD_FOR,
            }
        return Message(
            id=self.services.randomness(16).hex(),
            kind="code",
            channel=channel(choice.kind) if reached else "none",
            to=choice.method.destination if reached and choice.method else "",
            subject=opened.subject,
            reference=flow.reference,
            language=flow.language,
            facts=facts,
            good_until=live.until,
        )

    # --- verify ----------------------------------------------------------------------------------

    def verify(self, body: Verify, context: RequestContext) -> Verified:
        """Counts an attempt, then judges it: three store operations."""
        return retry_on_conflict(lambda: self.verify_once(body, context))

    def verify_once(self, body: Verify, context: RequestContext) -> Verified:
        """`verify` without retries, for callers that retry themselves. Raises Conflict."""
        services = self.services
        opened = self.open(body.flow, context)
        guarded = bool(opened.counted.sums.guarded_groups)
        times = cost.failure_cost(opened.counted.failures, guarded, self.limits) if opened.flow.public else 0
        spent = work.spend_writes(services, body.proof, times)
        choice = rules.find_choice(opened.flow, body.method)
        attempt = self.attempt(opened.flow, choice, opened.shown, opened.silent)
        proofs.check_given(body, attempt.choice)
        attempt.check(body.code)
        guess = guessing.of(self, opened, attempt, body, self._charged)
        guess.charge()
        problem, used = proofs.judge(
            proofs.Proof(body, attempt, self.judged_by(opened), opened.subject, context.site, services.keys)
        )
        verdict = attempt.verify(problem, guess.digest)
        services.store.commit(
            [
                *spent,
                *self._verdict_writes(opened, attempt, verdict),
                *([services.security_infos.write(opened.subject, self.used(opened, used))] if used else []),
                *guess.writes(verdict, context.address, context.reference),
            ]
        )
        context.proof = attempt.choice.kind, "passed" if verdict.right else "failed"
        if verdict.right and opened.flow.public and not opened.flow.shared:
            standings.remember(services, opened.subject, opened.throttle.epoch, context, opened.place.browser)
        if verdict.refused:
            raise verdict.refused
        return Verified(
            gates=gates(verdict.flow),
            methods=self.offer(verdict.flow, verdict.standing),
            password_rules=self.password_rules(verdict.flow, opened.account),
        )

    def judged_by(self, opened: Opened) -> SecurityInfo:
        """The security info that proofs are judged by."""
        return opened.info

    def used(self, opened: Opened, used: SecurityInfo) -> SecurityInfo:  # noqa: ARG002
        """The security info to store. `used` is the result of `judged_by` as changed by a proof."""
        return used

    def passed(self, flow: Flow) -> tuple[Flow, list[Write]]:
        """The flow after a right proof, and further writes of the same transaction."""
        return flow, []

    def _verdict_writes(self, opened: Opened, attempt: Attempt, verdict: Verdict) -> list[Write]:
        """The writes for the new flow, the counts and the event."""
        services, choice = self.services, attempt.choice
        flow, brought = self.passed(verdict.flow) if verdict.right else (verdict.flow, [])
        kind = "proof-passed" if verdict.right else "proof-failed"
        reason = verdict.refused.reason if verdict.refused else ""
        writes = [
            services.recoveries.flow_write(opened.subject, flow, services.now),
            *opened.count_writes(
                services,
                verdict.standing,
                lambda other: other if verdict.right else other.with_wrong_proof(attempt.counted_as, services.now),
            ),
            self.event(kind, opened.subject, verdict.flow, method=choice.id, reason=reason),
            *brought,
        ]
        if self.attempt(flow, choice, verdict.standing).length > attempt.length:
            writes.append(self.event("proofs-longer", opened.subject, verdict.flow, method=choice.id))
        return writes


def steps(
    purpose: str,
) -> tuple[
    Callable[[Start, RequestContext], Started],
    Callable[[Send, RequestContext], Sent],
    Callable[[Verify, RequestContext], Verified],
]:
    """Start, send and verify of one purpose, as the functions serve them."""

    def start(body: Start, context: RequestContext) -> Started:
        return Recovery(purpose, services()).start(body, context)

    def send(body: Send, context: RequestContext) -> Sent:
        return Recovery(purpose, services()).send(body, context)

    def verify(body: Verify, context: RequestContext) -> Verified:
        return Recovery(purpose, services()).verify(body, context)

    return start, send, verify
