"""``monitor operator-password``: the hash of a password, to put into the configuration."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

#: A shorter one could be guessed by whoever gets hold of the hash.
_MIN_PASSWORD = 12


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    subparsers.add_parser(
        "operator-password",
        description="Asks for a password and prints its Argon2id hash. With a name before it, it is an account of the pages at "
        '/operator: [operator] logins = ["anna: $argon2id$..."] in monitor.toml. The password itself is kept nowhere. From a '
        "script: give it as the one line of standard input.",
    )


def run(_: argparse.Namespace) -> int:
    """Ask, and print. Raises ConfigError for a password that is too short, or not the same twice."""
    from monitor.ports import ConfigError
    from monitor.system.passwords import hash_password

    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise ConfigError("the two are not the same; nothing was made", key="password")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < _MIN_PASSWORD:
        raise ConfigError(f"is shorter than {_MIN_PASSWORD} characters, so it could be guessed", key="password")
    print(hash_password(password))
    return 0
