"""What declarations of options are made of: ``option``, tables, and the types that several of them share."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, Strict

from feedsvc.config import checks, places, values

Text = Annotated[str, PlainValidator(values.parse_text)]
Line = Annotated[str, PlainValidator(values.parse_line)]
OptionalLine = Annotated[str, PlainValidator(values.parse_optional_line)]
Url = Annotated[str, PlainValidator(places.parse_url)]
OptionalUrl = Annotated[str, PlainValidator(places.parse_optional_url)]
Duration = Annotated[timedelta, PlainValidator(values.parse_duration)]
Size = Annotated[int, PlainValidator(values.parse_size)]
Switch = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
Directory = Annotated[Path, PlainValidator(checks.resolve_directory)]
OptionalDirectory = Annotated[Path | None, PlainValidator(checks.resolve_optional_directory)]
OptionalFile = OptionalDirectory
Language = Annotated[str, PlainValidator(values.parse_language)]


def option(
    default: object, doc: str, *, shapes_output: bool = True, secret: bool = False, name: str | None = None
) -> Any:  # noqa: ANN401 (as pydantic's own Field)
    """Declare an option. ``default`` is checked like any value; ``...`` means that it is required.

    ``shapes_output`` is false where no byte of a feed and no choice of entries depends on it. ``name`` is what users
    write where Python cannot.
    """
    return Field(
        default, alias=name, description=doc, repr=not secret, json_schema_extra={"shapes_output": shapes_output}
    )


class Table(BaseModel):
    """A TOML table of options: frozen, and without room for a key that is not declared."""

    # Only the root builds a validator, which holds those of its tables: start-up pays once.
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, defer_build=True)
