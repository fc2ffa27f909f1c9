"""Attacks of a size: many networks, many codes at once, clocks that differ, limits at their edge (issue: bad input).

`make test` plays them small, `make abuse` at their full size.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from regain.adapters.rate_limits import network
from regain.api.contract import Send, Verify
from regain.api.request_context import RequestContext
from regain.problems import Refused
from regain.recovery.steps import steps
from tests.functions.conftest import solve
from tests.functions.person import Person

FULL = os.environ.get("ABUSE") == "full"
NETWORKS, CODES, GUESSES = (10_000, 10_000, 1_000) if FULL else (120, 80, 64)
HOUR, BUCKET = 3_600, 6 * 3_600
START = 2_000_000_000 // BUCKET * BUCKET  # years after what other tests count
"""A time at which a bucket of the guess budget begins."""


@pytest.fixture
def world(use):
    """An organisation whose own limits on networks and messages are not what is looked at."""
    most = ("failures_per_network", "starts_per_network", "phone_messages_per_day")
    return use(limits=dict.fromkeys(most, 10_000_000))


def viewed(world, address, path, body, browser=""):
    """A request as CloudFront passes it on: the network is what its header says."""
    host = world.own["origin"].removeprefix("https://")
    vouched = {"x-origin-keys": "key", "cloudfront-viewer-address": f"{address}:443", "x-viewer-host": host}
    headers = {"content-type": "application/json", "origin": world.own["origin"], **vouched}
    return world.request("POST", path, json.dumps(body), headers=headers, browser=browser, address="192.0.2.1")


def addresses(number):
    """So many addresses, each of another network: one half of IPv4, by /24, the other of IPv6, by /48."""
    fours = [f"{11 + each // 65_536}.{each // 256 % 256}.{each % 256}.9" for each in range(number // 2)]
    return fours + [f"2001:{0x4000 + each // 65_536:x}:{each % 65_536:x}::9" for each in range(number - number // 2)]


def test_ten_thousand_networks_make_no_more_guesses_than_an_account_has_and_lock_no_owner_out(
    world, monkeypatch, argon2_calls
):
    """X2: whatever the number of networks, IPv4 /24 and IPv6 /48: 50 passwords and 10 codes of an app are judged."""
    person = world.person()
    browser = world.sign_in(person.user_id).browser
    monkeypatch.setenv("ORIGIN_KEYS", "key")
    every = addresses(NETWORKS)
    assert len({network(address) for address in every}) == NETWORKS
    argon2_calls.clear()
    body = {"user_id": person.user_id, "password": "wrong-Password-17"}
    codes = [viewed(world, each, "/api/account/sign-in", {**body, "password": f"wrong-{each}"}).code for each in every]
    assert codes.count("wrong-user-id-or-password") == argon2_calls.count("verify") == 50
    assert set(codes[50:]) == {"prove-it-is-you-first"}
    judged = [_guess(world, person.user_id, each) for each in every[:: max(1, NETWORKS // 500)]]
    assert judged == [(6, "wrong-authenticator-code")] * 10 + [(12, "two-codes-needed")] * (len(judged) - 10)
    right = {"user_id": person.user_id, "password": world.password}
    assert viewed(world, every[0], "/api/account/sign-in", right, browser).status == 200
    assert _guess(world, person.user_id, every[0], browser) == (6, "wrong-authenticator-code")


def _guess(world, user_id, address, browser=""):
    """How many digits a network is asked for, and what it is answered to a wrong code of six."""
    flow = viewed(world, address, "/api/reset/start", {"user_id": user_id, "proof": world.proof()}, browser).body
    digits = next(each["digits"] for each in flow["methods"] if each["kind"] == "authenticator")
    guess = {"flow": flow["flow"], "method": "authenticator", "code": "000000"}
    return digits, viewed(world, address, "/api/reset/verify", guess, browser).code


def test_all_addresses_of_a_site_are_one_network_whatever_the_host_chooses(world, monkeypatch):
    """RFC 6177: a site has a /48, in which it draws as many addresses as it likes; an IPv4 /24 is one network too."""
    monkeypatch.setenv("ORIGIN_KEYS", "key")
    for site in ("2001:db8:7:{:x}::{:x}", "198.18.77.{}", "[::ffff:198.18.78.{}]"):
        person = world.person()
        body = {"user_id": person.user_id}
        for number in range(12):
            seen = site.format(number + 1, number)
            last = viewed(world, seen, "/api/account/sign-in", {**body, "password": f"wrong-{number}"})
        assert last.code == "sign-in-locked"


def test_codes_stockpiled_before_the_first_guess_are_judged_no_more_often_than_the_budget_allows(
    world, budget, time_machine
):
    """B28: 54 guesses at telephones are judged in a day, whatever was sent before, and none that is right after them."""
    time_machine.move_to(START, tick=False)  # codes are good for five minutes, and 10,000 take longer than that here
    budget(world)
    flows = []
    for number in range(CODES):
        flow = world.start(f"pile{number}w{world.number}@contoso.example").body["flow"]
        assert world.send(flow, "sms").body["digits"] == 6
        flows.append(flow)
    owner = world.person()
    last = world.start(owner.user_id).body
    world.send(last["flow"], "sms")
    codes = [world.verify(flow, f"{number:06}", "sms").code for number, flow in enumerate(flows)]
    assert codes == ["wrong-code"] * 54 + ["code-expired"] * (CODES - 54)
    assert world.verify(last["flow"], world.code(last["reference"], method="sms"), "sms").code == "code-expired"


def test_of_parallel_guesses_at_the_edge_of_the_budget_one_is_judged(world, budget):
    """B28: the addition's own answer decides, so that nobody slips past."""
    budget(world)
    flows = [world.start(f"edge{number}w{world.number}@contoso.example").body["flow"] for number in range(GUESSES + 13)]
    for number, flow in enumerate(flows[GUESSES:]):
        assert world.verify(flow, f"{number:06}", "authenticator").code == "wrong-authenticator-code"
    outcomes = _together(
        steps("reset")[2], [Verify(flow, "authenticator", "000000") for flow in flows[:GUESSES]], world
    )
    assert outcomes.count("wrong-authenticator-code") == 1
    assert outcomes.count("two-codes-needed") == GUESSES - 1


