"""Routes of the contact function: requests for help."""

from contact import flow
from regain.api.handler import ContractResolver
from regain.runtime import snapstart

app = ContractResolver()
app.post("/api/contact/administrator")(flow.ask_administrator)
app.post("/api/contact/support")(flow.ask_support)

lambda_handler = app.resolve
snapstart.prepare("regain.people.contacts", "phonenumbers")
