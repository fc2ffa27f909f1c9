"""A model of the whole service, played against it by several clients at once, in any order and at any time (B2, B5).

An owner, an administrator, somebody of helpdesk, and whoever knows no more than their user IDs and what has been used:
each rule is a step of one of them, also with tokens, codes and passwords that are old, used or somebody else's. After
each step the tables are compared with what the step may have changed: no password changes without its gates, nothing is
used twice, nothing older works after a change, no attempt beyond the limit is judged, and each change has its event and
its messages.
"""

import copy
import os
import random
import re

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from notify import app as notify
from notify import flow as notify_flow
from regain import not_me
from regain.adapters import recoveries
from regain.adapters.keys import codes_key
from regain.adapters.store import unmarshal
from regain.domain import codes
from tests.functions.conftest import Context
from tests.functions.helping import Helping
from tests.functions.model import (  # fmt: skip
    CHANGES,
    CODE,
    TOLD,
    Flow,
    Mail,
    Objection,
    Postbox,
    Session,
    Somebody,
    changed_accounts,
    new_items,
    text,
)
from tests.functions.tables import Tables
from tests.functions.test_notify import records

NOW = 1_800_000_000
WATCHED = ("AccountTable", "SecurityInfoTable", "EventTable", "OutboxTable")
WAITS = (1, 29, 31, 61, 121, 301, 901, 1_801, 3_601, 86_401)
SENT, KINDS = ("email", "sms"), ("email", "sms", "authenticator", "recovery-code")
ACTS = ("reset", "reset", "unlock", "lift", "enable", "enable", "methods")
AFTER_A_PROOF = ("account-turned-off", "no-second-method", "not-enabled-for-password-reset")
"""What is told to somebody who has just given a right proof."""
_RESETS = {"password-reset", "password-changed", "admin-reset"}
_WHY = {
    "password": _RESETS, "generation": _RESETS | {"account-secured"}, "enabled": {"account-secured", "admin-enabled"},
    "temporary_used": _RESETS | {"temporary-password-used"}, "temporary_until": _RESETS, "must_change_password": _RESETS,
    "role": set(),
}  # fmt: skip
"""The changes by which an attribute of an account may become another."""
_INFO = {"contacts", "authenticator", "recovery_code", "answers", "passkeys"}

newest_first = st.sampled_from((0, 0, 0, 0, 1, 1, 2, 5))
one_of_three = st.integers(0, 2)


def pick(items, back):
    """The newest, or one that is older."""
    return items[max(0, len(items) - 1 - back)]


class Stage:
    """What every example begins with: three people, their apps, and an owner who is signed in nowhere."""

    def __init__(self, world, tables, clock, letters):
        self.world, self.tables, self.clock, self.letters = world, tables, clock, letters
        clock.move_to(NOW, tick=False)
        tables.empty()
        self.people, self.sessions = [], []
        for role in ("", "administrator", "helpdesk"):
            helping = Helping(world, role=role)
            account = helping.account
            subject = world.services.recoveries.subject(account.user_id)
            person = Somebody(account.user_id, subject, account.addresses, world.password, role, helping.own_app)
            person.last_step = NOW // 30 - 1
            self.people.append(person)
            self.sessions.append(Session(helping.session, person, 0, NOW, NOW))
        self.items = {place: item for place, item in tables.items().items() if place[0] != "OutboxTable"}
        self.seen = {place: item for place, item in self.items.items() if place[0] in WATCHED}


