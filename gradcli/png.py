"""PNG files of 8 bits: grey, RGB, or with a palette; read without trust in what a file says of itself."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS = 2**26
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Bytes of a pixel, by kind: grey, RGB, a place in the palette, grey and alpha, RGB and alpha."""
PALETTE = 3


class PNGError(ValueError):
    """No PNG file, a damaged one, or one of a kind that is not read."""


def encode(pixels: NDArray[np.uint8]) -> bytes:
    """The file of a picture of shape (rows, columns), grey, or (rows, columns, 3); without filters."""
    rows, columns = pixels.shape[:2]
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels.reshape(rows, -1)], axis=1)
    chunks = [
        (b"IHDR", struct.pack(">2I5B", columns, rows, 8, 2 if pixels.ndim == 3 else 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    ]
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def decode(data: bytes) -> NDArray[np.uint8]:
    """The picture in a file, of shape (rows, columns, 3). What is transparent is shown as if it were not."""
    chunks = _chunks(data)
    try:
        columns, rows, depth, kind, _, _, interlaced = struct.unpack(">2I5B", chunks[b"IHDR"])
        if depth != 8 or kind not in CHANNELS or interlaced:
            raise PNGError("is a PNG file of a kind that only Pillow reads")
        if not 0 < rows * columns <= MOST_PIXELS:
            raise PNGError(f"tells of {rows} × {columns} pixels")
        size = CHANNELS[kind]
        length = rows * (1 + columns * size)
        content = zlib.decompressobj().decompress(chunks[b"IDAT"], length + 1)
    except (KeyError, struct.error, zlib.error):
        raise PNGError("is no PNG file, or a damaged one") from None
    if len(content) < length:
        raise PNGError("is truncated")
    pixels = _unfiltered(np.frombuffer(content[:length], np.uint8).reshape(rows, -1), columns, size)
    if kind == PALETTE:
        palette = np.frombuffer(chunks.get(b"PLTE", b""), np.uint8).reshape(-1, 3)
        if pixels.max() >= len(palette):
            raise PNGError("has a pixel that is not in its palette")
        return np.asarray(palette[pixels[..., 0]])
    return np.asarray(pixels[..., :3] if size >= 3 else np.repeat(pixels[..., :1], 3, axis=2))


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """The chunks by name; those of one name joined."""
    if not data.startswith(SIGNATURE):
        raise PNGError("is no PNG file")
    found: dict[bytes, bytes] = {}
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        body, check = data[at + 8 : at + 8 + length], data[at + 8 + length : at + 12 + length]
        if check != struct.pack(">I", zlib.crc32(name + body)):
            raise PNGError("is a damaged PNG file")
        found[name] = found.get(name, b"") + body
        at += 12 + length
    return found


def _unfiltered(lines: NDArray[np.uint8], columns: int, size: int) -> NDArray[np.uint8]:
    """The pixels: each byte is a difference from what the line's filter foretells of it."""
    rows = np.zeros((len(lines) + 1, columns + 1, size), np.uint8)  # what lies outside counts as 0
    for number, (kind, *_) in enumerate(lines.tolist()):
        raw, above, line = lines[number, 1:].reshape(columns, size), rows[number], rows[number + 1]
        if kind > 4:
            raise PNGError("has a line of an unknown filter")
        if kind in (0, 2):
            line[1:] = raw + (above[1:] if kind else 0)
            continue
        for i in range(1, columns + 1):
            around = (each.astype(int) for each in (line[i - 1], above[i], above[i - 1]))
            line[i] = raw[i - 1] + _FORETOLD[kind](*around)
    return rows[1:, 1:]


def _paeth(left: Any, above: Any, corner: Any) -> Any:
    """Whichever of the three is nearest to left + above - corner."""
    across, down, both = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
    return np.where((across <= down) & (across <= both), left, np.where(down <= both, above, corner)).astype(np.uint8)


_FORETOLD = {
    1: lambda left, above, corner: left.astype(np.uint8),
    3: lambda left, above, corner: ((left + above) // 2).astype(np.uint8),
    4: _paeth,
}
