"""Routes of the unlock function."""

from regain import contract, snapshot
from regain.http import Api
from regain.recovery import steps
from unlock.flow import finish

lambda_handler = Api()
for operation, step in zip(contract.UNLOCK, (*steps("unlock"), finish), strict=True):
    lambda_handler.serve(operation, step)
snapshot.prepare("argon2", "pyotp")
