"""Sending codes and judging proofs, as pure steps from one state of a flow to the next."""

from dataclasses import dataclass, replace

from regain import problems
from regain.domain import codes
from regain.domain.flow import Choice, Flow, choices, second_only
from regain.domain.live_code import LiveCode, check_judged, issue
from regain.domain.methods import sends_code
from regain.domain.policy import Limits, Recovery
from regain.domain.throttle import SHORT, Standing
from regain.problems import Problem, Refused


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a proof: the states to write, and the problem to answer with, if any."""

    flow: Flow
    standing: Standing
    right: bool
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to give a proof in a flow, with everything that it is judged by.

    `silent` is a second standing, which no response may reveal (`recovery.standings.Twin`).
    """

    flow: Flow
    choice: Choice
    standing: Standing
    now: int
    recovery: Recovery
    limits: Limits
    silent: Standing | None = None

    @property
    def live(self) -> LiveCode | None:
        """The live code of this choice, if there is one."""
        return self.flow.codes.get(self.choice.id)

    @property
    def digits(self) -> int:
        """The number of digits of this choice's next code; 0 if it has none."""
        return self._digits(self.length)

    def _digits(self, length: int) -> int:
        kind = self.choice.kind
        if kind == "authenticator":
            return self.recovery.authenticator_digits * (1 if length == SHORT else 2)
        return (self.recovery.digits_of(kind), codes.LONG, codes.LONGEST)[length] if sends_code(kind) else 0

    def send(self, reached: bool) -> tuple[Flow, Standing]:
        """Counts a request for a code, in both states, whether or not the account can receive it (`reached`).

        Raises:
            Refused: TOO_MANY_WRONG_CODES, WAIT_BEFORE_RESEND (B8) or TOO_MANY_CODES.
        """
        self._check_tries()
        live = issue(self.live, self.digits, self.now, self.flow.expires_at, self.recovery)
        counted = self.standing.with_message(self.choice.kind, self.now, self.limits)
        kept = {**self.flow.codes, self.choice.id: replace(live, sent=live.sent or reached)}
        return replace(self.flow, codes=kept), counted

    def check(self, typed: str) -> None:
        """Checks that a proof may be judged. What is refused here is compared with nothing, and so not counted.

        Raises:
            Refused: TOO_MANY_WRONG_CODES, ASK_FOR_A_CODE, CODE_EXPIRED, TWO_CODES_NEEDED or METHOD_NOT_OFFERED;
                WRONG_CODE or WRONG_AUTHENTICATOR_CODE for text without a digit.
        """
        self._check_tries()
        kind = self.choice.kind
        if second_only(kind, self.length) and (kind == "questions" or not self.flow.passed):
            raise Refused(problems.METHOD_NOT_OFFERED, reason="no proof of its own now")
        if sends_code(kind):
            check_judged(self.live, self.digits, self.now)
        elif kind == "authenticator" and self.length > SHORT and len(codes.normalise(typed)) < self.digits:
            raise self.too_short()
        if sends_code(kind) or kind == "authenticator":
            codes.check_guess(kind, typed, self.recovery.code_tries - self.flow.tries)

    def too_short(self) -> Refused:
        """The problem to answer with if the proof must be longer by now."""
        by_app = self.choice.kind == "authenticator"
        return Refused(problems.TWO_CODES_NEEDED if by_app else problems.CODE_EXPIRED, reason="longer by now")

    def guessable(self, guess: str) -> bool:
        """Whether this proof counts towards the organisation's guess budget: a short one, before any other proof.

        A repeated wrong proof (`guess` is its keyed hash) is not another guess.
        """
        longer = self.live is not None and self.live.digits > self.recovery.digits_of(self.choice.kind)
        first = not set(self.flow.passed) - {"questions"}
        return first and self.length == SHORT and not longer and guess not in self.flow.guesses

    @property
    def long_enough(self) -> bool:
        """Whether the proof is also as long as the silent standing demands."""
        length = self.silent.length(self.counted_as, self.now, self.limits) if self.silent else SHORT
        return length <= self.length or (self.live is not None and self.live.digits >= self._digits(length))

    @property
    def silently_full(self) -> bool:
        """Whether the silent standing allows no further message."""
        return self.silent is not None and self.silent.full(self.choice.kind, self.now, self.limits)

    def judge_code(self, typed: str, expected: str) -> Problem | None:
        """WRONG_CODE, or None for the live code that was sent to the account (X14)."""
        same = codes.find([expected], codes.normalise(typed)) == 0
        good = same and self.choice.method is not None and self.live is not None and self.live.sent
        return None if good else problems.WRONG_CODE

    def verify(self, problem: Problem | None, guess: str) -> Verdict:
        """Counts one attempt. `problem` is what is wrong with it, if anything."""
        flow, method = self.flow, self.choice.method
        if not problem and method is not None:  # whatever the judge says, a placeholder proves nothing
            right = replace(flow, passed=(*flow.passed, method.id), tries=0)
            return Verdict(right, self.standing, True, _stopped(right))
        counted = replace(flow, tries=flow.tries + 1, guesses=tuple(dict.fromkeys((*flow.guesses, guess))))
        left = self.recovery.code_tries - counted.tries
        wrong = (problem or problems.WRONG_CODE) if left > 0 else problems.TOO_MANY_WRONG_CODES
        failed = self.standing.with_wrong_proof(self.counted_as, self.now)
        return Verdict(counted, failed, False, Refused(wrong, attempts_left=left))

    @property
    def length(self) -> int:
        """The length that a proof must have now: `SHORT`, `LONG` or `LONGEST`."""
        return self.standing.length(self.counted_as, self.now, self.limits)

    @property
    def counted_as(self) -> str:
        """The kind that a wrong proof counts for. Questions after a proof count separately: no stranger gets there."""
        return "questions-later" if self.choice.kind == "questions" and self.flow.passed else self.choice.kind

    def _check_tries(self) -> None:
        if self.flow.tries >= self.recovery.code_tries:
            raise Refused(problems.TOO_MANY_WRONG_CODES, attempts_left=0)


def _stopped(flow: Flow) -> Refused | None:
    """The problem for somebody who has given a proof and cannot continue, or None."""
    if flow.obstacle:
        return Refused(problems.CATALOGUE[flow.obstacle])
    if not flow.verified and not choices(flow):
        return Refused(problems.NO_SECOND_METHOD)
    return None
