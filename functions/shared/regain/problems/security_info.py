"""Problems of registering security info, and of proofs other than sent codes."""

from regain.problems.entry import Problem

WRONG_AUTHENTICATOR_CODE = Problem(
    "wrong-authenticator-code", 422, "That code from your authenticator app is not right",
    "The code is not the one that your app shows now. It changes every 30 seconds, and is different for each account "
    "in the app.",
    ("Open your authenticator app and find the entry for {organisation}.",
     "Type the six digits that it shows now. If they are about to change, wait for the next ones.",
     "If the app is on a phone that you no longer have, choose another method."),
    field="code", features="authenticator")  # fmt: skip

AUTHENTICATOR_CLOCK_WRONG = Problem(
    "authenticator-clock-is-wrong", 422, "The clock of your phone is not right",
    "The code is from your app, but for another time. The app works out its codes from the phone's clock, which may "
    "be wrong by 30 seconds at most.",
    ("Open your phone's settings and set the date and time to automatic.",
     "Then type the code that your app shows."),
    help_from="you", field="code", features="authenticator")  # fmt: skip

CODE_ALREADY_USED = Problem(
    "code-used-already", 422, "That code has already been used",
    "Each code of your authenticator app can be used once.",
    ("Wait until your app shows the next code, 30 seconds at most. Then type that one.",
     "If it was not you who used it, tell your administrator."),
    field="code", features="authenticator")  # fmt: skip

WRONG_RECOVERY_CODE = Problem(
    "wrong-recovery-code", 422, "That recovery code is not right",
    "The code is not the one that you saved last. It has 16 letters and digits, works once, and is replaced when you "
    "make another one.",
    ("Compare it with what you printed or saved. Capital and small letters, spaces and hyphens do not matter.",
     "If you have saved several, use the newest.",
     "If you have already used it, choose another method."),
    field="code", features="recovery-code")  # fmt: skip

WRONG_ANSWERS = Problem(
    "wrong-answers", 422, "The answers are not all right",
    "At least one of the answers is not the one that you registered. We do not say which.",
    ("Answer as you did when you registered. Capital and small letters and extra spaces do not matter; the words do.",
     "If these are not the questions that you chose, give another proof first.",
     "If you do not remember the answers, choose another method."),
    field="answers", features="questions")  # fmt: skip

PASSKEY_NOT_ACCEPTED = Problem(
    "passkey-not-accepted", 422, "That passkey could not be used",
    "Your device answered with a passkey that is not registered for this account, or that belongs to another site.",
    ("Choose the passkey of {organisation} for this account, if your device offers several.",
     "Check the address of this page: a passkey works only on the site where you created it.",
     "If you have deleted the passkey, choose another method."),
    field="method", features="passkey")  # fmt: skip

CHANGE_PASSWORD_FIRST = Problem(
    "change-your-password-first", 403, "Choose your own password first",
    "You signed in with a temporary password, which somebody else knows.",
    ("Open [your account](page:account), and type the temporary password as the current one.",),
    help_from="you")  # fmt: skip

SIGN_IN_AGAIN = Problem(
    "sign-in-again", 401, "Sign in again before you change this",
    "You signed in more than {session_fresh_time} ago. Security info can only be changed soon after you "
    "have typed your password.",
    ("Sign in again, then make the change.",),
    help_from="you")  # fmt: skip

INVALID_EMAIL_ADDRESS = Problem(
    "address-not-read", 422, "That does not look like an e-mail address",
    "An e-mail address has a name, an @ and a domain, for example `maria@mail.example`.",
    ("Check the spelling, spaces and commas.",),
    help_from="you", field="contact", features="email")  # fmt: skip

ADDRESS_NEEDS_THIS_PASSWORD = Problem(
    "address-needs-this-password", 422, "Choose an address that this password does not open",
    "You need this account's password to read mail at this address. If you lost the password, you could not read "
    "the code.",
    ("Type a personal address, or another one that you can read without this account.",),
    help_from="you", field="contact", features="email")  # fmt: skip

INVALID_PHONE_NUMBER = Problem(
    "number-not-read", 422, "That does not look like a telephone number",
    "A number has a country code, for example `+44 7700 900123`, and as many digits as its country uses.",
    ("Type it with its country code and without an extension.",),
    help_from="you", field="contact", features="sms call-mobile")  # fmt: skip

