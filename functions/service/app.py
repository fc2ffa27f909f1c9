"""Routes of the service function: what every client needs before it can do anything."""

from pathlib import Path

from regain.api import contract
from regain.api.handler import Api
from regain.runtime import snapstart
from service.flow import challenge, health, openapi, redirect_to_change_password

_PAGES = Path(__file__).with_name("404")  # of the built site, one for each folder of a language

lambda_handler = Api({page.stem.removeprefix("root"): page.read_text() for page in _PAGES.glob("*.html")})
lambda_handler.serve(contract.CHALLENGE, challenge)
lambda_handler.serve(contract.HEALTH, health)
lambda_handler.serve(contract.OPENAPI, openapi)
lambda_handler.serve(contract.CHANGE_PASSWORD, redirect_to_change_password)
snapstart.prepare()
