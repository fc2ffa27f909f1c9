"""A TCP proxy that can go deaf: what a client sends still arrives, and no answer comes back."""

import contextlib
import socket
import threading


class Proxy:
    """Listens on a port of an address, a free one or the one given, and forwards to a server."""

    def __init__(self, address: str, target: tuple[str, int], port: int = 0) -> None:
        self.target, self.deaf = target, False
        self._server = socket.create_server((address, port))
        self.port = int(self._server.getsockname()[1])
        self._open = [self._server]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Closes everything."""
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                server = socket.create_connection(self.target)
                self._open += [client, server]
                for pair in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if not (answers and self.deaf):
                    target.sendall(data)
