"""The story that reset and unlock share: start, send, verify, and what both do at the finish.

Each step reads, lets the rules decide, and commits the outcome as one conditional transaction
before it answers. For a user ID that nobody has the same reads and writes are made.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from regain.adapters import passkeys, proof_of_work, recoveries, security_info
from regain.adapters.outbox import Message, notices
from regain.adapters.store import Conflict, Write, retry_on_conflict
from regain.api.contract import Finished, Gates, OfferedMethod, Send, Sent, Start, Started, Verified, Verify
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.domain import flow as rules
from regain.domain import security_questions, user_id
from regain.domain.account import Account
from regain.domain.flow import Choice, Flow
from regain.domain.methods import channel, matches_contact, sends_code
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Throttle
from regain.problems import CONTACT_CONFIRMATION_NEEDED, METHOD_NOT_OFFERED, ROBOT_CHECK_FAILED, Refused
from regain.recovery import proofs, recovery_code, repudiation
from regain.runtime.services import Services, services


@dataclass(frozen=True, slots=True)
class Opened:
    """A flow as it was read, with what is read beside it."""

    subject: str
    flow: Flow
    throttle: Throttle
    info: SecurityInfo


class Recovery:
    """One purpose, `reset` or `unlock`, with the services it works on."""

    def __init__(self, purpose: str, services: Services) -> None:
        self.purpose = purpose
        self.services = services
        self.policy = services.organisation.recovery
        self.limits = services.organisation.limits

    # --- start -----------------------------------------------------------------------------------

    def start(self, body: Start, context: RequestContext) -> Started:
        """Begins a flow: three store operations, whoever it is for."""
        services, now = self.services, self.services.now
        signature = proof_of_work.verify(services.keys, body.proof, now)
        who = user_id.normalise(body.user_id, services.organisation.default_domain)
        subject = services.recoveries.subject(who)
        context.about(subject)
        window = self.limits.network_window_minutes * 60
        services.rate_limits.count_start(context.address, now, self.limits.starts_per_network, window)
        user_id.check_domain(who, services.organisation.domains, self.policy)

        account, throttle, info = self._read_subject(who, subject)
        secret = services.randomness(16)
        language = services.languages.match(account.language if account else "", body.language, context.language)
        drawn = proofs.drawn(services.keys, services.randomness, self.policy, subject, info)
        blank = Flow(
            id=recoveries.flow_id(secret), purpose=self.purpose, user_id=who, reference=context.reference,
            started_at=now, expires_at=now, generation=0, shown=1, required=1, offered=(),
            language=language, code_generation=services.keys.generation("code"), **drawn,
        )  # fmt: skip
        flow, refused = self._begin(blank, account, info, throttle, now)
        writes = [
            services.rate_limits.spend_write(signature, now),
            self.event(f"{self.purpose}-started", subject, flow, reason=refused and refused.reason),
        ]
        if not refused:
            writes.append(services.recoveries.flow_write(subject, flow, now))
        try:
            services.store.commit(writes)
        except Conflict:
            raise Refused(ROBOT_CHECK_FAILED, reason="proof used before") from None
        if refused:
            raise refused
        return Started(
            flow=recoveries.token(subject, secret),
            reference=flow.reference,
            gates=_gates(flow),
            methods=self.offer(flow),
            expires_at=flow.expires_at,
        )

    def _read_subject(self, who: str, subject: str) -> tuple[Account | None, Throttle, SecurityInfo]:
        services = self.services
        wanted = [
            services.accounts.key(who),
            services.recoveries.key(subject, "throttle"),
            services.security_infos.key(subject),
        ]
        found = services.store.batch_get(wanted)
        info = security_info.from_item(found[2])
        return account_items.from_item(found[0]), recoveries.throttle(found[1]), info

    def _begin(
        self, blank: Flow, account: Account | None, info: SecurityInfo, throttle: Throttle, now: int
    ) -> tuple[Flow, Refused | None]:
        try:
            domains = self.services.organisation.domains
            return rules.begin(blank, account, info, throttle, self.policy, domains, now), None
        except Refused as refused:
            return blank, refused

    # --- send ------------------------------------------------------------------------------------

    def send(self, body: Send, context: RequestContext) -> Sent:
        """Asks for a code: two store operations, whether or not the account can receive one."""
        return retry_on_conflict(lambda: self._send(body, context))

    def _send(self, body: Send, context: RequestContext) -> Sent:
        services, now = self.services, self.services.now
        opened = self._open(body.flow, context)
        choice = rules.choose(opened.flow, body.method)
        if not sends_code(choice.kind):
            raise Refused(METHOD_NOT_OFFERED, reason="nothing is sent for it")
        if self.policy.confirm_contact and not body.contact.strip():
            raise Refused(CONTACT_CONFIRMATION_NEEDED)
        flow, throttle = rules.send(opened.flow, opened.throttle, choice, now, self.policy, self.limits)
        message = self._code_message(opened.subject, flow, choice, body.contact, now)
        services.store.commit(
            [
                services.recoveries.flow_write(opened.subject, flow, now),
                services.recoveries.throttle_write(opened.subject, throttle, now),
                services.outbox.write(message, now),
                self.event("code-requested", opened.subject, flow, method=choice.id, channel=message.channel),
            ]
        )
        return Sent(resend_after=now + self.policy.resend_seconds, expires_at=message.good_until)

    def _code_message(self, subject: str, flow: Flow, choice: Choice, contact: str, now: int) -> Message:
        method = choice.method
        reachable = method and (not self.policy.confirm_contact or matches_contact(method, contact))
        return Message(
            id=self.services.randomness(16).hex(),
            kind="code",
            channel=channel(choice.kind) if reachable else "none",
            to=method.destination if reachable else "",
            subject=subject,
            reference=flow.reference,
            language=flow.language,
            facts={
                "flow": flow.id,
                "purpose": self.purpose,
                "method": choice.id,
                "sequence": len(flow.sends[choice.id]),
                "code_generation": flow.code_generation,
            },
            good_until=min(now + self.policy.code_minutes * 60, flow.expires_at),
        )

    # --- verify ----------------------------------------------------------------------------------

    def verify(self, body: Verify, context: RequestContext) -> Verified:
        """Counts an attempt, then judges it: two store operations. Nothing is told that was not counted."""
        return retry_on_conflict(lambda: self.verify_once(body, context))

    def verify_once(self, body: Verify, context: RequestContext) -> Verified:
        """The same, for whoever reads again by themself. Raises Conflict, where somebody else was faster."""
        services, now = self.services, self.services.now
        window, most = self.limits.network_window_minutes * 60, self.limits.failures_per_network
        network = services.rate_limits.failures_key(context.address, now, window)
        opened = self._open(
            body.flow, context, network, lambda item: services.rate_limits.check_failures(item, now, most, window)
        )
        choice = rules.choose(opened.flow, body.method)
        problem, used = proofs.judge(self._proof(body, opened, choice, context))
        verdict = rules.verify(opened.flow, opened.throttle, choice, problem, now, self.policy, self.limits)
        reason = verdict.refused.reason if verdict.refused else ""
        flow, brought = self.passed(verdict.flow) if verdict.right else (verdict.flow, [])
        writes = [
            services.recoveries.flow_write(opened.subject, flow, now),
            services.recoveries.throttle_write(opened.subject, verdict.throttle, now),
            self.event(
                "proof-passed" if verdict.right else "proof-failed",
                opened.subject,
                verdict.flow,
                method=choice.id,
                reason=reason,
            ),
            *brought,
        ]
        if not verdict.right:
            writes.append(services.rate_limits.failure_write(context.address, now, most, window))
            if verdict.throttle.closed_for(choice.kind, now):
                writes.append(self.event("recovery-closed", opened.subject, verdict.flow, method=choice.id))
        elif used:
            writes.append(services.security_infos.write(opened.subject, used))
        services.store.commit(writes)
        context.proof = choice.kind, "passed" if verdict.right else "failed"
        if verdict.refused:
            raise verdict.refused
        return Verified(gates=_gates(verdict.flow), methods=self.offer(verdict.flow))

    def passed(self, flow: Flow) -> tuple[Flow, list[Write]]:
        """What a right proof comes to: the flow as it is then, and what is written together with it."""
        return flow, []

    def _proof(self, body: Verify, opened: Opened, choice: Choice, context: RequestContext) -> proofs.Proof:
        keys, now = self.services.keys, self.services.now
        subject, info = opened.subject, opened.info
        return proofs.Proof(body, opened.flow, choice, info, subject, context.site, keys, self.policy, now)

    # --- finish ----------------------------------------------------------------------------------

    def ready(self, flow_token: str, context: RequestContext) -> tuple[Opened, Account]:
        """The flow and its account, if every proof has been given: two store operations."""
        opened = self._open(flow_token, context)
        account = self.services.accounts.get(opened.flow.user_id)
        return opened, rules.check_open(opened.flow, account, self.policy)

    def commit(self, opened: Opened, account: Account, kind: str, extra: Iterable[Write] = ()) -> Finished:
        """The change, its event and its messages as one transaction: the third store operation; and the last answer.

        It uses the flow up, ends every other flow of the account and clears its counters (B5). A recovery
        code that was used is replaced. There is no automatic sign-in (S54).

        Raises:
            Conflict: somebody else was faster; read again.
        """
        services, now = self.services, self.services.now
        shown, replaced = self._replacement(opened, now)
        writes = [
            *extra,
            *replaced,
            services.recoveries.flow_write(opened.subject, rules.finish(opened.flow), now),
            services.recoveries.throttle_write(opened.subject, opened.throttle.cleared(), now),
            services.recoveries.clear_sign_ins_write(opened.subject),
            self.event(kind, opened.subject, opened.flow),
            repudiation.issue_write(services, opened.subject, account.user_id, opened.flow.reference, now),
            *(services.outbox.write(message, now) for message in self._notices(opened, account, kind, now)),
            *(services.outbox.write(message, now) for message in self._to_administrators(opened, account, kind, now)),
        ]
        services.store.commit(writes)
        sign_in_url = services.organisation.organisation.sign_in_url
        return Finished(done=True, sign_in_url=sign_in_url, usable="now", recovery_code=shown)

    def _replacement(self, opened: Opened, now: int) -> tuple[str, list[Write]]:
        """A new recovery code and its write, where one was used in this flow (NIST SP 800-63B-4 4.2.1.1)."""
        if "recovery-code" not in opened.flow.passed:
            return "", []
        services = self.services
        random = services.randomness(recovery_code.BYTES)
        shown, kept = recovery_code.made(services.keys, opened.subject, random, now)
        return shown, [services.security_infos.write(opened.subject, replace(opened.info, recovery_code=kept))]

    def _notices(self, opened: Opened, account: Account, kind: str, now: int) -> list[Message]:
        if not self.services.organisation.notify.person:
            return []
        flow, services = opened.flow, self.services
        return notices(
            services.randomness, now, account, kind, opened.subject, flow.reference, opened.info, flow.language
        )

    def _to_administrators(self, opened: Opened, account: Account, kind: str, now: int) -> list[Message]:
        """The other administrators hear when somebody with a role has got back in this way (B12)."""
        if not (account.role and self.services.organisation.notify.administrators):
            return []
        facts = {"user_id": account.user_id, "by": account.user_id, "role": account.role, "act": kind, "at": now}
        number, reference = self.services.randomness(16).hex(), opened.flow.reference
        return [Message(number, "role-recovered", "roles", "administrators", opened.subject, reference, facts=facts)]

    # --- what every step does --------------------------------------------------------------------

    def _open(self, flow_token: str, context: RequestContext, beside=None, check=None) -> Opened:
        """The live flow that a token leads to: one store operation."""
        services, now = self.services, self.services.now
        subject, flow_id = recoveries.open_token(flow_token) or ("", "")
        keys = [
            services.recoveries.key(subject or "nobody", f"flow#{flow_id}"),
            services.recoveries.key(subject or "nobody", "throttle"),
            services.security_infos.key(subject or "nobody"),
        ]
        found = services.store.batch_get(keys + ([beside] if beside else []))
        if check:
            check(found[3])
        flow, throttle = recoveries.flow(found[0]), recoveries.throttle(found[1])
        context.about(subject, flow.reference if flow else "")
        info = security_info.from_item(found[2])
        live = rules.check_live(flow, throttle, self.purpose, now)
        self.admit(live)
        return Opened(subject, live, throttle, info)

    def admit(self, flow: Flow) -> None:
        """Whether this caller may go on with a flow: whoever holds its token may. Raises Refused(SESSION_ENDED)."""

    def event(self, kind: str, subject: str, flow: Flow, **facts: object) -> Write:
        """One event of a flow."""
        services = self.services
        return services.events.write(
            kind, subject, flow.reference, services.clock(), services.randomness(4), purpose=self.purpose, **facts
        )

    def offer(self, flow: Flow) -> list[OfferedMethod]:
        """The methods that may give the next proof, as they are shown."""
        if flow.open:
            return []
        return [self._offered(flow, choice) for choice in rules.choices(flow)]

    def _offered(self, flow: Flow, choice: Choice) -> OfferedMethod:
        signs = choice.kind == "passkey"
        return OfferedMethod(
            id=choice.id,
            kind=choice.kind,
            label=choice.label,
            place=choice.place,
            confirm=self.policy.confirm_contact and sends_code(choice.kind),
            questions=[security_questions.text(question) for question in choice.questions],
            challenge=passkeys.bytes_to_base64url(proofs.challenge(self.services.keys, flow)) if signs else "",
        )


def steps(purpose: str) -> tuple[Callable, Callable, Callable]:
    """Start, send and verify of one purpose, as the functions serve them."""

    def start(body: Start, context: RequestContext) -> Started:
        return Recovery(purpose, services()).start(body, context)

    def send(body: Send, context: RequestContext) -> Sent:
        return Recovery(purpose, services()).send(body, context)

    def verify(body: Verify, context: RequestContext) -> Verified:
        return Recovery(purpose, services()).verify(body, context)

    return start, send, verify


def _gates(flow: Flow) -> Gates:
    return Gates(required=flow.gates_required, passed=len(flow.passed))
