"""The outbound client calls public addresses only, by whatever name, and waits for nobody."""

import ipaddress
import re
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from config.kit import http
from config.kit.http import Forbidden, Unanswered

INSIDE = [
    # forms of loopback and "this host" that resolvers understand
    *("2130706433", "0x7f.1", "127.1", "017700000001", "0", "127.0.0.1", "localhost"),
    *("[::ffff:127.0.0.1]", "[::]", "[::1]", "[::7f00:1]"),
    # metadata services
    *("169.254.169.254", "[fd00:ec2::254]", "[fe80::1]"),
    # private, carrier's, test and reserved ranges
    *("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "192.0.0.8", "240.0.0.1"),
    *("255.255.255.255", "[fc00::1]", "[fec0::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]"),
    # what leads to an IPv4 address: NAT64, its local form, 6to4, Teredo
    *("[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:1::]"),
    # many at once
    *("224.0.0.1", "[ff02::1]", "[ff0e::1]"),
]


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_is_not_called_however_it_is_written(host):
    with pytest.raises(Forbidden) as caught:
        http.resolve(f"https://{host}/hook")
    assert caught.value.reason == "address_inside"


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "1.1.1.1", "2a00:1450:4001:800::200e"])
def test_public_addresses_are_called(address):
    assert http.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/", "malformed"),
        ("https:///hook", "malformed"),
        ("example.com/hook", "malformed"),
        ("https://exa mple.com/", "malformed"),
        ("https://example.com/\r\nX-Evil: 1", "malformed"),
        ("https://例.com/", "malformed"),
        ("https://example.com:99999/", "malformed"),
        ("https://example.com/" + "a" * 2000, "malformed"),
        ("https://[::1", "malformed"),
        ("https://user:secret@example.com/", "credentials"),
        ("https://example.com:22/", "port"),
        ("http://example.com/", "not_encrypted"),
    ],
)
def test_what_is_no_proper_address_is_refused_by_a_word(url, reason):
    with pytest.raises(Forbidden) as caught:
        http.resolve(url)
    assert caught.value.reason == reason


def test_one_address_inside_among_several_is_enough_to_refuse(monkeypatch):
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: rows)
    with pytest.raises(Forbidden):
        http.resolve("https://both.example/")


def test_a_name_is_resolved_once_and_the_call_goes_where_it_led(monkeypatch):
    """The second answer of a resolver that changes its mind is never asked for."""
    with serving(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        answers = iter(["127.0.0.1", "10.0.0.1"])

        def look_up(host, port, **_more):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        allow(monkeypatch, f"turning.example:{server.port}")
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        assert http.post(f"http://turning.example:{server.port}/a?b=1", body=b"{}", headers={}).status == 204
    assert server.received.startswith(b"POST /a?b=1 HTTP/1.1\r\n")
    assert f"Host: turning.example:{server.port}".encode() in server.received


def test_a_name_that_is_none_is_said_to_be_none(monkeypatch):
    def look_up(*_args, **_more):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Unanswered) as caught:
        http.resolve("https://nowhere.example/")
    assert caught.value.reason == "unknown_host"


def test_a_resolver_that_does_not_answer_is_not_waited_for(monkeypatch):
    never = threading.Event()

    def look_up(*_args, **_more):
        never.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    started = time.monotonic()
    with pytest.raises(Unanswered):
        http.resolve("https://slow.example/", within=0.2)
    never.set()
    assert time.monotonic() - started < 2


def test_a_redirect_is_an_answer_and_is_not_followed(monkeypatch):
    with serving(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n") as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}")
        assert http.post(server.url, body=b"{}", headers={}).status == 302


def test_a_host_is_allowed_by_name_and_port_and_only_so(monkeypatch):
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}")
        assert http.post(server.url, body=b"", headers={}).body == b"ok"
        with pytest.raises(Forbidden):
            http.post(f"http://127.0.0.1:{server.port + 1}/", body=b"", headers={})
        with pytest.raises(Forbidden):
            http.post(f"http://localhost:{server.port}/", body=b"", headers={})


def test_an_answer_that_drips_is_cut_off_at_the_deadline(monkeypatch):
    with serving(b"HTTP/1.1 200 OK\r\n", drip=b"X-Slow: yes\r\n", pause=0.05) as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}")
        started = time.monotonic()
        with pytest.raises(Unanswered) as caught:
            http.post(server.url, body=b"{}", headers={}, within=0.4)
    assert caught.value.reason in ("timed_out", "unreachable")
    assert time.monotonic() - started < 3


def test_of_a_large_answer_only_the_beginning_is_read(monkeypatch):
    body = b"x" * 1_000_000
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + body) as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}")
        answer = http.post(server.url, body=b"{}", headers={})
    assert answer.status == 200
    assert 60_000 < len(answer.body) < http.MOST_BYTES  # the head counts, too


def test_what_is_no_answer_is_said_to_be_none(monkeypatch):
    with serving(b"SSH-2.0-OpenSSH\r\n") as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}")
        with pytest.raises(Unanswered) as caught:
            http.post(server.url, body=b"{}", headers={})
    assert caught.value.reason == "unreachable"


def test_a_header_cannot_smuggle_another_one(monkeypatch):
    with serving(b"HTTP/1.1 200 OK\r\n\r\n") as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}")
        with pytest.raises(Unanswered):
            http.post(server.url, body=b"{}", headers={"x": "a\r\ny: b"})


def allow(monkeypatch, *hosts):
    monkeypatch.setattr(http.settings, "OUTBOUND_ALLOWED_HOSTS", frozenset(hosts))


class Server:
    """Answers one call after the other with the same bytes, and keeps what it was sent."""

    def __init__(self, answer, drip, pause):
        self.answer, self.drip, self.pause, self.received = answer, drip, pause, b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.done = threading.Event()

    def serve(self):
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            with line:
                self._answer(line)

    def _answer(self, line):
        try:
            self.received += _whole_request(line)
            line.sendall(self.answer)
            while self.drip and not self.done.wait(self.pause):
                line.sendall(self.drip)
        except OSError:
            return


def _whole_request(line):
    """Read until the body is there: a head and its body may come in two pieces."""
    received = line.recv(65536)
    while True:
        head, _, body = received.partition(b"\r\n\r\n")
        found = re.search(rb"(?i)content-length: (\d+)", head)
        if not found or len(body) >= int(found[1]):
            return received
        if not (more := line.recv(65536)):
            return received
        received += more


@contextmanager
def serving(answer, *, drip=b"", pause=0.0):
    server = Server(answer, drip, pause)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.done.set()
        server.socket.shutdown(socket.SHUT_RDWR)
        server.socket.close()
        thread.join(5)
