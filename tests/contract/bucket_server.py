"""A small object store that speaks what Placket asks of S3: objects, listings, versions."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from placket.sources.signing import Credentials, query_of, signed

if TYPE_CHECKING:
    from collections.abc import Iterator

WHO = Credentials(key="AKIDEXAMPLE", secret="a secret / of the test", region="eu-west-1")  # noqa: S106 - of the test
PAGE = 2
MADE = "2026-03-01T10:00:00.000Z"


@dataclass
class Shelf:
    """What lies in the bucket: all versions of each object, the newest last; None is a marker."""

    objects: dict[str, list[tuple[str, bytes | None]]] = field(default_factory=dict)
    keeps_versions: bool = False
    lists_versions: bool = True
    is_down: bool = False

    def put(self, key: str, body: bytes | None) -> None:
        kept = self.objects.get(key, []) if self.keeps_versions else []
        version = f"v{len(kept)}" if self.keeps_versions else "null"
        self.objects[key] = [*kept, (version, body)]

    def delete(self, key: str, version: str) -> None:
        if version:
            left = [each for each in self.objects.get(key, []) if each[0] != version]
            self.objects[key] = left
        elif self.keeps_versions:
            self.put(key, None)
        else:
            self.objects.pop(key, None)
        if not self.objects.get(key):
            self.objects.pop(key, None)

    def now(self, key: str) -> bytes | None:
        return self.objects[key][-1][1] if self.objects.get(key) else None


class Answering(BaseHTTPRequestHandler):
    """One request, whose signature is looked at first."""

    shelf: Shelf
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that the server calls

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        _, bucket, key = unquote(parts.path).split("/", 2)
        if not self._is_signed(parts.path, asked, body):
            self._send(403)
        elif self.shelf.is_down:
            self._send(503)
        elif bucket != "shop":
            self._send(404)
        elif self.command == "PUT":
            self.shelf.put(key, body)
            self._send(200)
        elif self.command == "DELETE":
            self.shelf.delete(key, asked.get("versionId", ""))
            self._send(204)
        elif key:
            found = self.shelf.now(key)
            self._send(404 if found is None else 200, found or b"")
        elif "versions" in asked:
            listing = self._versions(asked) if self.shelf.lists_versions else ""
            self._send(200 if listing else 501, listing.encode())
        else:
            self._send(200, self._listing(asked).encode())

    def _is_signed(self, path: str, asked: dict[str, str], body: bytes) -> bool:
        at = datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        host = {"host": self.headers["host"]}
        wanted = signed(WHO, self.command, path, query_of(asked), host, body=body, at=at)
        return wanted["authorization"] == self.headers["authorization"]

    def _listing(self, asked: dict[str, str]) -> str:
        after, prefix = unquote(asked.get("continuation-token", "")), asked["prefix"]
        keys = [k for k in sorted(self.shelf.objects) if k.startswith(prefix) and k > after]
        keys = [key for key in keys if self.shelf.now(key) is not None]
        page = "".join(
            f"<Contents><Key>{quote(key, safe='/')}</Key><LastModified>{MADE}</LastModified>"
            f"<Size>{len(self.shelf.now(key) or b'')}</Size></Contents>"
            for key in keys[:PAGE]
        )
        cut = len(keys) > PAGE
        last = quote(keys[PAGE - 1]) if cut else ""
        more = f"<NextContinuationToken>{last}</NextContinuationToken>"
        return (
            f"<ListBucketResult><IsTruncated>{str(cut).lower()}</IsTruncated>"
            f"{more if cut else ''}{page}</ListBucketResult>"
        )

    def _versions(self, asked: dict[str, str]) -> str:
        every = [
            (key, version, body)
            for key, versions in sorted(self.shelf.objects.items())
            for version, body in versions
            if key.startswith(asked["prefix"])
            and (key, version) > (asked.get("key-marker", ""), asked.get("version-id-marker", ""))
        ]
        page = "".join(
            f"<{kind}><Key>{quote(key)}</Key><VersionId>{version}</VersionId></{kind}>"
            for key, version, body in every[:PAGE]
            for kind in (["DeleteMarker"] if body is None else ["Version"])
        )
        cut = len(every) > PAGE
        last = every[PAGE - 1] if cut else ("", "", b"")
        return (
            f"<ListVersionsResult><IsTruncated>{str(cut).lower()}</IsTruncated>"
            f"<NextKeyMarker>{quote(last[0])}</NextKeyMarker>"
            f"<NextVersionIdMarker>{last[1]}</NextVersionIdMarker>{page}</ListVersionsResult>"
        )

    def _send(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def bucket_server(shelf: Shelf) -> Iterator[str]:
    """Lend the address of a store with the bucket `shop`, which holds `shelf`."""
    answering = type("Answering", (Answering,), {"shelf": shelf})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
