"""Regular expressions and caches that cost a start nothing: compiled when first used, and without long texts kept."""

from __future__ import annotations

import re
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")

_LONGEST_KEPT = 500


def pattern(expression: str, flags: int = 0) -> re.Pattern[str]:
    """Return a regular expression that is compiled when it is first used.

    Compiling the long ones takes 15 ms of a start, and a file of plain numbers and names uses few of them.
    """
    return cast("re.Pattern[str]", _Uncompiled(expression, flags))


def cached_if_short(maxsize: int) -> Callable[[Callable[_Asked, _Answer]], Callable[_Asked, _Answer]]:
    """Return a decorator like lru_cache that keeps no answer whose last argument, a foreign text, is long.

    A cell may have a megabyte, and a cache of some thousands of these would take the memory of the machine.
    """

    def decorate(function: Callable[_Asked, _Answer]) -> Callable[_Asked, _Answer]:
        cached = cast("Callable[_Asked, _Answer]", lru_cache(maxsize=maxsize)(function))

        @wraps(function)
        def ask(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Answer:
            answer = cached if len(cast("str", args[-1])) <= _LONGEST_KEPT else function
            return answer(*args, **kwargs)

        return ask

    return decorate


def any_of(words: Iterable[str]) -> str:
    """Return an expression that finds any of many words, the longest first; letter by letter, it is a fast one."""
    after: dict[str, list[str]] = {}
    for word in words:
        after.setdefault(word[:1], []).append(word[1:])
    ends = after.pop("", None) is not None
    rest = "|".join(re.escape(first) + any_of(others) for first, others in sorted(after.items()))
    return f"(?:{rest}){'?' * ends}" if rest else ""


class _Uncompiled:
    """Stands for a pattern. Each of its methods is looked up once, and is the compiled pattern's own from then on."""

    def __init__(self, expression: str, flags: int) -> None:
        self._made_of = expression, flags

    def __getattr__(self, name: str) -> object:
        found = getattr(re.compile(*self._made_of), name)
        setattr(self, name, found)
        return found
