"""Files with made-up secrets of the kinds that people leak, and files with what only looks like one.

The texts are in planted.yaml and decoys.yaml; no file of this project holds what would pass for a secret.
"""

import base64
import hashlib
import hmac
import json
import re
import string
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

_HERE = Path(__file__).parent
_PLACEHOLDER = re.compile(r"<<(base64:)?([a-z0-9]+?)(?::(\d+))?>>")
_BASE_62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "letters": string.ascii_letters,
    "digits": string.digits,
    "hex": "0123456789abcdef",
    "base32": string.ascii_uppercase + "234567",
    "base36": string.ascii_uppercase + string.digits,
    "base64chars": string.ascii_letters + string.digits + "+/",
    "age": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
_FILLER = "var a=0;"
_WORDS = ("Harbor", "Violet", "Kestrel", "Maple", "Summer", "Dragon", "Copper")
_OTHER_WORDS = ("Winter", "Falcon", "Orange", "Tiger", "Monday", "Berlin", "River")


@dataclass(frozen=True, kw_only=True)
class CorpusCase:
    """One file of one thing. path: "" for a text outside files, as a commit's message; is_secret: false for a decoy."""

    name: str
    path: str
    content: bytes
    is_secret: bool


def read_corpus() -> list[CorpusCase]:
    """All cases, planted secrets first; the same in each run but for the private keys."""
    return [*_cases("planted.yaml", is_secret=True), *_cases("decoys.yaml", is_secret=False)]


def _cases(file: str, *, is_secret: bool) -> Iterator[CorpusCase]:
    for name, case in yaml.safe_load((_HERE / file).read_text()).items():
        text = _FILLER * (case.get("before", 0) // len(_FILLER)) + _fill(case["text"], _Made(name))
        content = text.encode(case.get("encoding", "utf-8"))
        yield CorpusCase(name=name, path=case["path"], content=content, is_secret=is_secret)


def _fill(text: str, made: "_Made") -> str:
    def secret(match: re.Match[str]) -> str:
        return made.secret(match[2], int(match[3] or 0), is_encoded=bool(match[1]))

    return _PLACEHOLDER.sub(secret, text)


class _Made:
    """Made-up secrets of one case: each other than the one before, the same in each run."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def secret(self, kind: str, length: int, *, is_encoded: bool) -> str:
        text = self._bytes(int(kind[5:])) if kind.startswith("bytes") else self._plain(kind, length).encode()
        return base64.b64encode(text).decode() if is_encoded else text.decode()

    def _bytes(self, length: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self._name} {self._count}".encode()).digest(length)

    def _from(self, alphabet: str, length: int) -> str:
        return "".join(alphabet[byte % len(alphabet)] for byte in self._bytes(length))

    def _plain(self, kind: str, length: int) -> str:
        if kind in _ALPHABETS:
            return self._from(_ALPHABETS[kind], length)
        by_kind: dict[str, Callable[[], str]] = {
            "github": lambda: self._validate("ghp_"),
            "npm": lambda: self._validate("npm_"),
            "uuid": self._uuid,
            "password": lambda: self._from(_BASE_62, 6) + self._from("!#%+=?", 1) + self._from(_BASE_62, 7),
            "passphrase": self._passphrase,
            "login": lambda: f"deploy:{self._passphrase()}",
            "jwt": self._jwt,
            **_KEYS,
        }
        return by_kind[kind]()

    def _validate(self, prefix: str) -> str:
        """With the checksum that GitHub and npm put at the end of a token: CRC-32 in base 62."""
        body = self._from(_BASE_62, 30)
        rest, check = zlib.crc32(body.encode()), ""
        for _ in range(6):
            rest, digit = divmod(rest, 62)
            check = _BASE_62[digit] + check
        return prefix + body + check

    def _uuid(self) -> str:
        digits = self._from("0123456789abcdef", 32)
        return "-".join([digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:]])

    def _passphrase(self) -> str:
        """As people choose them."""
        first, second, number = self._bytes(3)
        return f"{_WORDS[first % 7]}{_OTHER_WORDS[second % 7]}{number % 90 + 10}!"

    def _jwt(self) -> str:
        parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": self._from(_BASE_62, 12), "iat": 1700000000, "role": "admin"}]
        body = ".".join(_unpad(json.dumps(part).encode()) for part in parts)
        return f"{body}.{_unpad(hmac.digest(self._bytes(32), body.encode(), 'sha256'))}"


def _unpad(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@cache
def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def _pem(form: serialization.PrivateFormat) -> str:
    return _rsa().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _openssh() -> str:
    key = ed25519.Ed25519PrivateKey.generate()
    form = serialization.PrivateFormat.OpenSSH
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _public(encoding: serialization.Encoding, form: serialization.PublicFormat) -> str:
    return _rsa().public_key().public_bytes(encoding, form).decode()


_TRADITIONAL, _PKCS8 = serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8
_KEYS: dict[str, Callable[[], str]] = {
    "pem": lambda: _pem(_TRADITIONAL),
    "pkcs8": lambda: _pem(_PKCS8),
    "openssh": _openssh,
    "escapedpem": lambda: _pem(_PKCS8).replace("\n", "\\n"),
    "indentedpem": lambda: "".join(f"    {line}\n" for line in _pem(_PKCS8).splitlines()),
    "sshpublic": lambda: _public(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH) + " ci@acme\n",
    "publicpem": lambda: _public(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
}
