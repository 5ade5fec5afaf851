"""A receiver that accepts every request and reads as little as possible. Its argument is the port."""

import asyncio
import sys

ANSWER = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"


async def _take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:  # a probe whether it listens
        writer.close()
        return
    lines = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n") if b": " in line)
    await reader.readexactly(int(lines.get(b"content-length", b"0")))
    writer.write(ANSWER)
    await writer.drain()
    writer.close()


async def _main(port: int) -> None:
    async with await asyncio.start_server(_take, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
