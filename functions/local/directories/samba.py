"""Samba as an Active Directory domain controller, on an address of its own.

It needs root, because it listens on ports 389 and 636; root of a namespace of one's own (`unshare -Urn`) will do.

Provisioning takes ten seconds, so a provisioned domain is kept and copied for each start.
"""

import contextlib
import fcntl
import hashlib
import inspect
import os
import random
import shutil
import socket
import subprocess
from pathlib import Path

from local.directories.certificates import Authority, Certificate
from local.directories.running import Running, bring_up_loopback, program

REALM, DOMAIN, SUFFIX = "AD.CONTOSO.EXAMPLE", "CONTOSO", "DC=ad,DC=contoso,DC=example"
BASE = f"OU=People,{SUFFIX}"
SERVICE = f"svc-regain@{REALM.lower()}"
MANAGER = f"Administrator@{REALM.lower()}"
_SERVICE_PASSWORD = "service Account of samba 1"  # noqa: S105 - of this machine
_MANAGER_PASSWORD = "manager Of samba 1"  # noqa: S105 - of this machine
_KEPT = Path(__file__).parents[3] / ".venv" / "samba"

_RUN = """[global]
netbios name = DC1
realm = {realm}
workgroup = {domain}
server role = active directory domain controller
server services = ldap
private dir = {folder}/private
lock dir = {folder}/lock
state directory = {folder}/state
cache directory = {folder}/cache
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
binddns dir = {folder}/bind-dns
winbindd socket directory = {folder}/run/winbindd
ntp signd socket directory = {folder}/run/ntp
log file = {folder}/samba.log
interfaces = {address}/8
bind interfaces only = yes
disable netbios = yes
tls keyfile = {certificate.key_file}
tls certfile = {certificate.file}
tls cafile = {certificate.ca_file}
ldap server require strong auth = yes
log level = 0
"""
_RIGHTS = (
    "(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;{users};{sid})"  # Reset Password
    "(OA;CIIO;RPWP;28630ebf-41d5-11d1-a9c1-0000f80367c1;{users};{sid})"  # lockoutTime
    "(OA;CIIO;RPWP;bf967a0a-0de6-11d0-a285-00aa003049e2;{users};{sid})"  # pwdLastSet
)
_TOOL = """
import runpy, samba.provision, sys
samba.provision.setsysvolacl = lambda *arguments, **keywords: None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""`samba-tool` without the rights of a file share, which nobody has here and which only root can set."""

_USERS = "bf967aba-0de6-11d0-a285-00aa003049e2"


def start(folder: Path, certificate: Certificate | None = None) -> Running:
    """Starts a domain controller with everything in `folder`, as it was left there or new, without people."""
    if os.geteuid() != 0:
        raise PermissionError("Samba listens on port 636: start it as root, or inside `unshare -Urn`")
    if not (folder / "private").exists():
        shutil.copytree(_provisioned(), folder)
    bring_up_loopback()
    address = _free_address()
    given = certificate or Authority(folder / "tls").issue("dc1.ad.contoso.example", address)
    names = {"folder": _short(folder), "address": address, "certificate": given, "realm": REALM, "domain": DOMAIN}
    (folder / "smb.run.conf").write_text(_RUN.format(**names))
    command = [program("samba"), "-s", str(folder / "smb.run.conf"), "-i", "-M", "single", "--debug-stdout"]
    with (folder / "log").open("wb") as log:
        # Samba ends when its standard input does, and so with this process.
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.PIPE)
    running = Running(
        "active-directory", f"ldaps://{address}", f"ldap://{address}", BASE, SERVICE, _SERVICE_PASSWORD,
        MANAGER, _MANAGER_PASSWORD, given, folder, process,
    )  # fmt: skip
    running.wait()
    return running


def _short(folder: Path) -> Path:
    """A short way to a folder: Samba keeps sockets in it, whose paths have at most 107 bytes."""
    link = _KEPT / hashlib.sha256(bytes(folder.resolve())).hexdigest()[:8]
    _KEPT.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(folder.resolve())
    return link


def _free_address() -> str:
    """A loopback address on which nobody listens on LDAP's two ports, which Samba cannot change."""
    while True:
        address = f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(1, 254)}"
        with contextlib.suppress(OSError):
            for port in (389, 636):
                socket.create_server((address, port)).close()
            return address


def _provisioned() -> Path:
    """A domain with the service account and its rights; made once for this way of making it."""
    kept = _KEPT / hashlib.sha256(inspect.getsource(_provision).encode() + _RIGHTS.encode()).hexdigest()[:12]
    _KEPT.mkdir(parents=True, exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            made = kept.with_suffix(".new")
            shutil.rmtree(made, ignore_errors=True)
            _provision(made)
            made.rename(kept)
    return kept


def _provision(folder: Path) -> None:
    _tool(
        "domain", "provision", f"--realm={REALM}", f"--domain={DOMAIN}", "--server-role=dc", "--dns-backend=NONE",
        f"--adminpass={_MANAGER_PASSWORD}", f"--targetdir={folder}", "--host-name=dc1", "--host-ip=127.0.0.1",
        "--option=interfaces=lo", "--option=bind interfaces only=yes", "--function-level=2008_R2",
    )  # fmt: skip
    store = ("-H", f"{folder}/private/sam.ldb")
    _tool("ou", "create", "OU=Services", *store)
    _tool("ou", "create", "OU=People", *store)
    _tool("user", "create", "svc-regain", _SERVICE_PASSWORD, "--userou=OU=Services", *store)
    rules = ("complexity=on", "history-length=3", "min-pwd-length=12", "min-pwd-age=0", "account-lockout-threshold=5")
    _tool("domain", "passwordsettings", "set", *(f"--{rule}" for rule in rules), *store)
    shown = _tool("user", "show", "svc-regain", "--attributes=objectSid", *store)
    sid = next(line.partition(": ")[2] for line in shown.splitlines() if line.startswith("objectSid"))
    rights = _RIGHTS.format(users=_USERS, sid=sid)
    _tool("dsacl", "set", f"--objectdn={BASE}", f"--sddl={rights}", *store)


def _tool(*arguments: str) -> str:
    command = ["/usr/bin/python3", "-c", _TOOL, program("samba-tool"), *arguments]
    environment = {**os.environ, "TDB_NO_FSYNC": "1", "PYTHONPATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError(f"samba-tool {' '.join(arguments[:2])}: {(done.stderr or done.stdout)[-2_000:]}")
    return done.stdout
