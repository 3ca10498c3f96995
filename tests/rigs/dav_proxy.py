#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A CalDAV server that can do less: dav_proxy.py URL etag|ctag. Hands everything on to URL, but knows no
sync-collection, and with "etag" no getctag either. Prints its port, then a line a request.
"""
import http.server
import re
import sys
import urllib.error
import urllib.request

upstream, level = sys.argv[1].rstrip("/"), sys.argv[2]


def less(body):
    body = re.sub(rb"<(\w+:)?sync-token>[^<]*</(\w+:)?sync-token>", b"", body)
    body = re.sub(rb"<(\w+:)?supported-report-set>.*?</(\w+:)?supported-report-set>", b"", body, flags=re.S)
    if level == "etag":
        body = re.sub(rb"<(\w+:)?getctag>[^<]*</(\w+:)?getctag>", b"", body)
    return body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            if name.lower() in ("content-type", "www-authenticate", "location", "etag"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sync = b"sync-collection" in body and self.command == "REPORT"
        sys.stdout.write(f"{self.command} {self.path} {'sync' if sync else '-'}\n")
        sys.stdout.flush()
        if sync:
            return self.answer(501, b"no such report")
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() in ("authorization", "depth", "content-type")}
        request = urllib.request.Request(upstream + self.path, body or None, headers, method=self.command)
        try:
            with urllib.request.urlopen(request) as reply:
                return self.answer(reply.status, less(reply.read()), reply.headers.items())
        except urllib.error.HTTPError as error:
            return self.answer(error.code, error.read(), error.headers.items())

    do_GET = do_PUT = do_DELETE = do_OPTIONS = do_PROPFIND = do_REPORT = handle_any


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print("port", server.server_port, flush=True)
server.serve_forever()
