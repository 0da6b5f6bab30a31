"""Prints the head and the beginning of the text of a mail.

usage: show_mail.py FILE [LINES]
"""

import email
import email.policy
import sys


def main() -> None:
    with open(sys.argv[1], "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        print(f"  {name}: {mail[name]}")
    text = mail.get_body(preferencelist=("plain",)).get_content().splitlines()
    for line in [""] + text[:limit]:
        print(f"  {line}")
    if len(text) > limit:
        print(f"  … {len(text) - limit} more lines; {mail.get_content_type()} with an HTML part as well")


if __name__ == "__main__":
    main()
