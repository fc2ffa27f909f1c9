"""Before a snapshot everything is loaded, and nothing is drawn or connected (SnapStart)."""

import importlib

import pytest

from regain.adapters import aws
from regain.runtime import services as composition
from tests.functions import calls


@pytest.mark.parametrize("name", ["service", "reset", "unlock", "account", "contact", "admin", "provisioning"])
def test_a_function_makes_its_clients_and_asks_nobody(world, monkeypatch, name):
    app = importlib.import_module(f"{name}.app")
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    calls.watch(monkeypatch.setattr, lambda *_: pytest.fail("somebody was asked"))
    for cached in (composition.services, aws.client, aws._session):
        cached.cache_clear()
    try:
        importlib.reload(app)
        assert composition.services.cache_info().currsize == 1
        assert composition.services().keys._derived == {}
    finally:
        composition.services.cache_clear()


def test_without_a_snapshot_nothing_is_made_before_a_request(monkeypatch):
    monkeypatch.delenv("AWS_LAMBDA_INITIALIZATION_TYPE", raising=False)
    composition.services.cache_clear()
    importlib.reload(importlib.import_module("reset.app"))
    assert composition.services.cache_info().currsize == 0
