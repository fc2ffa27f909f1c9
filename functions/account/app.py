"""Routes of the account function."""

from account.flow import sign_in
from regain import contract
from regain.http import Api

lambda_handler = Api()
lambda_handler.serve(contract.SIGN_IN, sign_in)
