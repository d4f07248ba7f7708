"""Encodings, byte order marks, line ends and characters that no XML document may carry (XML 1.0, 2.2)."""

from __future__ import annotations

from .cases import Case, matter

KOREAN = "---\ntitle: 새 등대\n---\n<p>밤마다 불을 밝힌다.</p>\n"
LONG = "---\ntitle: a post that is long enough\n---\n" + "A line of text.\n" * 8
READ_AS_CP949 = "so the file was read as cp949"

CASES = (
    Case(name="utf-8", data=KOREAN.encode(), title="새 등대", has=("밤마다",), silent=True),
    Case(name="utf-8 with a byte order mark", data=KOREAN.encode("utf-8-sig"), title="새 등대", silent=True),
    Case(name="two byte order marks", data=b"\xef\xbb\xbf" + KOREAN.encode("utf-8-sig"), title="새 등대"),
    Case(name="cp949", data=KOREAN.encode("cp949"), title="새 등대", has=("밤마다",), warns=(READ_AS_CP949,)),
    Case(
        name="a syllable that only cp949 has, not euc-kr", data=matter("title: 뷁").decode().encode("cp949"), title="뷁"
    ),
    Case(name="cp949 in the body alone", data=b"---\ntitle: a\n---\n" + "글".encode("cp949"), has=("글",)),
    Case(name="utf-16 with its mark", data=LONG.encode("utf-16"), rejected="1:1 NUL"),
    Case(name="utf-16 little endian", data=LONG.encode("utf-16-le"), rejected="1:1 NUL"),
    Case(name="utf-16 big endian", data=LONG.encode("utf-16-be"), rejected="1:1 NUL"),
    Case(name="utf-32", data=LONG.encode("utf-32"), rejected="1:1 NUL"),
    Case(name="short utf-16", data=b"\xff\xfe" + "---\n".encode("utf-16-le"), rejected="1:1 cannot be read"),
    Case(name="latin-1 before a line end", data=b"---\ntitle: caf\xe9\n---\n", rejected="2:11 cannot be read"),
    Case(name="latin-1 before a blank", data=b"---\ntitle: caf\xe9 noir\n---\n", rejected="2:11 cannot be read"),
    Case(name="windows-1252 quotes", data=b"---\ntitle: a\n---\n\x93 quoted \x94\n", rejected="4:1 cannot be read"),
    Case(name="shift_jis half width", data=b"---\ntitle: \xb1\n---\n", rejected="2:8 cannot be read"),
    Case(name="an emoji cut off", data=b"---\ntitle: a\n---\nx \xf0\x9f\x98\n", rejected="4:3 cannot be read"),
    Case(name="an overlong slash", data=b"---\ntitle: a\n---\n\xc0\xaf\x80\n", rejected="4:1 cannot be read"),
    Case(name="an overlong NUL", data=b"---\ntitle: a\n---\n\xc0\x80\n", rejected="4:1 cannot be read"),
    Case(name="a surrogate in utf-8", data=b"---\ntitle: a\n---\n\xed\xa0\x80\n", rejected="4:1 cannot be read"),
    Case(name="beyond the last plane", data=b"---\ntitle: a\n---\n\xf4\x90\x80\x80\n", rejected="4:1 cannot be read"),
    Case(name="a byte that begins nothing", data=b"\xff", rejected="1:1 cannot be read"),
    Case(name="bytes of every value", data=bytes(range(256)), rejected=": cannot be read"),
    Case(name="a gzip file", data=b"\x1f\x8b\x08\0\0\0\0\0\x02\xff", rejected="1: cannot be read"),
    Case(name="nothing", data=b"", rejected="0:0 empty"),
    Case(name="blanks alone", data=b" \n\t\n", rejected="0:0 empty"),
    Case(name="a byte order mark alone", data=b"\xef\xbb\xbf", rejected="0:0 empty"),
    Case(name="no front matter", data=b"Just text.\n", title="A", has=("Just text.",)),
    Case(name="one letter", data=b"x", title="A", has=("x",)),
    Case(
        name="windows line ends",
        data=KOREAN.replace("\n", "\r\n").encode(),
        title="새 등대",
        lacks=("\r",),
        silent=True,
    ),
    Case(name="old macintosh line ends", data=KOREAN.replace("\n", "\r").encode(), title="새 등대", lacks=("\r",)),
    Case(name="line ends of three kinds", data=b"---\r\ntitle: a\r---\nb\r\nc\rd\n", title="a", lacks=("\r",)),
    Case(name="a mark and windows line ends", data=b"\xef\xbb\xbf---\r\ntitle: a\r\n---\r\nb", title="a", has=("b",)),
    Case(name="a NUL in the title", data=b"---\ntitle: a\0b\n---\nc\n", title="ab", warns=("U+0000",)),
    Case(name="a NUL in the body", data=b"---\ntitle: a\n---\nb\0c\n", has=("bc",), warns=("U+0000",)),
    Case(
        name="an escape sequence of terminals",
        data=b"---\ntitle: a\x1b[31mred\n---\nb\n",
        title="a[31mred",
        warns=("U+001B",),
    ),
    Case(name="a form feed", data=b"---\ntitle: a\n---\nb\x0cc\n", has=("bc",), warns=("U+000C",)),
    Case(name="a vertical tab", data=b"---\ntitle: a\n---\nb\x0bc\n", has=("bc",), warns=("U+000B",)),
    Case(name="a delete character", data=b"---\ntitle: a\n---\nb\x7fc\n", has=("bc",), warns=("U+007F",)),
    Case(name="a C1 control", data="---\ntitle: a\u0085b\n---\nc\n".encode(), title="ab", warns=("U+0085",)),
    Case(name="U+FFFF", data="---\ntitle: a\uffffb\n---\nc\n".encode(), title="ab", warns=("U+FFFF",)),
    Case(name="U+FFFE in the body", data="---\ntitle: a\n---\nb\ufffec\n".encode(), has=("bc",), warns=("U+FFFE",)),
    Case(
        name="a thousand NULs, told once",
        data=matter("title: a", body="text " * 9000 + "\0" * 1000),
        warns=("1000 times",),
    ),
    Case(name="the fence is the last thing in the file", data=b"---\ntitle: a\n---", title="a"),
    Case(name="a replacement character", data="---\ntitle: a\ufffdb\n---\nc\n".encode(), title="a\ufffdb", silent=True),
)
