"""A failed batch is read again until its last record (A14): a reader that stops earlier loses mail and calls it success."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.adapters import stream_records
from regain.adapters.stream_records import IncompleteBatch, read_failed_batch


def record(number, name):
    return {"eventName": name, "dynamodb": {"SequenceNumber": str(number), "NewImage": {"id": {"S": str(number)}}}}


class Shard:
    """A shard as GetRecords answers it: in pages, some of them empty, and without another one where it is closed."""

    def __init__(self, pages, closed=False):
        self.pages, self.closed = pages, closed

    def get_shard_iterator(self, **asked):
        assert asked["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
        self.first = int(asked["SequenceNumber"])
        return {"ShardIterator": "0"}

    def get_records(self, **asked):
        page = int(asked["ShardIterator"])
        records = self.pages[page] if page < len(self.pages) else []
        wanted = [each for each in records if int(each["dynamodb"]["SequenceNumber"]) >= self.first]
        ended = self.closed and page + 1 >= len(self.pages)
        return {"Records": wanted} if ended else {"Records": wanted, "NextShardIterator": str(page + 1)}


@pytest.fixture
def read(monkeypatch):
    def reading(pages, first, last, size=10, closed=False):
        monkeypatch.setattr(stream_records.aws, "client", lambda _: Shard(pages, closed))
        batch = {
            "streamArn": "arn", "shardId": "shard", "batchSize": size,
            "startSequenceNumber": str(first), "endSequenceNumber": str(last),
        }  # fmt: skip
        found = read_failed_batch(json.dumps({"DDBStreamBatchInfo": batch}))
        return [int(each["dynamodb"]["SequenceNumber"]) for each in found if each["eventName"] == "INSERT"]

    return reading


def outbox(messages):
    """What a shard of the outbox holds: each message, and the two changes that claim it and note what came of it."""
    names = ("INSERT", "MODIFY", "MODIFY")
    return [record(100 + 3 * place + number, name) for place in range(messages) for number, name in enumerate(names)]


def test_ten_messages_with_their_changes_between_them_are_ten(read):
    """The function was given ten INSERTs, so that `batchSize` is 10; between them lie 20 changes that it filters out."""
    inserted = [100 + 3 * place for place in range(10)]
    assert read([outbox(12)], 100, 127) == inserted


@given(cuts=st.lists(st.integers(0, 36), max_size=8), size=st.integers(1, 10))
def test_however_the_stream_is_cut_into_pages_all_of_the_batch_is_read_and_nothing_beyond(cuts, size):
    bounds = [0, *sorted(cuts), 36]
    pages = [outbox(12)[start:end] for start, end in itertools.pairwise(bounds)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream_records.aws, "client", lambda _: Shard(pages))
        batch = {
            "streamArn": "a",
            "shardId": "s",
            "batchSize": size,
            "startSequenceNumber": "103",
            "endSequenceNumber": "130",
        }
        found = read_failed_batch(json.dumps({"DDBStreamBatchInfo": batch}))
    assert [int(each["dynamodb"]["SequenceNumber"]) for each in found] == list(range(103, 131))


def test_empty_pages_before_the_first_record_are_no_end(read):
    assert read([[], [], [], outbox(2)], 100, 103) == [100, 103]


@pytest.mark.parametrize("closed", [True, False], ids=["the shard ends", "nothing more comes"])
def test_a_batch_that_is_not_read_to_its_end_is_no_success(read, closed):
    """The message stays in the queue: SQS deletes what a function calls done."""
    with pytest.raises(IncompleteBatch, match="6 records"):
        read([outbox(2)], 100, 127, closed=closed)
    with pytest.raises(IncompleteBatch):
        read([], 100, 100, closed=closed)
