"""OpenLDAP's server with the password policy overlay, on any free port and without root."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from local.directories.certificates import Authority, Certificate
from local.directories.running import Running, bring_up_loopback, free_port, program
from local.processes import stop_with_parent

SUFFIX = "dc=contoso,dc=example"
BASE = f"ou=people,{SUFFIX}"
_SERVICE = f"cn=regain,ou=services,{SUFFIX}"
_MANAGER = f"cn=manager,{SUFFIX}"
CONFIG_MANAGER = "cn=admin,cn=config"


@dataclass(frozen=True)
class PasswordPolicy:
    """The directory's own rules."""

    minimum_length: int = 12
    history: int = 3
    failures: int = 5
    lock_seconds: int = 900
    window_seconds: int = 1800
    minimum_age: int = 0


_CONFIG = """dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: {folder}/pid
olcTLSCertificateFile: {certificate.file}
olcTLSCertificateKeyFile: {certificate.key_file}
olcTLSCACertificateFile: {certificate.ca_file}
olcSecurity: simple_bind=64
olcLogLevel: none

dn: cn=module,cn=config
objectClass: olcModuleList
cn: module
olcModulePath: /usr/lib/ldap
olcModuleLoad: back_mdb
olcModuleLoad: ppolicy
olcModuleLoad: memberof
olcModuleLoad: argon2

dn: cn=schema,cn=config
objectClass: olcSchemaConfig
cn: schema

include: file:///etc/ldap/schema/core.ldif

include: file:///etc/ldap/schema/cosine.ldif

include: file:///etc/ldap/schema/inetorgperson.ldif

dn: olcDatabase={{-1}}frontend,cn=config
objectClass: olcDatabaseConfig
objectClass: olcFrontendConfig
olcDatabase: {{-1}}frontend
olcPasswordHash: {{ARGON2}}

dn: olcDatabase={{0}}config,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {{0}}config
olcRootDN: {config_manager}
olcRootPW: {password}

dn: olcDatabase={{1}}mdb,cn=config
objectClass: olcDatabaseConfig
objectClass: olcMdbConfig
olcDatabase: {{1}}mdb
olcDbDirectory: {folder}/data
olcDbNoSync: TRUE
olcDbMaxSize: 1073741824
olcSuffix: {suffix}
olcRootDN: {manager}
olcRootPW: {password}
olcDbIndex: objectClass,entryUUID,member eq
olcDbIndex: cn,displayName,givenName,sn,uid,mail eq,sub
olcAccess: to attrs=userPassword by self =xw by dn.exact="{service}" =w by anonymous auth by * none
olcAccess: to attrs=pwdAccountLockedTime,pwdReset,pwdChangedTime by dn.exact="{service}" write by * none
olcAccess: to dn.subtree="{suffix}" by dn.exact="{service}" read by self read by * none

dn: olcOverlay={{0}}memberof,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcMemberOfConfig
olcOverlay: {{0}}memberof

dn: olcOverlay={{1}}ppolicy,olcDatabase={{1}}mdb,cn=config
objectClass: olcOverlayConfig
objectClass: olcPPolicyConfig
olcOverlay: {{1}}ppolicy
olcPPolicyDefault: cn=default,{suffix}
olcPPolicyUseLockout: TRUE
"""

_DATA = """dn: {suffix}
objectClass: dcObject
objectClass: organization
dc: contoso
o: Contoso

dn: ou=services,{suffix}
objectClass: organizationalUnit
ou: services

dn: {service}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: regain
userPassword: {service_password}
pwdPolicySubentry: cn=services,{suffix}

dn: {base}
objectClass: organizationalUnit
ou: people

dn: cn=services,{suffix}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: services
pwdAttribute: userPassword
pwdLockout: FALSE

dn: cn=default,{suffix}
objectClass: organizationalRole
objectClass: pwdPolicy
cn: default
pwdAttribute: userPassword
pwdInHistory: {policy.history}
pwdMinLength: {policy.minimum_length}
pwdCheckQuality: 2
pwdMaxFailure: {policy.failures}
pwdLockout: TRUE
pwdLockoutDuration: {policy.lock_seconds}
pwdFailureCountInterval: {policy.window_seconds}
pwdMustChange: TRUE
pwdMinAge: {policy.minimum_age}
pwdAllowUserChange: TRUE
"""


def start(
    folder: Path, people: str = "", policy: PasswordPolicy = PasswordPolicy(), certificate: Certificate | None = None
) -> Running:
    """Starts slapd with everything in `folder`, as it was left there or new. `people` is LDIF below `BASE`."""
    bring_up_loopback()
    given = certificate or Authority(folder / "tls").issue("ldap.contoso.example", "127.0.0.1")
    service_password, manager_password = "service account of slapd", "manager of slapd"
    names = {"suffix": SUFFIX, "base": BASE, "service": _SERVICE, "manager": _MANAGER, "config_manager": CONFIG_MANAGER}
    if not (folder / "config").exists():
        (folder / "data").mkdir(parents=True)
        (folder / "config").mkdir()
        _load(folder, 0, _CONFIG.format(folder=folder, certificate=given, password=manager_password, **names))
        _load(folder, 1, f"{_DATA.format(policy=policy, service_password=service_password, **names)}\n{people}")
    plain, secure = f"ldap://127.0.0.1:{free_port()}", f"ldaps://127.0.0.1:{free_port()}"
    command = [program("slapd"), "-h", f"{plain}/ {secure}/", "-F", str(folder / "config"), "-d", "0"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, preexec_fn=stop_with_parent
        )
    running = Running(
        "openldap", secure, plain, BASE, _SERVICE, service_password, _MANAGER, manager_password, given, folder, process
    )
    running.wait()
    return running


def _load(folder: Path, number: int, ldif: str) -> None:
    command = [program("slapadd"), "-q", "-n", str(number), "-F", str(folder / "config")]
    done = subprocess.run(command, input=ldif.encode(), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"slapadd: {done.stderr.decode(errors='replace')[-2_000:]}")
