"""The catalogue of problems: each is an RFC 9457 problem type and a page of guidance.

A published `code` never changes: it is part of a URL (`/errors/<code>/`) that people keep. Texts may use the
organisation's facts in braces (see `organisation.facts`). Markdown links `[words](page:name)` become links on
the site and plain text in the API.
"""

# One namespace (`problems.WRONG_CODE`), one file for each part of the product.
from regain.problems import (
    administration,
    directories,
    provider,
    provisioning,
    recovery,
    request,
    security_info,
    signing_in,
)
from regain.problems.administration import *  # noqa: F403
from regain.problems.directories import *  # noqa: F403
from regain.problems.entry import Problem as Problem
from regain.problems.entry import Refused as Refused
from regain.problems.entry import plain_text as plain_text
from regain.problems.provider import *  # noqa: F403
from regain.problems.provisioning import *  # noqa: F403
from regain.problems.recovery import *  # noqa: F403
from regain.problems.request import *  # noqa: F403
from regain.problems.security_info import *  # noqa: F403
from regain.problems.signing_in import *  # noqa: F403

_PARTS = (recovery, signing_in, request, security_info, administration, provisioning, directories, provider)
_ENTRIES = [[entry for entry in vars(part).values() if isinstance(entry, Problem)] for part in _PARTS]

CATALOGUE: dict[str, Problem] = {entry.code: entry for part in _ENTRIES for entry in part}
ARTICLE_NUMBERS: dict[str, int] = {
    entry.code: 1000 + 100 * number + place for number, part in enumerate(_ENTRIES) for place, entry in enumerate(part)
}
"""Article numbers by code. They are stable: append new parts, and new problems within their part."""
