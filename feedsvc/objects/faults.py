"""What an object store's refusals mean to people: one line without obstore's own view of itself. Pure."""

from __future__ import annotations

import re

from feedsvc.errors import ObjectStoreError

# A query may be a signature that opens the store to whoever reads the message (Azure's SAS).
_QUERY = re.compile(r"\?[^\s)]*")
_KIND = re.compile(r"^Generic \w+ error: ")
# S3 and Azure say what is wrong in XML, behind what obstore says of the request.
_XML = re.compile(r"<\?xml\b.*?(?=\n\n|\Z)", re.DOTALL)
_SAID = re.compile(r"<(?:Code|Message)>([^<]*)<")
_LONGEST = 300

# What a message holds, in order, and what to do about it.
_HINTS = (
    ("169.254.169.254", "give credentials by the environment (S3: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"),
    ("Account must be specified", "name the account in AZURE_STORAGE_ACCOUNT_NAME"),
    ("builder error", "the endpoint is plain http:// or no URL; for plain HTTP set AWS_ALLOW_HTTP=true"),
    ("RequestTimeTooSkewed", "set this machine's clock"),
    ("NoSuchBucket", "make the bucket first, or mend its name"),
    ("error sending request", "check that the endpoint (AWS_ENDPOINT_URL of S3) is right and answers"),
    ("operation timed out", "check that the endpoint (AWS_ENDPOINT_URL of S3) is right and answers"),
)
_REFUSED = "check the credentials in the environment, what they are allowed, and this machine's clock"


def explain(error: Exception, address: str) -> ObjectStoreError:
    """Turn what obstore raised into our own error about ``address``: its first line, and what to do."""
    text = _XML.sub(lambda xml: ": ".join(_SAID.findall(xml[0])), str(error).strip())
    # Where nothing is wrong but the answer was not understood, the rest is a picture of Rust structures.
    line = _KIND.sub("", _QUERY.sub("", text.split("\n", 1)[0]))
    name = type(error).__name__
    if name in {"PermissionDeniedError", "UnauthenticatedError"}:
        return ObjectStoreError(address, f"the store refuses ({_short(line)})", _hint(text) or _REFUSED)
    return ObjectStoreError(address, _short(line) or name, _hint(text))


def _hint(text: str) -> str:
    return next((hint for sign, hint in _HINTS if sign in text), "")


def _short(line: str) -> str:
    shown = "".join(each if each.isprintable() else "�" for each in line)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
