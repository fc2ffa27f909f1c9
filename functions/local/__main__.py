"""`python -m local`: the whole service on this machine. See `--help`."""

import argparse
import asyncio
import contextlib
import dataclasses
import hashlib
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import boto3
import msgspec
import uvicorn
from starlette.routing import Route

from local import directory, event_bus, sign_in
from local.directory import KINDS, Served
from local.end_user_messaging import SERVICE
from local.engine import Engine, EngineError
from local.event_bus import EventBus
from local.gateway import application
from local.greeting import greeting
from local.listening import free_port, listen
from local.live_pages import LivePages, LiveSite
from local.message_log import MessageLog
from local.outbox import Outbox
from local.previews import Previews
from local.quiet_server import QuietServer
from local.resources import create
from local.sam_local import SamLocal, bridge_address
from local.sandbox import Pool, source_time
from local.schedule import Schedule
from local.site import StaticSite
from local.stream_poller import StreamPoller, wake_routes
from local.template import Template, TemplateError
from local.zygote import Zygote
from regain.organisation import file as organisation_file
from regain.organisation.file_errors import InvalidFile
from regain.organisation.settings import current
from regain.people import first_passwords, importing, removal
from regain.people.notifications import ImportNotifier
from regain.people.rows import Person
from regain.runtime import services as composition

ROOT = Path(__file__).parents[2]
_LEAST_WORK = "1000"  # MinValue of the parameter
_NUMBER = "+15555550100"  # reserved for fiction: nothing here sends texts or calls


def main() -> int:
    """Runs until it is stopped. Returns the exit status."""
    os.umask(0o077)  # the state holds people's messages: readable only by the user who runs this
    arguments = _arguments()
    try:
        organisation = organisation_file.read(arguments.organisation)
        parsed = importing.parse(arguments.people, organisation)
        if parsed.errors:
            raise InvalidFile(parsed.errors)
        with contextlib.ExitStack() as stack:
            listening = [stack.enter_context(each) for each in listen(arguments.port)]
            if arguments.build and arguments.directory:
                raise EngineError("DIRECTORY= runs with the sandboxes: leave out SAM_LOCAL=1")
            asked = (arguments.directory, arguments.state, organisation, parsed.people)
            served = stack.enter_context(directory.served(*asked))
            also = (arguments.sign_in, arguments.state, arguments.port, served, parsed.people)
            return serve(arguments, parsed, stack.enter_context(sign_in.served(*also)), listening)
    except (InvalidFile, EngineError, TemplateError) as error:
        print(f"\nRegain cannot start:\n{error}\n", file=sys.stderr)
        return 1


def serve(
    arguments: argparse.Namespace, parsed: importing.PeopleFile, served: Served, listening: list[socket.socket]
) -> int:
    """Starts the stack from the engine up, and runs it until it is stopped."""
    sam = SamLocal(arguments.sam, arguments.build, arguments.state) if arguments.build else None
    engine = Engine(arguments.engine, arguments.state, free_port(), bridge_address() if sam else "127.0.0.1")
    try:
        print("starting tables, keys and queues on this machine", flush=True)
        engine.start()
        os.environ.update(engine.environment)
        served = served.in_engine(served)
        environment = _environment(arguments, engine, served)
        os.environ.update(environment)
        parameters = {
            **served.parameters,
            "SenderDomain": served.organisation.sender.domain,
            "OriginationIdentity": _NUMBER,
            "Site": "none",  # the gateway serves it
        }
        if arguments.events:
            parameters["EventBusArn"] = event_bus.ARN
        if arguments.light:
            parameters["ProofOfWorkRounds"] = _LEAST_WORK
        template = create(ROOT / "template.yaml", parameters)
        _import(arguments, served, parsed, template)
        if sam:
            sam.start(template, environment, engine.host, Path(environment["ORGANISATION_FILE"]))
        return _gateway(arguments, engine, template, environment, parsed.people, listening, sam, served)
    finally:
        if sam:
            sam.stop()
        engine.stop()