PHONE_NUMBER_NOT_ACCEPTED = Problem(
    "number-not-accepted", 422, "We cannot send codes to this number",
    "Codes are not sent to premium-rate and similar numbers, nor to countries that {organisation} has not chosen.",
    ("Register the number of your mobile phone.",
     "If it is the number of a country that {organisation} works in, ask your administrator to allow that country."),
    field="contact", features="sms call-mobile")  # fmt: skip

ALREADY_REGISTERED = Problem(
    "registered-already", 409, "You have already registered this",
    "This address, number or device is already part of your security info.",
    ("Look at the list on [your account](page:account).",
     "Register a different one, so that you can still get in if you lose this one."),
    help_from="you", field="contact")  # fmt: skip

TOO_MANY_REGISTERED = Problem(
    "no-room-for-more", 409, "You cannot register any more of these",
    "You can register up to three e-mail addresses, two mobile phones and five passkeys.",
    ("Remove one that you no longer use, then add the new one.",),
    help_from="you")  # fmt: skip

METHOD_NOT_REGISTRABLE = Problem(
    "not-registered-here", 422, "This cannot be registered here",
    "{organisation} does not offer this method, or only an administrator can enter it.",
    ("Choose another method from the list.",
     "Ask your administrator to enter what only they can enter."))  # fmt: skip

REGISTRATION_ENDED = Problem(
    "registration-ended", 410, "Start this registration again",
    "The registration was not confirmed within 15 minutes, has already been confirmed, or had too many wrong codes.",
    ("Choose again what you want to add. The rest of your security info has not changed.",),
    help_from="you")  # fmt: skip

QUESTIONS_NOT_ACCEPTED = Problem(
    "questions-not-accepted", 422, "Change some of your questions or answers",
    "Some questions or answers are too easy to guess, or do not follow the rules. What to change is shown beside each.",
    ("Choose different questions, and a different answer for each.",
     "Give answers of 3 to 40 characters that do not repeat words from the question."),
    help_from="you", field="questions", features="questions")  # fmt: skip

NO_SUCH_SECURITY_INFO = Problem(
    "no-such-security-info", 404, "This is not part of your security info",
    "It may have been removed on another page, or your administrator entered it and only they can change it.",
    ("Reload the page to see what is registered now.",
     "To change what your administrator entered, register your own, or ask them."))  # fmt: skip

CANNOT_POSTPONE = Problem(
    "see-to-it-now", 403, "You need to do this now",
    "{organisation} needs this before you go on: your security info is how you get back in if you lose your password.",
    ("Check your security info, and add what is missing.",
     "If you cannot register anything now, contact your administrator."))  # fmt: skip

PROVE_IT_IS_YOU = Problem(
    "prove-it-is-you", 403, "Prove that it is you",
    "Before you change your security info, or choose a password of your own after a temporary one, prove with one of "
    "your registered methods that it is you. This lasts for {session_fresh_time}.",
    ("Choose one of your methods and confirm. Then make the change.",
     "If you can use none of them, ask your administrator for a registration code."))  # fmt: skip

REGISTRATION_CODE_NEEDED = Problem(
    "registration-code-needed", 403, "You need a registration code",
    "You have no method to prove with that it is you, and your password alone is not enough to register one.",
    ("Ask your administrator for a registration code. It works once, within 24 hours.",
     "If you are the only administrator, whoever runs the service gets one with `./regain admin code`.",
     "Then sign in and type it when you are asked to prove that it is you."))  # fmt: skip

WRONG_REGISTRATION_CODE = Problem(
    "wrong-registration-code", 422, "That registration code is not right",
    "The code is not the one that you were given last. It works once, within 24 hours.",
    ("Compare it with what you were given. Capital and small letters, spaces and hyphens do not matter.",
     "If it is more than a day old, ask your administrator for another one."),
    field="code")  # fmt: skip

METHOD_STILL_NEEDED = Problem(
    "method-still-needed", 409, "You need this to prove who you are",
    "Without it you would not have enough methods of different kinds left.",
    ("Add another method first. Then remove this one.",),
    help_from="you")  # fmt: skip
