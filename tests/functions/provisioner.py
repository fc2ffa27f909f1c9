"""An identity provider that provisions people through the real handler of the provisioning function."""

import json
import secrets
import urllib.parse
from dataclasses import dataclass
from typing import Any

from provisioning import app
from regain.domain import scim_token
from tests.functions.conftest import Context, World

MEDIA_TYPE = "application/scim+json"


@dataclass(frozen=True)
class Reply:
    """What SCIM answered."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def scim_type(self) -> str:
        """`scimType` of an error; "" where it has none."""
        return self.body.get("scimType", "")


class Provisioner:
    """Sends requests with a token of its own."""

    def __init__(self, world: World, name: str = "Contoso Entra", days: int = 365) -> None:
        self.world, services = world, world.services
        self.token, self.kept = scim_token.draw(secrets.token_bytes(scim_token.SIZE), name, services.now, days)
        services.store.commit([services.provisioning.token_write(self.kept)])

    def send(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, media_type: str = MEDIA_TYPE,
        address: str = "", text: str | None = None, **query: str,
    ) -> Reply:  # fmt: skip
        """One request, as API Gateway passes it on."""
        headers = {
            "host": "account.contoso.example",
            "authorization": f"Bearer {self.token if token is None else token}",
        }
        if body is not None or text is not None:
            headers["content-type"] = media_type
        path = f"/api/scim/v2{path}"
        event = {
            "version": "2.0", "routeKey": "ANY /api/scim/v2/{proxy+}", "rawPath": path,
            "rawQueryString": urllib.parse.urlencode(query), "queryStringParameters": query, "headers": headers,
            "requestContext": {
                "http": {"method": method, "path": path, "sourceIp": address or self.world.address, "protocol": "HTTP/1.1",
                         "userAgent": "test"},
                "requestId": "test", "routeKey": "", "stage": "$default", "time": "", "timeEpoch": 0,
            },
            "body": text if text is not None else json.dumps(body) if body is not None else None,
            "isBase64Encoded": False,
        }  # fmt: skip
        answer = app.lambda_handler(event, Context())
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        if answer.get("body"):
            assert headers["content-type"] == MEDIA_TYPE
        return Reply(answer["statusCode"], json.loads(answer["body"]) if answer.get("body") else {}, headers)

    def create(self, user_name: str, **more: Any) -> Reply:
        """Creates a user."""
        schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"]
        return self.send("POST", "/Users", {"schemas": schemas, "userName": user_name, **more})

    def create_group(self, title: str, *members: str) -> str:
        """Creates a group. Returns its id."""
        body = {"displayName": title, "members": [{"value": each} for each in members]}
        return str(self.send("POST", "/Groups", body).body["id"])

    def patch(self, where: str, *operations: dict[str, Any]) -> Reply:
        """Changes a resource."""
        schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
        return self.send("PATCH", where, {"schemas": schemas, "Operations": list(operations)})
