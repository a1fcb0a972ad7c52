"""Define the requests and answers of the JSON API as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Text = Annotated[str, Field(max_length=4096)]
Hidden = Annotated[Text, Field(repr=False)]
"""A string that the model's `repr` does not show, because some tools print the variables in a traceback."""
HiddenAnswer = Annotated[str, Field(repr=False)]


class Credentials(BaseModel):
    name: Hidden  # people type passwords there
    password: Hidden


class Done(BaseModel):
    message: str


class Step(BaseModel):
    """A step of a login. `next` is the only step that the token permits. Times are in Unix seconds."""

    token: HiddenAnswer
    next: Literal["code", "enrolment"]
    expires_at: int


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


class SessionOut(BaseModel):
    """A session. `codes_to_acknowledge` is the id of the newest recovery codes until the owner acknowledges them.

    After that, `codes_to_acknowledge` is null. If it is not null, offer a fresh set of recovery codes.
    """

    name: str
    created_at: int
    expires_at: int
    codes_to_acknowledge: str | None


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


class AccountName(BaseModel):
    name: Text


class AuditLineOut(BaseModel):
    at: int
    event: str
    account_id: str | None
    reason: str | None
