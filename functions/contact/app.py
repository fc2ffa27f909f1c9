"""Routes of the contact function."""

from contact.flow import ask_administrator, ask_support
from regain import contract, snapshot
from regain.http import Api

lambda_handler = Api()
lambda_handler.serve(contract.ASK_ADMINISTRATOR, ask_administrator)
lambda_handler.serve(contract.ASK_SUPPORT, ask_support)
snapshot.prepare("regain.contacts", "phonenumbers")
