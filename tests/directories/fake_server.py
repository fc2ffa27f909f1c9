"""A server that answers with any bytes: for what no real server does, and some attacker might."""

import contextlib
import socket
import ssl
import threading

from sansldap import LDAPServer

from regain.directories.ldap.messages import Malformed, complete_length


class FakeServer:
    """Answers each request with what `answer` returns for its number and its bytes. Without a certificate: no TLS."""

    def __init__(self, answer, certificate=None):
        self.answer, self.received = answer, []
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate.file, certificate.key_file)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self):
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(10)

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._attend, args=(client,), daemon=True).start()  # clients keep connections

    def _attend(self, client):
        with contextlib.suppress(OSError, Malformed), contextlib.closing(client):
            self._talk(client)

    def _talk(self, client):
        stream = self._tls.wrap_socket(client, server_side=True) if self._tls else client
        with contextlib.closing(stream):
            waiting = bytearray()
            while data := stream.recv(1 << 16):
                waiting += data
                while (length := complete_length(waiting, 1 << 20)) and len(waiting) >= length:
                    request, waiting = bytes(waiting[:length]), waiting[length:]
                    self.received.append(request)
                    number = LDAPServer().receive(request)[0].message_id if request[5:6] != b"\x66" else 0
                    stream.sendall(self.answer(number, request))
