"""Routes of the admin function."""

from admin import accounts, actions, audit, step_up
from regain.api import contract
from regain.api.handler import Api
from regain.runtime import snapstart

lambda_handler = Api()
lambda_handler.serve(contract.ADMIN, accounts.show_agent)
lambda_handler.serve(contract.ADMIN_ACCOUNT, accounts.show_account)
lambda_handler.serve(contract.ADMIN_PROVE, step_up.start)
lambda_handler.serve(contract.ADMIN_PROVE_SEND, step_up.send)
lambda_handler.serve(contract.ADMIN_PROVE_VERIFY, step_up.verify)
lambda_handler.serve(contract.CALLER_START, step_up.start_caller)
lambda_handler.serve(contract.CALLER_SEND, step_up.send_to_caller)
lambda_handler.serve(contract.CALLER_VERIFY, step_up.verify_caller)
lambda_handler.serve(contract.ADMIN_RESET, actions.reset)
lambda_handler.serve(contract.ADMIN_UNLOCK, actions.unlock)
lambda_handler.serve(contract.ADMIN_LIFT, actions.lift)
lambda_handler.serve(contract.ADMIN_ENABLE, actions.enable)
lambda_handler.serve(contract.ADMIN_CLEAR, actions.clear_methods)
lambda_handler.serve(contract.ADMIN_REQUIRE, actions.require_registration)
lambda_handler.serve(contract.ADMIN_WAIVE, actions.waive_registration)
lambda_handler.serve(contract.ADMIN_STORY, audit.show_trail)
lambda_handler.serve(contract.ADMIN_EVENTS, audit.list_events)
lambda_handler.serve(contract.ADMIN_REPORT, audit.show_report)
snapstart.prepare("argon2", "pyotp")
