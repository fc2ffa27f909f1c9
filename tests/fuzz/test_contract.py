"""Schemathesis against the whole stack: a short, fixed run. `make fuzz` has the long one."""

import pytest

from regain.api import contract
from tests.fuzz import target


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    stack = target.fuzzed(tmp_path_factory.mktemp("fuzzed"), target.organisation("detailed"))
    yield stack
    stack.stop()


def test_the_contract_is_kept_by_every_operation_whoever_asks(fuzzed):
    """As an administrator, who may do everything; that nobody may without a session is one of the checks."""
    options = ("--phases", "fuzzing", "--max-examples", "1", "--generation-deterministic", "--max-time", "20")
    done = target.fuzz(fuzzed, "administrator", 1, *options, proofs=60)
    assert done.returncode == 0, done.stdout
    every = len(contract.OPERATIONS) - 1  # all but the contract itself, which schemathesis has read to begin with
    assert f"Tested: {every}\n" in done.stdout, done.stdout
    assert target.faults(fuzzed) == []
