"""Upload: a multipart form that is read as it arrives; the file in it goes straight to its blob.

Fields of the service's form: `file` and `purpose`; `filename` names a file that came without a name.
"""

from __future__ import annotations

from collections.abc import Mapping

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from threadlab.backend.files.blobs import Arriving, Blobs, TooLarge
from threadlab.backend.wire.errors import ApiError, bad_request, missing

LARGEST_FIELD = 4096
"""Bytes of a field that is not the file."""
MOST_PARTS = 20
LONGEST_NAME = 255


class Upload:
    """One form. Feed it, then `finish` it; `drop` leaves nothing behind of one that was not taken.

    Raises ApiError, from any of its verbs, for a form that cannot be taken.
    """

    def __init__(self, headers: Mapping[str, str], blobs: Blobs) -> None:
        kind, options = parse_options_header(headers.get("content-type", "").encode("latin-1", "replace"))
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
            raise bad_request(
                "A file is uploaded as multipart/form-data with the fields 'file' and 'purpose'; "
                f"this is {headers.get('content-type') or 'without a type'!r}.",
                code="invalid_content_type",
            )
        self.fields: dict[str, str] = {}
        self.blob: Arriving | None = None
        self._blobs = blobs
        self._name: str | None = None
        self._headers: dict[bytes, bytes] = {}
        self._header = (bytearray(), bytearray())
        self._field: str | None = None
        self._value = bytearray()
        self._parts = 0
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_ends,
                "on_headers_finished": self._head_ends,
                "on_part_data": self._part_goes_on,
                "on_part_end": self._part_ends,
                "on_end": self._form_ends,
            },
        )

    @property
    def size(self) -> int:
        """Bytes of the file so far."""
        return self.blob.size if self.blob else 0

    @property
    def filename(self) -> str:
        """What the file is called."""
        return _checked_name(self._name or self.fields.get("filename") or "file")

    @property
    def purpose(self) -> str:
        """What it is uploaded for."""
        if "purpose" not in self.fields:
            raise missing("purpose")
        return self.fields["purpose"]

    def feed(self, piece: bytes) -> None:
        """Read on in the form."""
        try:
            self._parser.write(piece)
        except TooLarge:
            raise too_large(self._blobs.largest) from None
        except (FormParserError, UnicodeDecodeError) as error:
            raise bad_request(f"The form cannot be read: {error}.", code="invalid_form") from None

    def finish(self) -> None:
        """The form is over: it must be whole, with a file that is not empty."""
        if not self._ended:
            raise bad_request("The form ends before its last boundary.", code="invalid_form")
        if self.blob is None:
            raise missing("file")
        if self.blob.size == 0:
            raise bad_request("The file is empty: it has 0 bytes.", param="file", code="empty_file")

    def drop(self) -> None:
        """Leave nothing behind."""
        if self.blob is not None:
            self.blob.drop()

    def _part_begins(self) -> None:
        self._headers, self._field, self._value = {}, None, bytearray()
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise bad_request(f"The form has more than {MOST_PARTS} parts.", code="invalid_form")

    def _header_ends(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        self._header = (bytearray(), bytearray())

    def _head_ends(self) -> None:
        """What the part is: the file, or a field."""
        disposition = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(disposition)
        if options.get(b"name") != b"file":
            self._field = options.get(b"name", b"").decode()
        elif self.blob is not None:
            raise bad_request("The form has more than one file.", param="file")
        else:
            is_path = b"\\" in disposition.replace(b'\\"', b"")  # the library would leave its folders out
            told = (
                disposition.partition(b"filename=")[2].strip(b'"')
                if is_path
                else options.get(b"filename", b"")
            )
            self._name = told.decode()
            self.blob = self._blobs.arriving()

    def _part_goes_on(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            assert self.blob is not None, "a part that is no field is the file"
            self.blob.write(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > LARGEST_FIELD:
            raise bad_request(
                f"The field '{self._field}' has more than {LARGEST_FIELD} bytes.", param=self._field
            )

    def _part_ends(self) -> None:
        if self._field is not None:
            try:
                self.fields[self._field] = self._value.decode()
            except UnicodeDecodeError:
                raise bad_request(f"The field '{self._field}' is not UTF-8.", param=self._field) from None

    def _form_ends(self) -> None:
        self._ended = True


def too_large(largest: int) -> ApiError:
    """413: the file has more bytes than are taken."""
    return ApiError(413, f"The file is larger than {largest} bytes.", param="file", code="file_too_large")


def _checked_name(name: str) -> str:
    """The name as it came. A path, a control character or what is no text makes a 400: nothing is guessed."""
    bad = "/" in name or "\\" in name or not name.isprintable() or "\ufffd" in name or name.strip(". ") == ""
    if bad or len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        raise bad_request(
            f"Invalid 'filename': {name[:80]!r}. Expected a name without a path, of printable characters, "
            f"at most {LONGEST_NAME} bytes.",
            param="filename",
        )
    return name
