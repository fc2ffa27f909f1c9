"""Security info in DynamoDB: one item per account, under the keyed hash of the user ID."""

from dataclasses import dataclass
from typing import Any

from regain.adapters.store import Store, Write, fields_of, marshal, put_version, to_dataclass, unmarshal
from regain.domain.security_info import Answer, Authenticator, Contact, Passkey, RecoveryCode, SecurityInfo

_PLACEHOLDER = marshal(
    fields_of(
        SecurityInfo(
            (Contact("0", "email", "nobody@home.example", 1), Contact("1", "mobile", "+440000000000", 1)),
            Authenticator("0" * 32, 1, 1),
            RecoveryCode("0" * 32, 1),
            tuple(Answer(f"q{number:02}", "-" * 97, 1) for number in range(3)),
            (Passkey("0", "-" * 43, "-" * 103, 1, "Nobody's", 1),),
        )
    )
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SecurityInfos:
    """The security info table."""

    store: Store
    table: str

    def key(self, subject: str) -> tuple[str, dict[str, str]]:
        """The key of an account's security info, for `Store.batch_get`."""
        return self.table, {"subject": subject}

    def write(self, subject: str, info: SecurityInfo) -> Write:
        """Writes the security info, if it has not changed since it was read."""
        return put_version(self.table, {"subject": subject, **fields_of(info)}, info.version)

    def require_write(self, subject: str, info: SecurityInfo) -> Write:
        """Requires its owner to review it, if it has not changed since it was read. Writes nothing else."""
        unchanged = "version = :seen" if info.version else "attribute_not_exists(version)"
        values: dict[str, Any] = {":yes": True, ":at": 0, ":next": info.version + 1}
        values |= {":seen": info.version} if info.version else {}
        request = {
            "TableName": self.table, "Key": marshal({"subject": subject}), "ConditionExpression": unchanged,
            "UpdateExpression": "SET required = :yes, remind_at = :at, version = :next",
            "ExpressionAttributeValues": marshal(values),
        }  # fmt: skip
        return Write("Update", request)


def from_item(item: dict[str, Any] | None) -> SecurityInfo:
    """The security info in an item. Without an item a placeholder is decoded, so that the time is the same (B1)."""
    found = to_dataclass(item or unmarshal(_PLACEHOLDER), SecurityInfo)
    return found if item else SecurityInfo()