class Service(RuleBasedStateMachine):
    stage: Stage

    def __init__(self):
        super().__init__()
        stage = self.stage
        self.world, self.tables, self.clock = stage.world, stage.tables, stage.clock
        self.tables.restore(stage.items)
        self.clock.move_to(NOW, tick=False)
        self.before = stage.seen
        self.people, self.sessions = copy.deepcopy((stage.people, stage.sessions))
        self.flows, self.mails, self.objections, self.spent = [], [], [], []
        self.old = {person.user_id: ["never-Was-A-Password-1"] for person in self.people}
        self.saved = {person.user_id: ["0000-0000-0000-0000"] for person in self.people}
        self.made = 0
        stage.letters.clear()

    @property
    def now(self):
        return self.world.services.now

    # --- What must hold after each step -------------------------------------------------------------

    def outcome(self, answer, may, must=False):
        """Whether the step succeeded, and that it might, and where it must that it did."""
        done = answer.status < 400
        assert answer.status < 500, answer.body
        assert may or not done, "this must not succeed"
        assert done or not must, answer.body
        return done

    def holds(self, *changes, passed=None, code=False):
        """Compares the tables with what the step has changed: (kind of event, person); a proof that passed; a code."""
        after = self.tables.items(*WATCHED)
        events = [(text(e, "kind"), text(e, "subject"), e) for e in new_items(self.before, after, "EventTable")]
        assert sorted((k, s) for k, s, _ in events if k in CHANGES) == sorted((k, who.subject) for k, who in changes)
        assert [text(e, "reference") for k, _, e in events if k == "proof-passed"] == ([passed] if passed else [])
        messages = new_items(self.before, after, "OutboxTable")
        assert len([m for m in messages if text(m, "kind") == "code"]) == code
        told = sorted(
            (text(m, "kind"), text(m, "to"), text(m, "subject")) for m in messages if text(m, "kind") != "code"
        )
        assert told == sorted(heard(kind, who) for kind, person in changes for kind, who in to_be_told(kind, person))
        self._only_for_a_reason(after, changes, passed)
        for kind, subject, event in events:
            if kind == "proof-failed":
                self._judged(subject, event)
            elif kind in TOLD and not kind.startswith("admin-") and kind != "account-secured":
                self._may_be_objected_to(subject, event)
        self.before = after

    def _only_for_a_reason(self, after, changes, passed):
        people = {who.user_id: {kind for kind, each in changes if each is who} for who in self.people}
        people |= {who.subject: people[who.user_id] for who in self.people}
        for who, name in changed_accounts(self.before, after):
            if name in _WHY:
                assert people[who] & _WHY[name], f"{name} has changed"
            if name in _INFO:
                assert people[who] or passed, f"{name} has changed"

    def _judged(self, subject, event):
        flow = next(flow for flow in self.flows if flow.reference == text(event, "reference"))
        assert flow.who.subject == subject
        assert flow.wrong < 5, "a sixth try was judged"
        flow.wrong += 1
        flow.who.wrong_proof(text(event, "method"), self.now)

    def _may_be_objected_to(self, subject, event):
        token = not_me.derive(self.world.services.keys, subject, text(event, "reference"), self.now)
        who = next(who for who in self.people if who.subject == subject)
        self.objections.append(Objection(token, who, self.now + 7 * 86_400))

    # --- Time and messages --------------------------------------------------------------------------

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds):
        self.clock.shift(seconds)

    @rule(seed=st.integers(0, 99))
    def the_post(self, seed, most=9):
        """`notify` gets what is in the outbox, in any order, and one of it twice."""
        outbox = [unmarshal(item) for place, item in self.before.items() if place[0] == "OutboxTable"]
        waiting = [message for message in outbox if message["state"] == "pending"]
        if not waiting:
            return
        waiting = sorted(waiting, key=lambda message: (message["kind"] != "code", -message["good_until"]))[:most]
        batch = [*waiting, waiting[0]]
        random.Random(seed).shuffle(batch)
        letters = self.stage.letters
        letters.clear()
        assert notify.lambda_handler(records(batch), Context()) == {"batchItemFailures": []}
        after = self.tables.items("OutboxTable")
        now_sent = [item for place, item in after.items() if text(item, "state") == "sent" and place in self.before
                    and pending(self.before[place]) and text(item, "channel") != "roles"]  # fmt: skip
        assert len(letters) == len(now_sent), "a message was sent twice, or not at all"
        handed = {message["id"] for message in waiting if message["channel"] != "none"}
        assert not [item for item in after.values() if text(item, "id") in handed and pending(item)]
        for kind, _, letter, tags in letters:
            if found := re.search(r"(?<!\d)\d{6}(?!\d)", letter.short):
                self.mails.append(Mail(kind, tags["reference"], found[0]))
        self.before = self.tables.items(*WATCHED)

    # --- Reset, unlock, and proofs --------------------------------------------------------------------

    @rule(who=one_of_three, purpose=st.sampled_from(("reset", "unlock")), used=st.booleans())
    def start(self, who, purpose, used):
        who, again = self.people[who], used and bool(self.spent)
        proof = pick(self.spent, 0) if again else self.world.proof()
        answer = self.world.post(f"/api/{purpose}/start", {"user_id": who.user_id, "proof": proof})
        self.spent.append(proof)
        if self.outcome(answer, not again, must=not again and not who.closed):
            body = answer.body
            self.flows.append(Flow(body["flow"], body["reference"], who, purpose, self.now, who.flows_epoch))
        self.holds()

    def ask(self, flow, step, body):
        """A step of a flow, by the route of its purpose; and whether whoever watches over it may take it."""
        body = {"flow": flow.token, **body}
        if flow.by is None:
            return self.world.post(f"/api/{flow.purpose}/{step}", body), True
        session = next(session for session in reversed(self.sessions) if session.who is flow.by)
        if flow.purpose == "admin":
            may = session.alive(self.now) and not session.who.must_change
            return self.world.post(f"/api/admin/prove/{step}", body, session=session.token), may
        path = f"/api/admin/accounts/{flow.who.user_id}/caller/{step}"
        may = session.proved(self.now)
        return self.world.post(path, body, session=session.token), may

    @precondition(lambda self: self.flows)
    @rule(flow=newest_first, kind=st.sampled_from(SENT))
    def ask_for_a_code(self, flow, kind):
        flow = pick(self.flows, flow)
        may = flow.takes(kind, self.now)
        answer, by = self.ask(flow, "send", {"method": kind})
        sent = self.outcome(answer, may and by)
        if sent:
            flow.sends[kind].append(self.now)
        self.holds(code=sent)

    def prove(self, flow, kind, code, right):
        """Gives a proof. It passes if, and only if, it is right and this flow still takes one of its kind."""
        may = right and flow.takes(kind, self.now)
        session = next((each for each in reversed(self.sessions) if each.who is flow.by), None)
        answer, by = self.ask(flow, "verify", {"method": kind, "code": code})
        passed = answer.status < 400 or answer.code in AFTER_A_PROOF
        assert answer.status < 500
        assert not passed or (may and by), "this is no proof"
        assert passed or not (may and by) or flow.who.closed or kind not in flow.offers, answer.body
        changes = []
        if passed:
            flow.right(kind)
            if flow.purpose == "admin":
                flow.done, session.proved_at, session.used = True, self.now, self.now
                changes = [("admin-second-factor", flow.who)]
            elif flow.purpose == "caller":
                changes = [("admin-caller-proved", flow.who)]
        self.holds(*changes, passed=passed and flow.reference)
        return passed

    @rule(who=one_of_three, purpose=st.sampled_from(("reset", "unlock")), kind=st.sampled_from(SENT), end=st.booleans())
    def recover(self, who, purpose, kind, end):
        """Steps in a row that chance would seldom find; without the end, that is left to others."""
        self.start(who, purpose, used=False)
        for each in (kind, SENT[1 - SENT.index(kind)])[: self.people[who].gates]:
            self.get_a_code_and_type_it(each)
        if end and self.flows:
            self.finish(0, ready=False, elsewhere=False)

    @initialize(who=one_of_three, purpose=st.sampled_from(("reset", "unlock")), end=st.booleans())
    def somebody_has_been_here(self, who, purpose, end):
        """Something is old from the beginning: a flow that is ready to finish, or one that has finished."""
        self.recover(0, purpose, "sms", not end)
        self.recover(who, "reset", "email", end)

    def get_a_code_and_type_it(self, kind):
        if self.flows:
            self.ask_for_a_code(0, kind)
            self.the_post(0, most=1)
        if self.mails:
            self.type_a_code(0, 0, elsewhere=False)

    @precondition(lambda self: self.flows and self.mails)
    @rule(flow=newest_first, mail=newest_first, elsewhere=st.sampled_from((False, False, False, True)))
    def type_a_code(self, flow, mail, elsewhere):
        mail = pick(self.mails, mail)
        own = [each for each in self.flows if each.reference == mail.reference]
        flow = pick(self.flows if elsewhere else own, flow)
        self.prove(flow, mail.kind, mail.code, self._is_right(flow, mail))

    def _is_right(self, flow, mail):
        key = self.world.services.keys.of(codes_key(flow.purpose))
        _, flow_id = recoveries.open_token(flow.token)
        good = [n for n, at in enumerate(flow.sends[mail.kind], start=1) if self.now < at + CODE]
        return mail.code in [codes.derive(key, flow_id, flow.purpose, mail.kind, n, 6) for n in good]

    @precondition(lambda self: self.flows)
    @rule(flow=newest_first, kind=st.sampled_from(KINDS), times=st.sampled_from((1, 1, 2, 5)))
    def guess(self, flow, kind, times):
        for _ in range(times):
            self.prove(pick(self.flows, flow), kind, "00000x", right=False)

    @rule(flow=newest_first, steps=st.sampled_from((0, 0, 0, -1, 1, -3)))
    def type_the_code_of_an_app(self, flow, steps):
        known = [each for each in self.flows if each.who.app]
        if not known:
            return
        flow = pick(known, flow)
        who, step = flow.who, self.now // 30 + steps
        right = abs(steps) <= 1 and step > who.last_step
        if self.prove(flow, "authenticator", who.app.at(step * 30), right):
            who.last_step = step

    @precondition(lambda self: self.flows)
    @rule(flow=newest_first, code=newest_first)
    def type_a_saved_code(self, flow, code):
        flow = pick(self.flows, flow)
        code = pick(self.saved[flow.who.user_id], code)
        if self.prove(flow, "recovery-code", code, right=code == flow.who.saved):
            flow.who.saved, flow.replaces = "", True

    @precondition(lambda self: self.flows)
    @rule(
        flow=newest_first,
        ready=st.sampled_from((True, True, False)),
        elsewhere=st.sampled_from((False, False, False, True)),
    )
    def finish(self, flow, ready, elsewhere):
        flow = pick([each for each in self.flows if each.open() and ready and not each.by] or self.flows, flow)
        purpose = {"reset": "unlock"}.get(flow.purpose, "reset") if elsewhere or flow.by else flow.purpose
        may = purpose == flow.purpose and flow.alive(self.now) and flow.open() and flow.who.enabled
        new = self.new_password()
        answer = self.world.finish(flow.token, new, purpose)
        if not self.outcome(answer, may, must=may):
            return self.holds()
        who, flow.done = flow.who, True
        if purpose == "reset":
            self.password_set(who, new)
        else:
            who.flows_epoch += 1
        who.cleared()
        who.unlocked()
        if flow.replaces:
            self.saved_code(who, answer.body["recovery_code"])
        return self.holds(("password-reset" if purpose == "reset" else "account-unlocked", who))

    def new_password(self):
        self.made += 1
        return f"violet-Anchor-{self.made:03}-plum"

    def password_set(self, who, password):
        self.old[who.user_id].append(who.password)
        who.password_set(password)

    def saved_code(self, who, code):
        who.saved = code
        self.saved[who.user_id].append(code)

    # --- Signed in ------------------------------------------------------------------------------------

    @rule(who=one_of_three, typed=st.sampled_from(("current", "current", "old", *map(str, range(12)))))
    def sign_in(self, who, typed):
        who = self.people[who]
        typed = {"current": who.password, "old": self.old[who.user_id][-1]}.get(typed, f"wrong-{typed}")
        may, changes = who.may_sign_in(typed, self.now), []
        answer = self.world.sign_in(who.user_id, typed)
        done = self.outcome(answer, may, must=may)
        if answer.code == "wrong-user-id-or-password":
            assert typed != who.password
            who.wrong_password(typed, self.now)
        elif answer.code != "sign-in-locked":
            who.unlocked()
        if done:
            self.sessions.append(Session(answer.session, who, who.epoch, self.now, self.now))
            if who.temporary_until:
                who.temporary_used = True
                changes = [("temporary-password-used", who)]
        self.holds(*changes)

    @rule(session=newest_first)
    def look_at_the_account(self, session):
        session = pick(self.sessions, session)
        alive = session.alive(self.now)
        done = self.outcome(self.world.request("GET", "/api/account", session=session.token), alive, must=alive)
        if done and self.now >= session.used + 60:
            session.used = self.now
        self.holds()

    @rule(session=newest_first)
    def sign_out(self, session):
        session = pick(self.sessions, session)
        assert self.world.post("/api/account/sign-out", session=session.token).status == 200
        session.ended = True
        self.holds()

    @rule(session=newest_first, right=st.sampled_from((True, True, True, False)))
    def change_the_password(self, session, right):
        session = pick(self.sessions, session)
        who, new, alive = session.who, self.new_password(), session.alive(self.now)
        body = {"current_password": who.password if right else "wrong-0", "new_password": new}
        may = alive and right and who.locked_until <= self.now
        answer = self.world.post("/api/account/password", body, session=session.token)
        if answer.code == "wrong-current-password":
            who.wrong_password("wrong-0", self.now)
        if not self.outcome(answer, may, must=may):
            return self.holds()
        who.unlocked()
        self.password_set(who, new)
        self.sessions.append(Session(answer.session, who, who.epoch, self.now, self.now))
        return self.holds(("password-changed", who))

    @rule(session=newest_first)
    def make_a_saved_code(self, session):
        session = pick(self.sessions, session)
        may = session.fresh(self.now) and not session.who.must_change
        answer = self.world.post("/api/account/methods", {"kind": "recovery-code"}, session=session.token)
        if not self.outcome(answer, may, must=may):
            return self.holds()
        self.saved_code(session.who, answer.body["recovery_code"])
        return self.holds(("security-info-added", session.who))

    @rule(session=newest_first)
    def remove_the_saved_code(self, session):
        session = pick(self.sessions, session)
        who = session.who
        may = session.fresh(self.now) and not who.must_change and bool(who.saved)
        answer = self.world.request("DELETE", "/api/account/methods/recovery-code", session=session.token)
        if not self.outcome(answer, may, must=may):
            return self.holds()
        who.saved = ""
        who.flows_epoch += 1
        return self.holds(("security-info-removed", who))

    @precondition(lambda self: self.objections)
    @rule(which=newest_first)
    def this_was_not_me(self, which):
        objection = pick(self.objections, which)
        who, may = objection.who, not objection.used and self.now < objection.until
        if not self.outcome(self.world.post("/api/account/secure", {"token": objection.token}), may, must=may):
            return self.holds()
        objection.used, who.enabled = True, False
        who.epoch += 1
        who.flows_epoch += 1
        who.cleared()
        return self.holds(("account-secured", who))

    # --- Those who help ---------------------------------------------------------------------------------

    @rule(session=newest_first)
    def begin_a_second_factor(self, session):
        session = pick(self.sessions, session)
        who = session.who
        may = session.alive(self.now) and bool(who.role) and not who.must_change
        answer = self.world.post("/api/admin/prove/start", session=session.token)
        if self.outcome(answer, may, must=may and not who.closed):
            self._begun(answer, who, "admin", who)
        self.holds()

    def sign_in_and_give_a_second_factor(self, who):
        self.clock.shift(31)
        self.sign_in(who, "current")
        if self.people[who].app:
            self.begin_a_second_factor(0)
            self.type_the_code_of_an_app(0, 0)

    @rule(who=one_of_three, kind=st.sampled_from(SENT), act=st.sampled_from(ACTS), caller=st.booleans())
    def help_somebody(self, who, kind, act, caller):
        """Helpdesk with a caller, or an administrator, with a second factor and all that it takes."""
        self.sign_in_and_give_a_second_factor(2 if caller else 1)
        if caller:
            self.begin_with_a_caller(0, who)
            self.get_a_code_and_type_it(kind)
        self.act(0, who, act, 0)

    @rule(session=newest_first, who=one_of_three)
    def begin_with_a_caller(self, session, who):
        session, who = pick([each for each in self.sessions if each.who.role], session), self.people[who]
        may = session.proved(self.now) and over(session.who, who)
        answer = self.world.post(f"/api/admin/accounts/{who.user_id}/caller/start", session=session.token)
        if self.outcome(answer, may, must=may and not who.closed):
            self._begun(answer, who, "caller", session.who)
        self.holds()

    def _begun(self, answer, who, purpose, by):
        body = answer.body
        self.flows.append(Flow(body["flow"], body["reference"], who, purpose, self.now, who.flows_epoch, by))

    @rule(session=newest_first, who=one_of_three, act=st.sampled_from(ACTS), flow=newest_first)
    def act(self, session, who, act, flow):
        session, who = pick([each for each in self.sessions if each.who.role], session), self.people[who]
        mine = session.who
        may = (
            session.proved(self.now)
            and over(mine, who)
            and (mine.role == "administrator" or act not in ("enable", "methods"))
        )
        body, caller = {}, None
        if act == "reset" and mine.role == "helpdesk" and self.flows:
            caller = pick([each for each in self.flows if each.by] or self.flows, flow)
            body = {"caller": caller.token}
            may = may and caller.alive(self.now) and caller.open() and caller.purpose == "caller"
            may = may and (caller.who, caller.by) == (who, mine)
        elif act == "reset" and mine.role == "helpdesk":
            may = False
        path = f"/api/admin/accounts/{who.user_id}/{act}"
        if act == "methods":
            answer = self.world.request("DELETE", path, session=session.token)
        else:
            answer = self.world.post(path, body, session=session.token)
        if not self.outcome(answer, may, must=may):
            return self.holds()
        return self.holds((self._acted(act, who, caller, answer), who))

    def _acted(self, act, who, caller, answer):
        """What becomes of somebody by an act; answers the kind of its event."""
        if act == "reset":
            self.password_set(who, answer.body["temporary_password"])
            who.must_change, who.temporary_until = True, self.now + 86_400
            who.cleared()
            who.unlocked()
            if caller:
                caller.done = True
        elif act == "unlock":
            who.unlocked()
        elif act == "lift":
            who.cleared()
        elif act == "enable":
            who.enabled = True
        else:
            who.app, who.saved = None, ""
            who.flows_epoch += 1
        return {
            "reset": "admin-reset",
            "unlock": "admin-unlocked",
            "lift": "admin-lifted",
            "enable": "admin-enabled",
        }.get(act, "admin-methods-cleared")


