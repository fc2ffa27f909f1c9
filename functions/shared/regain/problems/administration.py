"""Problems of helping others, and of asking for help."""

from regain.problems.entry import Problem

NOT_FOR_YOUR_ROLE = Problem(
    "not-for-your-role", 403, "Your role does not allow this",
    "What you asked for is open to people with another role at {organisation}.",
    ("Ask an administrator to do it, or to give you the role.",
     "If you have got the role only just now, sign out and sign in again."))  # fmt: skip

NOT_OVER_THIS_ACCOUNT = Problem(
    "not-over-this-account", 403, "You cannot do this to this account",
    "Nobody changes their own account here, nor that of somebody with an equal or higher role; and some see only the "
    "people of their own groups. Only an administrator can help another administrator.",
    ("Ask somebody with a higher role, or another administrator.",
     "For your own account use [your account](page:account)."))  # fmt: skip

NO_SUCH_ACCOUNT = Problem(
    "no-such-account", 404, "There is no account with this user ID",
    "{organisation} keeps no account here whose user ID is exactly what was typed.",
    ("Look at the spelling. Type the whole user ID, for example `{example_user_id}`.",
     "If the account is kept elsewhere, help is there too."),
    help_from="you", field="user_id")  # fmt: skip

NO_SUCH_REFERENCE = Problem(
    "no-such-reference", 404, "There is nothing under this reference",
    "Nothing has happened under the reference that was typed, or it is older than 400 days.",
    ("Compare it with what the person reads out: R- and eight letters and digits. O and 0, I and 1 are the same.",
     "What has happened only just now may take a few seconds to be found."),
    help_from="you", field="reference")  # fmt: skip

SECOND_FACTOR_NEEDED = Problem(
    "second-factor-needed", 403, "Confirm that it is you",
    "Before you change somebody's account you give a second proof, and that holds for {session_fresh_time}.",
    ("Choose one of your methods and give the proof. Then make the change.",),
    help_from="you")  # fmt: skip

NO_SECOND_FACTOR = Problem(
    "no-second-factor", 403, "Register a second factor first",
    "Whoever helps others confirms each time that it is them: with a passkey, an authenticator app or a telephone. You "
    "have registered none of these.",
    ("Open [your account](page:account) and add a passkey, an authenticator app or a mobile phone.",
     "If you cannot, ask another administrator."))  # fmt: skip

CALLER_NOT_VERIFIED = Problem(
    "caller-not-proved", 403, "The caller has not proved who they are",
    "Before helpdesk changes an account, the person on the telephone proves who they are with a code that is sent to "
    "what they have registered.",
    ("Choose one of the person's methods, and let them read out the code that they get.",
     "If they can use none of them, pass the request on to an administrator."))  # fmt: skip

TEMPORARY_PASSWORD_ENDED = Problem(
    "temporary-password-ended", 403, "This temporary password cannot be used any more",
    "A temporary password works for one sign-in, within {temporary_password_time}. Yours has been used, or its "
    "time is over.",
    ("Contact your administrator and ask for another one.",
     "Sign in with it at once, and choose your own password."))  # fmt: skip

INVALID_CONTACT_DETAILS = Problem(
    "contact-details-not-read", 422, "Look at how we can reach you",
    "Whoever helps you needs a name, and an e-mail address or telephone number at which they reach you. One of "
    "these is missing or mistyped.",
    ("Look at the field that is marked.",
     "Type a telephone number with its country code, for example `+44 7700 900123`.",
     "Give an address that you can read now, not the mailbox that you cannot open."),
    help_from="you")  # fmt: skip

TOO_MANY_REQUESTS_FOR_HELP = Problem(
    "too-many-requests-for-help", 429, "You have asked for help several times",
    "Requests for help about one account, or with one address, are limited ({contacts_per_day} a day), so that nobody "
    "can flood the people who answer.",
    ("They have your earlier request. Give them a little time.",
     "If it is urgent, use the telephone."))  # fmt: skip

NO_CONTACT_FORM = Problem(
    "no-contact-form", 404, "This form is not in use",
    "{organisation} has not named an address that this form could write to.",
    ("Use the telephone number or the link on the page.",))  # fmt: skip