def _environment(arguments: argparse.Namespace, engine: Engine, served: Served) -> dict[str, str]:
    """The environment variables that all functions need beside those of the template."""
    organisation = served.organisation
    packed = arguments.state.resolve() / "organisation.json"
    site = organisation.organisation.site_url or f"http://localhost:{arguments.port}/"
    about = dataclasses.replace(organisation.organisation, site_url=site)
    packed.write_bytes(msgspec.json.encode(msgspec.structs.replace(organisation, organisation=about)))
    stand_ins = f"http://127.0.0.1:{arguments.port}/local/aws"
    return {
        **engine.environment,
        **served.for_all,
        f"AWS_ENDPOINT_URL_{SERVICE.replace('-', '_').upper()}": stand_ins,
        "AWS_ENDPOINT_URL_SESV2": stand_ins,
        "AWS_ENDPOINT_URL_EVENTBRIDGE": f"{stand_ins}/events",
        "AWS_ENDPOINT_URL_LAMBDA": f"http://127.0.0.1:{arguments.port}/local/{served.token}",
        "ORGANISATION_FILE": str(packed),
    }


def _import(arguments: argparse.Namespace, served: Served, parsed: importing.PeopleFile, template: Template) -> None:
    """Imports the people file if it has changed since the last start: those who do not live in a directory."""
    stamp = arguments.state / "people.sha256"
    digest = hashlib.sha256(arguments.people.read_bytes() + arguments.directory.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    print(f"importing people from {arguments.people}", flush=True)
    for line in (*parsed.summary()[1:], *parsed.notes):
        print(line)
    organisation = served.organisation
    services = composition.compose(template.variables, organisation, boto3.client("dynamodb"), boto3.client("kms"))
    notifier = ImportNotifier(services, arguments.people.name)
    options = importing.ImportOptions(
        int(time.time()), accept_password=first_passwords.check(organisation),
        remove=lambda account: removal.remove(account, notifier),
    )  # fmt: skip
    result = importing.load(served.people, services.accounts, options)
    print(f"{result.added} people added and {result.changed} changed from {arguments.people}")
    if weak := result.changes.first_passwords:
        print(f"{weak} passwords break a rule, and must be changed at the first sign-in")
    directory.grant_roles(served, services)
    stamp.write_text(digest)


def _gateway(
    arguments: argparse.Namespace, engine: Engine, template: Template, environment: dict[str, str],
    persons: list[Person], listening: list[socket.socket], sam: SamLocal | None,
    served: Served,
) -> int:  # fmt: skip
    known = arguments.state / "stack.json"  # where `./regain` finds this stack
    origin = {"SITE_URL": f"http://127.0.0.1:{arguments.port}/"}
    known.write_text(json.dumps({**environment, **template.variables, **origin}, indent=2))
    logs = arguments.state / "log"
    logs.mkdir(exist_ok=True)
    zygote = Zygote(source_time)
    pools, pollers, schedules = _functions(template, environment, logs, served, zygote)
    live = _live(arguments, environment) if arguments.watch else None
    pages = [*_stand_ins(arguments, engine), *Previews(current()).routes(), *wake_routes(pollers, schedules)]
    pages += [*directory.invocations(pools, served.token), *(live.routes() if live else ())]
    site = _site(arguments.site, live)

    @contextlib.asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        if arguments.warm:
            await asyncio.gather(*(pool.warm() for pool in pools.values()))
        running = [asyncio.create_task(poller.run()) for poller in pollers]
        running += [asyncio.create_task(schedule.run()) for schedule in schedules]
        running.append(asyncio.create_task(_watch(engine, server)))
        running += [asyncio.create_task(live.run())] if live else []
        yield
        for task in running:
            task.cancel()
        await asyncio.gather(*(pool.stop() for pool in pools.values()))
        await zygote.stop()

    app = application(current().organisation, site, pools.values(), pages, lifespan, sam.forward if sam else None)
    server = _Server(
        uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            proxy_headers=False,  # the connection's address counts, whatever a header says
            timeout_graceful_shutdown=3,
        )
    )
    server.greeting = greeting(arguments, persons, served.greeting)
    try:
        server.run(sockets=listening)
    finally:
        known.unlink()
    if not engine.alive:
        print(f"the engine stopped unexpectedly: see {arguments.state}/engine.log", file=sys.stderr)
        return 1
    return 0


