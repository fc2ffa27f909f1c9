"""Rules of the state machine: reset, unlock, sign-in, sessions and security info."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from regain.adapters.keys import codes_key
from regain.domain import codes
from tests.functions.model import LONGER, SIGN_INS, SLOWED, FlowModel, SessionModel
from tests.functions.state_machine import ComparedWithModel, newest_first, one_of_three, pick

SENT, KINDS = ("email", "sms"), ("email", "sms", "authenticator", "recovery-code")
AFTER_A_PROOF = ("account-turned-off", "no-second-method", "not-enabled-for-password-reset")
"""What is told to somebody who has just given a right proof."""


class RecoveryRules(ComparedWithModel):
    """Flows of every purpose, and what proves."""

    @rule(who=one_of_three, purpose=st.sampled_from(("reset", "unlock")), used=st.booleans())
    def start(self, who, purpose, used):
        who, again = self.people[who], used and bool(self.spent)
        proof = pick(self.spent, 0) if again else self.world.proof()
        answer = self.world.post(f"/api/{purpose}/start", {"user_id": who.user_id, "proof": proof})
        self.spent.append(proof)
        if self.check_outcome(answer, not again, must=not again):
            body = answer.body
            self.flows.append(FlowModel(body["flow"], body["reference"], who, purpose, self.now, who.flows_epoch))
        self.check_tables()

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
        may, over = flow.takes(kind, self.now), flow.looks_open(self.now)
        answer, by = self.ask(flow, "send", {"method": kind})
        sent = self.check_outcome(answer, (may and by) or over)
        if sent and not over:
            flow.sent(kind, answer.body["digits"], self.now)
        self.check_tables(code=sent)

    def prove(self, flow, kind, code, right):
        """Gives a proof. It passes if, and only if, it is right and this flow still takes one of its kind."""
        may = right and flow.takes(kind, self.now)
        session = next((each for each in reversed(self.sessions) if each.who is flow.by), None)
        answer, by = self.ask(flow, "verify", {"method": kind, "code": code})
        passed = answer.status < 400 or answer.code in AFTER_A_PROOF
        assert answer.status < 500
        assert not passed or (may and by), "this is no proof"
        assert passed or not (may and by) or answer.code in LONGER or kind not in flow.offers, answer.body
        changes = []
        if passed:
            flow.right(kind)
            if flow.purpose == "admin":
                flow.done, session.proved_at, session.used = True, self.now, self.now
                changes = [("admin-second-factor", flow.who)]
            elif flow.purpose == "caller":
                changes = [("admin-caller-verified", flow.who)]
        self.check_tables(*changes, passed=passed and flow.reference)
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
    def play_earlier_flows(self, who, purpose, end):
        """Something is old from the beginning: a flow that is ready to finish, or one that has finished."""
        self.recover(0, purpose, "sms", not end)
        self.recover(who, "reset", "email", end)

    def get_a_code_and_type_it(self, kind):
        if self.flows:
            self.ask_for_a_code(0, kind)
            self.deliver_messages(0, most=1)
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
        key = self.world.services.keys.derive(codes_key(flow.purpose))
        flow_id = self.world.services.recoveries.held(flow.token).id
        live = flow.codes.get(mail.kind)
        if live is None or self.now >= live.until:
            return False
        return mail.code == codes.derive(key, flow_id, flow.purpose, mail.kind, live.sequence, live.digits)

    @precondition(lambda self: self.flows)
    @rule(flow=newest_first, kind=st.sampled_from(KINDS))
    def guess(self, flow, kind):
        if not self.flows:
            return
        self.prove(pick(self.flows, flow), kind, "00000x", right=False)

    @rule(who=one_of_three, kind=st.sampled_from(KINDS))
    def guess_until_nothing_is_judged_any_more(self, who, kind):
        """In two flows, of which the first is guessed at too often."""
        for _ in range(2):
            self.start(who, "reset", used=False)
        for flow in (0, 0, 0, 0, 0, 0, 1):
            self.guess(flow, kind)

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
        if not self.check_outcome(answer, may, must=may):
            return self.check_tables()
        who, flow.done = flow.who, True
        if purpose == "reset":
            self.password_set(who, new)
        else:
            who.flows_epoch += 1
        who.cleared()
        who.unlocked()
        if flow.replaces:
            self.saved_code(who, answer.body["recovery_code"])
        return self.check_tables(("password-reset" if purpose == "reset" else "account-unlocked", who))

    @precondition(lambda self: self.flows)
    @rule(flow=newest_first, times=st.sampled_from((1, 2, 9)))
    def choose_weak_passwords(self, flow, times):
        """Each that is judged is refused and counted, and the tenth of a flow ends it (X18)."""
        flow = pick([each for each in self.flows if each.purpose == "reset" and each.open()] or self.flows, flow)
        for _ in range(times):
            judged = flow.purpose == "reset" and flow.alive(self.now) and flow.open() and flow.who.enabled
            answer = self.world.finish(flow.token, "passwordpassword1", "reset")
            self.check_outcome(answer, may=False)
            flow.refused += judged
            told = "too-many-refused-passwords" if flow.refused == 10 else "password-not-accepted"
            assert (answer.code == told) == judged
            self.check_tables()


class AccountRules(RecoveryRules):
    """Passwords, sessions and security info."""

    @rule(who=one_of_three, typed=st.sampled_from(("current", "current", "old", *map(str, range(12)))))
    def sign_in(self, who, typed):
        who = self.people[who]
        typed = {"current": who.password, "old": self.old[who.user_id][-1]}.get(typed, f"wrong-{typed}")
        may, changes = who.may_sign_in(typed, self.now), []
        answer = self.world.sign_in(who.user_id, typed)
        done = self.check_outcome(answer, may, must=may and not who.slowed)
        if answer.code == "wrong-user-id-or-password":
            assert typed != who.password or who.repudiated
            who.wrong_password(typed)
        elif answer.code not in SLOWED:
            who.unlocked()
        if done:
            self.sessions.append(SessionModel(answer.session, who, who.epoch, self.now, self.now))
            if who.temporary_until:
                who.temporary_used = True
                changes = [("temporary-password-used", who)]
        self.check_tables(*changes)

    @rule(who=one_of_three)
    def type_wrong_passwords_until_locked(self, who):
        for number in range(20, 32):
            self.sign_in(who, str(number))

    @rule(session=newest_first)
    def look_at_the_account(self, session):
        session = pick(self.sessions, session)
        alive = session.alive(self.now)
        done = self.check_outcome(self.world.request("GET", "/api/account", session=session.token), alive, must=alive)
        if done and self.now >= session.used + 60:
            session.used = self.now
        self.check_tables()

    @rule(session=newest_first)
    def sign_out(self, session):
        session = pick(self.sessions, session)
        assert self.world.post("/api/account/sign-out", session=session.token).status == 200
        session.ended = True
        self.check_tables()

    @rule(session=newest_first, right=st.sampled_from((True, True, True, False)))
    def change_the_password(self, session, right):
        session = pick(self.sessions, session)
        who, new, alive = session.who, self.new_password(), session.alive(self.now)
        alive = alive and not (
            who.temporary_until and not session.may_bind(self.now)
        )  # a code of its owner's, too (X15)
        body = {"current_password": who.password if right else "wrong-0", "new_password": new}
        answer = self.world.post("/api/account/password", body, session=session.token)
        session.failures += answer.code == "wrong-current-password"
        if not self.check_outcome(answer, alive and right, must=alive and right and session.failures < SIGN_INS):
            return self.check_tables()
        self.password_set(who, new)
        before = session.stepped_up_at
        self.sessions.append(SessionModel(answer.session, who, who.epoch, self.now, self.now, stepped_up_at=before))
        return self.check_tables(("password-changed", who))

    @rule(session=newest_first)
    def step_up(self, session):
        """A code by e-mail, before security info is changed or a temporary password replaced. With a role, by text."""
        session = pick(self.sessions, session)
        who, headers = session.who, {"session": session.token}
        alive = session.alive(self.now)
        begun = self.world.post("/api/account/prove/start", **headers)
        if not self.check_outcome(begun, alive, must=alive):
            return self.check_tables()
        self.check_tables()
        kind, flow = "sms" if who.role else "email", begun.body["flow"]
        sent = self.world.post("/api/account/prove/send", {"flow": flow, "method": kind}, **headers)
        if sent.status != 202:
            assert sent.code == "too-many-codes"
            return self.check_tables()
        self.check_tables(code=True)
        proof = {"flow": flow, "method": kind, "code": self.world.code(begun.body["reference"], method=kind)}
        assert self.world.post("/api/account/prove/verify", proof, **headers).status == 200
        session.stepped_up_at = session.used = self.now
        return self.check_tables(passed=begun.body["reference"])

    @rule(session=newest_first)
    def make_a_saved_code(self, session):
        session = pick(self.sessions, session)
        may = session.may_bind(self.now) and not session.who.must_change
        answer = self.world.post("/api/account/methods", {"kind": "recovery-code"}, session=session.token)
        if not self.check_outcome(answer, may, must=may):
            return self.check_tables()
        self.saved_code(session.who, answer.body["recovery_code"])
        return self.check_tables(("security-info-added", session.who))

    @rule(session=newest_first)
    def remove_the_saved_code(self, session):
        session = pick(self.sessions, session)
        who = session.who
        may = session.may_bind(self.now) and not who.must_change and bool(who.saved)
        answer = self.world.request("DELETE", "/api/account/methods/recovery-code", session=session.token)
        if not self.check_outcome(answer, may, must=may):
            return self.check_tables()
        who.saved = ""
        return self.check_tables(("security-info-removed", who))

    @precondition(lambda self: self.repudiation_links)
    @rule(which=newest_first)
    def repudiate(self, which):
        link = pick(self.repudiation_links, which)
        who, may = link.who, not link.used and self.now < link.until
        if not self.check_outcome(self.world.post("/api/account/secure", {"token": link.token}), may, must=may):
            return self.check_tables()
        link.used, who.enabled, who.repudiated, who.suspended = True, False, True, True
        who.app, who.saved = None, ""
        who.epoch += 1
        who.flows_epoch += 1
        who.cleared()
        return self.check_tables(("account-secured", who))
