"""The tables of the RFCs' own examples say what the standards say, and what the kit really computes."""

from __future__ import annotations

import base64

from mfa_lab.lab.demos import rfc_vectors
from mfa_lab.lab.demos.rfc_vectors import HOTP, TOTP, base32, hotp_table, totp_table


def test_every_vector_is_shown_and_met():
    """RFC4226-D and RFC6238-B: 10 and 18 lines, each with a tick behind the standard's own code."""
    for table, expected in ((hotp_table(), HOTP["vectors"]), (totp_table(), TOTP["vectors"])):
        assert [row[-2] for row in table.rows] == [vector["code"] for vector in expected]
        assert all(row[-1] == f"{row[-2]} ✓" for row in table.rows)
    assert (len(hotp_table().rows), len(totp_table().rows)) == (10, 18)


def test_a_wrong_code_gets_a_cross(monkeypatch):
    """Where kit and standard differ the table shows both, and no tick."""
    wrong = {**HOTP, "vectors": [{**HOTP["vectors"][0], "code": "000000"}]}
    monkeypatch.setattr(rfc_vectors, "HOTP", wrong)
    assert hotp_table().rows[0][-2:] == ("000000", "755224 ✕")


def test_keys_are_written_as_authenticators_write_them():
    """Base32 of the key's bytes."""
    assert base64.b32decode(base32(HOTP["key_ascii"])) == HOTP["key_ascii"].encode()
