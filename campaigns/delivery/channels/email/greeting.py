"""Opening an SMTP connection: greeting, TLS, log-in."""

import asyncio
import base64
import ssl
from collections.abc import Mapping
from typing import Final

from campaigns.delivery.channels.email.server import Server
from campaigns.delivery.channels.email.wire import Broken, Reply, Wire, own_name

CONNECT_SECONDS: Final = 15.0
STEP_SECONDS: Final = 15.0
Abilities = Mapping[str, str]


async def open_wire(server: Server) -> tuple[Wire, Abilities]:
    """Return a wire on which mail can be sent, and what the server can do; raises Broken."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await _open(server)
    except TimeoutError:
        raise Broken("timeout", f"no connection within {CONNECT_SECONDS:.0f} s") from None
    except ssl.SSLError as error:
        raise Broken("tls_failed", str(error)) from error
    except OSError as error:
        raise Broken("unreachable", str(error)) from error


async def _open(server: Server) -> tuple[Wire, Abilities]:
    wire = await Wire.connect(server)
    try:
        await _expect(wire, b"", 220)
        abilities = await _greet(wire)
        if server.tls == "starttls":
            await _start_tls(wire, server, abilities)
            abilities = await _greet(wire)
        if server.user:
            await _log_in(wire, server, abilities)
    except BaseException:
        wire.close()
        raise
    return wire, abilities


async def _greet(wire: Wire) -> Abilities:
    reply = await _expect(wire, f"EHLO {own_name()}\r\n".encode(), 250)
    words = [line.partition(" ") for line in reply.text.upper().split("\n")[1:]]
    return {name: rest for name, _space, rest in words}


async def _start_tls(wire: Wire, server: Server, abilities: Abilities) -> None:
    if "STARTTLS" not in abilities:
        raise Broken("tls_failed", "the server does not offer STARTTLS")
    await _expect(wire, b"STARTTLS\r\n", 220)
    await wire.secure(server.host)


async def _log_in(wire: Wire, server: Server, abilities: Abilities) -> None:
    methods = abilities.get("AUTH", "").split()
    user, password = server.user.encode(), server.password.encode()
    if "PLAIN" in methods:
        await _secret(wire, b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + password), 235)
    elif "LOGIN" in methods:
        await _secret(wire, b"AUTH LOGIN", 334)
        await _secret(wire, base64.b64encode(user), 334)
        await _secret(wire, base64.b64encode(password), 235)
    else:
        raise Broken("log_in_refused", "the server offers neither AUTH PLAIN nor LOGIN")


async def _secret(wire: Wire, line: bytes, code: int) -> None:
    reply = await wire.ask(line + b"\r\n", STEP_SECONDS)
    if reply.code != code:
        raise Broken("log_in_refused", str(reply))


async def _expect(wire: Wire, command: bytes, code: int) -> Reply:
    reply = await wire.ask(command, STEP_SECONDS)
    if reply.code != code:
        raise Broken("unexpected_answer", str(reply))
    return reply
