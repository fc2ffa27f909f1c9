"""Problems of signing in, sessions and account changes."""

from regain.problems.entry import Problem

WRONG_CREDENTIALS = Problem(
    "wrong-user-id-or-password", 401, "The user ID or the password is not right",
    "We do not say which of the two is wrong, so that nobody can use this page to find out who has "
    "an account.",
    ("Type both again. Check Caps Lock and the keyboard language.",
     "If you have forgotten the password, [reset it](page:reset).",
     "If it was right yesterday, your account may be locked: [unlock it](page:unlock)."),
    field="password")  # fmt: skip

SIGN_IN_LOCKED = Problem(
    "sign-in-locked", 429, "Sign-in is locked for a while",
    "After too many wrong passwords from your browser or network ({sign_in_failures}) sign-in is locked there: first "
    "for {sign_in_lock_time}, then for twice as long each time, and for {sign_in_lock_most_time} at most. What "
    "somebody does elsewhere does not lock you out.",
    ("Wait for the time shown, then sign in with the right password.",
     "If you know your password and cannot wait, [unlock your account](page:unlock).",
     "If you do not know it, [reset it](page:reset).",
     "If a program signs in for you, let it keep its session: right passwords are limited too, to "
     "{right_passwords_per_hour} an hour.",
     "If it happens again and again, a device may still use an old password, or somebody else is "
     "trying: tell your administrator."))  # fmt: skip

PROVE_FIRST = Problem(
    "prove-it-is-you-first", 403, "First prove that it is you",
    "Too many wrong passwords have been typed for this user ID in browsers that it was never used in, and yours is one "
    "of these. Your password may be right: we do not look at it until you have proved in another way that it is you.",
    ("[Unlock your account](page:unlock): you prove who you are, and your password stays as it is. Then sign in here.",
     "Or sign in with a browser that you have used before.",
     "If you do not know your password, [reset it](page:reset)."))  # fmt: skip

WRONG_CURRENT_PASSWORD = Problem(
    "wrong-current-password", 422, "The current password is not right",
    "To change your password, type your current one. A wrong one counts as a failed sign-in.",
    ("Type it again. Check Caps Lock and the keyboard language.",
     "If you have forgotten it, [reset your password](page:reset) instead."),
    field="current_password")  # fmt: skip

SIGN_IN_NEEDED = Problem(
    "sign-in-needed", 401, "Sign in first",
    "You are not signed in, or your session has ended. A session lasts {session_idle_time} without use and "
    "{session_time} at most. It ends when your password changes.",
    ("Sign in again. What you typed is still there if you stay on the page.",
     "If you cannot sign in, [reset your password](page:reset)."),
    help_from="you")  # fmt: skip

LINK_ENDED = Problem(
    "link-ended", 410, "This link can no longer be used",
    "The link in a notice is valid for seven days and can be used once.",
    ("If it has already been used to turn your account off, contact your administrator.",
     "If you did not make the change, contact your administrator at once, and quote the notice's "
     "reference."))  # fmt: skip

CROSS_SITE_REQUEST = Problem(
    "request-from-another-site", 403, "This request came from another site",
    "To protect your account, changes are accepted only from our own pages.",
    ("Open our page at its own address and try again there.",
     "If you followed a link to get here, tell your administrator."))  # fmt: skip

LANGUAGE_NOT_OFFERED = Problem(
    "language-not-offered", 422, "Messages are not available in this language",
    "{organisation} does not send messages in the language that you chose.",
    ("Choose another language from the list.",),
    field="language")  # fmt: skip

SIGN_IN_ELSEWHERE = Problem(
    "sign-in-elsewhere", 403, "You do not sign in here",
    "Accounts that end like yours sign in at another page of {organisation}. Your password is not wrong: we have not "
    "looked at it.",
    ("Sign in where you sign in to {services}.",
     "If you have forgotten your password, [reset it](page:reset).",
     "To change what proves who you are, contact your administrator: they enter it for you."),
    field="user_id", features="no-sign-in")  # fmt: skip
