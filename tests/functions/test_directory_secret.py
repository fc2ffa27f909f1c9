"""The password of a directory's service account: read from AWS Secrets Manager at its first use, and anew on demand."""

import json

import pytest
from botocore.exceptions import ClientError

from directory import secret
from regain.adapters import aws
from regain.directories.base import NotAllowed
from tests.functions.test_directory_function import ARN, LOCAL_SECRET


@pytest.fixture
def secrets(monkeypatch):
    """Secrets Manager, with a secret that can be changed; None: it may not be read."""
    monkeypatch.setattr(secret, "_kept", [])
    monkeypatch.delenv(secret.LOCAL, raising=False)
    monkeypatch.setenv("DIRECTORY_SECRET", ARN)

    class Manager:
        text, read = "first", 0

        def get_secret_value(self, SecretId):  # noqa: N803 - botocore's name
            assert SecretId == ARN
            self.read += 1
            if self.text is None:
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "x"}}, "GetSecretValue")
            return {"SecretString": self.text}

    manager = Manager()
    monkeypatch.setattr(aws, "client", lambda _: manager)
    return manager


def test_the_secret_is_read_at_the_first_use_kept_and_read_anew_on_demand(secrets):
    ours = secret.secret_of("contoso.example")
    assert secrets.read == 0
    assert (ours(False), ours(False), secrets.read) == ("first", "first", 1)
    secrets.text = "second"
    assert (ours(False), ours(True), ours(False), secrets.read) == ("first", "second", "second", 2)


def test_one_secret_can_hold_the_password_of_each_domain(secrets):
    secrets.text = json.dumps({"contoso.example": "one", "fabrikam.example": "two"})
    assert secret.secret_of("contoso.example")(False) == "one"
    assert secret.secret_of("fabrikam.example")(False) == "two"


def test_a_secret_that_cannot_be_read_has_to_be_repaired(secrets, monkeypatch):
    secrets.text = None
    with pytest.raises(NotAllowed, match="AccessDeniedException"):
        secret.secret_of("contoso.example")(False)
    monkeypatch.setenv("DIRECTORY_SECRET", "")
    with pytest.raises(NotAllowed, match="none is named"):
        secret.secret_of("contoso.example")(False)
    monkeypatch.setenv(secret.LOCAL, LOCAL_SECRET)
    assert secret.secret_of("contoso.example")(False) == LOCAL_SECRET


def test_a_domain_that_the_secret_leaves_out_is_not_shown_the_passwords_of_the_others(secrets):
    """The whole would be sent to its directory as a password."""
    secrets.text = json.dumps({"contoso.example": "one"})
    with pytest.raises(NotAllowed, match="none for this domain"):
        secret.secret_of("fabrikam.example")(False)
