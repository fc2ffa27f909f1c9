"""Routes of the reset function."""

from regain.api.handler import ContractResolver
from regain.recovery import progress
from regain.recovery.steps import steps
from regain.runtime import snapstart
from reset.flow import finish

start, send, verify = steps("reset")
state, extend = progress.steps("reset")

app = ContractResolver()
app.post("/api/reset/start")(start)
app.post("/api/reset/send")(send)
app.post("/api/reset/verify")(verify)
app.post("/api/reset/finish")(finish)
app.post("/api/reset/state")(state)
app.post("/api/reset/extend")(extend)

lambda_handler = app.resolve
snapstart.prepare("argon2", "pyotp", passwords=True)
