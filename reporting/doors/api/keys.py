"""API keys: what is kept of them is a hash, which opens nothing.

A key is 32 random bytes, so that a plain SHA-256 of it cannot be guessed back (what passwords need,
a slow hash with salt, would only make every request slow).
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from warehouse.settings import SettingsError

PREFIX = "so_"
LONGEST = 200
"""Characters that a key can have at most; longer ones are not even hashed."""

_NAME = re.compile(r"[\w.-]{1,64}")
_LINE = re.compile(r"(?P<name>[\w.-]{1,64}):(?P<role>reader|auditor|loader):(?P<hash>[0-9a-f]{64})")


class Role(Enum):
    """What the holder of a key may do; each role may do what the ones above it may."""

    READER = "reader"  # see reports
    AUDITOR = "auditor"  # see lines, and what was delivered to the letter
    LOADER = "loader"  # deliver files, take them out, answer what is open, publish

    def includes(self, other: "Role") -> bool:
        """Tell whether whoever has this role has the other one, too."""
        roles = list(Role)
        return roles.index(self) >= roles.index(other)


@dataclass(frozen=True)
class Client:
    """Who asks.

    Attributes:
        name: as it is written in logs.
        role: what they may do.
    """

    name: str
    role: Role


@dataclass(frozen=True)
class KeyRing:
    """The keys that open the API.

    Attributes:
        clients: by the hash of their key.
    """

    clients: dict[str, Client]

    @classmethod
    def read(cls, lines: Sequence[str]) -> "KeyRing":
        """Read keys, a line each: `name:role:sha256`; empty lines and comments (#) are skipped.

        Raises:
            SettingsError: a line is none; what it says is not repeated, as it may be a secret.
        """
        clients: dict[str, Client] = {}
        for number, line in enumerate(lines, start=1):
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            found = _LINE.fullmatch(text)
            if not found:
                raise SettingsError(
                    f"API keys, line {number}: expected name:role:hash, as "
                    "`python -m reporting api-key` prints it; role is reader, auditor or loader."
                )
            clients[found["hash"]] = Client(found["name"], Role(found["role"]))
        return cls(clients)

    def client(self, key: str) -> Client | None:
        """Return whose key this is; None if nobody's."""
        if len(key) > LONGEST:
            return None
        # How long the look-up takes tells of the hash at most, and that leads to no key.
        return self.clients.get(hash_key(key))


def new_key(name: str, role: Role) -> tuple[str, str]:
    """Make a key; return it and the line that is kept of it.

    Raises:
        ValueError: the name does not fit into the line.
    """
    if not _NAME.fullmatch(name):
        raise ValueError("A key's name has up to 64 letters, digits, points, hyphens, underscores.")
    key = PREFIX + secrets.token_urlsafe(32)
    return key, f"{name}:{role.value}:{hash_key(key)}"


def hash_key(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def read_keys(file: Path | None, keys: str) -> KeyRing:
    """Read the keys of a file and those of the environment.

    Raises:
        SettingsError: the file cannot be read, or a line is no key.
    """
    lines = keys.split()
    if file is not None:
        try:
            lines = file.read_text("utf-8").splitlines() + lines
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
            raise SettingsError(f"API_KEYS_FILE: cannot read {file}: {reason}.") from None
    return KeyRing.read(lines)
