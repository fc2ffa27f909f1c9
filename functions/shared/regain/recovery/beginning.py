"""The start of a reset or an unlock: reads everything that it depends on, and creates the flow.

A user ID without an account causes the same reads and writes.
"""

from dataclasses import dataclass

from regain.adapters import proof_of_work, rate_limits, recoveries, security_info
from regain.adapters.identifiers import Lead
from regain.adapters.proof_of_work import Solved
from regain.adapters.store import Write
from regain.api.contract import Start, Started
from regain.api.request_context import RequestContext
from regain.directories import dynamodb as account_items
from regain.domain import flow as rules
from regain.domain import user_id
from regain.domain import work as cost
from regain.domain.account import Account
from regain.domain.flow import Flow
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Standing, Throttle
from regain.problems import Refused
from regain.recovery import in_directory, proofs, standings, work
from regain.recovery.flows import Counted, Flows, gates


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Found:
    """Everything that the start of a flow reads."""

    lead: Lead
    user_id: str
    subject: str
    account: Account | None
    info: SecurityInfo
    throttle: Throttle
    standing: Standing
    browser: str
    starts: int
    spent: Write
    in_directory: bool
    barred: str


class Beginning(Flows):
    """The first step of one purpose."""

    def start(self, body: Start, context: RequestContext) -> Started:
        """Starts a flow: four store operations for any user ID, after one request to its directory, if any."""
        services, now = self.services, self.services.now
        solved = proof_of_work.verify(services.keys, body.proof, now)
        with work.spent_if_refused(services, solved):
            who = user_id.normalise(body.user_id, services.organisation.domains)
            user_id.check_domain(who, services.organisation.domains, self.policy, self.purpose)
        with in_directory.at_whole_steps(services, who, context):
            return self._start(body, who, solved, context)

    def _start(self, body: Start, who: str, solved: Solved, context: RequestContext) -> Started:
        services = self.services
        found = self._find(body, who, solved, context)
        secret = services.randomness(16)
        flow, refused = self._begin(self._blank(body, secret, found, context), found)
        reason = refused.reason if refused else "several accounts have this alias" if found.lead.shared else None
        writes = [found.spent, self.event(f"{self.purpose}-started", found.subject, flow, reason=reason)]
        if not refused:
            writes.append(services.recoveries.flow_write(found.subject, flow, services.now))
        services.store.commit(writes)
        self._count_start(found.starts, context)
        if refused:
            raise refused
        return Started(
            flow=services.recoveries.token(found.lead.account_id, secret),
            reference=flow.reference,
            gates=gates(flow),
            methods=self.offer(flow, found.standing),
            expires_at=flow.expires_at,
            expires_in=flow.expires_at - services.now,
        )

    def _find(self, body: Start, who: str, solved: Solved, context: RequestContext) -> _Found:
        """Reads everything that a start depends on, in two operations: the account's id and counts, then the rest.

        A directory is asked before that: if it is down, everybody is told so, and no proof of work has been spent.
        """
        services, now = self.services, self.services.now
        directory = services.directory(who)
        person = in_directory.find(directory, who) if directory else None
        lead, starts, counted = self._lead(who, context)
        if directory:
            lead = services.identifiers.lead_to(in_directory.account_id(services, who, person))
        subject = services.recoveries.subject(lead.account_id)
        context.about(subject)
        known = standings.named(services, subject, context, body.ticket)
        places = [standings.of_network(services, context.address)]
        places += [standings.of_browser(known.name)] if known else []
        twins = standings.twin_keys(services, lead.twin_id, context.address)
        found = services.store.batch_get(
            [
                services.accounts.key(lead.account_id),
                services.recoveries.key(subject, "throttle"),
                services.security_infos.key(subject),
                *twins,
                *(key for place in places for key in place.keys(services, subject)),
            ]
        )
        counts, throttle = found[3 + len(twins) :], recoveries.throttle(found[1])
        guarded = counted.sums.guarded_groups
        spent = work.spend_write(services, solved, cost.start_cost(starts, bool(guarded), self.limits))
        browser = standings.name_of(known, throttle, now)
        place = places[-1] if browser else places[0]
        standing = place.standing(services, subject, throttle, counts[1:] if browser else counts[:1], guarded)
        twin = standings.twin(services, lead.twin_id, context.address, found[3 : 3 + len(twins)], True, guarded)
        if twin and lead.by_alias and not browser:
            standing = twin.standing
        account, info = account_items.from_item(found[0]), security_info.from_item(found[2])
        if directory:
            account = in_directory.account(account, person, lead.account_id, who) if person else None
        return _Found(
            lead, who, subject, account, info, throttle, standing, browser, starts, spent, directory is not None,
            in_directory.obstacle(person),
        )  # fmt: skip

    def _lead(self, who: str, context: RequestContext) -> tuple[Lead, int, Counted]:
        """The account id for a user ID, the number of starts from this network, and the other counts: one read."""
        services, network = self.services, rate_limits.network(context.address)
        names = services.identifiers.typed_keys(who)
        started, *others = services.store.batch_get(
            [services.rate_limits.key("start", network, services.now, self.window), *names, *self.counted_keys(context)]
        )
        lead = services.identifiers.lead(who, others[: len(names)])
        return lead, rate_limits.number(started), self.counted(others[len(names) :], context)

    def _count_start(self, starts: int, context: RequestContext) -> None:
        """Counts a start from the network, once a proof of work has been spent for it (X20).

        Once the cost is at its highest, no more are counted, so that a flood does not make its counter a hot item.
        """
        if cost.start_cost(starts, False, self.limits) < cost.GREATEST:
            network, now = rate_limits.network(context.address), self.services.now
            self.services.rate_limits.count("start", network, now, self.window)

    def _blank(self, body: Start, secret: bytes, found: _Found, context: RequestContext) -> Flow:
        services, account = self.services, found.account
        language = services.languages.match(account.language if account else "", body.language, context.language)
        settings = self.settings_of(account, found.user_id)
        recovery = settings.recovery
        first, later = proofs.drawn(services.keys, services.randomness, recovery, found.subject, found.info)
        return Flow(
            id=recoveries.flow_id(secret), purpose=self.purpose, user_id=found.user_id,
            account_id=found.lead.account_id, by_alias=found.lead.by_alias, twin_id=found.lead.twin_id,
            reference=context.reference, started_at=services.now, expires_at=services.now, generation=0, gates_shown=1,
            required=1, offered=(), language=language, browser=found.browser, shared=body.shared_computer,
            second_only=rules.kinds_second_only(found.standing, recovery, self.limits, services.now),
            state=self.state(account, found.info, found.in_directory), code_generation=services.keys.generation("code"),
            in_directory=found.in_directory, desk=settings.contacts.administrator.email,
            questions_first=first, questions_later=later,
        )  # fmt: skip

    def _begin(self, blank: Flow, found: _Found) -> tuple[Flow, Refused | None]:
        domains, now = self.services.organisation.domains, self.services.now
        try:
            recovery = self.settings_of(found.account, blank.user_id).recovery
            flow = rules.start(blank, found.account, found.info, found.throttle, recovery, domains, now, found.barred)
        except Refused as refused:
            return blank, refused
        return flow, None
