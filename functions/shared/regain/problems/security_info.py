"""Problems of registering security info, and of the proofs that it gives."""

from regain.problems.entry import Problem

WRONG_AUTHENTICATOR_CODE = Problem(
    "wrong-authenticator-code", 422, "That code of your authenticator app is not right",
    "The code is not the one that your app shows now. It changes every 30 seconds, and each account in the app has "
    "its own.",
    ("Open your authenticator app and find the entry of {organisation}.",
     "Type the six digits that it shows now. If they are about to change, wait for the next ones.",
     "If the app is on a phone that you no longer have, choose another method."),
    field="code", features="authenticator")  # fmt: skip

AUTHENTICATOR_CLOCK_WRONG = Problem(
    "authenticator-clock-is-wrong", 422, "The clock of your phone is not right",
    "The code is one of your app's, but of another time. The app works its codes out from the clock of the phone, "
    "which may differ from the real time by 30 seconds at most.",
    ("Open the settings of your phone and set date and time to automatic.",
     "Then type the code that your app shows."),
    help_from="you", field="code", features="authenticator")  # fmt: skip

CODE_ALREADY_USED = Problem(
    "code-used-already", 422, "That code has been used already",
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
     "If you have used it before, choose another method."),
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
    "Your device has answered, but with a passkey that is not registered for this account, or for another site.",
    ("Choose the passkey of {organisation} for this account, if your device offers several.",
     "Look at the address of this page: a passkey works only on the site where you made it.",
     "If you have removed the passkey, choose another method."),
    field="method", features="passkey")  # fmt: skip

CHANGE_PASSWORD_FIRST = Problem(
    "change-your-password-first", 403, "Choose your own password first",
    "You signed in with a temporary password, which somebody else knows too.",
    ("Choose your own password: open [your account](page:account), and type the temporary one as the old password.",),
    help_from="you")  # fmt: skip

SIGN_IN_AGAIN = Problem(
    "sign-in-again", 401, "Sign in again before you change this",
    "You have been signed in for more than {session_fresh_time}. What proves who you are can only be "
    "changed soon after you have typed your password.",
    ("Sign in again, then make the change.",),
    help_from="you")  # fmt: skip

INVALID_EMAIL_ADDRESS = Problem(
    "address-not-read", 422, "That does not look like an e-mail address",
    "An e-mail address has a name, an @ and a domain, for example `maria@mail.example`.",
    ("Look at the spelling, and at spaces and commas.",),
    help_from="you", field="contact", features="email")  # fmt: skip

ADDRESS_NEEDS_THIS_PASSWORD = Problem(
    "address-needs-this-password", 422, "Choose an address that this password does not open",
    "Mail to this address is read with the password of this account. When you have lost that password, you could "
    "not read the code.",
    ("Type your private address, or another one that you can read without this account.",),
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
    "registered-already", 409, "You have registered this already",
    "This address, number or device is part of your security info.",
    ("Look at the list on [your account](page:account).",
     "Register another one, so that you still have a way if this one is lost."),
    help_from="you", field="contact")  # fmt: skip

TOO_MANY_REGISTERED = Problem(
    "no-room-for-more", 409, "You have registered as many of these as fit",
    "There is room for three e-mail addresses, two mobile phones and five passkeys.",
    ("Remove one that you do not use any more, then add the new one.",),
    help_from="you")  # fmt: skip

METHOD_NOT_REGISTRABLE = Problem(
    "not-registered-here", 422, "This cannot be registered here",
    "{organisation} does not offer this way to prove who you are, or only an administrator can enter it.",
    ("Choose another way from the list.",
     "Ask your administrator to enter what only they can enter."))  # fmt: skip

REGISTRATION_ENDED = Problem(
    "registration-ended", 410, "Start this registration again",
    "What you began to register was not confirmed within 15 minutes, was confirmed already, or a wrong code was typed "
    "too often.",
    ("Choose again what you want to add. Nothing else of your security info has changed.",),
    help_from="you")  # fmt: skip

QUESTIONS_NOT_ACCEPTED = Problem(
    "questions-not-accepted", 422, "Change some of your questions or answers",
    "Some questions or answers can be guessed too easily, or do not follow the rules. Beside each you see what to "
    "change.",
    ("Choose different questions, and a different answer for each.",
     "Give answers of 3 to 40 characters that do not repeat words of the question."),
    help_from="you", field="questions", features="questions")  # fmt: skip

NO_SUCH_SECURITY_INFO = Problem(
    "no-such-security-info", 404, "This is not part of your security info",
    "It may have been removed from another page, or your administrator has entered it: then only they can change it.",
    ("Reload the page to see what is registered now.",
     "To change what your administrator entered, register your own, or ask them."))  # fmt: skip

CANNOT_POSTPONE = Problem(
    "see-to-it-now", 403, "This cannot wait",
    "{organisation} asks for this before you go on: your security info is how you get back in when you have lost your "
    "password.",
    ("Look through your security info, and add what is missing.",
     "If you cannot register anything now, contact your administrator."))  # fmt: skip
