"""Problems of resetting and unlocking."""

from regain.problems.entry import Problem

# --- User ID: said openly, because it depends on the organisation and the domain only --------------

INVALID_USER_ID = Problem(
    "user-id-not-read", 422, "That does not look like a user ID",
    "A user ID is the address or name you sign in with, for example `{example_user_id}`. What was "
    "typed has other characters, more than one @, or is too long: up to 64 characters before the "
    "@, 48 after it and 113 together.",
    ("Check the spelling. Leave out spaces, commas and quotation marks.",
     "Use the address or name that you type when you sign in to {services}.",
     "If you do not know your user ID, ask your administrator."),
    field="user_id")  # fmt: skip

UNKNOWN_DOMAIN = Problem(
    "domain-not-ours", 422, "We cannot reset the password of this address",
    "The part after the @ does not belong to {organisation}. This page resets work or school "
    "accounts of {organisation} only: {domains}.",
    ("If it is your work or school account, check the spelling of the part after the @.",
     "If it is a personal account, use the [help for personal accounts](personal_accounts_url).",
     "If you work for another organisation, ask that organisation's administrator."),
    help_from="you", field="user_id")  # fmt: skip

CONTACT_YOUR_ADMINISTRATOR = Problem(
    "contact-your-administrator", 403, "Contact your administrator: this account is kept elsewhere",
    "This service does not manage your account's password. It is managed by another system of "
    "{organisation}, so it cannot be reset or unlocked here.",
    ("Contact your administrator and ask for your password to be reset.",
     "Also ask whether self-service reset can be turned on for your account."),
    table_row="A", field="user_id")  # fmt: skip

NOT_ENABLED = Problem(
    "not-enabled-for-password-reset", 403, "Your account is not enabled for password reset",
    "{organisation} has not turned on self-service password reset for accounts like yours, or has "
    "not set up your account for it.",
    ("Use **Contact your administrator** to ask for your password to be reset.",
     "Say who you are and that you cannot sign in. They can reset your password for you.",
     "Once you can sign in, ask whether self-service reset can be turned on for you."),
    table_row="B", field="user_id")  # fmt: skip

COULD_NOT_VERIFY = Problem(
    "could-not-verify-your-account", 403, "We could not verify your account",
    "There are two common reasons. Your account is enabled for password reset, but you have not "
    "registered enough ways to prove who you are. Or your administrator has not turned on password "
    "reset for you.",
    ("If you never registered security info: contact your administrator to get back in, then "
     "[register your security info](page:register).",
     "If your administrator has not turned on password reset: contact your administrator and ask "
     "for your password to be reset.",
     "Check the spelling of your user ID and try again."),
    table_row="C", field="user_id")  # fmt: skip

ACCOUNT_TURNED_OFF = Problem(
    "account-turned-off", 403, "Your account is turned off",
    "{organisation} has turned your account off. A new password would not let you sign in.",
    ("Contact your administrator and ask why the account is off and whether it can be turned on.",
     "Quote the reference below: they can see what you did up to here."))  # fmt: skip

# --- Proof of work and rate limits ----------------------------------------------------------------

ROBOT_CHECK_FAILED = Problem(
    "robot-check-failed", 422, "The check that you are not a robot did not succeed",
    "Your browser solves a small calculation before the first step. The answer that reached us was "
    "wrong or had been used before.",
    ("Select **Next** again. Your browser makes a new calculation; what you typed is still there.",
     "If it happens again, update your browser or use another device."),
    help_from="support")  # fmt: skip

ROBOT_CHECK_EXPIRED = Problem(
    "robot-check-expired", 422, "The check that you are not a robot took too long",
    "The calculation that your browser makes before the first step is valid for {challenge_time}, "
    "and that time has passed.",
    ("Select **Next** again. What you typed is still there.",),
    help_from="support")  # fmt: skip

TOO_MANY_REQUESTS = Problem(
    "too-many-requests", 429, "Too many requests from your network",
    "Many requests have come from the network that you use, perhaps from other people's devices. "
    "To protect everybody's account we answer only so many in a while.",
    ("Wait for the time shown, then try again.",
     "Or use another connection, for example your phone's.",
     "If you are in a hurry, contact your administrator."))  # fmt: skip

# --- Proving who you are --------------------------------------------------------------------------

SESSION_ENDED = Problem(
    "session-ended", 410, "Start again",
    "To protect your account, each attempt lasts {flow_time} and can be finished once. "
    "This one has run out of time, was finished, or was replaced because your account was changed "
    "from another page.",
    ("Go to [reset your password](page:reset) or [unlock your account](page:unlock) and start "
     "again with your user ID.",
     "If you have just set a new password in another window, sign in with it.",
     "If you did not change anything yourself, contact your administrator at once."))  # fmt: skip

