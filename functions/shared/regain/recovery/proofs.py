"""What a proof is worth, for every kind of method: reset and unlock judge by these rules and by no others.

Each judge does the same work where the account does not have the method (B1), and answers what is
wrong with the proof and, where using it up changes the security info, that change.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

from regain import problems
from regain.adapters import authenticator, passkeys, password_hash
from regain.adapters.keys import Keys, codes_key
from regain.api.contract import Verify
from regain.domain import codes, security_questions
from regain.domain import flow as rules
from regain.domain.flow import Choice, Flow
from regain.domain.policy import Recovery
from regain.domain.security_info import Answer, Authenticator, SecurityInfo, draw_questions
from regain.problems import BAD_REQUEST, Problem, Refused
from regain.recovery import recovery_code

_NO_AUTHENTICATOR = Authenticator(nonce="0" * 32, since=0, last_step=0)
_NO_ANSWER = Answer("", "", 0)


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof as it was given, with everything that it is judged by."""

    body: Verify
    flow: Flow
    choice: Choice
    info: SecurityInfo
    subject: str
    site: str
    keys: Keys
    policy: Recovery
    now: int


Outcome = tuple[Problem | None, SecurityInfo | None]


def judge(proof: Proof) -> Outcome:
    """What is wrong with a proof, and what the security info becomes by using it.

    Raises:
        Refused: BAD_REQUEST, where it is not the proof that this kind of method asks for.
    """
    part, judged, wrong = _JUDGES.get(proof.choice.kind, ("code", _sent_code, problems.WRONG_CODE))
    if not getattr(proof.body, part):
        raise Refused(BAD_REQUEST, wrong=f"`{part}` is missing")
    outcome = judged(proof)
    return outcome if proof.choice.method else (wrong, None)  # registered, but not a proof for this account


def drawn(
    keys: Keys, randomness: Callable[[int], bytes], policy: Recovery, subject: str, info: SecurityInfo
) -> dict[str, tuple[str, ...]]:
    """The questions that a flow asks, by the flow's fields.

    Where none can be asked before a proof, given ones are, always of the same few for a user ID (B1).
    """
    if "questions" not in policy.offered:
        return {}
    registered = [each.question for each in info.answers]
    ranked = sorted(security_questions.PREDEFINED, key=lambda each: keys.digest("questions", f"{subject}\x1f{each}"))
    nobodys = ranked[: policy.questions_registered]
    order = list(randomness(max(len(registered), len(nobodys))))
    first = draw_questions(registered, order, proved=False) or draw_questions(nobodys, order, proved=False)
    return {"questions_first": first, "questions_later": draw_questions(registered, order, proved=True)}


def challenge(keys: Keys, flow: Flow) -> bytes:
    """What a passkey signs in this flow: derived, like a code, and as long-lived as the flow."""
    text = f"{flow.id}\x1f{flow.purpose}\x1f{len(flow.passed)}"
    return hmac.digest(keys.derive("passkey"), text.encode(), hashlib.sha256)


def _sent_code(proof: Proof) -> Outcome:
    digits = proof.policy.code_digits

    def candidate(sequence: int) -> str:
        key = proof.keys.derive(codes_key(proof.flow.purpose), proof.flow.code_generation)
        return codes.derive(key, proof.flow.id, proof.flow.purpose, proof.choice.id, sequence, digits)

    return rules.judge_code(proof.flow, proof.choice, proof.body.code, candidate, proof.now, proof.policy), None


def _authenticator_code(proof: Proof) -> Outcome:
    app = proof.info.authenticator
    made = app or _NO_AUTHENTICATOR
    secret = authenticator.secret(proof.keys, proof.subject, made.nonce, made.generation)
    step = authenticator.find_step(secret, codes.normalise(proof.body.code), proof.now)
    if step is None or app is None:
        return problems.WRONG_AUTHENTICATOR_CODE, None
    if not authenticator.is_current_step(step, proof.now):
        return problems.AUTHENTICATOR_CLOCK_WRONG, None
    if step <= app.last_step:
        return problems.CODE_ALREADY_USED, None
    return None, replace(proof.info, authenticator=replace(app, last_step=step))


def _recovery_code(proof: Proof) -> Outcome:
    if not recovery_code.fits(proof.keys, proof.subject, proof.body.code, proof.info.recovery_code):
        return problems.WRONG_RECOVERY_CODE, None
    return None, replace(proof.info, recovery_code=None)


def _answers(proof: Proof) -> Outcome:
    """All must be right, and all are compared, so that the time tells nothing of which was wrong."""
    kept = {each.question: each for each in proof.info.answers}
    asked = proof.choice.questions
    given = (*proof.body.answers, *[""] * len(asked))
    right = [
        _fits(proof, kept.get(question, _NO_ANSWER), question, answer)
        for question, answer in zip(asked, given, strict=False)
    ]
    enough = len(right) == len(proof.body.answers) == security_questions.NUMBER_ASKED
    return (None, None) if enough and all(right) else (problems.WRONG_ANSWERS, None)


def _fits(proof: Proof, kept: Answer, question: str, answer: str) -> bool:
    given = peppered(proof.keys, proof.subject, question, answer, kept.generation)
    return password_hash.verify(kept.answer, given, None)


def _passkey(proof: Proof) -> Outcome:
    wanted = challenge(proof.keys, proof.flow)
    try:
        used = passkeys.verify_authentication(proof.body.credential, wanted, proof.site, proof.info.passkeys)
    except passkeys.VerificationFailed:
        return problems.PASSKEY_NOT_ACCEPTED, None
    renewed = tuple(used if key.id == used.id else key for key in proof.info.passkeys)
    return None, replace(proof.info, passkeys=renewed)


def peppered(keys: Keys, subject: str, question: str, answer: str, generation: int = 0) -> str:
    """What is hashed of an answer: a keyed digest, so that a stolen table alone cannot be guessed at."""
    return keys.digest("answer", f"{subject}\x1f{question}\x1f{security_questions.normalise(answer)}", generation)


_JUDGES: dict[str, tuple[str, Callable[[Proof], Outcome], Problem]] = {
    "authenticator": ("code", _authenticator_code, problems.WRONG_AUTHENTICATOR_CODE),
    "recovery-code": ("code", _recovery_code, problems.WRONG_RECOVERY_CODE),
    "questions": ("answers", _answers, problems.WRONG_ANSWERS),
    "passkey": ("credential", _passkey, problems.PASSKEY_NOT_ACCEPTED),
}
