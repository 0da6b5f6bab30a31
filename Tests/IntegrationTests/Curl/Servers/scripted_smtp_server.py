"""A mail server whose replies depend on the recipient, for tests. Needs aiosmtpd (Debian: python3-aiosmtpd).

Listens on a port of its own choice on 127.0.0.1 and writes one JSON object per line to standard output:
{"event": "ready", "port": n}, {"event": "bytes", "text": what a client sent}, {"event": "mail", "from", "to", "data"},
{"event": "stalled"} and {"event": "closed"}. Ends when standard input does.

The recipient's local part is the script: "rcpt-451" and "data-550" are answered with that code at that point, "hangup" loses
the connection after the message, "stall" is never answered, "slow-2" is answered
after so many seconds, "twice-451" is refused for the first two times, anything else is accepted.
"""

import argparse
import asyncio
import collections
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult


def tell(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)


class Recorder(SMTP):
    def data_received(self, data):
        tell("bytes", text=data.decode("latin-1"))
        super().data_received(data)

    def connection_lost(self, error):
        tell("closed")
        super().connection_lost(error)


class Script:
    def __init__(self):
        self.refusals = collections.Counter()

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        point, _, code = address.split("@")[0].partition("-")
        if point == "rcpt":
            return f"{code} scripted refusal"
        if point == "stall":
            tell("stalled")
            await asyncio.Event().wait()
        if point == "slow":
            tell("stalled")
            await asyncio.sleep(int(code))
        if point == "twice" and self.refusals[address] < 2:
            self.refusals[address] += 1
            return f"{code} scripted greylisting"
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        point, _, code = envelope.rcpt_tos[0].split("@")[0].partition("-")
        if point == "data":
            return f"{code} scripted refusal"
        data = envelope.content.decode("latin-1")
        tell("mail", **{"from": envelope.mail_from, "to": envelope.rcpt_tos, "data": data})
        if point == "hangup":
            server.transport.abort()
        return "250 2.0.0 taken as scripted"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--mode", choices=["plain", "starttls", "smtps"], default="plain")
    parser.add_argument("--login", help="user:password")
    arguments = parser.parse_args()

    # Clients that go away are what the tests are about.
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    context = None
    if arguments.mode != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.certificate, arguments.key)

    def authenticate(server, session, envelope, mechanism, data):
        given = f"{data.login.decode()}:{data.password.decode()}"
        return AuthResult(success=given == arguments.login, handled=False)

    options = {"hostname": "scripted.test", "enable_SMTPUTF8": True}
    if arguments.mode == "starttls":
        options.update(tls_context=context, require_starttls=True)
    if arguments.login:
        options.update(authenticator=authenticate, auth_required=True, auth_require_tls=arguments.mode == "starttls")

    script = Script()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Recorder(script, loop=loop, **options), "127.0.0.1", 0,
        ssl=context if arguments.mode == "smtps" else None)
    tell("ready", port=server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
