"""Servers side by side: which well-kept one should carry the backend's handlers.

    uv run --no-project --with uvicorn,httptools,hypercorn,aiohttp,waitress \
        python benchmarks/servers.py

Each serves one tiny application, alone in a process of its own: POST /small answers at once, GET /stream
sends an event and then waits for a minute. Told for each: requests a second over eight connections, the
time of one request alone and beside 200 waiting streams (median and 95 %), memory, how long SIGTERM takes
with those streams still open and its exit status, and whether all that it installs is pure Python.
"""

from __future__ import annotations

import asyncio
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import files as files_of
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

STREAMS = 200
CONNECTIONS = 8
SECONDS = 3.0
BODY = b'{"role": "user", "content": "How is the weather in Oslo today?"}'
REQUEST = b"POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
STREAM = b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
EVENT = b"event: x\ndata: {}\n\n"


async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The application for uvicorn and hypercorn."""
    if scope["type"] != "http":
        return
    kind = b"text/event-stream" if scope["path"] == "/stream" else b"application/json"
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [(b"content-type", kind)]
    if scope["path"] == "/small":
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/small":
        await send({"type": "http.response.body", "body": body})
        return
    await send({"type": "http.response.body", "body": EVENT, "more_body": True})
    await asyncio.sleep(60)
    await send({"type": "http.response.body", "body": b""})


def wsgi(environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
    """The application for waitress."""
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/small":
        start("200 OK", [("content-type", "application/json"), ("content-length", str(len(body)))])
        yield body
        return
    start("200 OK", [("content-type", "text/event-stream")])
    yield EVENT
    time.sleep(60)


def with_uvicorn(port: int, http: str) -> None:
    """uvicorn, on its parser in Python or on the one in C."""
    import_module("uvicorn").run(
        asgi, port=port, http=http, log_config=None, access_log=False, timeout_graceful_shutdown=1, ws="none"
    )


def with_hypercorn(port: int) -> None:
    """hypercorn."""
    config = import_module("hypercorn.config").Config()
    config.bind, config.graceful_timeout = [f"127.0.0.1:{port}"], 1
    config.keep_alive_max_requests = 10**9
    asyncio.run(import_module("hypercorn.asyncio").serve(asgi, config))


def with_aiohttp(port: int) -> None:
    """aiohttp's own server."""
    from aiohttp import web

    async def small(request: web.Request) -> web.Response:
        return web.Response(body=await request.read(), content_type="application/json")

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        await response.write(EVENT)
        await asyncio.sleep(60)
        return response

    app = web.Application()
    app.add_routes([web.post("/small", small), web.get("/stream", stream)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None, shutdown_timeout=1)


def with_waitress(port: int) -> None:
    """waitress, a thread for each request in work."""
    import_module("waitress").serve(wsgi, host="127.0.0.1", port=port, threads=40)


SERVERS: dict[str, tuple[str, Callable[[int], None]]] = {
    "uvicorn, h11": ("uvicorn", lambda port: with_uvicorn(port, "h11")),
    "uvicorn, httptools": ("uvicorn httptools", lambda port: with_uvicorn(port, "httptools")),
    "aiohttp.web": ("aiohttp", with_aiohttp),
    "hypercorn": ("hypercorn", with_hypercorn),
    "waitress": ("waitress", with_waitress),
}


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    """One small request; its seconds."""
    began = time.perf_counter()
    writer.write(REQUEST)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    assert length is not None, head
    assert await reader.readexactly(int(length[1])) == BODY
    return time.perf_counter() - began


async def throughput(port: int) -> float:
    """Requests a second over some connections that are kept."""
    until = time.perf_counter() + SECONDS

    async def ask() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while time.perf_counter() < until:
            await exchange(reader, writer)
            count += 1
        writer.close()
        return count

    return sum(await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))) / SECONDS


async def alone(port: int, count: int = 200) -> str:
    """Median and 95 % of requests one after the other, in milliseconds."""
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            seconds = [await exchange(reader, writer) for _ in range(count)]
    except TimeoutError:
        return "starved"
    writer.close()
    return f"{statistics.median(seconds) * 1e3:.2f}/{statistics.quantiles(seconds, n=20)[18] * 1e3:.2f}"


async def open_streams(port: int) -> tuple[int, list[asyncio.StreamWriter]]:
    """How many of the streams sent their first event within five seconds, and all of them, still open."""
    writers: list[asyncio.StreamWriter] = []

    async def begin() -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)
        writer.write(STREAM)
        try:
            async with asyncio.timeout(5):
                return bool(await reader.readuntil(b"data: {}"))
        except TimeoutError:
            return False

    begun = await asyncio.gather(*(begin() for _ in range(STREAMS)))
    return sum(begun), writers


def resident_mib(pid: int) -> float:
    """Resident memory of a process (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else float("nan")


def is_pure(packages: str) -> bool:
    """Whether neither the packages nor what they always need brings compiled code."""
    waiting, seen = packages.split(), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if any(str(file).endswith((".so", ".pyd")) for file in files_of(name) or ()):
            return False
        waiting += [re.split(r"[^\w.-]", line)[0] for line in requires(name) or () if ";" not in line]
    return True


async def judge(name: str) -> list[str]:
    """One server's row of the table."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, __file__, name, str(port)], stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                await asyncio.sleep(0.005)
        ready = time.perf_counter() - began
        single, rate, idle = await alone(port), await throughput(port), resident_mib(process.pid)
        begun, _kept = await open_streams(port)
        beside, full = await alone(port), resident_mib(process.pid)
        began = time.perf_counter()
        process.terminate()
        try:
            ended = f"{process.wait(8)} after {time.perf_counter() - began:.1f} s"
        except subprocess.TimeoutExpired:
            ended = "not within 8 s"
    finally:
        process.kill()
        process.wait()
    package = SERVERS[name][0]
    pure = "yes" if is_pure(package) else "no"
    return [
        *(f"{name} {version(package.split()[0])}", f"{rate:,.0f}", single, f"{begun}", beside),
        *(f"{idle:.0f} → {full:.0f}", f"{ready * 1e3:.0f}", ended, pure),
    ]


def main() -> None:
    """Serve as one of them, or judge all that are installed."""
    if len(sys.argv) == 3:
        SERVERS[sys.argv[1]][1](int(sys.argv[2]))
        return
    title = ["server", "requests/s", "one, ms", f"of {STREAMS} streams", "one beside them, ms"]
    title += ["MiB, idle → streams", "ready, ms", "SIGTERM: exit", "pure Python"]
    print("| " + " | ".join(title) + " |\n|" + "---|" * len(title))
    for name in SERVERS:
        print("| " + " | ".join(asyncio.run(judge(name))) + " |", flush=True)


if __name__ == "__main__":
    main()
