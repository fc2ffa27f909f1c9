"""Routes of the account function: sign-in, password, sessions and security info of the person signed in."""

from account import flow, methods, registration, step_up
from regain.api.handler import ContractResolver, deferred
from regain.runtime import snapstart

app = ContractResolver()
app.post("/api/account/sign-in")(flow.sign_in)
app.get("/api/account/oidc/start")(deferred("account.provider", "start"))
app.get("/api/account/oidc/callback")(deferred("account.provider", "callback"))
app.post("/api/account/oidc/logout")(deferred("account.provider_logout", "logout"))
app.post("/api/account/sign-out")(flow.sign_out)
app.post("/api/account/forget-browser")(flow.forget_browser)
app.get("/api/account")(flow.show_account)
app.post("/api/account/password")(flow.change_password)
app.post("/api/account/sessions/end")(flow.end_session)
app.post("/api/account/language")(flow.choose_language)
app.post("/api/account/secure")(flow.repudiate)
app.get("/api/account/methods")(methods.list_methods)
app.post("/api/account/prove/start")(step_up.start)
app.post("/api/account/prove/send")(step_up.send)
app.post("/api/account/prove/verify")(step_up.verify)
app.post("/api/account/methods")(registration.register)
app.post("/api/account/methods/keep")(registration.reconfirm)
app.post("/api/account/methods/later")(registration.postpone)
app.post("/api/account/methods/<id>/confirm")(registration.confirm)
app.delete("/api/account/methods/<id>")(registration.remove)

lambda_handler = app.resolve
snapstart.prepare("argon2", "pyotp", "segno", "regain.people.contacts", "phonenumbers", passwords=True)
