"""Registration codes: 80 random bits, valid once within 24 hours, for people who cannot use any method (B27)."""

from dataclasses import replace

from regain.adapters.store import Write
from regain.domain.security_info import RegistrationCode, SecurityInfo
from regain.recovery import recovery_code
from regain.runtime.services import Services

GOOD_FOR = 86_400  # seconds


def issue(services: Services, subject: str, info: SecurityInfo, deployer: bool) -> tuple[str, list[Write]]:
    """A new code, as shown, and its writes. It replaces any earlier code."""
    now = services.now
    shown, kept = recovery_code.made(services.keys, subject, services.randomness(recovery_code.BYTES), now)
    given = RegistrationCode(kept, now + GOOD_FOR, deployer)
    return shown, [services.security_infos.write(subject, replace(info, registration_code=given))]