def _stand_ins(arguments: argparse.Namespace, engine: Engine) -> list[Route]:
    """What stands for services of AWS that the engine has not, and shows what they were asked."""
    bus = EventBus(arguments.state / event_bus.FILE)
    outbox = Outbox(MessageLog(arguments.state / "messages.jsonl"), engine.endpoint)
    return [Route("/local/aws/events{rest:path}", bus.serve, methods=["POST"]), *outbox.routes()]


def _live(arguments: argparse.Namespace, environment: dict[str, str]) -> LivePages:
    described = {"ORGANISATION": str(arguments.organisation.resolve()), "DIRECTORY": arguments.directory}
    return LivePages(arguments.site.resolve(), current().organisation.languages, {**environment, **described})


def _site(folder: Path, live: LivePages | None) -> StaticSite:
    return LiveSite(live, directory=folder, html=True) if live else StaticSite(directory=folder, html=True)


def _functions(
    template: Template, environment: dict[str, str], logs: Path, served: Served, zygote: Zygote
) -> tuple[dict[str, Pool], list[StreamPoller], list[Schedule]]:
    """The functions by name, the pollers of their streams, which every writing invocation wakes, and the schedules."""
    own = {
        directory.FUNCTION: {**environment, **served.environment},
        sign_in.FUNCTION: {**environment, **served.for_account},
    }
    pools = {f.name: Pool(f, own.get(f.name, environment), logs / f"{f.name}.log", zygote) for f in template.functions}
    pollers = [StreamPoller(pools[f.name], mapping) for f in template.functions for mapping in f.streams]

    def wake(written: frozenset[str] | None) -> None:
        for poller in pollers:
            poller.wake(written is None or poller.table in written)

    for pool in pools.values():
        pool.on_invoked = wake
    return pools, pollers, [Schedule(pools[f.name]) for f in template.functions if f.scheduled]


class _Server(QuietServer):
    """Prints the greeting once the server accepts requests."""

    greeting = ""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts listening, then prints the greeting."""
        await super().startup(sockets)
        if self.started:
            print(self.greeting, flush=True)


async def _watch(engine: Engine, server: uvicorn.Server) -> None:
    """Stops the server when the engine has stopped, since nothing works without it."""
    while engine.alive:
        await asyncio.sleep(2)
    server.should_exit = True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--people", type=Path, default=ROOT / "people.csv")
    parser.add_argument("--organisation", type=Path, default=ROOT / "organisation.yaml")
    parser.add_argument("--directory", choices=KINDS, default="", help="for the first domain")
    parser.add_argument("--sign-in", choices=("oidc",), default="", help="with an OpenID provider, which is started")
    parser.add_argument("--state", type=Path, default=ROOT / ".state")
    parser.add_argument("--site", type=Path, default=ROOT / "site")
    parser.add_argument("--engine", type=Path, default=ROOT / ".venv" / "ministack" / "bin" / "python")
    parser.add_argument(
        "--light",
        action="store_true",
        help="for tests: the proof of work is minimal",
    )
    parser.add_argument(
        "--warm",
        action="store_true",
        help="for measurements: every function starts now, not on its first request",
    )
    parser.add_argument("--events", action="store_true", help="forward audit events, to a file in place of a bus")
    parser.add_argument("--watch", action="store_true", help="build pages anew when their sources change")
    parser.add_argument("--build", type=Path, help="output of `sam build`: the API then runs in Lambda's containers")
    parser.add_argument("--sam", type=Path, default=ROOT / ".venv" / "sam" / "bin" / "sam")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
