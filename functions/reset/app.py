"""Routes of the reset function."""

from regain import contract
from regain.http import Api
from reset.flow import finish, send, start, verify

lambda_handler = Api()
for operation, step in zip(contract.RESET, (start, send, verify, finish), strict=True):
    lambda_handler.serve(operation, step)
