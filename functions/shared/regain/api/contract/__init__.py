"""The HTTP contract: a msgspec type for each request and response, an `Operation` for each route.

Functions decode requests into these types, and `openapi.py` generates the OpenAPI document from them. A test compares
the operations with the routes of each `app.py` and the events of `template.yaml`.
"""

from regain.api.contract.account import *  # noqa: F403
from regain.api.contract.administration import *  # noqa: F403
from regain.api.contract.contact import *  # noqa: F403
from regain.api.contract.desk import *  # noqa: F403
from regain.api.contract.desk_operations import *  # noqa: F403
from regain.api.contract.invitations import *  # noqa: F403
from regain.api.contract.operation import *  # noqa: F403
from regain.api.contract.operations import *  # noqa: F403
from regain.api.contract.recovery import *  # noqa: F403
from regain.api.contract.security_info import *  # noqa: F403
from regain.api.contract.values import *  # noqa: F403