def test_of_parallel_requests_for_codes_at_the_edge_as_many_go_out_as_are_left(world):
    """S43: five e-mails an hour of a network, four of which have been asked for."""
    person = world.person()
    flows = [world.start(person.user_id).body for _ in range(36)]
    for flow in flows[32:]:
        assert world.send(flow["flow"]).status == 202
    outcomes = _together(steps("reset")[1], [Send(flow["flow"], "email") for flow in flows[:32]], world)
    assert outcomes.count("done") == 1
    assert set(outcomes) - {"busy-try-again"} == {"done", "too-many-codes"}
    sent = [message for flow in flows for message in world.outbox(flow["reference"]) if message["kind"] == "code"]
    assert len(sent) == 5


def _together(step, bodies, world):
    """What each of many calls at once is answered. Steps are called: a resolver takes one request at a time."""

    def outcome(body):
        try:
            step(body, RequestContext(world.address, "R-0000-0000"))
        except Refused as refused:
            return refused.problem.code
        return "done"

    with ThreadPoolExecutor(32) as pool:
        return list(pool.map(outcome, bodies))


class TestClocks:
    """Two functions whose clocks differ by 30 seconds, each request served by the other one."""

    @pytest.fixture
    def turns(self, time_machine):
        """Requests by turns on the clock that is right and on one that is 30 seconds ahead."""

        def at(time):
            while True:
                for ahead in (0, 30):
                    time_machine.move_to(time + ahead, tick=False)
                    yield ahead

        return at

    @pytest.mark.parametrize("time", [START + 7_200, START + BUCKET - 15, (START // 86_400 + 1) * 86_400 - 15],
                             ids=["midst", "turn of an hour", "turn of a day"])  # fmt: skip
    def test_limits_hold_also_where_a_window_turns_between_the_two(self, world, turns, time):
        person, clock = world.person(), turns(time)
        digits, judged = [], 0
        for _ in range(4):
            next(clock)
            flow = world.start(person.user_id).body["flow"]
            next(clock)
            sent = world.send(flow, "sms").body
            digits.append(sent.get("digits"))
            for number in range(3):
                next(clock)
                answer = world.verify(flow, f"99999{number}", "sms").code
                judged += digits[-1] == 6 and answer in ("wrong-code", "too-many-wrong-codes")
        assert judged == 5, "of a day and network"
        assert digits == [6, 6, 12, None], "three texts an hour"

    def test_a_whole_reset_and_a_sign_in_go_through(self, world, turns, time_machine):
        owner, clock = Person(world), turns(START + BUCKET - 15)
        app = owner.app()
        person = owner.account
        next(clock)
        assert world.sign_in(person.user_id).status == 200
        started = world.start(person.user_id).body
        next(clock)
        sent = world.send(started["flow"])
        assert sent.status == 202
        next(clock)
        again = world.send(started["flow"])
        assert again.code == "wait-before-another-code"
        assert again.body["retry_after"] <= 60
        next(clock)
        assert world.verify(started["flow"], world.code(started["reference"])).status == 200
        next(clock)
        assert world.finish(started["flow"]).status == 200
        next(clock)
        assert world.sign_in(person.user_id, "violet-Anchor-27-plum").status == 200
        for true, ahead in ((START + BUCKET + 60, 30), (START + BUCKET + 120, 0)):  # the telephone's time is true
            time_machine.move_to(true + 30 - ahead, tick=False)
            flow = world.start(person.user_id).body["flow"]
            time_machine.move_to(true + ahead, tick=False)
            assert world.verify(flow, app.at(true), "authenticator").status == 200


def test_guarded_mode_that_ends_in_mid_flow_leaves_the_long_code_good_and_the_next_one_is_short(
    world, budget, time_machine
):
    """B28: what was sent stays what it is; where it is not given, the next one is as long as it must be then."""
    time_machine.move_to(START + BUCKET - 600, tick=False)
    budget(world)
    for number in range(54):
        flow = world.start(f"end{number}w{world.number}@contoso.example").body["flow"]
        world.send(flow, "sms")
        assert world.verify(flow, f"{number:06}", "sms").code == "wrong-code"
    end = START + 5 * BUCKET  # a bucket counts until all of it is a day old
    time_machine.move_to(end - 60, tick=False)
    people = [world.person() for _ in range(2)]
    flows = []
    for person in people:
        body = {"user_id": person.user_id, "proof": _dear(world, person.user_id)}
        flows.append(world.post("/api/reset/start", body).body)
        assert world.send(flows[-1]["flow"], "sms").body["digits"] == 12
    time_machine.move_to(end + 60, tick=False)
    assert {each["digits"] for each in world.start(people[0].user_id).body["methods"] if each["kind"] == "sms"} == {6}
    code = world.code(flows[0]["reference"], method="sms")
    assert world.verify(flows[0]["flow"], f"{code[:4]} {code[4:8]} {code[8:]}", "sms").status == 200
    time_machine.move_to(end + 400, tick=False)
    assert world.verify(flows[1]["flow"], world.code(flows[1]["reference"], method="sms"), "sms").code == "code-expired"
    assert world.send(flows[1]["flow"], "sms").body["digits"] == 6


def _dear(world, user_id):
    """A proof of as much work as a start costs now."""
    return solve(world.start(user_id).body["challenge"])


def test_five_networks_that_use_up_an_accounts_messages_leave_its_owner_every_way(world):
    """X5: 20 e-mails and 5 texts of all unknown browsers in an hour; those of a known browser are its own."""
    owner = Person(world)
    app, person = owner.app(), owner.account
    browser = world.sign_in(person.user_id).browser
    codes = {}
    for number in range(5):
        for kind, times in (("email", 5), ("sms", 3)):
            for _ in range(times):
                body = {"user_id": person.user_id, "proof": world.proof()}
                flow = world.post("/api/reset/start", body, address=f"198.19.{number}.7").body["flow"]
                sent = world.post("/api/reset/send", {"flow": flow, "method": kind}, address=f"198.19.{number}.7")
                codes.setdefault(kind, []).append(sent.code)
    assert codes["email"] == [""] * 20 + ["too-many-codes"] * 5
    assert codes["sms"].count("") == 5
    flow = world.start(person.user_id).body
    refused = world.send(flow["flow"])
    assert refused.code == "too-many-codes"
    assert refused.body["retry_after"] % HOUR == 0, "in whole hours"
    assert world.verify(flow["flow"], app.at(world.services.now + 30), "authenticator").status == 200
    body = {"user_id": person.user_id, "proof": world.proof()}
    known = world.post("/api/reset/start", body, browser=browser).body["flow"]
    for kind in ("email", "sms"):
        sent = world.post("/api/reset/send", {"flow": known, "method": kind}, browser=browser)
        assert (sent.status, sent.body.get("digits")) == (202, {"email": 8, "sms": 6}[kind])


@pytest.mark.parametrize("which", ["password", "code"])
def test_polling_at_one_below_each_limit_tells_nothing_of_what_the_owner_does(world, which):
    """X19: a stranger has filled the count of a network, and of all unknown browsers, up to one. The owner fails once."""
    person = world.person()
    browser, seen = world.sign_in(person.user_id).browser, {}
    for user_id in (person.user_id, f"poll{world.number}@contoso.example"):
        below = {"password": (9, 49), "code": (4, 9)}[which]
        done = 0
        for number in range(below[1] // below[0] + 1):
            for _ in range(min(below[0], below[1] - done)):
                _fail(world, which, user_id, f"198.20.{number}.7", f"stranger {done}")
                done += 1
        if user_id == person.user_id:
            _fail(world, which, user_id, world.address, "owner", browser)
            assert world.sign_in(user_id, browser=browser).status == 200
        seen[user_id] = [_fail(world, which, user_id, "198.20.0.7", f"poll {number}") for number in range(3)]
    known, unknown = seen.values()
    assert known == unknown
    assert len(set(known)) > 1, "the limit was near"


def _fail(world, which, user_id, address, secret, browser=""):
    """One wrong secret, and what it is answered."""
    options = {"address": address, "browser": browser}
    if which == "password":
        return world.sign_in(user_id, secret, **options).code
    flow = world.post("/api/reset/start", {"user_id": user_id, "proof": world.proof()}, **options).body
    digits = {each["digits"] for each in flow["methods"] if each["kind"] == "authenticator"}
    body = {"flow": flow["flow"], "method": "authenticator", "code": f"{abs(hash(secret)) % 10**6:06}"}
    return digits.pop() if digits else 0, world.post("/api/reset/verify", body, **options).code
