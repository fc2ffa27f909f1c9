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
    "domain-not-ours", 422, "This address is not one of ours",
    "The part after the @ does not belong to {organisation}. Accounts that can be reset here end in one of these: "
    "{reset_domains}.",
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
    "{organisation} has turned your account off, or you did so yourself with “This was not me”. A new password "
    "would not let you sign in.",
    ("Contact your administrator and ask why the account is off and whether it can be turned on.",
     "Quote the reference that the form shows: they can see what you have done so far."))  # fmt: skip

# --- Proof of work and rate limits ----------------------------------------------------------------

ROBOT_CHECK_FAILED = Problem(
    "robot-check-failed", 422, "We could not check that you are not a robot",
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

PROOF_OF_WORK_NEEDED = Problem(
    "proof-of-work-needed", 428, "Your browser has to work longer",
    "Many requests have come from the network that you use, or too many codes have been guessed at {organisation}. "
    "Nobody is refused for it: each request brings a larger calculation instead, which your browser makes "
    "by itself.",
    ("Wait until the calculation is done. On an older phone it may take a minute. What you typed is still there.",
     "Or use another connection, for example your phone's.",
     "If your browser does not begin by itself, reload the page."),
    help_from="support")  # fmt: skip

TOO_MANY_REQUESTS = Problem(
    "too-many-requests", 429, "Too many requests",
    "Looking accounts up and changing them is limited by the hour, so that a stolen session cannot read them all.",
    ("Wait for the time shown, then go on.",
     "If you need more, tell your administrator: the limits are settings of {organisation}."))  # fmt: skip

# --- Proving who you are --------------------------------------------------------------------------

SESSION_ENDED = Problem(
    "session-ended", 410, "Start again",
    "To protect your account, each attempt lasts {flow_time} and can be finished once. "
    "This one has run out of time, was finished, or was replaced because your account was changed "
    "from another page.",
    ("Go to [reset your password](page:reset) and start again with your user ID.",
     "If you wanted to keep your password, go to [unlock your account](page:unlock) instead.",
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
    "A code has just been asked for. It can be sent again {resend_time} after the last time. While it is good, the "
    "same code is sent again, so that it does not matter which message comes first.",
    ("Look for the message that is already on its way, also in the spam folder.",
     "Wait until the countdown ends, then ask for it again."),
    field="code")  # fmt: skip

TOO_MANY_CODES = Problem(
    "too-many-codes", 429, "Too many codes have been asked for",
    "In one hour at most {messages_per_hour} are sent to one account for one browser or network, and some more for all "
    "browsers together that the account does not know. Texts and calls of all {organisation} are limited by the day. "
    "Somebody else may have asked for them.",
    ("Use the code of the newest message, if its time ({code_time}) is not over.",
     "Choose another method: each has its own limit, and a method that sends nothing has none.",
     "If an e-mail with a code has reached you, begin again from the link in it: it has a limit of its own.",
     "Or wait for the time shown, or contact your administrator."),
    field="code")  # fmt: skip

WRONG_CODE = Problem(
    "wrong-code", 422, "That code is not right",
    "The code is not the one that we sent last. Each attempt allows {tries}.",
    ("Compare the code with the newest message.",
     "If the message is older than {code_time}, ask for another code.",
     "If you never got a code, read [no code arrived](page:no-code)."),
    field="code")  # fmt: skip

CODE_EXPIRED = Problem(
    "code-expired", 422, "That code is no longer good",
    "A code is good for {code_time}. After too many wrong ones, for your user ID or in {organisation}, short codes "
    "are not good any more either: for a while the next ones have 12 digits or more, so that nobody guesses them.",
    ("Ask for another code.",
     "Type it within {code_time}. You can copy and paste it; the spaces in a long one do not matter."),
    help_from="you", field="code")  # fmt: skip

TOO_MANY_WRONG_CODES = Problem(
    "too-many-wrong-codes", 429, "Too many wrong codes",
    "One attempt allows {tries}, and all of them were wrong. To protect your account this attempt is over.",
    ("Start again at once. The next code may be longer.",
     "Choose another method if the codes do not reach you.",
     "If you have only this method, contact your administrator."),
    field="code")  # fmt: skip

ASK_FOR_A_CODE = Problem(
    "no-code-asked-for", 422, "Ask for a code first",
    "No code has been asked for by this method in this attempt, so there is none to compare with.",
    ("Go back one step, choose the method again, and a code is sent.",),
    help_from="support", field="code")  # fmt: skip

TWO_CODES_NEEDED = Problem(
    "two-codes-needed", 422, "Type two codes in a row",
    "There were too many wrong proofs for this user ID or in all of {organisation}. For a while, one code of an "
    "authenticator app is not enough: type the code that the app shows, wait for the next one, and type that "
    "behind it.",
    ("Type the 6 digits that your app shows now. Wait until they change, 30 seconds at most, and type the next 6 "
     "behind them: 12 digits.",
     "Or choose another method.",
     "If it was not you who tried, nothing is wrong with your account: strangers may know your user ID."),
    field="code", features="authenticator")  # fmt: skip

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
    ("Contact your administrator to get back in, and quote the reference that the form shows.",
     "Then [register](page:register) a second method, for example a phone beside an e-mail "
     "address."))  # fmt: skip

# --- The new password -----------------------------------------------------------------------------

PASSWORD_NOT_ACCEPTED = Problem(
    "password-not-accepted", 422, "Choose a password that is harder to guess",
    "The password has a word, phrase or pattern that is easy to guess, or it does not follow the "
    "rules of {organisation}. Above the field you see which.",
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

DOMAIN_NEEDED = Problem(
    "whole-user-id-needed", 422, "Type your whole user ID, with the part after the @",
    "{organisation} has user IDs that end in different ways: {domains}. The same name may belong to "
    "one person with one ending and to another person with another, so we do not guess.",
    ("Choose yours from the list below the field, or type it whole, for example `{example_user_id}`.",
     "If you do not know the part after the @, look at an e-mail from your organisation to you, or ask "
     "your administrator."),
    field="user_id", features="several-domains")  # fmt: skip

UNLOCK_NOT_OFFERED = Problem(
    "cannot-be-unlocked-here", 403, "This account cannot be unlocked here",
    "The directory that keeps the password of your account lets nobody lift a lock from outside. A lock there ends by "
    "itself.",
    ("Wait a quarter of an hour, then sign in with the right password.",
     "If you are not sure of your password, [reset it](page:reset).",
     "If your account stays locked, contact your administrator."),
    field="user_id", features="no-unlock")  # fmt: skip
