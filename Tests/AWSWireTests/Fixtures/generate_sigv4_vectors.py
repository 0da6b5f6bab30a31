#!/usr/bin/env python3
"""Writes BotocoreVectors.swift beside this file: what AWS's own Python client signs and reads.

Run it again with `pip install botocore` and `python3 generate_sigv4_vectors.py` whenever a vector is added.
Signatures come from botocore's SigV4Auth. Event stream messages are packed here with struct and zlib, and each is
decoded by botocore.eventstream before it is written, so neither side of the comparison is our own code.
"""

import struct
import uuid
import zlib
from datetime import datetime, timezone
from pathlib import Path
from unittest import mock

import botocore
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.eventstream import EventStreamBuffer
from botocore.utils import percent_encode

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=timezone.utc)
ACCESS_KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIA=="

MODELS = [
    ("us-east-1", "anthropic.claude-3-haiku-20240307-v1:0"),
    ("us-west-2", "amazon.nova-lite-v1:0"),
    ("us-east-1", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
    ("eu-west-1", "eu.amazon.nova-pro-v1:0"),
    ("ap-southeast-2", "apac.amazon.nova-micro-v1:0"),
    ("eu-central-1", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("us-east-1", "amazon.titan-text-express-v1"),
    ("us-east-1", "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"),
    ("us-east-1", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0"),
    ("us-east-1", "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefabcdef"),
]


def sign(method, host, path, query, region, service, body, token, scheme="https"):
    url = f"{scheme}://{host}{path}" + (f"?{query}" if query else "")
    headers = {"Content-Type": "application/json"} if body else {}
    request = AWSRequest(method=method, url=url, data=body, headers=headers)
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW):
        SigV4Auth(Credentials(ACCESS_KEY, SECRET, token), service, region).add_auth(request)
    return request.headers["Authorization"]


def signature_vectors():
    for region, model in MODELS:
        host = f"bedrock-runtime.{region}.amazonaws.com"
        for operation in ("converse", "converse-stream"):
            path = f"/model/{percent_encode(model, safe='-._~')}/{operation}"
            body = '{"messages":[{"content":[{"text":"Zwölf Boxkämpfer ☂"}],"role":"user"}]}'.encode()
            token = TOKEN if operation == "converse-stream" else None
            yield ("POST", host, path, "", region, "bedrock", body, token)
    yield ("POST", "127.0.0.1:4599", "/model/amazon.nova-lite-v1%3A0/converse", "", "us-east-1", "bedrock", b"{}", None)
    host = "bedrock.us-east-1.amazonaws.com"
    yield ("GET", host, "/foundation-models", "", "us-east-1", "bedrock", b"", None)
    yield ("GET", host, "/inference-profiles", "maxResults=100&nextToken=a%2Fb%3D%3D", "us-east-1", "bedrock", b"", None)


def header(name, kind, payload):
    return bytes([len(name)]) + name.encode() + bytes([kind]) + payload


def text(value):
    return struct.pack("!H", len(value.encode())) + value.encode()


def message(headers, payload):
    prelude = struct.pack("!II", 16 + len(headers) + len(payload), len(headers))
    checked = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + payload
    return checked + struct.pack("!I", zlib.crc32(checked))


def event_stream_vectors():
    identifier = uuid.UUID("00010203-0405-0607-0809-0a0b0c0d0e0f")
    all_types = b"".join([
        header("yes", 0, b""),
        header("no", 1, b""),
        header("byte", 2, struct.pack("!b", -49)),
        header("short", 3, struct.pack("!h", -12345)),
        header("integer", 4, struct.pack("!i", -1234567890)),
        header("long", 5, struct.pack("!q", -1234567890123456789)),
        header("bytes", 6, struct.pack("!H", 3) + b"\x00\xff\x7f"),
        header("string", 7, text("Grüße ☂")),
        header("timestamp", 8, struct.pack("!q", 1440938160123)),
        header("uuid", 9, identifier.bytes),
    ])
    event = (header(":event-type", 7, text("contentBlockDelta")) + header(":content-type", 7, text("application/json"))
             + header(":message-type", 7, text("event")))
    exception = (header(":exception-type", 7, text("throttlingException"))
                 + header(":content-type", 7, text("application/json")) + header(":message-type", 7, text("exception")))
    yield "empty", message(b"", b"")
    yield "payloadOnly", message(b"", b"{'foo':'bar'}")
    yield "integerHeader", message(header("event-id", 4, struct.pack("!i", 40972)), b"{'foo':'bar'}")
    yield "allTypes", message(all_types, b"{'foo':'bar'}")
    yield "event", message(event, '{"contentBlockIndex":0,"delta":{"text":"Grüße"}}'.encode())
    yield "exception", message(exception, b'{"message":"Too many requests"}')


def checked_by_botocore(raw):
    buffer = EventStreamBuffer()
    buffer.add_data(raw)
    assert len(list(buffer)) == 1
    return raw


def swift(value):
    if value is None:
        return "nil"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def wrapped(value, indentation):
    pieces = [value[start:start + 90] for start in range(0, len(value), 90)] or [""]
    return ("\n" + " " * indentation + "+ ").join(swift(piece) for piece in pieces)


def main():
    lines = [
        f"// Written by generate_sigv4_vectors.py with botocore {botocore.__version__}; do not edit.",
        "",
        "/// A request and the signature that botocore gave it.",
        "struct BotocoreSignature: Sendable {",
        "    var method: String",
        "    var host: String",
        "    var path: String",
        "    var query: String",
        "    var region: String",
        "    var service: String",
        "    var body: String",
        "    var sessionToken: String?",
        "    var signedHeaders: String",
        "    var signature: String",
        "}",
        "",
        "enum BotocoreVectors {",
        f"    static let accessKeyID = {swift(ACCESS_KEY)}",
        f"    static let secretAccessKey = {swift(SECRET)}",
        f"    static let secondsSince1970 = {int(NOW.timestamp()):_}",
        "",
        "    static let signatures: [BotocoreSignature] = [",
    ]
    for method, host, path, query, region, service, body, token in signature_vectors():
        authorization = sign(method, host, path, query, region, service, body, token)
        _, signed, signature = (part.strip().split("=", 1)[1] for part in authorization.split(","))
        lines += [
            "        BotocoreSignature(",
            f"            method: {swift(method)}, host: {swift(host)},",
            "            path:",
            f"                {wrapped(path, 16)},",
            f"            query: {swift(query)}, region: {swift(region)}, service: {swift(service)},",
            f"            body: {swift(body.decode())},",
            f"            sessionToken: {swift(token)},",
            f"            signedHeaders: {swift(signed)},",
            f"            signature: {swift(signature)}),",
        ]
    lines += ["    ]", "", "    /// Messages of an event stream in hexadecimal digits, each decoded by botocore."]
    for name, raw in event_stream_vectors():
        lines += [f"    static let {name} =", f"        {wrapped(checked_by_botocore(raw).hex(), 8)}"]
    lines += ["}", ""]
    Path(__file__).with_name("BotocoreVectors.swift").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
