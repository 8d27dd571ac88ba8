"""Send requests over kept connections and time each; raw sockets, since a client library costs too much."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Request = Callable[[], bytes]
Spent = Callable[[], float]  # seconds the server's processors have worked so far
TURNS = 5
OK = b"200"


@dataclass(frozen=True, slots=True)
class Run:
    """What a run of requests took, in milliseconds and per second."""

    per_second: float
    p50: float
    p95: float
    p99: float
    errors: int
    processor: float  # milliseconds the server's processors worked for each


def get(path: str, headers: str) -> bytes:
    """Return the bytes of a GET request."""
    return f"GET {path} HTTP/1.1\r\n{headers}\r\n".encode()


def post(path: str, headers: str, body: bytes, kind: str = "application/json") -> bytes:
    """Return the bytes of a POST request."""
    content = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return f"POST {path} HTTP/1.1\r\n{headers}{content}".encode() + body


def beside(
    port: int, nothing: Sequence[Request], makers: Sequence[Request], seconds: float, spent: Spent
) -> list[tuple[Run, Run]]:
    """Take turns between requests and those that ask for nothing, since others may use the machine too.

    Return each turn of both, beginning with the one that did best beside its neighbour.
    """
    turns = [
        (run(port, makers, seconds / TURNS, spent), run(port, nothing, seconds / TURNS / 2, spent))
        for _ in range(TURNS)
    ]
    return sorted(turns, key=lambda turn: turn[0].per_second / turn[1].per_second, reverse=True)


def run(port: int, makers: Sequence[Request], seconds: float, spent: Spent, *, warm: float = 0.3) -> Run:
    """Send what each maker makes over its own connection for a time; a status other than 200 is an error."""
    start = time.perf_counter() + warm
    end = start + seconds
    times: list[list[float]] = [[] for _ in makers]
    errors = [0] * len(makers)
    asked, before = [0] * len(makers), spent()

    def worker(number: int) -> None:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (began := time.perf_counter()) < end:
            connection.sendall(makers[number]())
            ok = _answer(connection) == OK
            done = time.perf_counter()
            asked[number] += 1
            if began >= start:
                times[number].append(done - began)
                errors[number] += not ok
        connection.close()

    threads = [threading.Thread(target=worker, args=(number,)) for number in range(len(makers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = sorted(one for each in times for one in each)
    return Run(
        len(taken) / seconds,
        *(1000 * taken[min(int(len(taken) * share), len(taken) - 1)] for share in (0.5, 0.95, 0.99)),
        sum(errors),
        1000 * (spent() - before) / sum(asked),
    )


def answered(port: int, request: bytes) -> bool:
    """Send one request and wait for its answer, however long a server takes to start."""
    return said(port, request) == OK


def said(port: int, request: bytes) -> bytes:
    """Send one request over a connection of its own, and return the status of its whole answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        return _answer(connection)


def _answer(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _sep, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    there = len(body)
    while there < length:
        there += len(connection.recv(65536))
    return head[len("HTTP/1.1 ") :][:3]
