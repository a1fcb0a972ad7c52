"""Define the requests and answers of the JSON API as pydantic models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from mfa_lab.server.records import AccountState, Kind

Text = Annotated[str, Field(max_length=4096)]
Hidden = Annotated[Text, Field(repr=False)]
"""A string that the model's `repr` does not show, because some tools print the variables in a traceback."""
HiddenAnswer = Annotated[str, Field(repr=False)]
Options = Annotated[dict[str, Any], Field(repr=False)]
"""WebAuthn options in their JSON form, which contain the challenge."""


class Credentials(BaseModel):
    name: Hidden  # people type passwords there
    password: Hidden


class Done(BaseModel):
    message: str


NextStep = Literal["code", "passkey", "enrolment"]


class Step(BaseModel):
    """A step of a login. Times are in Unix seconds.

    `next` is the step to offer first. `accepts` are the kinds of authenticators that can complete this login. If
    `accepts` also contains `totp`, a code can complete the login instead of a passkey.
    """

    token: HiddenAnswer
    next: NextStep
    expires_at: int
    accepts: list[Kind]


class Code(BaseModel):
    code: Hidden


class RecoveryCode(BaseModel):
    recovery_code: Hidden


class Recovered(Step):
    """The result of a recovery. `recovery_code` replaces the used code.

    `recovery_code` and `issue_id` are null if the policy has no recovery codes.
    """

    recovery_code: Annotated[str | None, Field(repr=False)]
    issue_id: str | None


class TwoCodes(BaseModel):
    first_code: Hidden
    second_code: Hidden


class SubjectOut(BaseModel):
    """A user whose first factor the application or its single sign-on checks.

    `issuer` names who checks the first factor, and `id` is the issuer's own id of the user.
    """

    issuer: str
    id: str


class SessionOut(BaseModel):
    """A session. `methods` says how its user logged in (`amr`, RFC 8176).

    `subject` is the account's id, which never changes and never belongs to another account.
    `phishing_resistant` says whether a passkey began the session. `codes_to_acknowledge` is the id of the newest
    recovery codes until the owner acknowledges them. After that, `codes_to_acknowledge` is null. If it is not null,
    offer a fresh set of recovery codes. `external` is null for an account with a password.
    """

    subject: str
    name: str
    created_at: int
    expires_at: int
    codes_to_acknowledge: str | None
    methods: list[str]
    phishing_resistant: bool
    external: SubjectOut | None


class OpenSessionOut(BaseModel):
    """One of an account's sessions. `id` grants nothing. `current` is true for the session that sent the request."""

    id: str
    created_at: int
    seen_at: int
    methods: list[str]
    phishing_resistant: bool
    current: bool


class NewSession(SessionOut):
    token: HiddenAnswer


class EnrolmentIn(BaseModel):
    """An enrolment request. With `further`, the new authenticator does not replace the existing authenticators."""

    label: Text = ""
    further: Annotated[bool, Field(strict=True)] = False


class EnrolmentOut(BaseModel):
    """A new shared secret in three forms. The server sends this secret only once."""

    token: HiddenAnswer
    uri: HiddenAnswer
    setup_key: HiddenAnswer
    qr_svg: HiddenAnswer
    expires_at: int


class PasskeyIn(BaseModel):
    """A request to register a passkey. With `replace`, the new passkey replaces the existing passkeys.

    `replace` matters only in a session. After a recovery, a passkey replaces every authenticator.
    """

    label: Text = ""
    replace: Annotated[bool, Field(strict=True)] = False


class PasskeyOptions(BaseModel):
    """The options for the browser. Pass them to `parseRequestOptionsFromJSON` of `PublicKeyCredential`."""

    options: Options


class PasskeyCreationOut(BaseModel):
    """An offer to register a passkey. Pass `options` to `parseCreationOptionsFromJSON` of `PublicKeyCredential`."""

    token: HiddenAnswer
    options: Options
    expires_at: int


class PasskeyResponse(BaseModel):
    """The browser's answer: the result of `toJSON()` of the `PublicKeyCredential`."""

    response: Annotated[dict[str, Any], Field(repr=False)]


class Codes(BaseModel):
    """A set of recovery codes. The server sends these codes only once.

    With `issue_id`, the owner acknowledges the codes. The id grants nothing, and is null if there are no codes.
    """

    recovery_codes: Annotated[list[str], Field(repr=False)]
    issue_id: str | None


class Kept(BaseModel):
    """The `issue_id` of the recovery codes that the owner has saved."""

    issue_id: Text


class Acknowledged(BaseModel):
    """The answer to `Kept`.

    If `newest` is false, newer codes exist, and the owner's codes are invalid or incomplete.
    """

    newest: bool


class AuthenticatorOut(BaseModel):
    id: str
    kind: Kind
    label: str
    created_at: int
    used_at: int


class NotificationOut(BaseModel):
    at: int
    event: str
    words: str


class Passwords(BaseModel):
    old: Hidden
    new: Hidden


class TypedName(BaseModel):
    name: Hidden  # people type passwords there


class OnePassword(BaseModel):
    password: Hidden


class AccountName(BaseModel):
    name: Text


class AccountChange(BaseModel):
    """A change to an account: a new name, a new state, or both."""

    name: Text | None = None
    state: Literal["active", "disabled"] | None = None


class AccountOut(BaseModel):
    """An account. Times are in Unix seconds.

    `kinds` are the kinds of its authenticators, and `used_at` is the time of the last login with one of them, or
    null. `external` is null for an account with a password. The name of a deleted account is empty.
    """

    subject: str
    name: str
    state: AccountState
    created_at: int
    kinds: list[Kind]
    used_at: int | None
    external: SubjectOut | None


class AccountsOut(BaseModel):
    """A part of the list of accounts. If `next_after` is null, this is the last part."""

    accounts: list[AccountOut]
    next_after: str | None


class AuditLineOut(BaseModel):
    """A line of the audit log. `account_id` is the subject of the account to which the event happened.

    `actor` is `owner`, `administrator` or `program`, or empty if it is not known who acted. `actor_id` is the subject
    of the administrator.
    """

    id: int
    at: int
    event: str
    account_id: str | None
    actor: str
    actor_id: str | None
    reason: str | None


class AuditLinesOut(BaseModel):
    """A part of the audit log. Send `next_after` as `after` to get the next part."""

    lines: list[AuditLineOut]
    next_after: int
