"""A way to a store that can be shut: connections are taken as ever then, and nothing is answered."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Gate:
    """Listens on ``port`` of loopback and passes on what comes to another one, unless it is ``shut``."""

    def __init__(self, to: int) -> None:
        self.shut = threading.Event()
        self._to = to
        self._held: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> Gate:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        _end(self._listener)
        self._thread.join()
        self.drop()

    def drop(self) -> None:
        """Close every connection, also those that go on since before it was shut."""
        while self._held:
            _end(self._held.pop())

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                inner, _ = self._listener.accept()
                self._held.append(inner)
                if not self.shut.is_set():
                    outer = socket.create_connection(("127.0.0.1", self._to))
                    self._held.append(outer)
                    for one, other in ((inner, outer), (outer, inner)):
                        threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
