"""Routes of the service function, which also answers for every address that no other function has."""

from pathlib import Path

from regain.api.handler import ContractResolver
from regain.runtime import snapstart
from service import flow

_PAGES = Path(__file__).with_name("404")  # of the built site: root.html, and one for each folder of a language

app = ContractResolver({page.stem.removeprefix("root"): page.read_text() for page in _PAGES.glob("*.html")})
app.get("/api/challenge")(flow.challenge)
app.get("/api/health")(flow.health)
app.get("/api/openapi.json")(flow.openapi)
app.get("/.well-known/change-password")(flow.redirect_to_change_password)

lambda_handler = app.resolve
snapstart.prepare()
