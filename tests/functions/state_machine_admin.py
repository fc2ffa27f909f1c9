"""Rules of the state machine: an agent's second factor, a caller's proof, and actions on an account."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.functions.model import FlowModel
from tests.functions.state_machine import newest_first, one_of_three, pick
from tests.functions.state_machine_account import SENT, AccountRules

EVENT_OF = {
    "reset": "admin-reset", "unlock": "admin-unlocked", "lift": "admin-lifted", "enable": "admin-enabled",
    "methods": "admin-methods-cleared", "require-registration": "admin-registration-required",
}  # fmt: skip
HELPDESKS = ("reset", "unlock", "lift", "require-registration")
WITH_A_CALLER = ("reset", "require-registration")
ACTS = (*EVENT_OF, "reset", "enable")


class ServiceMachine(AccountRules):
    """All of it."""

    @rule(session=newest_first)
    def begin_a_second_factor(self, session):
        session = pick(self.sessions, session)
        who = session.who
        may = session.alive(self.now) and bool(who.role) and not who.must_change
        answer = self.world.post("/api/admin/prove/start", session=session.token)
        if self.check_outcome(answer, may, must=may):
            self._begun(answer, who, "admin", who)
        self.check_tables()

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
        may = session.proved(self.now) and over(session.who, who) and not who.suspended
        answer = self.world.post(f"/api/admin/accounts/{who.user_id}/caller/start", session=session.token)
        if self.check_outcome(answer, may, must=may):
            self._begun(answer, who, "caller", session.who)
        self.check_tables()

    def _begun(self, answer, who, purpose, by):
        body = answer.body
        self.flows.append(FlowModel(body["flow"], body["reference"], who, purpose, self.now, who.flows_epoch, by))

    @rule(session=newest_first, who=one_of_three, act=st.sampled_from(ACTS), flow=newest_first)
    def act(self, session, who, act, flow):
        session, who = pick([each for each in self.sessions if each.who.role], session), self.people[who]
        mine = session.who
        may = session.proved(self.now) and over(mine, who) and (mine.role == "administrator" or act in HELPDESKS)
        caller = None
        if act in WITH_A_CALLER and mine.role == "helpdesk":
            flows = [each for each in self.flows if each.by] or self.flows
            caller = pick(flows, flow) if flows else None
            may = may and bool(caller) and self._has_proved(caller, who, mine)
        path = f"/api/admin/accounts/{who.user_id}/{act}"
        if act == "methods":
            answer = self.world.request("DELETE", path, session=session.token)
        else:
            keep = {"keep": ["entered"]} if act == "enable" else {}
            answer = self.world.post(path, {"caller": caller.token} if caller else keep, session=session.token)
        if not self.check_outcome(answer, may, must=may):
            return self.check_tables()
        if caller:
            caller.done = True
        self._acted(act, who, answer)
        return self.check_tables((EVENT_OF[act], who))

    def _has_proved(self, flow, who, by):
        """Whether this person has proved on the telephone who they are, to this one who helps."""
        return flow.purpose == "caller" and (flow.who, flow.by) == (who, by) and flow.alive(self.now) and flow.open()

    def _acted(self, act, who, answer):
        """What becomes of somebody by an act."""
        if act == "reset":
            self.password_set(who, answer.body["temporary_password"])
            who.must_change, who.temporary_until = True, self.now + 86_400
            who.cleared()
        if act in ("reset", "unlock"):
            who.unlocked()
        elif act == "lift":
            who.cleared()
        elif act == "enable":
            who.enabled, who.suspended = True, False
            if "temporary_password" in answer.body:
                self.password_set(who, answer.body["temporary_password"])
                who.must_change, who.temporary_until = True, self.now + 86_400
        elif act == "methods":
            who.epoch += 1
            who.flows_epoch += 1
            who.app, who.saved = None, ""


def over(mine, who):
    """Whether somebody with a role may act over this account: not their own, and helpdesk over people only."""
    return mine is not who and (mine.role == "administrator" or not who.role)
