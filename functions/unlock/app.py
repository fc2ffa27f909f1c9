"""Routes of the unlock function."""

from regain import contract
from regain.http import Api
from regain.recovery import steps
from unlock.flow import finish

lambda_handler = Api()
for operation, step in zip(contract.UNLOCK, (*steps("unlock"), finish), strict=True):
    lambda_handler.serve(operation, step)
