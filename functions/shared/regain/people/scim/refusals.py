"""Refusals of SCIM requests: `scimType` (RFC 7644, 3.12) and a sentence for the identity provider's log."""

from regain.problems import SCIM_ALREADY_EXISTS, SCIM_REQUEST_NOT_ACCEPTED, Refused


def refused(scim_type: str, detail: str) -> Refused:
    """Refuses a request. `detail` names attributes, never values."""
    return Refused(SCIM_REQUEST_NOT_ACCEPTED, reason=scim_type, scim_type=scim_type, detail=detail)


def taken(attribute: str) -> Refused:
    """Refuses a request because another resource has the same value of this attribute."""
    detail = f"Another resource has the same {attribute}."
    return Refused(SCIM_ALREADY_EXISTS, reason="uniqueness", scim_type="uniqueness", detail=detail)
