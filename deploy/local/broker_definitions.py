"""Adds the local virtual hosts and users to the exported topology, for a private broker.

usage: broker_definitions.py definitions.json permissions.json VIRTUAL_HOST [VIRTUAL_HOST ...]

The first virtual host gets the whole topology, the others are empty. An administrator, certforge, may do everything in all
of them; the users of permissions.json may in the first one what that file says. Passwords are added here and not in the
exported files, because none, not even a hash, belongs into the repository: each user's is its name.
"""

import base64
import hashlib
import json
import os
import sys

ADMINISTRATOR = "certforge"


def password_hash(password: str) -> str:
    """RabbitMQ's form: base64(salt + sha256(salt + password)) with four bytes of salt."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def main() -> None:
    definitions_path, permissions_path, *virtual_hosts = sys.argv[1:]
    with open(definitions_path, encoding="utf-8") as file:
        definitions = json.load(file)
    with open(permissions_path, encoding="utf-8") as file:
        access = json.load(file)
    definitions["vhosts"] = [{"name": name} for name in virtual_hosts]
    administrator = {"name": ADMINISTRATOR, "tags": ["administrator"]}
    definitions["users"] = [
        {
            **user,
            "password_hash": password_hash(user["name"]),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "limits": {},
        }
        for user in [administrator, *access["users"]]
    ]
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    definitions["permissions"] = [
        {"user": ADMINISTRATOR, "vhost": name, **everything} for name in virtual_hosts
    ] + [{**permission, "vhost": virtual_hosts[0]} for permission in access["permissions"]]
    definitions["topic_permissions"] = [
        {**permission, "vhost": virtual_hosts[0]} for permission in access["topic_permissions"]
    ]
    json.dump(definitions, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
