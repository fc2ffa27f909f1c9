"""The stand-in for Microsoft Entra ID as a server on loopback: token endpoint, Graph, and AWS's GetWebIdentityToken.

Microsoft's service runs nowhere but at Microsoft. This one refuses what Microsoft documents as wrong; see
`entra_tenant`. A `fault` is what happens to the next request of a kind (`token`, `find`, `reset`, `revoke`).
"""

import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import parse_qsl

from local.directories.entra_tenant import TENANT, Request, Response, Tenant
from local.directories.entra_tokens import Refused

_XML = """<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetWebIdentityTokenResult>
<WebIdentityToken>{}</WebIdentityToken><Expiration>2100-01-01T00:00:00Z</Expiration></GetWebIdentityTokenResult>
<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></GetWebIdentityTokenResponse>"""
_ERROR = (
    """<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>refused</Message></Error></ErrorResponse>"""
)
Fault = Response | Literal["cut", "slow", "long"]
"""Another answer, and nothing is done; or it is done, and the answer is cut off, does not come, or is 10 MB long."""


@dataclass
class StandIn:
    """The running server. `asked` is what it was asked for, without what came with it."""

    tenant: Tenant = field(default_factory=Tenant)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    aws_refuses: str = ""
    patience: threading.Event = field(default_factory=threading.Event)

    def start(self) -> "StandIn":
        """Listens on a free port of 127.0.0.1."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stand_in": self}))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a function needs to ask it in the place of Microsoft and of AWS's token service."""
        return {"ENTRA_STAND_IN": self.url, "AWS_ENDPOINT_URL_STS": self.url}

    def close(self) -> None:
        """Ends the server, and whatever waits."""
        self.patience.set()
        self.server.shutdown()
        self.server.server_close()

    def next_fault(self, kind: str) -> Fault | None:
        """What is to happen to this request."""
        waiting = self.faults.get(kind)
        return waiting.pop(0) if waiting else None

    def grant(self, request: Request) -> Response:
        """What the token endpoint answers."""
        form = parse_qsl(request.body.decode(), keep_blank_values=True)
        try:
            if request.headers.get("content-type") != "application/x-www-form-urlencoded":
                raise Refused("invalid_request", 900144, "The body must be of type application/x-www-form-urlencoded.")
            if len(dict(form)) < len(form):
                raise Refused("invalid_request", 90014, "A parameter was given twice.")
            self.tenant.app.check(dict(form), time.time())
        except Refused as refused:
            body = {
                "error": refused.error, "error_description": f"AADSTS{refused.number}: {refused.words}",
                "error_codes": [refused.number], "timestamp": "2026-11-26 12:00:00Z", "trace_id": "0",
                "correlation_id": "0",
            }  # fmt: skip
            return Response(401 if refused.error == "invalid_client" else 400, body)
        token = self.tenant.grant()
        return Response(
            200, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}
        )


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn
    protocol_version = "HTTP/1.1"
    close_connection = False

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path.removeprefix("/v1.0"), headers, self.rfile.read(length))
        if self.path == "/":
            self._answer_for_aws(request)
            return
        kind = self._kind()
        self.stand_in.asked.append(kind)
        fault = self.stand_in.next_fault(kind)
        made = fault if isinstance(fault, Response) else self._made(kind, request)
        if fault == "slow":
            self.stand_in.patience.wait(60)
        if fault in ("cut", "slow"):
            self.close_connection = True
            return
        content = json.dumps(made.body).encode() if made.body is not None else b""
        status = made.status
        if fault == "long":
            status, content = 200, b'{"value": "' + b"x" * 10_000_000 + b'"}'
        self._send(status, content, {"Content-Type": "application/json", **made.headers})

    def _made(self, kind: str, request: Request) -> Response:
        if kind == "token":
            return self.stand_in.grant(request)
        return self.stand_in.tenant.answer(request)

    def _kind(self) -> str:
        if self.path == f"/{TENANT}/oauth2/v2.0/token":
            return "token"
        if self.command == "PATCH":
            return "reset"
        return "revoke" if self.path.endswith("/revokeSignInSessions") else "find"

    def _answer_for_aws(self, request: Request) -> None:
        form, signed = dict(parse_qsl(request.body.decode())), request.headers.get("authorization", "")
        try:
            if self.stand_in.aws_refuses or not re.match(r"AWS4-HMAC-SHA256 .*/sts/aws4_request", signed):
                raise ValueError(self.stand_in.aws_refuses or "AccessDenied")
            token = self.stand_in.tenant.aws.token(form, time.time())
        except ValueError as error:
            self._send(403, _ERROR.format(error).encode(), {"Content-Type": "text/xml"})
        else:
            self._send(200, _XML.format(token).encode(), {"Content-Type": "text/xml"})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:  # the client closed the connection
            self.close_connection = True

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - `http.server`'s names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - `http.server`'s name
        """Nothing: requests hold passwords and tokens."""
