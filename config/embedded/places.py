"""Where the embedded servers keep data, sockets and binaries, and as whom they run."""

import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final
from urllib.parse import quote

BASE = Path(__file__).resolve().parent.parent.parent
ROLE: Final = "signalbox"
DATABASE: Final = "signalbox"
SERVICE_USER = "signalbox"
SHARED_HOME = Path("/var/lib/signalbox")
# The kernel takes at most 107 bytes for a socket's path; PostgreSQL adds "/.s.PGSQL.5432.lock" to the directory's.
LONGEST_SOCKET_DIRECTORY = 80


class Unusable(Exception):
    """The machine or its state does not let an embedded server run; the message says the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operating-system user that servers run as. `drop` says that we are root and must become it first."""

    name: str
    uid: int
    gid: int
    drop: bool


def account() -> Account:
    """Return the user that servers run as: ourselves, or for root a service user (PostgreSQL refuses root)."""
    if os.geteuid() != 0:
        try:
            own = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise Unusable(
                f"user id {os.geteuid()} has no entry in /etc/passwd, which PostgreSQL insists on. "
                "Run as a listed user, or set DATABASE_URL to a server of yours."
            ) from None
        return Account(name=own.pw_name, uid=own.pw_uid, gid=own.pw_gid, drop=False)
    entry = _service_entry()
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, drop=True)


def _service_entry() -> pwd.struct_passwd:
    """Return the service user's entry, made at need; where users cannot be added, `nobody` must do."""
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        useradd = shutil.which("useradd") or "/usr/sbin/useradd"
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVICE_USER]
        if Path(useradd).exists():
            subprocess.run(command, check=False, capture_output=True)
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        return pwd.getpwnam("nobody")


def reachable(path: Path, *, uid: int, gid: int) -> bool:
    """Whether that user may walk down to `path` (its missing tail counts as ours to make)."""
    return all(_may_enter(parent.stat(), uid=uid, gid=gid) for parent in path.parents if parent.exists())


def _may_enter(status: os.stat_result, *, uid: int, gid: int) -> bool:
    if status.st_uid == uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def home() -> Path:
    """Return the directory of the embedded servers.

    It is `SIGNALBOX_VAR` or `var/` of the checkout. Only where root runs us from a place that a service user
    cannot reach (/root, a private temporary directory) it lies below /var/lib, and no parent is opened up.
    """
    given = os.environ.get("SIGNALBOX_VAR")
    if given:
        return Path(given).resolve()
    own = BASE / "var"
    if os.geteuid() != 0 or reachable(own, uid=65534, gid=65534):
        return own
    return SHARED_HOME / _installation(own)


def _installation(var: Path) -> str:
    """Return this checkout's own name, drawn once, so that a later clone at the same path starts empty."""
    marker = var / "installation"
    if not marker.exists():
        var.mkdir(parents=True, exist_ok=True)
        marker.write_text(secrets.token_hex(8))
    return marker.read_text().strip()


def postgres() -> Path:
    return home() / "postgres"


def broker() -> Path:
    return home() / "broker"


def database_url(directory: Path) -> str:
    """Return the address of the database server in `directory`."""
    return f"postgres://{ROLE}@/{DATABASE}?host={quote(str(sockets(directory)), safe='/')}"


def broker_socket(directory: Path) -> Path:
    return sockets(directory) / "broker.sock"


def broker_url(directory: Path) -> str:
    return f"redis+socket://{broker_socket(directory)}"


def sockets(directory: Path) -> Path:
    """Return where the sockets of the servers in `directory` go: there, or in /tmp if its name does not suit a URL."""
    natural = directory / "run"
    if len(str(natural).encode()) <= LONGEST_SOCKET_DIRECTORY and re.fullmatch(r"[\w./-]+", str(natural), re.ASCII):
        return natural
    digest = hashlib.sha256(str(directory).encode()).hexdigest()[:16]
    return Path("/tmp") / f"signalbox-{digest}"  # noqa: S108  made 0700, and its owner is checked


def own_directory(path: Path, owner: Account) -> Path:
    """Make `path` a directory that belongs to `owner` alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)
    if owner.drop:
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)
    status = path.lstat()
    if status.st_uid != owner.uid or not path.is_dir() or path.is_symlink():
        raise Unusable(f"{path} belongs to another user. Remove it, or set SIGNALBOX_VAR to a directory of yours.")
    path.chmod(0o700)
    if not reachable(path, uid=owner.uid, gid=owner.gid):
        raise Unusable(f"{owner.name} cannot reach {path}. Set SIGNALBOX_VAR to a directory that it can reach.")
    return path


def programs(package: str, inside: str, *, owner: Account) -> Path:
    """Return the directory `inside` an installed package of servers, or of a copy where a dropped `owner` can run it.

    The package is not imported, only its programs are wanted. They find their libraries beside the package, by a
    relative path, so a copy keeps that layout.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise Unusable(f"the package {package} is not installed; `make setup` installs it")
    source = Path(spec.origin).parent
    if not owner.drop or _runnable(source / inside, owner):
        return source / inside
    target = SHARED_HOME / "programs" / f"{package}-{metadata.version(package)}"
    if not target.exists():
        _copy_readable(source, inside, target)
    return target / package / inside


def _runnable(directory: Path, owner: Account) -> bool:
    """Whether `owner` may read and run what is in there."""
    return reachable(directory / "x", uid=owner.uid, gid=owner.gid) and directory.stat().st_mode & 0o005 == 0o005


def _copy_readable(source: Path, inside: str, target: Path) -> None:
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(source / inside, partial / source.name / inside, symlinks=True)
    libraries = source.with_name(f"{source.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, partial / libraries.name, symlinks=True)
    for path in [partial, *partial.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o555)
    try:
        partial.rename(target)
    except OSError:  # another installation was quicker
        shutil.rmtree(partial)
