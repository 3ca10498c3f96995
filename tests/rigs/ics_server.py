#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A web server with a calendar and several ways to be a bad one. Prints its port, then a line a request.

/good.ics has an ETag; /set changes its text to the body; the rest are accidents by name.
"""
import base64
import gzip
import http.server
import sys
import time

text = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body=b"", **headers):
        sys.stdout.write(f"{self.path} {status} {self.headers.get('Authorization', '-')}\n")
        sys.stdout.flush()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        global text
        text = self.rfile.read(int(self.headers["Content-Length"]))
        self.say(204)

    def do_GET(self):
        etag = f'"{hash(text)}"'
        if self.path == "/good.ics":
            if self.headers.get("If-None-Match") == etag:
                return self.say(304, ETag=etag)
            return self.say(200, text, ETag=etag)
        if self.path == "/moved.ics":
            return self.say(302, Location="/good.ics")
        if self.path == "/elsewhere.ics":
            return self.say(302, Location=f"http://localhost:{self.server.server_port}/good.ics")
        if self.path == "/loop.ics":
            return self.say(302, Location="/loop.ics")
        if self.path == "/login.ics":
            return self.say(200, b"<!DOCTYPE html><html>Please log in: here</html>")
        if self.path == "/zipped.ics":
            return self.say(200, gzip.compress(text), Content_Encoding="gzip")
        if self.path == "/bomb.ics":
            return self.say(200, gzip.compress(bytes(200 << 20), 9), Content_Encoding="gzip")
        if self.path == "/secret.ics":
            wanted = "Basic " + base64.b64encode(b"me:open sesame").decode()
            if self.headers.get("Authorization") != wanted:
                return self.say(401, WWW_Authenticate='Basic realm="x"')
            return self.say(200, text)
        if self.path == "/token.ics":
            if self.headers.get("Authorization") != "Bearer open-sesame":
                return self.say(401, WWW_Authenticate="Bearer")
            return self.say(200, text)
        if self.path == "/huge.ics":
            self.send_response(200)
            self.end_headers()
            try:
                self.wfile.write(text[: -len(b"END:VCALENDAR\r\n")])
                for _ in range(200):
                    self.wfile.write(b"X-FILL:" + b"x" * ((1 << 20) - 9) + b"\r\n")
            except OSError:
                pass
            self.close_connection = True
            return None
        if self.path == "/slow.ics":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"B")
                    self.wfile.flush()
                    time.sleep(1)
            except OSError:
                return None
        return self.say(404)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print("port", server.server_port, flush=True)
server.serve_forever()
