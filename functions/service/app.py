"""Routes of the service function: what every client needs before it can do anything."""

from pathlib import Path

from regain import contract, snapshot
from regain.http import Api
from service.flow import challenge, change_password, health, openapi

_PAGE = Path(__file__).with_name("404.html")  # of the built site, where there is one

lambda_handler = Api(_PAGE.read_text() if _PAGE.exists() else "")
lambda_handler.serve(contract.CHALLENGE, challenge)
lambda_handler.serve(contract.HEALTH, health)
lambda_handler.serve(contract.OPENAPI, openapi)
lambda_handler.serve(contract.CHANGE_PASSWORD, change_password)
snapshot.prepare()
