"""Problems of administration, and of requests for help."""

from regain.problems.entry import Problem

NOT_FOR_YOUR_ROLE = Problem(
    "not-for-your-role", 403, "Your role does not allow this",
    "This action needs another role at {organisation}.",
    ("Ask an administrator to do it, or to give you the role.",
     "If you have only just been given the role, sign out and sign in again."))  # fmt: skip

NOT_OVER_THIS_ACCOUNT = Problem(
    "not-over-this-account", 403, "You cannot do this to this account",
    "You cannot change your own account here, or the account of somebody with the same role or a higher one. You may "
    "also be limited to people in your own groups. Only an administrator can help another administrator.",
    ("Ask somebody with a higher role, or another administrator.",
     "For your own account, use [your account](page:account)."))  # fmt: skip

NO_SUCH_ACCOUNT = Problem(
    "no-such-account", 404, "There is no account with this user ID",
    "{organisation} has no account here with exactly this user ID.",
    ("Check the spelling. Type the whole user ID, for example `{example_user_id}`.",
     "If the account is managed elsewhere, its help is there too."),
    help_from="you", field="user_id")  # fmt: skip

NO_SUCH_REFERENCE = Problem(
    "no-such-reference", 404, "There is nothing under this reference",
    "No event has this reference, or it is more than 400 days old.",
    ("Compare it with what the person reads out: R- and eight letters or digits. O is the same as 0, and I as 1.",
     "The latest events can take a few seconds to appear."),
    help_from="you", field="reference")  # fmt: skip

NO_SUCH_REQUEST = Problem(
    "no-such-request", 404, "This request for help is not there",
    "It is more than 90 days old, or about somebody outside your groups.",
    ("Go back to the list of requests, and load it again.",),
    help_from="you")  # fmt: skip

REQUEST_TAKEN = Problem(
    "request-taken", 409, "Somebody else has taken this request",
    "Whoever takes a request first works on it, so that a person is not helped twice.",
    ("Take another request.",
     "If they cannot go on with it, ask them to put it back into the queue."),
    help_from="you")  # fmt: skip

NO_SUCH_INVITATION = Problem(
    "no-such-invitation", 404, "This invitation is not there",
    "Its deadline passed more than 400 days ago, or it is for people outside your groups.",
    ("Go back to the list of invitations, and load it again.",),
    help_from="you")  # fmt: skip

DEADLINE_NOT_POSSIBLE = Problem(
    "deadline-not-possible", 422, "Choose another deadline",
    "People need time to register. The deadline is tomorrow at the earliest, and at most 366 days away.",
    ("Type a day after today: year, month and day, for example `2027-01-31`.",),
    help_from="you", field="deadline")  # fmt: skip

NOBODY_TO_INVITE = Problem(
    "nobody-to-invite", 422, "There is nobody to invite",
    "Nobody whom Regain knows is in this group or on this list.",
    ("Check how the group is written. It is the same word that the import or your directory uses.",
     "People of a directory are known once they have used Regain, or once you have imported them."),
    help_from="you", field="group")  # fmt: skip

SECOND_FACTOR_NEEDED = Problem(
    "second-factor-needed", 403, "Confirm it's you",
    "Before you change somebody's account, confirm with a second factor. This lasts for {session_fresh_time}.",
    ("Choose one of your methods and confirm. Then make the change.",),
    help_from="you")  # fmt: skip

NO_SECOND_FACTOR = Problem(
    "no-second-factor", 403, "Register a second factor first",
    "To help others you need a second factor: a passkey, an authenticator app or a telephone. You have not registered "
    "any of these.",
    ("Open [your account](page:account) and add a passkey, an authenticator app or a mobile phone.",
     "If you cannot, ask another administrator."))  # fmt: skip

CALLER_NOT_VERIFIED = Problem(
    "caller-not-proved", 403, "The caller has not proved who they are",
    "Before helpdesk changes an account, the caller proves who they are with a code sent to one of their registered "
    "methods.",
    ("Choose one of the caller's methods and ask them to read out the code that they receive.",
     "If they cannot use any of them, pass the request on to an administrator."))  # fmt: skip

TEMPORARY_PASSWORD_ENDED = Problem(
    "temporary-password-ended", 403, "This temporary password can no longer be used",
    "A temporary password works for one sign-in, within {temporary_password_time}. Yours has been used or has "
    "expired.",
    ("Contact your administrator and ask for another one.",
     "Sign in with it at once, and choose your own password."))  # fmt: skip

INVALID_CONTACT_DETAILS = Problem(
    "contact-details-not-read", 422, "Check how we can reach you",
    "To help you we need your name, and an e-mail address or telephone number where we can reach you. One of these "
    "is missing or mistyped.",
    ("Check the field that is marked.",
     "Type a telephone number with its country code, for example `+44 7700 900123`.",
     "Give an address that you can read now, not a mailbox that you are locked out of."),
    help_from="you")  # fmt: skip

NO_CONTACT_FORM = Problem(
    "no-contact-form", 404, "This form is turned off",
    "{organisation} has not set up an address for this form.",
    ("Use the telephone number or the link on the page.",))  # fmt: skip

METHODS_TO_REVIEW = Problem(
    "methods-to-review", 409, "Go through the methods first",
    "The owner of this account has said that a change was not theirs. Until somebody has gone through the registered "
    "methods, none of them works.",
    ("Look at each method and when it was registered. Keep those that the owner knows and still has.",
     "Then turn the account on. Give the owner the temporary password that is shown."))  # fmt: skip
