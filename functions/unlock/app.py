"""Routes of the unlock function."""

from regain.api.handler import ContractResolver
from regain.recovery import progress
from regain.recovery.steps import steps
from regain.runtime import snapstart
from unlock.flow import finish

start, send, verify = steps("unlock")
state, extend = progress.steps("unlock")

app = ContractResolver()
app.post("/api/unlock/start")(start)
app.post("/api/unlock/send")(send)
app.post("/api/unlock/verify")(verify)
app.post("/api/unlock/finish")(finish)
app.post("/api/unlock/state")(state)
app.post("/api/unlock/extend")(extend)

lambda_handler = app.resolve
snapstart.prepare("argon2", "pyotp")
