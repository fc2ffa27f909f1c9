"""Routes of the reset function."""

from regain.api import contract
from regain.api.handler import Api
from regain.recovery.steps import steps
from regain.runtime import snapstart
from reset.flow import finish

lambda_handler = Api()
for operation, step in zip(contract.RESET, (*steps("reset"), finish), strict=True):
    lambda_handler.serve(operation, step)
snapstart.prepare("argon2", "pyotp", passwords=True)
