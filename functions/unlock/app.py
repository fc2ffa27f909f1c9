"""Routes of the unlock function."""

from regain import contract
from regain.http import Api
from unlock.flow import finish, send, start, verify

lambda_handler = Api()
for operation, step in zip(contract.UNLOCK, (start, send, verify, finish), strict=True):
    lambda_handler.serve(operation, step)
