"""Routes of the account function."""

from account import registration
from account.flow import (
    change_password,
    choose_language,
    end_session,
    repudiate,
    show_account,
    sign_in,
    sign_out,
)
from regain.api import contract
from regain.api.handler import Api
from regain.runtime import snapstart

lambda_handler = Api()
lambda_handler.serve(contract.SIGN_IN, sign_in)
lambda_handler.serve(contract.SIGN_OUT, sign_out)
lambda_handler.serve(contract.ACCOUNT, show_account)
lambda_handler.serve(contract.PASSWORD, change_password)
lambda_handler.serve(contract.END_SESSION, end_session)
lambda_handler.serve(contract.CHOOSE_LANGUAGE, choose_language)
lambda_handler.serve(contract.SECURE, repudiate)
lambda_handler.serve(contract.METHODS, registration.list_methods)
lambda_handler.serve(contract.REGISTER, registration.register)
lambda_handler.serve(contract.KEEP, registration.reconfirm)
lambda_handler.serve(contract.LATER, registration.postpone)
lambda_handler.serve(contract.CONFIRM, registration.confirm)
lambda_handler.serve(contract.REMOVE, registration.remove)
snapstart.prepare("argon2", "pyotp", "segno", "regain.people.contacts", "phonenumbers", passwords=True)
