"""Adds the local virtual hosts and user to the exported topology, for a private broker.

usage: broker_definitions.py definitions.json VIRTUAL_HOST [VIRTUAL_HOST ...]

The first virtual host gets the whole topology, the others are empty. Users are added here and not in the exported
file, because no password, not even a hash, belongs into the repository.
"""

import base64
import hashlib
import json
import os
import sys

USER = PASSWORD = "certforge"


def password_hash(password: str) -> str:
    """RabbitMQ's form: base64(salt + sha256(salt + password)) with four bytes of salt."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def main() -> None:
    path, *virtual_hosts = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        definitions = json.load(file)
    definitions["vhosts"] = [{"name": name} for name in virtual_hosts]
    definitions["users"] = [
        {
            "name": USER,
            "password_hash": password_hash(PASSWORD),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": ["administrator"],
            "limits": {},
        }
    ]
    definitions["permissions"] = [
        {"user": USER, "vhost": name, "configure": ".*", "write": ".*", "read": ".*"} for name in virtual_hosts
    ]
    json.dump(definitions, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
