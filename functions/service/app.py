"""Routes of the service function, which also answers for every address that no other function has."""

import os

from regain.adapters.site_pages import NotFoundPages
from regain.api.handler import ContractResolver
from regain.runtime import snapstart
from service import flow

app = ContractResolver(NotFoundPages(os.environ.get("SITE_BUCKET", "")))
app.get("/api/challenge")(flow.challenge)
app.get("/api/health")(flow.health)
app.get("/api/openapi.json")(flow.openapi)
app.get("/.well-known/change-password")(flow.redirect_to_change_password)
app.head("/.well-known/change-password")(flow.redirect_to_change_password)

lambda_handler = app.resolve
snapstart.prepare()
