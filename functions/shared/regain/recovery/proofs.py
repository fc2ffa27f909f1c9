"""Judges proofs, for every kind of method, in reset, unlock and step-up authentication alike.

Each judge does the same work if the account lacks the method (B1). It returns the problem with the proof, if any, and
the new security info if using the proof changes it.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

from regain import problems
from regain.adapters import authenticator, passkeys, password_hash
from regain.adapters.keys import Keys, codes_key
from regain.api.contract import Verify
from regain.domain import codes, security_questions
from regain.domain.flow import Choice, Flow
from regain.domain.policy import Recovery
from regain.domain.proving import Attempt
from regain.domain.security_info import Answer, Authenticator, SecurityInfo, draw_questions
from regain.problems import BAD_REQUEST, Problem, Refused
from regain.recovery import recovery_code

_NO_AUTHENTICATOR = Authenticator(nonce="0" * 32, since=0, last_step=0)
_NO_ANSWER = Answer("", "", 0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Proof:
    """A proof with everything that it is judged by."""

    body: Verify
    attempt: Attempt
    info: SecurityInfo
    subject: str
    site: str
    keys: Keys

    @property
    def now(self) -> int:
        """The time of the proof, in seconds since 1970."""
        return self.attempt.now


Outcome = tuple[Problem | None, SecurityInfo | None]


def check_given(body: Verify, choice: Choice) -> None:
    """Raises Refused(BAD_REQUEST) if the proof is not of the type that this kind of method needs."""
    part, _, _ = _JUDGES.get(choice.kind, _SENT)
    if not getattr(body, part):
        raise Refused(BAD_REQUEST, wrong=f"`{part}` is missing")


def judge(proof: Proof) -> Outcome:
    """Judges a proof. Returns the problem, if any, and the new security info."""
    choice = proof.attempt.choice
    _, judged, wrong = _JUDGES.get(choice.kind, _SENT)
    outcome = judged(proof)
    counts = choice.method is not None and proof.attempt.long_enough
    return outcome if counts else (wrong, None)  # a registered method may still not count as a proof now


def typed(body: Verify) -> str:
    """The proof as text, for the keyed hash that recognises a repeated guess."""
    return codes.normalise(body.code) or "\x1f".join(body.answers) or str(body.credential.get("id", ""))


def drawn(
    keys: Keys, randomness: Callable[[int], bytes], policy: Recovery, subject: str, info: SecurityInfo
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The questions that a flow asks: those before any proof, and those after one.

    If an account has none for before a proof, predefined ones are asked, always the same few for a user ID (B1).
    """
    if "questions" not in (*policy.offered, *policy.before_proof.offered):
        return (), ()
    registered = [each.question for each in info.answers]
    ranked = sorted(security_questions.PREDEFINED, key=lambda each: keys.digest("questions", f"{subject}\x1f{each}"))
    nobodys = ranked[: policy.questions_registered]
    order = list(randomness(max(len(registered), len(nobodys))))
    first = draw_questions(registered, order, proved=False) or draw_questions(nobodys, order, proved=False)
    if "questions" not in policy.before_proof.offered:
        first = ()
    return first, draw_questions(registered, order, proved=True)


def challenge(keys: Keys, flow: Flow) -> bytes:
    """The WebAuthn challenge of this flow: derived, like a code, and valid as long as the flow."""
    text = f"{flow.id}\x1f{flow.purpose}\x1f{len(flow.passed)}"
    return hmac.digest(keys.derive("passkey"), text.encode(), "sha256")


def _sent_code(proof: Proof) -> Outcome:
    flow, choice, live = proof.attempt.flow, proof.attempt.choice, proof.attempt.live
    key = proof.keys.derive(codes_key(flow.purpose), flow.code_generation)
    expected = codes.derive(key, flow.id, flow.purpose, choice.id, live.sequence, live.digits) if live else ""
    return proof.attempt.judge_code(proof.body.code, expected), None


def _authenticator_code(proof: Proof) -> Outcome:
    """A recognised time step is used up, also if its code is refused.

    Before any proof, a code from another time or a reused one gets the same response as a wrong one: otherwise a
    guesser would learn that there is an app, and which code to try later (X9).
    """
    app = proof.info.authenticator
    made = app or _NO_AUTHENTICATOR
    secret = authenticator.secret(proof.keys, proof.subject, made.nonce, made.generation)
    step = authenticator.find_step(secret, codes.normalise(proof.body.code), proof.now)
    if step is None or app is None:
        return problems.WRONG_AUTHENTICATOR_CODE, None
    told = proof.attempt.flow.disclosed or proof.attempt.flow.passed
    if step <= app.last_step or step in app.burned:
        return problems.CODE_ALREADY_USED if told else problems.WRONG_AUTHENTICATOR_CODE, None
    if not authenticator.is_current_step(step, proof.now):
        burned = replace(proof.info, authenticator=app.burning(step))
        return problems.AUTHENTICATOR_CLOCK_WRONG if told else problems.WRONG_AUTHENTICATOR_CODE, burned
    return None, replace(proof.info, authenticator=replace(app, last_step=step))


def _recovery_code(proof: Proof) -> Outcome:
    if not recovery_code.fits(proof.keys, proof.subject, proof.body.code, proof.info.recovery_code):
        return problems.WRONG_RECOVERY_CODE, None
    return None, replace(proof.info, recovery_code=None)


def _registration_code(proof: Proof) -> Outcome:
    given = proof.info.registration_code
    fits = recovery_code.fits(proof.keys, proof.subject, proof.body.code, given.code if given else None)
    if not fits or given is None or proof.now >= given.until:
        return problems.WRONG_REGISTRATION_CODE, None
    return None, replace(proof.info, registration_code=None)


def _answers(proof: Proof) -> Outcome:
    """All answers must be right. All are compared, so that the time taken does not reveal which one was wrong."""
    kept = {each.question: each for each in proof.info.answers}
    asked = proof.attempt.choice.questions
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
    wanted = challenge(proof.keys, proof.attempt.flow)
    try:
        used = passkeys.verify_authentication(proof.body.credential, wanted, proof.site, proof.info.passkeys)
    except passkeys.VerificationFailed:
        return problems.PASSKEY_NOT_ACCEPTED, None
    renewed = tuple(used if key.id == used.id else key for key in proof.info.passkeys)
    return None, replace(proof.info, passkeys=renewed)


def peppered(keys: Keys, subject: str, question: str, answer: str, generation: int = 0) -> str:
    """The keyed digest of an answer, which is then hashed, so that a stolen table alone cannot be attacked."""
    return keys.digest("answer", f"{subject}\x1f{question}\x1f{security_questions.normalise(answer)}", generation)


_JUDGES: dict[str, tuple[str, Callable[[Proof], Outcome], Problem]] = {
    "authenticator": ("code", _authenticator_code, problems.WRONG_AUTHENTICATOR_CODE),
    "recovery-code": ("code", _recovery_code, problems.WRONG_RECOVERY_CODE),
    "registration-code": ("code", _registration_code, problems.WRONG_REGISTRATION_CODE),
    "questions": ("answers", _answers, problems.WRONG_ANSWERS),
    "passkey": ("credential", _passkey, problems.PASSKEY_NOT_ACCEPTED),
}
_SENT: tuple[str, Callable[[Proof], Outcome], Problem] = ("code", _sent_code, problems.WRONG_CODE)