METHOD_NOT_OFFERED = Problem(
    "method-not-offered", 422, "That method cannot be used now",
    "The method is not offered for this attempt, or you have already used it. Where two proofs are "
    "needed, the second must be of another kind and go to another address or number.",
    ("Choose another method from the list.",
     "If no other method is listed, contact your administrator."),
    field="method")  # fmt: skip

CONTACT_CONFIRMATION_NEEDED = Problem(
    "type-the-whole-contact", 422, "Type the whole number or address",
    "Before a code is sent, {organisation} asks you to type the whole phone number or e-mail "
    "address that you registered.",
    ("Type the number with its country code, or the address in full.",
     "If it is the one you registered, a code is on its way. We do not say whether it is.",
     "If you no longer have it, choose another method or contact your administrator."),
    field="contact", features="confirm_contact")  # fmt: skip

WAIT_BEFORE_RESEND = Problem(
    "wait-before-another-code", 429, "Wait a moment before asking for another code",
    "A code has just been asked for. Another one can be asked for {resend_time} after the "
    "last; the earlier code stays good until its own time ends.",
    ("Look for the message that is already on its way, also in the spam folder.",
     "Wait until the countdown ends, then ask for another code."),
    field="code")  # fmt: skip

TOO_MANY_CODES = Problem(
    "too-many-codes", 429, "Too many codes have been asked for",
    "In one hour at most {messages_per_hour} are sent for one account.",
    ("Use the newest code that you have, if its time ({code_time}) is not over.",
     "Choose another method, or wait for the time shown.",
     "If no code ever reached you, contact your administrator."),
    field="code")  # fmt: skip

WRONG_CODE = Problem(
    "wrong-code", 422, "That code is not right",
    "The code does not match one that we sent in the last {code_time}. Each step allows "
    "{tries}.",
    ("Compare the code with the newest message. It has {code_digits} digits.",
     "If the message is older than {code_time}, ask for another code.",
     "If you never got a code, read [no code arrived](page:no-code)."),
    field="code")  # fmt: skip

CODE_EXPIRED = Problem(
    "code-expired", 422, "That code is too old",
    "A code is good for {code_time}, and this one's time is over.",
    ("Ask for another code.",
     "Type it within {code_time}. You can copy and paste it."),
    help_from="you", field="code")  # fmt: skip

TOO_MANY_WRONG_CODES = Problem(
    "too-many-wrong-codes", 429, "Too many wrong codes",
    "This step allows {tries}, and all of them were wrong. To protect your account this attempt is over.",
    ("Start again and choose another method.",
     "If you have only this method, wait for the time shown or contact your administrator, who can "
     "end the wait."),
    field="code")  # fmt: skip

RECOVERY_CLOSED = Problem(
    "try-again-later", 429, "Password reset is closed for this user ID for a while",
    "There were too many failed attempts to prove who you are within 24 hours ({failed_proofs_per_day}). "
    "To protect the account, these methods are closed for {closed_time}.",
    ("Wait until the time shown.",
     "Or contact your administrator, who can end the wait or reset your password.",
     "If it was not you who tried, tell your administrator."))  # fmt: skip

PROOF_STILL_NEEDED = Problem(
    "proof-still-needed", 403, "First prove who you are",
    "The last step was requested before every proof was given.",
    ("Go back one step and enter the code that we sent.",
     "If the page does not let you, start again."),
    help_from="support")  # fmt: skip

NO_SECOND_METHOD = Problem(
    "no-second-method", 403, "A second way to prove who you are is needed",
    "You have given one proof. Your account needs two of different kinds, and no second method is "
    "registered.",
    ("Contact your administrator to get back in, and quote the reference below.",
     "Then [register](page:register) a second method, for example a phone beside an e-mail "
     "address."))  # fmt: skip

# --- The new password -----------------------------------------------------------------------------

PASSWORD_NOT_ACCEPTED = Problem(
    "password-not-accepted", 422, "Choose a password that is harder to guess",
    "The password has a word, phrase or pattern that is easy to guess, or it does not follow the "
    "rules of {organisation}. Below the field you see which.",
    ("Read what is said about your password and change that.",
     "Three or four unrelated words with something between them make a good password.",
     "Read [how to choose a password](page:password). You stay on this step, and no code is needed "
     "again, until {password_refusals} have been refused."),
    help_from="you", field="new_password", table_row="D")  # fmt: skip

TOO_MANY_REFUSED_PASSWORDS = Problem(
    "too-many-refused-passwords", 410, "Start again: too many passwords were refused",
    "To protect your account, an attempt ends when {password_refusals} new passwords have been "
    "refused. Your password has not been changed.",
    ("Read [how to choose a password](page:password): it says what is refused, and why.",
     "Then go to [reset your password](page:reset) and start again with your user ID.",
     "A password manager can make a password for you that follows the rules."),
    help_from="you")  # fmt: skip
