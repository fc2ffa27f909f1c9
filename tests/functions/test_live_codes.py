"""The one code that is good: how long, how often it is sent, and what is not judged at all (X8, X14)."""


def test_a_resend_repeats_the_code_and_gives_it_five_more_minutes_ten_in_all_x8(world, time_machine):
    """One code is good at a time: ten sends are not ten codes."""
    person = world.person()
    time_machine.move_to(1_800_000_000, tick=False)
    started = world.start(person.user_id).body
    for after, until in ((0, 300), (250, 550), (400, 600), (590, 890)):
        time_machine.move_to(1_800_000_000 + after, tick=False)
        assert world.send(started["flow"]).body["expires_at"] == 1_800_000_000 + until
    sent = [message["facts"]["sequence"] for message in world.outbox(started["reference"])]
    assert sorted(sent) == [1, 1, 1, 2]  # what has less than two minutes left is not sent again
    assert world.verify(started["flow"], world.code(started["reference"], 1)).code == "wrong-code"
    assert world.verify(started["flow"], world.code(started["reference"], 2)).status == 200


def test_a_code_whose_time_is_over_is_not_judged_and_counts_nowhere(world, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    started = world.start(world.person().user_id).body
    world.send(started["flow"])
    time_machine.move_to(1_800_000_300, tick=False)
    for code in (world.code(started["reference"], 1), "99999999"):
        refused = world.verify(started["flow"], code)
        assert (refused.code, "attempts_left" in refused.body) == ("code-expired", False)


def test_a_proof_before_any_code_was_asked_for_is_refused_and_counts_nowhere(world):
    started = world.start(world.person().user_id).body
    assert {world.verify(started["flow"], f"9999999{number}").code for number in range(9)} == {"no-code-asked-for"}
    world.send(started["flow"])
    assert world.verify(started["flow"], "99999999").body["attempts_left"] == 4


def test_five_wrong_codes_end_the_attempt_and_the_next_code_is_long(world):
    """Attack 22: a short code past its count is not judged."""
    person = world.person()
    waiting = world.start(person.user_id).body
    world.send(waiting["flow"])
    started = world.start(person.user_id).body
    world.send(started["flow"])
    answers = [world.verify(started["flow"], f"99999{number}") for number in range(5)]
    assert [answer.body["attempts_left"] for answer in answers] == [4, 3, 2, 1, 0]
    assert answers[-1].code == "too-many-wrong-codes"
    assert world.verify(started["flow"], world.code(started["reference"])).code == "too-many-wrong-codes"
    assert world.verify(waiting["flow"], world.code(waiting["reference"])).code == "code-expired"
    again = world.start(person.user_id).body
    assert world.send(again["flow"]).body["digits"] == 12
    code = world.code(again["reference"])
    assert world.verify(again["flow"], f"{code[:4]} {code[4:8]} {code[8:]}").status == 200


def test_a_second_code_is_not_sent_before_thirty_seconds_b8(world, time_machine):
    person = world.person()
    time_machine.move_to(1_800_000_000, tick=False)
    flow = world.start(person.user_id).body["flow"]
    first = world.send(flow)
    assert first.body == {
        "resend_after": 1_800_000_030, "expires_at": 1_800_000_300, "resend_in": 30, "expires_in": 300, "digits": 8
    }  # fmt: skip
    early = world.send(flow)
    assert (early.code, early.body["retry_after"], early.headers["retry-after"]) == (
        "wait-before-another-code",
        30,
        "30",
    )
    time_machine.move_to(1_800_000_030, tick=False)
    assert world.send(flow).status == 202
