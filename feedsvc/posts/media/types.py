"""Media types by a file's extension, and by its first bytes."""

from __future__ import annotations

import re

MEDIA_TYPES = {
    ".aac": "audio/aac",
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".oga": "audio/ogg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".weba": "audio/webm",
    ".avi": "video/avi",
    ".m4v": "video/mp4",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".ogv": "video/ogg",
    ".webm": "video/webm",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".jxl": "image/jxl",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".epub": "application/epub+zip",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
"""Media types by extension. The standard library's table depends on the machine, and so would a feed's bytes."""

# The patterns of WHATWG's MIME Sniffing Standard, 6, and what else feeds carry: place, bytes, media type.
_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"\0\0\1\0", "image/x-icon"),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (0, b"\xff\x0a", "image/jxl"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"%PDF-", "application/pdf"),
    (30, b"mimetypeapplication/epub+zip", "application/epub+zip"),
    (0, b"PK\3\4", "application/zip"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/avi"}
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1"), "image/heic"),
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P "), "audio/mp4"),
    b"qt  ": "video/quicktime",
}
_SVG = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:svg[\s>]|\?xml|!--|!DOCTYPE svg)", re.IGNORECASE)


def type_by_name(url: str) -> str:
    """Return the media type that the extension of an absolute URL's path tells, or an empty string."""
    path = url.partition("#")[0].partition("?")[0].partition("//")[2].partition("/")[2]
    _, dot, extension = path.rpartition(".")
    return MEDIA_TYPES.get(dot + extension.lower(), "")


def type_by_content(head: bytes, named: str) -> str:
    """Return the media type that a file's first bytes tell, or an empty string.

    ``named`` is what its extension tells; it counts only where a container may hold sound or moving pictures
    and ``head`` does not reach to where it says which.
    """
    for start, signature, media_type in _SIGNATURES:
        if head.startswith(signature, start):
            return media_type
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "audio/aiff"
    if head[:2] and head[0] == 0xFF:
        return _mpeg_audio(head)
    if _SVG.match(head):
        return "image/svg+xml" if b"<svg" in head[:8192].lower() else ""
    return _container(head, named)


def is_open_mp4(head: bytes) -> bool:
    """Say whether a file is MP4 of a brand that may hold sound or moving pictures: its tracks tell which."""
    return head[4:8] == b"ftyp" and head[8:12] not in _BRANDS


def _mpeg_audio(head: bytes) -> str:
    """Tell a frame of MPEG audio by its header: ADTS has no layer, MP3 has one."""
    if len(head) < 2 or head[1] & 0xE0 != 0xE0:
        return ""
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    return "audio/mpeg" if head[1] & 0x06 else ""


def _container(head: bytes, named: str) -> str:
    if head[4:8] == b"ftyp":
        known = _BRANDS.get(head[8:12])
        return known or _sound_or_pictures(b"vide" in head, b"soun" in head, named) + "/mp4"
    if head[:4] == b"OggS":
        return "video/ogg" if b"theora" in head[:4096] else "audio/ogg"
    if head[:4] == b"\x1aE\xdf\xa3":
        if b"webm" in head[:128]:
            return _sound_or_pictures(b"V_" in head, b"A_" in head, named) + "/webm"
        return "video/x-matroska"
    return ""


def _sound_or_pictures(pictures: bool, sound: bool, named: str) -> str:  # noqa: FBT001 (two answers of one question)
    if pictures or not (sound or named.startswith("audio/")):
        return "video"
    return "audio"
