"""The one object that reads files."""

from __future__ import annotations

import codecs
import os
import re
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from analyzers.source.gate import NotReadable, read_bytes
from analyzers.source.recent import Recent

if TYPE_CHECKING:
    from analyzers.source.module import SourceModule
    from analyzers.source.notebook import Notebook
    from analyzers.source.outline import Outline, Outlines
    from analyzers.source.tree import Programs

MAXIMUM_SIZE = 1_000_000
"""Bytes; a larger file is not a model anyone wrote."""

MAXIMUM_NOTEBOOK_SIZE = 100_000_000
"""Bytes; a notebook holds the pictures of its outputs."""

NOTEBOOK = ".ipynb"

_KEPT_TEXT = 12_000_000
"""Characters of the texts that are kept when nothing else refers to them."""
_KEPT_MODULES = 6_000_000
"""Characters of the texts whose modules (blocks and trees) are, which take some twelve times as much memory."""
_KEPT_ONCE = 300_000
"""Characters, of either, for which only one file has asked so far."""
_KEPT_OUTLINES, _KEPT_OUTLINES_ONCE = 20_000, 500
"""Files whose outlines are kept, and those for which only one file has asked so far."""

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:[#\r\n]|$)")


class SourceError(Exception):
    """A file that cannot be read as Python source; the message is a sentence for people."""


class NothingToRead(SourceError):
    """A notebook without code, or with that of another ``language``: nothing is wrong with it."""

    def __init__(self, sentence: str, language: str | None = None) -> None:
        super().__init__(sentence)
        self.language = language


class Text(NamedTuple):
    """What a file, or the buffer over it, held when it had the stamp; of a notebook the code, and where it stands."""

    stamp: str
    text: str
    notebook: Notebook | None = None


class Sources:
    """Reads source files and remembers them; unsaved buffers lie over the files of the same path.

    What was read or looked for is in ``dependencies`` (path → stamp, "" for what is missing), so that a
    cache can tell whether a result still holds. Files and directories are looked at once; ``refresh()`` makes
    every file be checked again at its next use.
    """

    def __init__(self) -> None:
        self.programs_of: Callable[[str], Programs | None] = lambda path: None
        """Where the programs of a file are kept from one process to the next."""
        self.outlines_of: Callable[[str], Outlines | None] = lambda path: None
        """Where its outline is."""
        self.dependencies: dict[str, str] = {}
        self._overlays: dict[str, Text] = {}
        self._texts: Recent[Text] = Recent(_KEPT_TEXT, _KEPT_ONCE)
        self._stamps: dict[str, str] = {}
        self._directories: dict[str, dict[str, bool]] = {}
        self._modules: Recent[SourceModule] = Recent(_KEPT_MODULES, _KEPT_ONCE)
        self._outlines: Recent[tuple[str, Outline | None]] = Recent(_KEPT_OUTLINES, _KEPT_OUTLINES_ONCE)

    def begin(self) -> None:
        """What follows is a look at one file: ``dependencies`` are noted anew, and what only the last one needed may go."""
        self.dependencies.clear()
        self._texts.begin()
        self._modules.begin()
        self._outlines.begin()

    def read(self, path: str) -> str:
        """The text of a file or of the buffer over it, line ends as they are; of a notebook its code.

        Raises:
            SourceError: missing, unreadable, too large, not text in its declared encoding, not a notebook.
            NothingToRead: a notebook without Python code.
        """
        return self._read(os.path.abspath(path)).text

    def _read(self, path: str) -> Text:
        stamp = self.stamp(path)
        if path in self._overlays:
            return self._overlays[path]
        known = self._texts.get(path)
        if known is None or known.stamp != stamp:
            known = Text(stamp, *self._from_disk(path))
            self._texts.put(path, known, len(known.text))
        return known

    def _from_disk(self, path: str) -> tuple[str, Notebook | None]:
        text = _checked(_decoded(_bytes(path), path), path)
        if not path.endswith(NOTEBOOK):
            return text, None
        notebook = notebook_from(text, path)
        return _checked(notebook.text, path), notebook

    def notebook(self, path: str) -> Notebook | None:
        """Which line of which cell the lines of :meth:`read` are; ``None`` for what is no notebook, or when the
        code of its cells was laid over it as a plain text. Raises as :meth:`read`."""
        path = os.path.abspath(path)
        if not path.endswith(NOTEBOOK):
            return None
        return self._read(path).notebook

    def overlay(self, path: str, text: str | Notebook) -> None:
        """Let an unsaved buffer stand for the file; that of a notebook is a Notebook or the code of its cells."""
        path = os.path.abspath(path)
        notebook, code = (None, text) if isinstance(text, str) else (text, text.text)
        self._overlays[path] = Text(_text_stamp(code), code, notebook)
        self._changed(path)

    def forget(self, path: str) -> None:
        """Drop the buffer over the file and everything remembered about the file."""
        path = os.path.abspath(path)
        self._overlays.pop(path, None)
        self._texts.pop(path)
        self._changed(path)

    def _changed(self, path: str) -> None:
        self._stamps.pop(path, None)
        self._stamps.pop(os.path.dirname(path), None)
        self._directories.pop(path, None)
        self._directories.pop(os.path.dirname(path), None)

    def refresh(self) -> None:
        """Look at every file and directory anew at its next use; texts that did not change are kept."""
        self._stamps.clear()
        self._directories.clear()
        self.begin()

    def is_overlaid(self, path: str) -> bool:
        return os.path.abspath(path) in self._overlays

    def stamp(self, path: str) -> str:
        """What changes whenever the file, buffer or directory does; "" when there is none."""
        path = os.path.abspath(path)
        stamp = self._stamps.get(path)
        if stamp is None:
            stamp = self._stamps[path] = self._new_stamp(path)
        self.dependencies[path] = stamp
        return stamp

    def _new_stamp(self, path: str) -> str:
        if path in self._overlays:
            return self._overlays[path].stamp
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return ""
        if status.st_mode & 0o170000 == 0o040000:
            return _text_stamp("\n".join(sorted(self._listing(path))))
        return f"{status.st_mtime_ns}-{status.st_size}"

    def is_file(self, path: str) -> bool:
        """Whether there is such a file (or a buffer for it)."""
        path = os.path.abspath(path)
        if path in self._overlays:
            return True
        return self._listed(path) is False

    def is_dir(self, path: str) -> bool:
        return self._listed(os.path.abspath(path)) is True

    def _listed(self, path: str) -> bool | None:
        """Whether the path is a directory; None when there is nothing."""
        parent, name = os.path.split(path)
        if not name:
            return os.path.isdir(path) or None
        self.stamp(parent)
        return self._listing(parent).get(name)

    def list_dir(self, path: str) -> list[str]:
        """The names in a directory, sorted; none when it is missing or unreadable."""
        path = os.path.abspath(path)
        self.stamp(path)
        return sorted(self._listing(path))

    def _listing(self, path: str) -> dict[str, bool]:
        """Name → is it a directory."""
        listing = self._directories.get(path)
        if listing is None:
            listing = self._directories[path] = _scanned(path)
        return listing

    def module(self, path: str) -> SourceModule:
        """The module of a file. An edited file's module keeps the parsed blocks that did not change.

        Raises:
            SourceError: as :meth:`read`.
        """
        from analyzers.source.module import SourceModule
        from analyzers.source.tree import TreeStore

        path = os.path.abspath(path)
        _, text, notebook = self._read(path)
        offsets = notebook.offsets if notebook is not None else ()
        module = self._modules.get(path)
        if module is None:
            module = SourceModule(path, text, TreeStore(self.programs_of(path)), offsets)
            self._modules.put(path, module, len(text))
        elif module.offsets != offsets or (module.text is not text and module.text != text):
            module = module.updated(text, offsets)
            self._modules.put(path, module, len(text))
        module.store.keeps = path not in self._overlays
        return module

    def outline(self, path: str, kept: bool = False) -> Outline | None:
        """Which names a file binds and hands on; None for a folder and for what cannot be read. With ``kept`` also where
        the file would have to be read for it."""
        stamp = self.stamp(path)
        known = self._outlines.get(path)
        if known is None or known[0] != stamp:
            found = self._kept_outline(path, stamp)
            if found is None and kept:
                return None
            known = (stamp, found or self._new_outline(path, stamp))
            self._outlines.put(path, known, 1)
        return known[1]

    def _kept_outline(self, path: str, stamp: str) -> Outline | None:
        outlines = self.outlines_of(path) if path not in self._overlays else None
        return outlines.get(path, stamp) if outlines is not None else None

    def _new_outline(self, path: str, stamp: str) -> Outline | None:
        from analyzers.source.outline import outline_of

        if not path.endswith((".py", NOTEBOOK)):
            return None
        try:
            found = outline_of(self.module(path))
        except SourceError:
            return None
        outlines = self.outlines_of(path) if path not in self._overlays else None
        if outlines is not None:
            outlines.put(path, stamp, found)
        return found


def notebook_from(text: str, path: str) -> Notebook:
    """The notebook that a JSON text describes, ``path`` being its file.

    Raises:
        SourceError, NothingToRead: as :meth:`Sources.read`.
    """
    from analyzers.source.notebook import NoPythonCode, NotebookError, read

    try:
        return read(text)
    except NoPythonCode as error:
        raise NothingToRead(f"{path} {error}.", error.language) from None
    except NotebookError as error:
        raise SourceError(f"{path} {error}.") from None


def _text_stamp(text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    return f"{zlib.crc32(data):08x}{zlib.adler32(data):08x}-{len(data)}"


def _scanned(path: str) -> dict[str, bool]:
    """The entries Python source can be found through: no caches, no hidden directories."""
    try:
        with os.scandir(path) as entries:
            return {entry.name: entry.is_dir() for entry in entries if entry.name != "__pycache__"}
    except (OSError, ValueError):
        return {}


def _bytes(path: str) -> bytes:
    most = MAXIMUM_NOTEBOOK_SIZE if path.endswith(NOTEBOOK) else MAXIMUM_SIZE
    try:
        return read_bytes(path, most)
    except NotReadable as error:
        raise SourceError(f"{path} is {error.strerror}.") from None
    except FileNotFoundError:
        raise SourceError(f"{path} does not exist.") from None
    except IsADirectoryError:
        raise SourceError(f"{path} is a directory.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{path} cannot be read: {reason}.") from None


def _decoded(data: bytes, path: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise SourceError(f"{path} is UTF-16, which Python does not read as source.")
    encoding = encoding_of(data)
    try:
        codec = codecs.lookup(encoding)
        return data.decode("utf-8-sig" if codec.name == "utf-8" else codec.name)
    except LookupError:
        raise SourceError(f"{path} declares the unknown encoding {encoding!r}.") from None
    except ValueError as error:
        at = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise SourceError(f"{path} is not {encoding.upper()} (line {at}).") from None


def encoding_of(data: bytes) -> str:
    """The encoding of PEP 263's cookie in the first two lines of a file, else UTF-8."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    for line in re.split(rb"\r\n|\n|\r", data[:2000], maxsplit=2)[:2]:
        if match := _COOKIE.match(line):
            return match[1].decode("ascii", "replace")
        if not _BLANK.match(line):
            break
    return "utf-8"


def _checked(text: object, path: str) -> str:
    if not isinstance(text, str):
        raise SourceError(f"{path} declares an encoding that does not give text.")
    if "\0" in text:
        raise SourceError(f"{path} contains null bytes.")
    return text
