"""The file of messages that would have been sent."""

from concurrent.futures import ThreadPoolExecutor

from local.message_log import MessageLog


def test_messages_are_read_whole_while_others_are_written(tmp_path):
    log = MessageLog(tmp_path / "messages.jsonl")
    with ThreadPoolExecutor(4) as threads:
        done = []
        for _ in range(100):
            done.append(threads.submit(log.add, "email", "maria@home.example", "Code", "x" * 50_000))
            done.append(threads.submit(log.all))
    assert [each.exception() for each in done] == [None] * 200
    assert len(log.all()) == 100


def test_a_line_that_was_cut_off_is_no_message_and_harms_none_after_it(tmp_path):
    file = tmp_path / "messages.jsonl"
    first = MessageLog(file).add("email", "maria@home.example", "Code", "1")
    with file.open("a") as cut_off:
        cut_off.write('{"id": "x", "at": 1')
    log = MessageLog(file)
    assert [message["id"] for message in log.all()] == [first]
    second = log.add("email", "maria@home.example", "Code", "2")
    assert [message["id"] for message in log.all()] == [first, second]
