"""Stored passwords: Argon2id over an HMAC under a pepper that KMS derives and no table holds (X22)."""

import re

import argon2
import pytest

from regain.adapters import password_hash
from regain.adapters.keys import Keys, RootKey

PASSWORD = "maple-Cedar-93-window"
PHC = r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}"


class Kms:
    """Stands in for KMS: a MAC that depends on key and message, and a list of what was asked."""

    def __init__(self):
        self.asked = []

    def generate_mac(self, **params):
        self.asked.append((params["KeyId"], params["Message"].decode()))
        return {"Mac": f"{params['KeyId']}/{params['Message'].decode()}".encode()}


def keys(generation=1, key="password-key"):
    return Keys(Kms(), "service-key", password=RootKey(key, generation))


@pytest.fixture
def hasher(monkeypatch):
    """Argon2 itself, with a list of what it was asked to do."""
    calls, real = [], argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

    class Counting:
        def hash(self, secret):
            calls.append(("hash", secret))
            return real.hash(secret)

        def verify(self, phc, secret):
            calls.append(("verify", secret))
            return real.verify(phc, secret)

        check_needs_rehash = real.check_needs_rehash

    monkeypatch.setattr(password_hash, "_argon2", Counting)
    return calls


def test_what_is_stored_names_the_pepper_and_the_designed_cost():
    stored = password_hash.hash_password(PASSWORD, keys(3))
    assert re.fullmatch(f"pepper=3{PHC}", stored)
    assert password_hash.verify(stored, PASSWORD, keys(3))
    assert not password_hash.verify(stored, PASSWORD.upper(), keys(3))


def test_salts_are_random_and_say_nothing_about_the_password_x22():
    made = {password_hash.hash_password(PASSWORD, keys()).split("$")[4] for _ in range(12)}
    assert len(made) == 12
    assert {len(salt) for salt in made} == {22}


def test_a_stolen_table_verifies_no_password_without_the_pepper_x22():
    """Neither the password itself nor its HMAC under any other key matches what is stored."""
    stored = password_hash.hash_password(PASSWORD, keys())
    phc = stored[stored.index("$") :]
    for guess in (PASSWORD, password_hash._peppered(PASSWORD, b""), password_hash._peppered(PASSWORD, b"0" * 32)):
        with pytest.raises(argon2.exceptions.VerifyMismatchError):
            argon2.PasswordHasher().verify(phc, guess)
    assert not password_hash.verify(stored, PASSWORD, keys(key="another-key"))
    assert not password_hash.verify(stored, PASSWORD, None)
    assert not password_hash.verify(phc, PASSWORD, keys())


def test_another_generation_is_another_pepper_and_older_hashes_stay_good(hasher):
    old = password_hash.hash_password(PASSWORD, keys(1))
    new = password_hash.hash_password(PASSWORD, keys(2))
    assert hasher[0] != hasher[1]
    assert password_hash.verify(old, PASSWORD, keys(2))
    assert not password_hash.verify(old.replace("pepper=1", "pepper=2"), PASSWORD, keys(2))
    assert password_hash.needs_rehash(old, keys(2))
    assert not password_hash.needs_rehash(new, keys(2))


def test_a_process_of_before_the_rotation_verifies_a_hash_of_after_it_and_leaves_it(hasher):
    new = password_hash.hash_password(PASSWORD, keys(2))
    assert password_hash.verify(new, PASSWORD, keys(1))
    assert not password_hash.needs_rehash(new, keys(1))


def test_a_hash_without_a_pepper_or_with_weaker_parameters_is_renewed():
    bare = password_hash.hash_password(PASSWORD, None)
    assert password_hash.verify(bare, PASSWORD, keys())
    assert password_hash.needs_rehash(bare, keys())
    weaker = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    assert password_hash.needs_rehash(f"pepper=1{weaker.hash('x')}", keys())
    assert not password_hash.needs_rehash(password_hash.hash_password(PASSWORD, keys()), keys())


@pytest.mark.parametrize("peppered", [True, False], ids=["peppered", "imported"])
@pytest.mark.parametrize("generation", [1, 3])
def test_nobodys_password_costs_what_anybodys_does_b1(hasher, generation, peppered):
    """One hash, and the same calls of KMS, whatever the generation of the hash: none shows whose password it was."""
    somebodys, nobodys = keys(generation), keys(generation)
    stored = password_hash.hash_password(PASSWORD, keys() if peppered else None)
    hasher.clear()
    assert password_hash.verify(stored, PASSWORD, somebodys)
    assert not password_hash.verify("", PASSWORD, nobodys)
    assert [name for name, _ in hasher] == ["verify", "verify"]
    expected = [("password-key", f"regain/{number}") for number in range(1, generation + 1)]
    assert somebodys._client.asked == nobodys._client.asked == expected


def test_kms_is_asked_once_by_a_process(hasher):
    used = keys()
    stored = password_hash.hash_password(PASSWORD, used)
    assert all(password_hash.verify(stored, PASSWORD, used) for _ in range(3))
    assert used._client.asked == [("password-key", "regain/1")]


@pytest.mark.parametrize(
    "stored", ["", "pepper=1", "pepper=x$argon2id$", "pepper=$argon2id$v=19$", "plain", "$argon2id$v=19"]
)
def test_nothing_matches_what_is_no_hash(stored):
    assert not password_hash.verify(stored, PASSWORD, keys())
    assert not password_hash.verify(stored, stored or "x", keys())


def test_what_argon2_hashes_has_no_nul_byte_and_one_length(hasher):
    for password in ("", "x", "a\0b", "\U0001f994" * 256):
        password_hash.hash_password(password, keys())
    assert {len(secret) for _, secret in hasher} == {64}
    assert all(secret.isascii() and "\0" not in secret for _, secret in hasher)
