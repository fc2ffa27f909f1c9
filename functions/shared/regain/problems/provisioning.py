"""Problems of provisioning (SCIM): an identity provider shows them in its log of provisioning."""

from regain.problems.entry import Problem

SCIM_TOKEN_NOT_ACCEPTED = Problem(
    "scim-token-not-accepted", 401, "The provisioning token is not accepted",
    "The request of the identity provider carried no bearer token, or one that has expired or has been revoked.",
    ("Make a new token with `./regain scim token create` and enter it at the identity provider.",))  # fmt: skip

SCIM_REQUEST_NOT_ACCEPTED = Problem(
    "scim-request-not-accepted", 400, "The provisioning request is not accepted",
    "The identity provider sent a value, a path or a filter that cannot be used. Its log of provisioning says which.",
    ("Read `scimType` and `detail` in the log of provisioning of the identity provider.",
     "Correct the attribute mapping, or the person’s data at the identity provider, and provision again."))  # fmt: skip

SCIM_ALREADY_EXISTS = Problem(
    "scim-already-exists", 409, "Somebody else has this name already",
    "Another account or group has the user name, the external id or the display name that the identity provider sent.",
    ("Find the other account with `./regain explain`, or match the person by `userName` at the identity provider.",
     "Two people cannot share a user name: give one of them another."))  # fmt: skip

SCIM_NOT_SUPPORTED = Problem(
    "scim-not-supported", 501, "This part of SCIM is not supported",
    "Bulk requests, searches by POST and `/Me` are not supported, as `/ServiceProviderConfig` says.",
    ("Turn the feature off at the identity provider.",))  # fmt: skip
