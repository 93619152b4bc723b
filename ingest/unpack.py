"""Files as they lie: hashed, recognised as plain, .gz, .xz or .zst by content, read as a stream.

Whatever the size, memory stays bounded: by the window that a .zst declares (refused above a limit)
and by the dictionary of an .xz (the same limit).
"""

from __future__ import annotations

import gzip
import io
import lzma
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import zstandard

from domain.errors import InputError

GZIP, XZ, ZSTD = b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
DEFAULT_WINDOW = 2**27
LARGEST_WINDOW = 2**31
_XZ_OVERHEAD = 2**24  # beside its dictionary
_HASHED = 2**20
_PIECE = 2**11  # of packed bytes at once: a zstd block of 4 bytes can unpack to 128 kB
_BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    """The file's bytes as they lie, and their SHA-256. `-` is standard input, kept on disk.

    Raises `InputError` for a file that can't be read.
    """
    try:
        file = _standard_input() if str(path) == "-" else path.open("rb")
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", "Check the name.") from error
    with file:
        try:
            digest = sha256()
            while piece := file.read(_HASHED):
                digest.update(piece)
            file.seek(0)
        except OSError as error:
            raise InputError(f"{path} can't be read: {error.strerror}.") from error
        yield file, digest.hexdigest()


def _standard_input() -> BinaryIO:
    """A copy: the hash is wanted before the first post, and a pipe can't be read twice."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `opened`
    shutil.copyfileobj(sys.stdin.buffer, file)
    file.seek(0)
    return cast("BinaryIO", file)


def unpacked(file: BinaryIO, name: str, window: int = DEFAULT_WINDOW) -> io.BufferedReader:
    """The content as a stream. Raises `InputError` for a zstd window above `window` bytes.

    While it is read, damage shows as `InputError` too: what was read before is right.
    """
    magic = file.read(18)
    file.seek(0)
    if magic.startswith(ZSTD):
        _check_window(magic, name, window)
        maker: Callable[[], _Unpacker] = zstandard.ZstdDecompressor(
            max_window_size=min(window, LARGEST_WINDOW)
        ).decompressobj
        return io.BufferedReader(_Unpacked(file, name, maker), 2**16)
    if magic.startswith(XZ):
        most = window + _XZ_OVERHEAD
        return io.BufferedReader(
            _Unpacked(file, name, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, most)), 2**16
        )
    if magic.startswith(GZIP):
        return io.BufferedReader(_Named(gzip.GzipFile(fileobj=file, mode="rb"), name), 2**16)
    return io.BufferedReader(_Named(file, name), 2**16)


def _check_window(magic: bytes, name: str, window: int) -> None:
    try:
        declared = zstandard.get_frame_parameters(magic).window_size
    except zstandard.ZstdError as error:
        raise InputError(f"{name} is not a whole .zst file: {error}.", "Fetch it again.") from error
    if declared > window:
        raise InputError(
            f"{name} declares a zstd window of {declared / 2**20:.0f} MB, "
            f"more than the {window / 2**20:.0f} MB that are allowed.",
            f"It takes that much memory; allow it with --window {-(-declared // 2**20)}.",
        )


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class _Named(io.RawIOBase):
    """A stream whose damage is told with the file's name."""

    def __init__(self, inner: BinaryIO | gzip.GzipFile, name: str) -> None:
        self._inner = inner
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # typeshed's Buffer has no public name in 3.11
        try:
            piece = self._inner.read(len(buffer))
        except _BROKEN as error:
            raise _damaged(self._name, error) from error
        buffer[: len(piece)] = piece
        return len(piece)


class _Unpacked(io.RawIOBase):
    """Frames of a .zst or streams of an .xz, one after another; a cut file is told, not ignored."""

    def __init__(self, file: BinaryIO, name: str, maker: Callable[[], _Unpacker]) -> None:
        self._file = file
        self._name = name
        self._maker = maker
        self._unpacker: _Unpacker | None = None
        self._ready = b""
        self._packed = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # as above
        while not self._ready:
            self._packed = self._packed or self._file.read(_PIECE)
            if not self._packed:
                if self._unpacker is not None:
                    raise _damaged(self._name, EOFError("it ends too early"))
                return 0
            self._ready = self._next()
        piece, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def _next(self) -> bytes:
        """What the packed bytes at hand unpack to; may be nothing yet."""
        packed, self._packed = self._packed, b""
        if self._unpacker is None:
            packed = packed.lstrip(b"\x00")  # an .xz may be padded
            if not packed:
                return b""
            self._unpacker = self._maker()
        try:
            out = self._unpacker.decompress(packed)
        except _BROKEN as error:
            raise _damaged(self._name, error) from error
        if self._unpacker.eof:
            self._packed = self._unpacker.unused_data
            self._unpacker = None
        return out


def _damaged(name: str, error: Exception) -> InputError:
    return InputError(f"{name} is damaged: {error}.", "Fetch it again; what was read is kept.")
