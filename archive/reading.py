"""Read requests without letting those who send slowly hold a thread.

Gunicorn's threaded worker reads a request in the thread that answers it: as many slow senders as there are
threads stop the server. Here its event loop gathers a request first, and a thread gets it when it is whole.
Only what is too large to gather is read by a thread, by half of them at most, and never slower than a pace.
"""

import re
import selectors
import socket
import threading
from collections import deque
from functools import partial
from time import monotonic
from typing import Any

from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn, ThreadWorker

from archive.vocabulary.wording import DEFAULT_LOCALE, N_, _, speaking

SMALL = 128 * 1024  # bytes gathered for a request; more than any page's form, less than a list
PACE = 16 * 1024  # bytes a second, beyond the first seconds, of what a thread reads
GATHERED_AT_ONCE = 400  # connections that may be half-sent; the one that has taken longest makes room
TOO_SLOW = N_("It took too long to receive what you sent. Nothing was saved. Send it again.")
TOO_MANY = N_(
    "Too many large lists are being received just now. Nothing was saved. Wait a minute and send it again."
)
LINGER = 2.0  # seconds for the other side to read the last answer and to close

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
_UNGATHERED = re.compile(rb"\r\n(transfer-encoding|expect):", re.IGNORECASE)


class Connection(TConn):  # type: ignore[misc]
    """A connection with what has been received of its next request."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.received = bytearray()
        self.until = 0.0
        self.large = False

    def init(self) -> None:
        """Make the parser; it gets what is gathered first, then what comes at a bearable pace."""
        first = not self.initialized
        super().init()
        if first:
            self.parser.unreader = Paced(self.sock)

    def begin(self, seconds: float) -> None:
        """Start waiting for a request, of which something may be here already."""
        self.until = monotonic() + seconds
        self.large = False
        if self.parser is not None:
            self.received += self.parser.unreader.take_buffered()

    @property
    def whole(self) -> bool:
        """Tell whether a thread can go on: the request is here, or too large to wait for."""
        head = self.received.find(b"\r\n\r\n")
        if head < 0:
            return len(self.received) > SMALL
        fields = bytes(self.received[: head + 2])
        length = _LENGTH.search(fields)
        missing = head + 4 + int(length[1] if length else 0) - len(self.received)
        self.large = bool(_UNGATHERED.search(fields)) or len(self.received) + missing > SMALL
        return self.large or missing <= 0


class Paced(SocketUnreader):  # type: ignore[misc]
    """Read from a socket as long as it keeps the pace."""

    def __init__(self, sock: Any) -> None:
        super().__init__(sock)
        self.until = 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return the next bytes; raises TimeoutError when they come too slowly."""
        left = self.until - monotonic()
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.sock, selectors.EVENT_READ)
            if left <= 0 or not waiting.select(left):
                raise TimeoutError
        data: bytes = super().chunk(size_hint)
        self.until += len(data) / PACE
        return data


class Worker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threaded worker, with requests gathered before they take a thread."""

    seconds = 20.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gathering: deque[Connection] = deque()  # in the order in which they began
        self._ending: deque[Connection] = deque()
        self.max_keepalived -= GATHERED_AT_ONCE  # so that there is always room for who comes new
        self._large = threading.Semaphore(max(self.cfg.threads // 2, 1))

    def accept(self, listener: Any) -> None:
        """Accept a connection and gather its first request."""
        try:
            sock, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self._gather(Connection(self.cfg, sock, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: Connection, client: Any) -> None:
        """Gather the next request of a connection that was kept alive."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._gather(conn)

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """Keep the connection; what came of a further request already is gathered as any other."""
        if fs.cancelled() or fs.exception() is not None or fs.result() is not True:
            self._end(conn)
        elif conn.parser.unreader.buf.getvalue():
            conn.sock.setblocking(False)
            self._gather(conn)
        else:
            super().finish_request(conn, fs)

    def murder_pending(self) -> None:
        """Answer those who have taken too long, and close."""
        super().murder_pending()
        now = monotonic()
        for conn in list(self._gathering):
            if conn.until <= now or not (self.alive or conn.received):
                self._give_up(conn, 408, TOO_SLOW)
        while self._ending and self._ending[0].until <= now:
            self._close(self._ending.popleft())

    def handle(self, conn: Connection) -> Any:
        """Answer a request in a thread."""
        if conn.large and not self._large.acquire(blocking=False):
            conn.sock.setblocking(True)
            _answer(conn, 503, TOO_MANY)
            return False
        try:
            conn.sock.setblocking(True)
            conn.init()
            conn.parser.unreader.until = monotonic() + self.seconds
            conn.parser.unreader.unread(bytes(conn.received))
            conn.received.clear()
            return super().handle(conn)
        finally:
            if conn.large:
                self._large.release()

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Answer a request, saying so where the connection ends with it: else the next one may be lost."""
        if conn.large:
            req.force_close()
        return super().handle_request(req, conn)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        # What of a large request nobody wanted to read would hold the thread.
        return not conn.large and bool(super()._keepalive_after(conn, keepalive))

    def _gather(self, conn: Connection) -> None:
        conn.begin(self.seconds)
        if conn.whole:
            self.enqueue_req(conn)
            return
        if len(self._gathering) >= GATHERED_AT_ONCE:
            self._give_up(self._gathering[0], 503, TOO_SLOW)
        self._gathering.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._receive, conn))

    def _receive(self, conn: Connection, _client: Any) -> None:
        try:
            data = conn.sock.recv(64 * 1024)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        conn.received += data
        if not data or conn.whole:
            self._gathering.remove(conn)
            self.poller.unregister(conn.sock)
            if data:
                self.enqueue_req(conn)
            else:
                self._drop(conn)

    def _give_up(self, conn: Connection, status: int, sentence: str) -> None:
        self._gathering.remove(conn)
        self.poller.unregister(conn.sock)
        if conn.received:
            _answer(conn, status, sentence)
            self._end(conn)
        else:
            self._drop(conn)

    def _end(self, conn: Connection) -> None:
        """Close once the other side has, so that it reads the answer; gunicorn would wait for it."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        conn.until = monotonic() + LINGER
        self._ending.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._drain, conn))

    def _drain(self, conn: Connection, _client: Any) -> None:
        try:
            if conn.sock.recv(64 * 1024):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._ending.remove(conn)
        self._close(conn)

    def _close(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        self._drop(conn)

    def _drop(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()


def _answer(conn: Connection, status: int, sentence: str) -> None:
    """Say plainly what is wrong, without waiting for whoever does not listen."""
    with speaking(DEFAULT_LOCALE):  # nobody knows yet who it is
        said = _(sentence).encode()
    phrase = {408: "Request Timeout", 503: "Service Unavailable"}[status]
    head = (
        f"HTTP/1.1 {status} {phrase}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Cache-Control: no-store\r\nRetry-After: 5\r\nContent-Length: {len(said)}\r\n\r\n"
    )
    try:
        conn.sock.setblocking(False)
        conn.sock.send(head.encode() + said)
    except OSError:
        pass


def slow(error: BaseException | None) -> bool:
    """Tell whether a request broke off because it came too slowly."""
    while error is not None:
        if isinstance(error, TimeoutError):
            return True
        error = error.__cause__ or error.__context__
    return False
