"""The declarations of the options as a flat list, and what is derived from it by name alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from feedsvc.config.checks import Where
from feedsvc.config.feedoptions import FeedContents
from feedsvc.config.options import Options
from feedsvc.config.siteoptions import Author

PREFIX = "FEEDSVC_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One option: ``where`` it stands, as ``("feeds", "paths", "site")``, and how it was declared.

    ``default`` is as a user would write it; ``None`` where the option is required.
    """

    where: Where
    annotation: Any
    default: Any
    doc: str
    required: bool
    shapes_output: bool

    @property
    def variable(self) -> str:
        """The environment variable that sets it: ``FEEDSVC_FEEDS__PATHS__SITE``."""
        return PREFIX + "__".join(self.where).upper()

    @property
    def is_table(self) -> bool:
        """Whether it is written as a table of options: ``paths``, or an author in full."""
        return isinstance(self.annotation, type) and issubclass(self.annotation, BaseModel)

    @property
    def origin(self) -> Any:  # noqa: ANN401 (a type, in whatever form typing has it)
        """``tuple`` or ``Mapping`` for a list or a table of free keys, ``None`` for the others."""
        return get_origin(self.annotation)

    @property
    def block(self) -> type[BaseModel] | None:
        """The table that each of its values is, where it has any number of them: ``[category."…"]``, ``[[feed]]``."""
        inner = (each for each in get_args(self.annotation) if isinstance(each, type) and issubclass(each, BaseModel))
        return next(inner, None)

    @property
    def header(self) -> str:
        """The header of such a table."""
        name = ".".join(self.where)
        return f"[[{name}]]" if self.origin is tuple else f'[{name}."…"]'


@cache
def list_options() -> tuple[Declared, ...]:
    """Return every option in the order of its declaration; a table stands before what is in it."""
    return tuple(_walk(Options, ()))


@cache
def list_tables() -> tuple[Where, ...]:
    """Return every table that has a header of its own: ``("feeds",)``, ``("feeds", "paths")``."""
    blocks = {each.where for each in list_blocks()}
    tables = [(name,) for name in Options.model_fields if (name,) not in blocks]
    free = [each.where for each in list_options() if _has_header(each)]
    return tuple(dict.fromkeys((*tables, *free)))


@cache
def list_blocks() -> tuple[Declared, ...]:
    """Return the options whose values are tables, any number of them."""
    return tuple(each for each in list_options() if each.block is not None)


def list_inner(block: type[BaseModel]) -> tuple[Declared, ...]:
    """Return what may stand in such a table, what is required first, without what it overrides of ``[feeds]``."""
    own = {name: field for name, field in block.model_fields.items() if name not in FeedContents.model_fields}
    inner = (_declare((name,), field) for name, field in own.items())
    return tuple(sorted(inner, key=lambda each: not each.required))


def _has_header(declared: Declared) -> bool:
    if declared.block is not None:
        return False
    return (declared.is_table and declared.annotation is not Author) or declared.default == {}


def describe_table(where: Where) -> str:
    """Return the sentence that says what a table is for."""
    declared = next((each for each in list_options() if each.where == where), None)
    if declared is None:
        return _sentence(Options.model_fields[where[0]].annotation)
    return _sentence(declared.annotation) if declared.is_table else declared.doc


def _sentence(table: Any) -> str:  # noqa: ANN401 (a table's class)
    return " ".join((table.__doc__ or "").split())


def _walk(table: type[BaseModel], above: Where) -> Iterator[Declared]:
    for name, field in table.model_fields.items():
        where = (*above, field.alias or name)  # a word of Python's, as "from" is, has another name there
        inner = field.annotation
        nested = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None
        if above or nested is None:  # a table of free keys is an option, wherever it stands
            yield _declare(where, field)
        if nested is not None:
            yield from _walk(nested, where)


def _declare(where: Where, field: FieldInfo) -> Declared:
    extra = field.json_schema_extra
    return Declared(
        where=where,
        annotation=field.annotation,
        default=None if field.is_required() else field.default,
        doc=field.description or "",
        required=field.is_required(),
        shapes_output=not isinstance(extra, dict) or bool(extra["shapes_output"]),
    )
