"""The story that reset and unlock share: start, send, verify. How it ends is `completion`.

Each step reads, lets the rules decide, and commits the outcome as one conditional transaction
before it answers. For a user ID that nobody has the same reads and writes are made.
"""

from collections.abc import Callable
from dataclasses import dataclass

from regain.adapters import proof_of_work, rate_limits, recoveries, security_info
from regain.adapters.outbox import Message
from regain.adapters.proof_of_work import Solved
from regain.adapters.store import Write, retry_on_conflict
from regain.api import metrics
from regain.api.contract import Send, Sent, Start, Started, Verified, Verify
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.domain import flow as rules
from regain.domain import guess_budget, user_id
from regain.domain import work as cost
from regain.domain.account import Account
from regain.domain.device_cookie import TICKET_GOOD_FOR
from regain.domain.flow import Flow
from regain.domain.limits import NETWORK
from regain.domain.methods import channel, matches_contact, sends_code, uses_phone
from regain.domain.proving import Attempt, Verdict
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Standing, Throttle
from regain.problems import CONTACT_CONFIRMATION_NEEDED, METHOD_NOT_OFFERED, TOO_MANY_CODES, Refused
from regain.recovery import guess as guessing
from regain.recovery import proofs, standings, work
from regain.recovery.flows import Flows, Opened, gates
from regain.runtime.services import Services, services

_HOUR, _DAY = 3_600, 86_400


@dataclass(frozen=True, slots=True)
class _Found:
    """Everything that a start reads."""

    account_id: str
    user_id: str
    subject: str
    account: Account | None
    info: SecurityInfo
    throttle: Throttle
    standing: Standing
    browser: str
    starts: int
    spent: Write


