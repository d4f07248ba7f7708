"""Names as people can paste them into a shell, whatever characters they hold."""

from __future__ import annotations

import shlex


def shell_word(text: str) -> str:
    """Return ``text`` as one word of a shell's command line, and as one line of a terminal.

    What cannot be printed becomes an escape in ``$'…'``, which bash, zsh and POSIX's shell of 2024 read back.
    """
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(_escaped(character) for character in text) + "'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
