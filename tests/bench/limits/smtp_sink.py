"""The least that an SMTP server can do, so that the clients are measured: `python -m tests.bench.limits.smtp_sink`.

It prints its port, and at the end of its input how many messages it took.
"""

import asyncio
import sys


class Taker(asyncio.Protocol):
    taken = 0

    def connection_made(self, transport):
        self.transport, self.buffer, self.in_data = transport, bytearray(), False
        transport.write(b"220 sink\r\n")

    def data_received(self, data):
        self.buffer += data
        answers = b""
        while (answer := self._message() if self.in_data else self._command()) is not None:
            answers += answer
        self.transport.write(answers)

    def _message(self):
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return None
        del self.buffer[: end + 5]
        self.in_data = False
        Taker.taken += 1
        return b"250 taken\r\n"

    def _command(self):
        end = self.buffer.find(b"\n")
        if end < 0:
            return None
        verb = bytes(self.buffer[:4]).upper()
        del self.buffer[: end + 1]
        if verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250 SIZE 10485760\r\n"
        if verb == b"DATA":
            self.in_data = True
            return b"354 go ahead\r\n"
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Taker, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(Taker.taken, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