class Recovery(Flows):
    """One purpose, `reset` or `unlock`, with the services it works on."""

    public = True
    """Whether strangers can make these requests. A network that fails too often then needs a proof of work for each."""

    def __init__(self, purpose: str, services: Services) -> None:
        super().__init__(purpose, services)
        self._charged: dict[str, int] = {}  # guesses of this request that are in the budget, however often it is tried

    # --- start -----------------------------------------------------------------------------------

    def start(self, body: Start, context: RequestContext) -> Started:
        """Starts a flow: four store operations for any user ID."""
        services, now = self.services, self.services.now
        solved = proof_of_work.verify(services.keys, body.proof, now)
        with work.spent_if_refused(services, solved):
            who = user_id.normalise(body.user_id, services.organisation.domains)
            user_id.check_domain(who, services.organisation.domains, self.policy)
        found = self._find(body, who, solved, context)
        secret = services.randomness(16)
        flow, refused = self._begin(self._blank(body, secret, found, context), found)
        writes = [
            found.spent,
            self.event(f"{self.purpose}-started", found.subject, flow, reason=refused and refused.reason),
        ]
        if not refused:
            writes.append(services.recoveries.flow_write(found.subject, flow, now))
        services.store.commit(writes)
        self._count_start(found.starts, context)
        if refused:
            raise refused
        return Started(
            flow=recoveries.token(services.keys, found.subject, secret),
            reference=flow.reference,
            gates=gates(flow),
            methods=self.offer(flow, found.standing),
            expires_at=flow.expires_at,
            expires_in=flow.expires_at - services.now,
        )

    def _find(self, body: Start, who: str, solved: Solved, context: RequestContext) -> _Found:
        """Reads everything that a start depends on, in two operations: the account's id and counts, then the rest."""
        services, now = self.services, self.services.now
        network = rate_limits.network(context.address)
        led, started, *shared = services.store.batch_get(
            [
                services.identifiers.key(who),
                services.rate_limits.key("start", network, now, self.window),
                *self.counted_keys(context),
            ]
        )
        account_id, counted = services.identifiers.account_id(who, led), self.counted(shared, context)
        subject = services.recoveries.subject(account_id)
        context.about(subject)
        known = standings.named(services, subject, context, body.ticket)
        places = [standings.of_network(services, context.address)]
        places += [standings.of_browser(known.name)] if known else []
        found = services.store.batch_get(
            [
                services.accounts.key(account_id),
                services.recoveries.key(subject, "throttle"),
                services.security_infos.key(subject),
                *(key for place in places for key in place.keys(services, subject)),
            ]
        )
        counts, throttle = found[3:], recoveries.throttle(found[1])
        starts, guarded = rate_limits.number(started), bool(counted.sums.guarded_groups)
        spent = work.spend_write(services, solved, cost.start_cost(starts, guarded, self.limits))
        browser = standings.name_of(known, throttle, now)
        place = places[-1] if browser else places[0]
        standing = place.standing(
            services, subject, throttle, counts[1:] if browser else counts[:1], counted.sums.guarded_groups
        )
        account, info = account_items.from_item(found[0]), security_info.from_item(found[2])
        return _Found(account_id, who, subject, account, info, throttle, standing, browser, starts, spent)

    def _count_start(self, starts: int, context: RequestContext) -> None:
        """Counts a start of the network, once a proof of work was spent for it (X20).

        Past the highest price none is counted: a flood does not turn its own counter into a hot item.
        """
        if cost.start_cost(starts, False, self.limits) < cost.GREATEST:
            network, now = rate_limits.network(context.address), self.services.now
            self.services.rate_limits.count("start", network, now, self.window)

    def _blank(self, body: Start, secret: bytes, found: _Found, context: RequestContext) -> Flow:
        services, account = self.services, found.account
        language = services.languages.match(account.language if account else "", body.language, context.language)
        recovery = self.settings_of(account, found.user_id).recovery
        first, later = proofs.drawn(services.keys, services.randomness, recovery, found.subject, found.info)
        return Flow(
            id=recoveries.flow_id(secret), purpose=self.purpose, user_id=found.user_id, account_id=found.account_id,
            reference=context.reference, started_at=services.now, expires_at=services.now, generation=0, gates_shown=1,
            required=1, offered=(), language=language, browser=found.browser, shared=body.shared_computer,
            second_only=rules.kinds_second_only(found.standing, recovery, self.limits, services.now),
            state=self.state(account, found.info), code_generation=services.keys.generation("code"),
            questions_first=first, questions_later=later,
        )  # fmt: skip

    def _begin(self, blank: Flow, found: _Found) -> tuple[Flow, Refused | None]:
        domains, now = self.services.organisation.domains, self.services.now
        try:
            recovery = self.settings_of(found.account, blank.user_id).recovery
            flow = rules.start(blank, found.account, found.info, found.throttle, recovery, domains, now)
        except Refused as refused:
            return blank, refused
        return flow, None

    # --- send ------------------------------------------------------------------------------------

    def send(self, body: Send, context: RequestContext) -> Sent:
        """Asks for a code: three store operations, whether or not the account can receive one."""
        return retry_on_conflict(lambda: self._send(body, context))

    def _send(self, body: Send, context: RequestContext) -> Sent:
        services, now = self.services, self.services.now
        opened = self.open(body.flow, context)
        choice = rules.find_choice(opened.flow, body.method)
        if not sends_code(choice.kind):
            raise Refused(METHOD_NOT_OFFERED, reason="nothing is sent for it")
        if self.policy.confirm_contact and not body.contact.strip():
            raise Refused(CONTACT_CONFIRMATION_NEEDED)
        attempt, method = self.attempt(opened.flow, choice, opened.standing), choice.method
        reached = method is not None and (not self.policy.confirm_contact or matches_contact(method, body.contact))
        flow, standing = attempt.send(reached)
        message = self._code_message(opened, self.attempt(flow, choice, standing), reached)
        services.store.commit(
            [
                services.recoveries.flow_write(opened.subject, flow, now),
                *opened.place.writes(services, opened.subject, standing),
                *self._text_writes(opened, choice.kind),
                services.outbox.write(message, now),
                self.event("code-requested", opened.subject, flow, method=choice.id, channel=message.channel),
            ]
        )
        resend_in, expires_in = self.policy.resend_seconds, message.good_until - services.now
        return Sent(services.now + resend_in, message.good_until, resend_in, expires_in, flow.codes[choice.id].digits)

    def _text_writes(self, opened: Opened, kind: str) -> list[Write]:
        """One more text or call of the organisation's. The last fifth of a day's is not for unknown browsers.

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
        """The message that brings a code, without the code: `notify` derives it.

        By e-mail it brings a ticket too: whoever can read the mailbox counts as a browser that the account knows.
        """
        flow, choice = attempt.flow, attempt.choice
        live = flow.codes[choice.id]
        facts = {
            "flow": flow.id,
            "purpose": self.purpose,
            "method": choice.id,
            "sequence": live.sequence,
            "digits": live.digits,
            "code_generation": flow.code_generation,
        }
        if self.public and choice.kind == "email":
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
        """Counts an attempt, then judges it: at most four store operations."""
        return retry_on_conflict(lambda: self.verify_once(body, context))

    def verify_once(self, body: Verify, context: RequestContext) -> Verified:
        """The same without retries, for callers that read again themselves. Raises Conflict."""
        services = self.services
        opened = self.open(body.flow, context)
        guarded = bool(opened.counted.sums.guarded_groups)
        times = cost.failure_cost(opened.counted.failures, guarded, self.limits) if self.public else 0
        spent = work.spend_writes(services, body.proof, times)
        attempt = self.attempt(opened.flow, rules.find_choice(opened.flow, body.method), opened.standing)
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
                *guess.writes(verdict, context.address, context.reference, self.public),
            ]
        )
        context.proof = attempt.choice.kind, "passed" if verdict.right else "failed"
        if verdict.right and self.public and not opened.flow.shared:
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
        """The security info to store. `used` is what a proof has made of the result of `judged_by`."""
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
            *opened.place.writes(services, opened.subject, verdict.standing),
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
