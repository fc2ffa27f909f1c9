"""How a SCIM request is refused: `scimType` (RFC 7644, 3.12) and a sentence for the log of the identity provider."""

from regain.problems import SCIM_ALREADY_EXISTS, SCIM_REQUEST_NOT_ACCEPTED, Refused


def refused(scim_type: str, detail: str) -> Refused:
    """A refusal of what the request says. `detail` names attributes, and never a value."""
    return Refused(SCIM_REQUEST_NOT_ACCEPTED, reason=scim_type, scim_type=scim_type, detail=detail)


def taken(attribute: str) -> Refused:
    """A refusal because another resource has the same value of this attribute."""
    detail = f"Another resource has the same {attribute}."
    return Refused(SCIM_ALREADY_EXISTS, reason="uniqueness", scim_type="uniqueness", detail=detail)
