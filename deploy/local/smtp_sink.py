"""An SMTP server that keeps every mail it is given as one file: the mail catcher of the private servers.

usage: smtp_sink.py --port PORT --folder FOLDER

A mail to a mailbox named `defer…` is refused with 451, one to `refuse…` with 550, so that retries can be seen.
"""

import argparse
import asyncio
import itertools
import os
import pathlib
import signal
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """Writes each accepted mail to the folder, under a name that sorts by arrival."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.numbers = itertools.count(1)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("defer"):
            return "451 4.7.1 Greylisted, try again later"
        if address.startswith("refuse"):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = f"{time.time_ns()}-{next(self.numbers):06}.eml"
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        unfinished = self.folder / f".{name}"
        unfinished.write_bytes(head.encode() + envelope.original_content)
        os.rename(unfinished, self.folder / name)
        return "250 Kept"


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(Keeper(arguments.folder), hostname="127.0.0.1", port=arguments.port)
    controller.start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    controller.stop()


if __name__ == "__main__":
    asyncio.run(main())
