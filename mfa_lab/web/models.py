"""Define the requests and answers of the JSON API as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Text = Annotated[str, Field(max_length=4096)]


class Credentials(BaseModel):
    name: Text
    password: Text


class Done(BaseModel):
    message: str


class Step(BaseModel):
    """A step of a login. `next` is the only step that the token permits. Times are in Unix seconds."""

    token: str
    next: Literal["code", "enrolment"]
    expires_at: int


class Code(BaseModel):
    code: Text


class RecoveryCode(BaseModel):
    recovery_code: Text


class Recovered(Step):
    """The result of a recovery. `recovery_code` replaces the used code; both are null if the policy has none."""

    recovery_code: str | None
    issue_id: str | None


class TwoCodes(BaseModel):
    first_code: Text
    second_code: Text


class SessionOut(BaseModel):
    """`codes_to_acknowledge`: the id of the newest recovery codes while nobody has said to have kept them, else null.
    Then offer a fresh set.
    """

    name: str
    created_at: int
    expires_at: int
    codes_to_acknowledge: str | None


class NewSession(SessionOut):
    token: str


class EnrolmentIn(BaseModel):
    """An enrolment request. With `further`, the new authenticator does not replace the existing authenticators."""

    label: Text = ""
    further: Annotated[bool, Field(strict=True)] = False


class EnrolmentOut(BaseModel):
    """A new shared secret in three forms. The server shows it only once."""

    token: str
    uri: str
    setup_key: str
    qr_svg: str
    expires_at: int


class Codes(BaseModel):
    """Shown this once. Acknowledge them by `issue_id`, which opens nothing; null where there is nothing to keep."""

    recovery_codes: list[str]
    issue_id: str | None


class Kept(BaseModel):
    issue_id: Text


class Acknowledged(BaseModel):
    """`newest`: false if newer codes were issued after these, so that these are void or incomplete."""

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
    old: Text
    new: Text


class AccountName(BaseModel):
    name: Text


class AuditLineOut(BaseModel):
    at: int
    event: str
    account_id: str | None
    reason: str | None
