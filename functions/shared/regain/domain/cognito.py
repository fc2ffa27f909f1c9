"""The settings of a domain whose passwords live in an Amazon Cognito user pool."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cognito:
    """The user pool, by its ID, and the app client without a secret by whose ID people sign in here."""

    pool: str
    client: str

    @property
    def region(self) -> str:
        """The region of the pool: its ID begins with it."""
        return self.pool.partition("_")[0]
