"""The API's functions in Lambda's containers: `sam local start-api` on the embedded stack's store.

The output of `sam build` runs as it would be deployed, on the runtime's Python with the layer. The gateway forwards
requests under `/api/`; functions behind streams still run in sandboxes, because `sam local` has no streams.
"""

import http.client
import ipaddress
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from local.engine import EngineError
from local.template import Template, raw

HOST = "host.docker.internal"
_START = 180.0  # seconds: the first start builds an image for each function
_HOP_BY_HOP = {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}


def bridge_address() -> str:
    """The address at which containers reach this machine: that of Docker's bridge, else the loopback address.

    Raises:
        EngineError: Docker is not running.
    """
    wanted = "{{range .IPAM.Config}}{{.Gateway}} {{.Subnet}}{{end}}"
    asked = ["docker", "network", "inspect", "bridge", "--format", wanted]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode:
        raise EngineError(f"Docker does not answer: start it, then try again\n{found.stderr.strip()}")
    *gateway, subnet = found.stdout.split()
    address = gateway[0] if gateway else str(ipaddress.ip_network(subnet)[1])
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return "127.0.0.1"
    return address


class SamLocal:
    """A `sam local start-api` process on the output folder of `sam build`."""

    def __init__(self, program: Path, build: Path, state: Path) -> None:
        self.program, self.build, self.state = program, build, state
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, template: Template, environment: Mapping[str, str], address: str, organisation: Path) -> None:
        """Starts it and waits until a function answers.

        Raises:
            EngineError: it did not start; its log says why.
        """
        packed = self.build / "SharedLayer" / "python" / "regain" / "organisation.json"
        shutil.copyfile(organisation, packed)
        packed.chmod(0o644)  # functions run as another user in their containers
        described = self._write_template(template, environment)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [
            str(self.program), "local", "start-api", "--template", str(described), "--port", str(self.port),
            "--warm-containers", "LAZY", "--add-host", f"{HOST}:{_seen_from_inside(address)}",
            *(["--skip-pull-image"] if _image_is_there() else []),
        ]  # fmt: skip
        with (self.state / "sam.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, "SAM_CLI_TELEMETRY": "0"}, start_new_session=True
            )
        self._wait()

    def _write_template(self, template: Template, environment: Mapping[str, str]) -> Path:
        """The built template with local values of the variables: `sam` passes on only those it declares."""
        built = raw(self.build / "template.yaml")
        port = urlsplit(environment["AWS_ENDPOINT_URL"]).port
        here = {"AWS_ENDPOINT_URL": f"http://{HOST}:{port}", "AWS_EC2_METADATA_DISABLED": "true"}
        for function in template.functions:
            properties = built["Resources"][function.name]["Properties"]
            properties["Environment"] = {"Variables": {**function.environment, **here}}
        built["Globals"]["Function"]["Architectures"] = [_architecture()]
        for layer in (made for made in built["Resources"].values() if made["Type"] == "AWS::Serverless::LayerVersion"):
            layer["Properties"]["CompatibleArchitectures"] = [_architecture()]
        path = self.build / "local.json"
        path.write_text(json.dumps(built))
        return path

    def _wait(self) -> None:
        until = time.monotonic() + _START
        while time.monotonic() < until and self._process and self._process.poll() is None:
            try:
                if self._ask("GET", "/api/health", {}, b"").status == http.client.OK:
                    return
            except OSError:
                time.sleep(0.5)
        self.stop()
        raise EngineError(f"`sam local start-api` did not start: see {self.state}/sam.log")

    def _ask(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, target, body or None, dict(headers))
        return connection.getresponse()

    def forward(self, request: Request, body: bytes) -> Response:
        """The containers' response to a request. Blocks; raises OSError if there is none."""
        target = request.scope["raw_path"].decode("latin-1") + (f"?{request.url.query}" if request.url.query else "")
        headers = {name: value for name, value in request.headers.items() if name not in _HOP_BY_HOP}
        answered = self._ask(request.method, target, headers, body)
        response = Response(answered.read(), answered.status)
        kept = [(name, value) for name, value in answered.getheaders() if name.lower() not in _HOP_BY_HOP]
        response.raw_headers += [(name.lower().encode(), value.encode()) for name, value in kept]
        return response

    def stop(self) -> None:
        """Stops it and its containers."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()


def _image_is_there() -> bool:
    """Whether the runtime's image, or a stand-in of that name, is present."""
    asked = ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    return any(name.endswith(f"/lambda/python:3.13-{_architecture()}") for name in listed)


def _architecture() -> str:
    """The machine's architecture, as Lambda names it."""
    return "arm64" if os.uname().machine == "aarch64" else "x86_64"


def _seen_from_inside(address: str) -> str:
    return "host-gateway" if address == "127.0.0.1" else address
