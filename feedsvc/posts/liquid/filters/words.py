"""Jekyll's filters for texts (``lib/jekyll/filters.rb``)."""

from __future__ import annotations

import re
import unicodedata

from feedsvc.posts.html.complexity import TooComplexError
from feedsvc.posts.liquid import ruby
from feedsvc.posts.liquid.problems import TagError
from feedsvc.posts.liquid.ruby import to_s
from feedsvc.posts.liquid.scene import Filters, Scene
from feedsvc.posts.slugs import slugify

_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u309f\u30a1-\u30fa\u30fd-\u30ff"
    "\u3131-\u318e\u31f0-\u31ff\u3200-\u321e\u3260-\u327e\u32d0-\u32fe\u3300-\u3357\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97c\uac00-\ud7fb\uf900-\ufad9\uff66-\uff9d\uffa0-\uffdc\U0001b000-\U0001b16f\U00020000-\U000323af]"
)
_NO_SPANS = dict.fromkeys(map(ord, "*_`<[]!{&>$|~\\"))
_STEPS_A_SPAN = 4
_ASCII_RUN = re.compile(r"[^a-zA-Z0-9]+")
_NOT_LATIN = {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l"}
_DASHES = (("---", "—"), ("--", "–"), ("...", "…"), ("<<", "«"), (">>", "»"))
_CLOSING = re.compile(r"(?<=[^\s\[{(\-–—])(['\"])|(?<=\w)(')(?=\w)|(['\"])(?=[\s.,;:!?)\]}]|\Z)")


def _markdownify(scene: Scene, value: object) -> str:
    text = to_s(value)
    # What may begin a span takes as long as many other characters.
    scene.bounds.step(len(text) // 8 + _STEPS_A_SPAN * (len(text) - len(text.translate(_NO_SPANS))))
    try:
        return scene.site.markdownify(text)
    except TooComplexError as error:
        raise TagError(f"markdownify: the text has {error}", "give it less") from error


def _smartify(_: Scene, value: object) -> str:
    """Make quotes and dashes typographic, as kramdown's SmartyPants parser does; it writes the rest as it stands."""
    text = to_s(value)
    for plain, better in _DASHES:
        text = text.replace(plain, better)
    text = _CLOSING.sub(lambda match: "”" if match[0] == '"' else "’", text)
    return text.replace('"', "“").replace("'", "‘")


def _slugify(_: Scene, value: object, mode: object = None) -> str | None:
    """Make a slug (``Utils.slugify``): default, raw, pretty, ascii, latin; any other mode only takes capitals away."""
    if value is None:
        return None
    text = to_s(value)
    match to_s(mode) or "default":
        case "default":
            return slugify(text)
        case "pretty":
            return slugify(text, pretty=True)
        case "raw":
            return _trimmed(re.sub(r"\s+", "-", text))
        case "ascii":
            return _trimmed(_ASCII_RUN.sub("-", text))
        case "latin":
            return slugify(_transliterated(text), pretty=False)
        case _:
            return text.lower()


def _trimmed(slug: str) -> str:
    return slug.removeprefix("-").removesuffix("-").lower()


def _transliterated(text: str) -> str:
    """Take the accents off Latin letters; what is left beyond ASCII becomes a question mark."""
    plain = "".join(_NOT_LATIN.get(letter, letter) for letter in text)
    decomposed = unicodedata.normalize("NFD", plain)
    letters = (letter for letter in decomposed if not unicodedata.combining(letter))
    return "".join(letter if letter.isascii() else "?" for letter in letters)


def _number_of_words(_: Scene, value: object, mode: object = None) -> int:
    text = to_s(value)
    cjk = len(_CJK.findall(text)) if to_s(mode) in {"cjk", "auto"} else 0
    if cjk or to_s(mode) == "cjk":
        return cjk + len(_CJK.sub(" ", text).split())
    return len(text.split())


def _xml_escape(_: Scene, value: object) -> str:
    return escape_xml(to_s(value))


def escape_xml(text: str) -> str:
    """Escape as Ruby's ``encode(xml: :attr)`` does, without its quotes."""
    return re.sub(r'[&<>"]', lambda match: _XML[match[0]], text)


FILTERS: Filters = {
    "markdownify": _markdownify,
    "smartify": _smartify,
    # Style sheets reach no reader; the text stays as it is.
    "sassify": lambda _, value: to_s(value),
    "scssify": lambda _, value: to_s(value),
    "slugify": _slugify,
    "number_of_words": _number_of_words,
    "xml_escape": _xml_escape,
    "normalize_whitespace": lambda _, value: re.sub(r"\s+", " ", to_s(value)).strip(),
    "jsonify": lambda _, value: ruby.to_json(value),
    "inspect": lambda _, value: escape_xml(ruby.inspect(value)),
    "to_integer": lambda _, value: ruby.to_i(value),
}
