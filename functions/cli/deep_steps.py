"""The steps of `doctor --deep`, from which `docs/admin/first-half-hour.md` is generated."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A step that uses one function's role. `shows` and `otherwise` are Markdown for the guide."""

    role: str
    done: str
    shows: str
    otherwise: str


_DENIED = "`AccessDenied` on `{}`: a condition on attributes denies what the code does. See the role's statement"
STEPS = (
    Step(
        "service",
        "liveness and a proof of work",
        "the function starts, from its snapshot too, and KMS derives its keys",
        "the layer was not built, or the role may not `GenerateMac`",
    ),
    Step(
        "reset",
        "a password was reset, from start to finish",
        "transactions over tables that are encrypted with your key, and conditions on the attributes written",
        _DENIED.format("UpdateItem"),
    ),
    Step(
        "unlock",
        "an account was unlocked, from start to finish",
        "accounts are read without their password: `dynamodb:Attributes` and `dynamodb:Select`",
        _DENIED.format("BatchGetItem"),
    ),
    Step(
        "account",
        "somebody signed in with the new password and signed out",
        "the pepper's key, sessions, and cookies through CloudFront",
        "the role may not use `PasswordKey`, or the origin request policy passes no cookies",
    ),
    Step(
        "admin",
        "an auditor saw an account, and the report",
        "reads without passwords, and of events and counts",
        _DENIED.format("GetItem"),
    ),
    Step(
        "provisioning",
        "an identity provider found the account by SCIM",
        "tokens, and the index by which people are found",
        _DENIED.format("Query"),
    ),
    Step(
        "contact",
        "a request for help was taken",
        "the outbox is written. Look whether the mail arrives",
        "the role may not write to the table of limits or of the outbox",
    ),
    Step(
        "notify",
        "the messages of all this were handed over",
        "the stream wakes the function, and SES takes mail from your domain, to the simulator in its sandbox too",
        "`message-failed`: the domain is not verified, or not that of `SenderDomain`. No event: the stream's mapping",
    ),
    Step(
        "receipts",
        "a delivery was noted",
        "SES tells the encrypted topic, and the topic tells the function",
        "the policy of `DataKey` for `ses.amazonaws.com`, or that of the topic",
    ),
    Step(
        "report",
        "the account and its events were counted",
        "three streams are read and counted",
        "`AccessDenied` on `BatchGetItem`, or a stream's mapping that is disabled",
    ),
)
"""One for each function of the template, in the order in which they run."""
