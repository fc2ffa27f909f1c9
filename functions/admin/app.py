"""Routes of the admin function: what helpdesk and administrators do, each within their role."""

from admin import accounts, actions, methods, people, requests, settings, step_up
from regain.api.handler import ContractResolver, deferred
from regain.runtime import snapstart

app = ContractResolver()
app.get("/api/admin")(accounts.show_agent)
app.post("/api/admin/prove/start")(step_up.start)
app.post("/api/admin/prove/send")(step_up.send)
app.post("/api/admin/prove/verify")(step_up.verify)
app.get("/api/admin/accounts/<user_id>")(accounts.show_account)
app.post("/api/admin/accounts/<user_id>/caller/start")(step_up.start_caller)
app.post("/api/admin/accounts/<user_id>/caller/send")(step_up.send_to_caller)
app.post("/api/admin/accounts/<user_id>/caller/verify")(step_up.verify_caller)
app.post("/api/admin/accounts/<user_id>/reset")(actions.reset)
app.post("/api/admin/accounts/<user_id>/unlock")(actions.unlock)
app.post("/api/admin/accounts/<user_id>/lift")(actions.lift)
app.post("/api/admin/accounts/<user_id>/disable")(actions.disable)
app.post("/api/admin/accounts/<user_id>/enable")(actions.enable)
app.delete("/api/admin/accounts/<user_id>/methods")(methods.clear)
app.post("/api/admin/accounts/<user_id>/methods/<method_id>/agree")(methods.agree)
app.post("/api/admin/accounts/<user_id>/registration-code")(methods.give_registration_code)
app.post("/api/admin/accounts/<user_id>/require-registration")(actions.require_registration)
app.delete("/api/admin/accounts/<user_id>/require-registration")(actions.waive_registration)
app.post("/api/admin/people/search")(people.search_people)
app.get("/api/admin/requests")(requests.list_requests)
app.post("/api/admin/requests")(requests.change_requests)
app.post("/api/admin/requests/<id>")(requests.change_request)
app.get("/api/admin/invitations")(deferred("admin.invitations", "list_invitations"))
app.post("/api/admin/invitations")(deferred("admin.invitations", "begin_invitation"))
app.get("/api/admin/invitations/<id>")(deferred("admin.invitations", "show_invitation"))
app.post("/api/admin/invitations/<id>")(deferred("admin.invitations", "move_invitation"))
app.get("/api/admin/settings")(settings.show_settings)
app.get("/api/admin/references/<reference>")(deferred("admin.audit", "show_trail"))
app.get("/api/admin/events")(deferred("admin.audit", "list_events"))
app.get("/api/admin/report")(deferred("admin.audit", "show_report"))

lambda_handler = app.resolve
snapstart.prepare("argon2", "pyotp", "admin.audit", "admin.invitations")
