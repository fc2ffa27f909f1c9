"""Problems of directories that passwords are kept in: Active Directory, OpenLDAP, Cognito, Entra ID."""

from regain.problems.entry import Problem

DIRECTORY_REFUSED = Problem(
    "directory-refused", 503, "Your organisation has to repair something first",
    "The directory that keeps the passwords of {organisation} does not let this service do its work. It is not about "
    "you or your password: nothing has been changed.",
    ("Contact your administrator, and quote the reference that the form shows. They can see what has to be repaired.",
     "Trying again does not help before that."),
    features="directory")  # fmt: skip

DIRECTORY_DID_NOT_ANSWER = Problem(
    "directory-did-not-answer", 503, "The directory does not answer at the moment",
    "The directory that keeps the passwords of {organisation} did not answer in time. Your password has not been "
    "changed.",
    ("Wait a minute and select the button again. What you typed is still there.",
     "If it lasts more than a few minutes, contact your administrator and quote the reference."),
    features="directory")  # fmt: skip

OUTCOME_UNKNOWN = Problem(
    "outcome-unknown", 503, "Your new password may already be set",
    "We sent your new password to the directory of {organisation}, and its answer was lost. Nobody knows yet whether "
    "the password has been changed.",
    ("Wait for the time shown, then select the button again, with the same password: we look whether it is set "
     "already, and set it if it is not.",
     "If you cannot stay, sign in later with the new password. If that does not work, use your earlier one, or "
     "[reset your password](page:reset) again."),
    features="directory")  # fmt: skip

BEING_SET = Problem(
    "being-set", 409, "Your password is being set",
    "A new password for your account is being set at this moment, by a click before this one or in another window.",
    ("Wait for the time shown, then select the button again.",
     "If another window says that your password has been changed, you are done: sign in with the new one."),
    features="directory")  # fmt: skip

SECOND_FACTOR_ELSEWHERE = Problem(
    "second-factor-elsewhere", 403, "This page cannot ask for your second factor",
    "Your password is right. The directory that keeps it also asks you for a second proof, such as a code, and only "
    "the sign-in of your apps can ask for that one: you cannot sign in here.",
    ("Sign in where you sign in to {services}, and change your password there.",
     "If you have forgotten your password, [reset it](page:reset) here.",
     "To change what proves who you are in a reset, contact your administrator."),
    features="directory")  # fmt: skip

NOT_IN_THIS_DIRECTORY = Problem(
    "not-possible-in-this-directory", 403, "The directory does not let us do this",
    "The directory that keeps this password cannot be asked for this from here. Nothing has been changed.",
    ("To change a password that you know, use the page where you sign in to {services}.",
     "If it is forgotten, its owner can [reset it](page:reset).",
     "If you help somebody else, do this in the directory itself."),
    features="no-ability")  # fmt: skip
