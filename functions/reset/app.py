"""Routes of the reset function."""

from regain import contract, snapshot
from regain.http import Api
from regain.recovery import steps
from reset.flow import finish

lambda_handler = Api()
for operation, step in zip(contract.RESET, (*steps("reset"), finish), strict=True):
    lambda_handler.serve(operation, step)
snapshot.prepare("argon2", "pyotp", passwords=True)
