"""The base of the state machine: clients and what they know, time, delivery of messages, and the check of the tables.

After each rule the tables are compared with what it may have changed: no password changes without a reason, each change
has its event and messages, nothing else changes, and no attempt beyond the limits was judged.
"""

import copy
import random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from notify import app as notify
from regain.adapters.store import unmarshal
from regain.recovery import repudiation
from tests.codes import code_in
from tests.functions.agent import Agent
from tests.functions.conftest import Context
from tests.functions.model import (  # fmt: skip
    CHANGES,
    NOTIFIED,
    DeliveredMessage,
    PersonModel,
    RepudiationModel,
    SessionModel,
    changed_accounts,
    expected_notices,
    new_items,
    text,
)
from tests.functions.test_notify import records

NOW = 1_800_000_000
WATCHED = ("AccountTable", "SecurityInfoTable", "EventTable", "OutboxTable")
WAITS = (1, 29, 31, 61, 121, 301, 901, 1_801, 3_601, 86_401)
_RESETS = {"password-reset", "password-changed", "admin-reset"}
_WHY = {
    "password": _RESETS | {"account-secured", "admin-enabled"}, "generation": _RESETS | {"account-secured", "admin-enabled", "admin-methods-cleared"}, "enabled": {"account-secured", "admin-enabled"},
    "temporary_used": _RESETS | {"temporary-password-used", "admin-enabled"},
    "temporary_until": _RESETS | {"account-secured", "admin-enabled"}, "must_change_password": _RESETS | {"admin-enabled"},
    "role": set(),
}  # fmt: skip
"""The changes by which an attribute of an account may become another."""
_INFO = {"contacts", "authenticator", "recovery_code", "answers", "passkeys"}

newest_first = st.sampled_from((0, 0, 0, 0, 1, 1, 2, 5))
one_of_three = st.integers(0, 2)


def pick(items, back):
    """The newest, or one that is older."""
    return items[max(0, len(items) - 1 - back)]


class InitialState:
    """What every example begins with: three people, their apps, and an owner who is signed in nowhere."""

    def __init__(self, world, tables, clock, letters):
        self.world, self.tables, self.clock, self.letters = world, tables, clock, letters
        clock.move_to(NOW, tick=False)
        tables.empty()
        self.people, self.sessions = [], []
        for role in ("", "administrator", "helpdesk"):
            agent = Agent(world, role=role)
            account = agent.account
            subject = world.services.recoveries.subject(account.id)
            person = PersonModel(account.user_id, subject, account.addresses, world.password, role, agent.own_app)
            person.last_step = NOW // 30 - 1
            person.saved = agent.register("recovery-code").body["recovery_code"]
            self.people.append(person)
            self.sessions.append(SessionModel(agent.session, person, 0, NOW, NOW, stepped_up_at=NOW))
        self.items = {place: item for place, item in tables.items().items() if place[0] != "OutboxTable"}
        self.seen = {place: item for place, item in self.items.items() if place[0] in WATCHED}


