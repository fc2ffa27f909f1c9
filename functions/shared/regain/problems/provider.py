"""Problems of signing in with the organisation's identity provider (OpenID Connect)."""

from regain.problems.entry import Problem

PROVIDER_UNAVAILABLE = Problem(
    "sign-in-provider-unavailable", 503, "Your organisation’s sign-in does not answer at the moment",
    "You sign in here with {provider}, and it did not answer in time. It is not about you or your password.",
    ("Wait a minute and [sign in](page:account) again.",
     "To set a new password you need not sign in: [reset it](page:reset).",
     "If it lasts more than a few minutes, contact your administrator."),
    features="provider")  # fmt: skip

PROVIDER_REFUSED = Problem(
    "sign-in-provider-refused", 503, "Your organisation has to repair its sign-in first",
    "{provider} does not let this site sign people in. It is not about you or your password.",
    ("Contact your administrator: the client ID, its secret or the address to return to is not what {provider} has.",
     "To set a new password you need not sign in: [reset it](page:reset)."),
    features="provider")  # fmt: skip

SIGN_IN_NOT_FINISHED = Problem(
    "sign-in-not-finished", 400, "The sign-in was not finished",
    "It was cancelled, took longer than ten minutes, was finished before, or began in another browser or window.",
    ("[Sign in](page:account) again, in one window and without the Back button.",
     "If your browser blocks cookies, allow them for this site.",
     "If it happens again, contact your administrator."),
    features="provider")  # fmt: skip

SIGN_IN_NOT_TRUSTED = Problem(
    "sign-in-not-trusted", 502, "The answer of your organisation’s sign-in could not be trusted",
    "{provider} said who you are, but what it sent was not meant for this site, was too old, or did not come from "
    "{organisation}. You have not been signed in.",
    ("[Sign in](page:account) again, and choose your account of {organisation} if you have several.",
     "If it happens again, contact your administrator: the provider’s settings may have changed.",
     "To set a new password you need not sign in: [reset it](page:reset)."),
    features="provider")  # fmt: skip

NO_ACCOUNT_FOR_SIGN_IN = Problem(
    "no-account-for-this-sign-in", 403, "There is no account here for the one you signed in with",
    "{provider} has signed you in, but the user ID that it gave us has no account here.",
    ("Check that you chose your account of {organisation}, not a personal one, and [sign in](page:account) again.",
     "If it was the right one, contact your administrator: your account may not have been added yet."),
    features="provider")  # fmt: skip

SIGN_IN_LEADS_TO_TWO_PEOPLE = Problem(
    "sign-in-leads-to-two-people", 409, "We cannot tell whose account this is",
    "The user ID that {provider} gave us belongs to more than one person, or somebody else has signed in here with it "
    "before. To be safe, nobody is signed in with it.",
    ("Contact your administrator. If your user ID was somebody else’s before, or your account at {provider} is new, "
     "they can remove the security info of the account here; then sign in again.",),
    features="provider")  # fmt: skip

SIGN_IN_WITH_PROVIDER = Problem(
    "sign-in-with-provider", 403, "You sign in here another way",
    "People with your user ID do not sign in here with their password, but with {provider}.",
    ("Select **Sign in with {provider}** on the [sign-in page](page:account).",
     "If you have forgotten the password, [reset it](page:reset)."),
    features="provider", field="user_id")  # fmt: skip

TOO_MANY_SIGN_INS = Problem(
    "too-many-sign-ins", 429, "Too many sign-ins from your network have failed",
    "Sign-ins with {provider} from browsers that are not known here are limited by network, so that nobody can "
    "overload it.",
    ("Wait ten minutes, then [sign in](page:account) again.",
     "A browser that you have signed in with before is not held up.",
     "To set a new password you need not sign in: [reset it](page:reset)."),
    features="provider")  # fmt: skip

LOGOUT_TOKEN_NOT_ACCEPTED = Problem(
    "logout-token-not-accepted", 400, "The logout token was not accepted",
    "An identity provider asked to end sessions here, and its token was not one of the provider of {organisation}.",
    ("Configure `/api/account/oidc/logout` as the back-channel logout address of this site’s client, and nowhere else.",
     "The log of the account function names what was wrong with it, under the reference."),
    features="provider")  # fmt: skip