def over(mine, who):
    """Whether somebody with a role may act over this account: not their own, and helpdesk over people only."""
    return mine is not who and (mine.role == "administrator" or not who.role)


def pending(item):
    return text(item, "state") == "pending"


def to_be_told(kind, who):
    """(kind of message, to) of a change."""
    if kind not in TOLD:
        return
    yield from ((kind, (address, who)) for address in who.addresses)
    if kind.startswith("admin-"):
        yield "admin-acted", ("administrators", who)
    elif kind == "account-secured":
        yield "account-secured-administrators", ("it@contoso.example", who)
    elif who.role and kind in ("password-reset", "account-unlocked"):
        yield "role-recovered", ("administrators", who)


def heard(kind, to):
    address, who = to
    return kind, address, who.subject


@pytest.fixture
def stage(world, engine, time_machine, monkeypatch, cheap_hashes):
    letters = []
    offices = {"email": Postbox("email", letters), "text": Postbox("sms", letters), "voice": Postbox("call", letters)}
    monkeypatch.setattr(notify_flow, "_messengers", lambda: offices)
    tables = Tables(engine.endpoint)
    yield Stage(world, tables, time_machine, letters)
    tables.close()


def test_whatever_several_people_do_in_any_order_the_service_keeps_its_promises_b2_b5(stage):
    Service.stage = stage
    thorough = int(os.environ.get("MODEL", "0"))
    run_state_machine_as_test(
        Service,
        settings=settings(
            max_examples=thorough or 10, stateful_step_count=80 if thorough else 40, derandomize=not thorough,
            deadline=None, database=None, report_multiple_bugs=False, phases=(Phase.generate, *([Phase.shrink] if thorough else [])), suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
