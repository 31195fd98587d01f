"""aiosmtpd on the loopback, for tests: says where it listens, then a line of JSON for each mail that it took.

    python3 server.py plain|starttls|tls
"""

import asyncio
import base64
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP

TLS = pathlib.Path(__file__).parent / "tls"


class Log:
    async def handle_DATA(self, server, session, envelope):
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or mode == "tls",
            "content": base64.b64encode(envelope.original_content).decode(),
        }
        print(json.dumps(mail), flush=True)
        return "250 taken"


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(TLS / "server.pem", TLS / "server.key")
    starttls = {"tls_context": context, "require_starttls": True} if mode == "starttls" else {}
    loop = asyncio.get_running_loop()
    make = lambda: SMTP(Log(), hostname="relay.example", loop=loop, **starttls)
    server = await loop.create_server(make, "127.0.0.1", 0, ssl=context if mode == "tls" else None)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


mode = sys.argv[1]
asyncio.run(main())
