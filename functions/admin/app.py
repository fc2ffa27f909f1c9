"""Routes of the admin function."""

from admin import accounts, acts, audit, proving
from regain import contract, snapshot
from regain.http import Api

lambda_handler = Api()
lambda_handler.serve(contract.ADMIN, accounts.view)
lambda_handler.serve(contract.ADMIN_ACCOUNT, accounts.look)
lambda_handler.serve(contract.ADMIN_PROVE, proving.start)
lambda_handler.serve(contract.ADMIN_PROVE_SEND, proving.send)
lambda_handler.serve(contract.ADMIN_PROVE_VERIFY, proving.verify)
lambda_handler.serve(contract.CALLER_START, proving.caller_start)
lambda_handler.serve(contract.CALLER_SEND, proving.caller_send)
lambda_handler.serve(contract.CALLER_VERIFY, proving.caller_verify)
lambda_handler.serve(contract.ADMIN_RESET, acts.reset)
lambda_handler.serve(contract.ADMIN_UNLOCK, acts.unlock)
lambda_handler.serve(contract.ADMIN_LIFT, acts.lift)
lambda_handler.serve(contract.ADMIN_ENABLE, acts.enable)
lambda_handler.serve(contract.ADMIN_CLEAR, acts.clear_methods)
lambda_handler.serve(contract.ADMIN_REQUIRE, acts.require)
lambda_handler.serve(contract.ADMIN_WAIVE, acts.waive)
lambda_handler.serve(contract.ADMIN_STORY, audit.story)
lambda_handler.serve(contract.ADMIN_EVENTS, audit.listing)
lambda_handler.serve(contract.ADMIN_REPORT, audit.report)
snapshot.prepare("argon2", "pyotp")
