"""The state of a flow, for clients that lost a response (B39), and extensions of its time (WCAG 2.2.1).

Neither reveals more than the steps do: before a proof, responses are the same with and without an account.
"""

from collections.abc import Callable

from regain.adapters.store import retry_on_conflict
from regain.api.contract import CodeUnderWay, Extended, FlowState, OfferedMethod, WhichFlow
from regain.api.request_context import RequestContext
from regain.domain import flow as rules
from regain.domain.flow import EXTENSIONS, Flow
from regain.recovery.flows import Flows, gates
from regain.runtime.services import services


def steps(
    purpose: str,
) -> tuple[Callable[[WhichFlow, RequestContext], FlowState], Callable[[WhichFlow, RequestContext], Extended]]:
    """`state` and `extend` of one purpose, as the functions serve them."""

    def state(body: WhichFlow, context: RequestContext) -> FlowState:
        return _state(Flows(purpose, services()), body, context)

    def extend(body: WhichFlow, context: RequestContext) -> Extended:
        return retry_on_conflict(lambda: _extend(Flows(purpose, services()), body, context))

    return state, extend


def _state(flows: Flows, body: WhichFlow, context: RequestContext) -> FlowState:
    """Three reads; nothing is written. Raises Refused(SESSION_ENDED)."""
    now = flows.services.now
    finished = _finished(flows, body.flow)
    if finished:
        context.about("", finished.reference)
        return FlowState(gates(finished), [], [], True, finished.expires_at, finished.expires_at - now)
    opened = flows.open(body.flow, context)
    flow = opened.flow
    methods = flows.offer(flow, opened.shown)
    return FlowState(
        gates=gates(flow),
        methods=methods,
        codes=_codes(flows, flow, methods),
        done=False,
        expires_at=flow.expires_at,
        expires_in=flow.expires_at - now,
        password_rules=flows.password_rules(flow, opened.account),
    )


def _finished(flows: Flows, token: str) -> Flow | None:
    """The flow, if it was finished within its time."""
    recovery = flows.services.recoveries
    _, subject, flow_id = recovery.held(token)
    flow = recovery.flow(flows.services.store.batch_get([recovery.key(subject, f"flow#{flow_id}")])[0])
    ended = flow and flow.finished and flow.purpose == flows.purpose and flows.services.now < flow.expires_at
    return flow if ended else None


def _codes(flows: Flows, flow: Flow, methods: list[OfferedMethod]) -> list[CodeUnderWay]:
    now, offered = flows.services.now, {method.id for method in methods}
    return [
        CodeUnderWay(method, live.digits, max(0, live.last_at + flows.policy.resend_seconds - now), live.until - now)
        for method, live in flow.codes.items()
        if method in offered and now < live.until
    ]


def _extend(flows: Flows, body: WhichFlow, context: RequestContext) -> Extended:
    """Two reads and one write. Raises Refused(SESSION_ENDED), or Conflict if the flow was changed in between."""
    services = flows.services
    opened = flows.open(body.flow, context)
    flow = rules.extend(opened.flow)
    services.store.commit([services.recoveries.flow_write(opened.subject, flow, services.now)])
    return Extended(flow.expires_at, flow.expires_at - services.now, EXTENSIONS - flow.extensions)