class ComparedWithModel(RuleBasedStateMachine):
    """What several clients know and have; and the tables, which are compared with the model after each step."""

    initial_state: InitialState

    def __init__(self):
        super().__init__()
        initial_state = self.initial_state
        self.world, self.tables, self.clock = initial_state.world, initial_state.tables, initial_state.clock
        self.tables.restore(initial_state.items)
        self.clock.move_to(NOW, tick=False)
        self.before = initial_state.seen
        self.people, self.sessions = copy.deepcopy((initial_state.people, initial_state.sessions))
        self.flows, self.mails, self.repudiation_links, self.spent = [], [], [], []
        self.old = {person.user_id: ["never-Was-A-Password-1"] for person in self.people}
        self.saved = {person.user_id: ["0000-0000-0000-0000", person.saved] for person in self.people}
        self.made = 0
        initial_state.letters.clear()

    @property
    def now(self):
        return self.world.services.now

    # --- What must hold after each step -------------------------------------------------------------

    def check_outcome(self, answer, may, must=False):
        """Whether the step succeeded, and that it might, and where it must that it did."""
        done = answer.status < 400
        assert answer.status < 500, answer.body
        assert may or not done, "this must not succeed"
        assert done or not must, answer.body
        return done

    def check_tables(self, *changes, passed=None, code=False):
        """Compares the tables with what the step has changed: (kind of event, person); a proof that passed; a code."""
        after = self.tables.items(*WATCHED)
        events = [(text(e, "kind"), text(e, "subject"), e) for e in new_items(self.before, after, "EventTable")]
        assert sorted((k, s) for k, s, _ in events if k in CHANGES) == sorted((k, who.subject) for k, who in changes)
        assert [text(e, "reference") for k, _, e in events if k == "proof-passed"] == ([passed] if passed else [])
        messages = new_items(self.before, after, "OutboxTable")
        assert len([m for m in messages if text(m, "kind") == "code"]) == code
        told = [(text(m, "kind"), text(m, "to"), text(m, "subject")) for m in messages if text(m, "kind") != "code"]
        assert sorted(told) == sorted(each for kind, who in changes for each in expected_notices(kind, who))
        self._check_changes_have_reasons(after, changes, passed)
        for kind, subject, event in events:
            if kind == "proof-failed":
                self._count_judged_attempt(subject, event)
            elif kind in NOTIFIED and not kind.startswith("admin-") and kind != "account-secured":
                self._remember_repudiation_link(subject, event)
        self.before = after

    def _check_changes_have_reasons(self, after, changes, passed):
        people = {who.user_id: {kind for kind, each in changes if each is who} for who in self.people}
        people |= {who.subject: people[who.user_id] for who in self.people}
        for who, name in changed_accounts(self.before, after):
            if name in _WHY:
                assert people[who] & _WHY[name], f"{name} has changed"
            if name in _INFO:
                assert people[who] or passed, f"{name} has changed"

    def _count_judged_attempt(self, subject, event):
        flow = next(flow for flow in self.flows if flow.reference == text(event, "reference"))
        assert flow.who.subject == subject
        assert flow.wrong < 5, "a sixth try was judged"
        flow.wrong += 1
        live = flow.codes.get(text(event, "method"))
        if flow.by is None:
            flow.who.wrong_proof(text(event, "method"), self.now, bool(live and live.digits > 8))

    def _remember_repudiation_link(self, subject, event):
        token = repudiation.derive_token(self.world.services.keys, subject, text(event, "reference"), self.now)
        who = next(who for who in self.people if who.subject == subject)
        self.repudiation_links.append(RepudiationModel(token, who, self.now + 7 * 86_400))

    def new_password(self):
        self.made += 1
        return f"violet-Anchor-{self.made:03}-plum"

    def password_set(self, who, password):
        self.old[who.user_id].append(who.password)
        who.password_set(password)

    def saved_code(self, who, code):
        who.saved = code
        self.saved[who.user_id].append(code)

    # --- Time and messages --------------------------------------------------------------------------

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds):
        self.clock.shift(seconds)

    @rule(seed=st.integers(0, 99))
    def deliver_messages(self, seed, most=9):
        """`notify` gets what is in the outbox, in any order, and one of it twice."""
        outbox = [unmarshal(item) for place, item in self.before.items() if place[0] == "OutboxTable"]
        waiting = [message for message in outbox if message["state"] == "pending"]
        if not waiting:
            return
        waiting = sorted(waiting, key=lambda message: (message["kind"] != "code", -message["good_until"]))[:most]
        batch = [*waiting, waiting[0]]
        random.Random(seed).shuffle(batch)
        letters = self.initial_state.letters
        letters.clear()
        assert notify.lambda_handler(records(batch), Context()) == {"batchItemFailures": []}
        after = self.tables.items("OutboxTable")
        now_sent = [item for place, item in after.items() if text(item, "state") == "sent" and place in self.before
                    and pending(self.before[place]) and text(item, "channel") != "roles"]  # fmt: skip
        assert len(letters) == len(now_sent), "a message was sent twice, or not at all"
        handed = {message["id"] for message in waiting if message["channel"] != "none"}
        assert not [item for item in after.values() if text(item, "id") in handed and pending(item)]
        for kind, _, letter, tags in letters:
            if code := code_in(letter.sms):
                self.mails.append(DeliveredMessage(kind, tags["reference"], code))
        self.before = self.tables.items(*WATCHED)


def pending(item):
    return text(item, "state") == "pending"
