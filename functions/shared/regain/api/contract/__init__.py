"""The HTTP contract (design, section 4): every request and answer as a type, every route as an entry.

The functions decode requests with these types, `openapi.py` writes the machine-readable contract
from them, and a test compares them with the routes of `template.yaml`.
"""

from regain.api.contract.account import *  # noqa: F403
from regain.api.contract.administration import *  # noqa: F403
from regain.api.contract.contact import *  # noqa: F403
from regain.api.contract.operations import *  # noqa: F403
from regain.api.contract.recovery import *  # noqa: F403
from regain.api.contract.security_info import *  # noqa: F403
from regain.api.contract.values import *  # noqa: F403
