"""What a lower noun asks of a higher one: declared below, answered above, never silently left open."""

from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

HOOKS: "list[Hook[Any, Any]]" = []


class Hook(Generic[P, R]):
    """Stand for a function that a higher noun writes; `archive/wiring.py` imports all who do.

    Used as a decorator of its declaration. A call raises RuntimeError while nobody answers.
    """

    def __init__(self, declared: Callable[P, R]) -> None:
        self.name = f"{declared.__module__}.{declared.__qualname__}"
        self.__doc__ = declared.__doc__
        self._how: Callable[P, R] | None = None
        HOOKS.append(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._how is None:
            raise RuntimeError(f"Nobody answers {self.name}: import archive.wiring.")
        return self._how(*args, **kwargs)

    @property
    def answered(self) -> bool:
        """Tell whether somebody answers."""
        return self._how is not None

    def answer(self, how: Callable[P, R]) -> Callable[P, R]:
        """Answer with a function from now on, as its decorator; raises RuntimeError where another does."""
        if self._how is not None:
            raise RuntimeError(f"{self.name} is answered twice.")
        self._how = how
        return how
