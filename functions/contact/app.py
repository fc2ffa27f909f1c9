"""Routes of the contact function."""

from contact.flow import ask_administrator, ask_support
from regain.api import contract
from regain.api.handler import Api
from regain.runtime import snapstart

lambda_handler = Api()
lambda_handler.serve(contract.ASK_ADMINISTRATOR, ask_administrator)
lambda_handler.serve(contract.ASK_SUPPORT, ask_support)
snapstart.prepare("regain.people.contacts", "phonenumbers")
