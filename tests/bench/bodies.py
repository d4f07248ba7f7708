"""Made-up text, and bodies of posts in three shapes: what a dice of one's own draws, the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

_SYLLABLES = (
    "가개건경계고과관교구국기대도동민방보부사상생서선성소수시실안업연영용원의인자장재전정제조주지진체통평학합해행화"
)
_PARTICLES = ("은", "는", "이", "가", "을", "를", "의", "에", "에서", "으로", "와", "도")
_ENDINGS = ("합니다", "했습니다", "됩니다", "되었습니다", "하기로 했습니다", "할 계획입니다", "하는 중입니다")
_STYLES = ("color: #ee2323;", "background-color: #21538527;", "color: #1a5490;")
_FILLER = '<p data-ke-size="size16">&nbsp;</p>\n\n'


class Dice:
    """SplitMix64: a stream of 64-bit numbers that no version of Python changes."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = seed

    def roll(self) -> int:
        self._state = (self._state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        mixed = ((self._state ^ self._state >> 30) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        return mixed ^ mixed >> 31

    def pick(self, choices: Sequence[str]) -> str:
        return choices[self.roll() % len(choices)]

    def one_in(self, number: int) -> bool:
        return self.roll() % number == 0


class Text:
    """Words, and sentences of about 14 words; the parts of sentences are tables, so a sentence costs one roll."""

    def __init__(self) -> None:
        dice = Dice(1)
        nouns = [dice.pick(_SYLLABLES) + dice.pick(_SYLLABLES) for _ in range(2048)]
        nouns += [noun + dice.pick(_SYLLABLES) for noun in nouns]
        told = [noun + dice.pick(_PARTICLES) for noun in nouns]
        self._nouns = nouns
        self._parts = [f"{dice.pick(nouns)} {dice.pick(told)} {dice.pick(told)}" for _ in range(1 << 14)]
        self._ends = [f"{dice.pick(nouns)} {dice.pick(nouns)}{dice.pick(_ENDINGS)}." for _ in range(1 << 8)]

    def sentence(self, dice: Dice) -> str:
        roll = dice.roll()
        parts = [self._parts[roll >> shift & 0x3FFF] for shift in (0, 14, 28, 42)]
        return f"{' '.join(parts)} {self._ends[roll >> 56]}"

    def sentences(self, dice: Dice, number: int) -> str:
        return " ".join([self.sentence(dice) for _ in range(number)])

    def phrase(self, dice: Dice, words: int = 3) -> str:
        roll = dice.roll()
        return " ".join([self._nouns[roll >> 12 * at & 0xFFF] for at in range(words)])

    def clause(self, dice: Dice) -> str:
        return dice.pick(self._parts)


@cache
def text() -> Text:
    """Return the tables, made once and not for those who only import."""
    return Text()


def plain(dice: Dice) -> Iterator[str]:
    """Markdown: paragraphs, a heading or two, seldom a table."""
    for _ in range(4 + dice.roll() % 2):
        if dice.one_in(2):
            yield f"## {text().phrase(dice, 4)}\n\n"
        yield f"{text().sentences(dice, 3)}\n\n"
    if dice.one_in(6):
        yield from _table(dice)


def short(dice: Dice) -> Iterator[str]:
    """Lean HTML: a heading and a paragraph in turn, then a table or a list."""
    for _ in range(4):
        yield f'<h2 data-ke-size="size26">{text().phrase(dice, 4)}</h2>\n'
        yield f'<p data-ke-size="size16">{text().sentences(dice, 3)}</p>\n\n'
    if not dice.one_in(4):
        yield from _table(dice)
    if dice.one_in(2):
        yield from _list(dice)


def long(dice: Dice) -> Iterator[str]:
    """HTML with inline styles, filler paragraphs and, in one post of a hundred, a stray end tag."""
    for _ in range(4 + dice.roll() % 3):
        yield f'<h2 data-ke-size="size26">{text().phrase(dice, 4)}</h2>\n\n{_FILLER}'
        marked = " ".join(f'<b><span style="{style}">{text().sentence(dice)}</span></b>' for style in _STYLES)
        marked += f" {text().sentences(dice, 1 + dice.roll() % 2)}"
        yield f"{marked}\n\n" if dice.one_in(2) else f'<p data-ke-size="size16">{marked}</p>\n\n'
        yield _FILLER
        if dice.one_in(6):
            yield "<hr>\n\n"
    if not dice.one_in(3):
        yield from _table(dice)
    if dice.one_in(2):
        yield from _list(dice)
    yield f"<p>{text().sentence(dice)}</p>" + ("</p>\n" if dice.one_in(100) else "\n")


def _table(dice: Dice) -> Iterator[str]:
    cell = '    <td style="text-align: center; height: 17px;"><b>{}</b></td>\n'
    yield '<table style="width: 100%; border-collapse: collapse;">\n  <tbody>\n'
    for _ in range(4):
        yield f"  <tr>\n{cell.format(text().phrase(dice))}{cell.format(text().phrase(dice))}  </tr>\n"
    yield f"  </tbody>\n</table>\n\n{_FILLER}"


def _list(dice: Dice) -> Iterator[str]:
    items = "".join(f"  <li><b>{text().phrase(dice, 1)}:</b> {text().phrase(dice, 4)}</li>\n" for _ in range(5))
    yield f"<ul>\n{items}</ul>\n\n"
