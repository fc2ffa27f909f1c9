"""Routes of the service function: what every client needs before it can do anything."""

from regain import contract
from regain.http import Api
from service.flow import challenge, change_password, health, openapi

lambda_handler = Api()
lambda_handler.serve(contract.CHALLENGE, challenge)
lambda_handler.serve(contract.HEALTH, health)
lambda_handler.serve(contract.OPENAPI, openapi)
lambda_handler.serve(contract.CHANGE_PASSWORD, change_password)
