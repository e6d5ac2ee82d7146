"""The files of a submission: one alone, a folder of them, or a zip; nothing is unpacked to disk.

Links, hidden files and what a Mac puts beside files are passed over. From a zip nothing is taken
whose name leads out of it, and no more than ``MAX_UNPACKED`` bytes in all.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from advisor.homework.forms.limits import MAX_FILE
from advisor.homework.submission import Unreadable

MAX_UNPACKED = 2_000_000_000  # bytes, all files of a zip together
MAX_DIRECTORY = 20_000_000  # bytes of a zip's list of files: more than 100,000 names
_SKIPPED = {"__macosx", "thumbs.db", "desktop.ini", "node_modules", "__pycache__"}


@dataclass(frozen=True)
class Source:
    """A file to read; ``name`` is its path inside the folder or zip, ``open`` reads it anew."""

    name: str
    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]]

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix.lower()


def find(path: Path) -> Iterator[Source | Unreadable]:
    """The files under ``path`` in the order of their names, zips in folders looked into."""
    try:
        kind = path.stat().st_mode
    except OSError as error:
        yield Unreadable(path.name, f"expected a file, a folder or a zip, found {error.strerror}: "
                                    f"{path}; check the path")
        return
    if stat.S_ISDIR(kind):
        yield from _folder(path)
    elif path.suffix.lower() == ".zip":
        yield from zipped(_of_path(path, path.name), "")
    elif stat.S_ISREG(kind):
        yield _of_path(path, path.name)
    else:
        yield Unreadable(path.name, "expected a file, a folder or a zip, found a device or a pipe; "
                                    "save its content in a file first")


def _folder(path: Path) -> Iterator[Source | Unreadable]:
    found = False
    for place, folders, files in os.walk(path):  # follows no links
        folders[:] = sorted(f for f in folders if not _skipped(f)
                            and not os.path.islink(os.path.join(place, f)))
        for file in sorted(files):
            full = Path(place, file)
            if _skipped(file):
                continue
            try:
                regular = stat.S_ISREG(full.lstat().st_mode)
            except OSError:
                regular = False
            if not regular:
                continue
            found = True
            name = full.relative_to(path).as_posix()
            if full.suffix.lower() == ".zip":
                yield from zipped(_of_path(full, name), f"{name}/")
            else:
                yield _of_path(full, name)
    if not found:
        yield Unreadable(path.name, "expected submissions in the folder, found no files; put in "
                                    ".txt, .md, .docx, .csv or .jsonl files")


def _skipped(name: str) -> bool:
    return name.startswith((".", "~$", "._")) or name.casefold() in _SKIPPED


def _of_path(path: Path, name: str) -> Source:
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    return Source(name, size, lambda: cast("AbstractContextManager[BinaryIO]", path.open("rb")))


def of_bytes(raw: bytes, name: str) -> Source:
    """A file that was uploaded."""
    return Source(name, len(raw), lambda: io.BytesIO(raw))


def zipped(source: Source, prefix: str) -> Iterator[Source | Unreadable]:
    """The files in a zip; ``prefix`` stands before their names."""
    name = source.name
    if source.size > MAX_FILE:
        yield Unreadable(name, too_large(source.size))
        return
    try:
        with source.open() as raw:
            _check_directory(raw)
            with zipfile.ZipFile(raw) as archive:
                yield from _members(archive, name, prefix)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        yield Unreadable(name, f"expected a zip of submissions, found one that cannot be read "
                               f"({error}); zip the folder again")


def _members(archive: zipfile.ZipFile, name: str, prefix: str) -> Iterator[Source | Unreadable]:
    unpacked, found = 0, False
    for info in sorted(archive.infolist(), key=lambda i: i.filename):
        parts = re.split(r"[/\\]", info.filename)
        mode = info.external_attr >> 16
        if info.is_dir() or any(_skipped(part) for part in parts if part not in (".", "..")) \
                or stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            continue
        found = True
        shown = prefix + info.filename
        if ".." in parts or parts[0] == "" or re.match(r"^[A-Za-z]:", info.filename):
            yield Unreadable(shown, "expected a path inside the zip, found one that leads out of "
                                    "it; zip the folder of submissions again")
        elif info.flag_bits & 1:
            yield Unreadable(shown, "expected a file that opens, found one locked by a password; "
                                    "zip it without")
        elif info.filename.lower().endswith(".zip"):
            yield Unreadable(shown, "expected submissions, found a zip inside the zip; unpack it "
                                    "and zip all files together")
        else:
            unpacked += info.file_size
            if unpacked > MAX_UNPACKED:
                yield Unreadable(name, f"expected at most {MAX_UNPACKED // 10**9} GB in the zip, "
                                       f"found more from {info.filename} on; split it")
                return
            yield Source(shown, info.file_size, _opener(archive, info))
    if not found:
        yield Unreadable(name, "expected submissions in the zip, found no files; zip the folder "
                               "that holds them")


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> \
        Callable[[], AbstractContextManager[BinaryIO]]:
    return lambda: cast("AbstractContextManager[BinaryIO]", archive.open(info))


def _check_directory(raw: BinaryIO) -> None:
    """Raises ``ValueError`` if the list of files alone would fill the memory."""
    size = raw.seek(0, os.SEEK_END)
    raw.seek(max(0, size - 66_000))
    tail = raw.read()
    place = tail.rfind(b"PK\5\6")
    if place >= 0 and int.from_bytes(tail[place + 12 : place + 16], "little") > MAX_DIRECTORY:
        raise ValueError("more than 100,000 files are listed in it")
    raw.seek(0)


def too_large(size: int) -> str:
    return (f"expected at most {MAX_FILE // 10**6} MB in a file, found {size / 1e6:,.0f} MB; "
            "split the file")
