"""Classes that declare their options once: the annotated names are the parameters of `__init__`, in order.

    NotNegative = Annotated[float, not_negative]

    @declared
    class Adadelta(Optimizer):
        params: Parameters
        lr: NotNegative = 1.0
        foreach: bool | None = None
        _: KW_ONLY
        maximize: bool = False

The form is a dataclass's, so that editors and type checkers know the signature: what stands after `_: KW_ONLY` is given
by name, an InitVar is no attribute, `field(default=..., init=False)` no parameter, and what a class inherits stands
before its own options. What is given is checked in that order, by the functions that aliases such as NotNegative name,
and goes in a dict to `_take_options`, which a family of classes defines once: optimisers make it the options of their
groups, schedules and layers their attributes.
"""

from __future__ import annotations

import sys
from dataclasses import MISSING, Field, field
from typing import Any, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type)


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def declared(cls: Class) -> Class:
    """Takes the options out of the body of a class, where they are no attributes, and gives it an `__init__`.

    `__options__` has of each its annotation, or the alias that tells what is checked; its default; and whether it is
    given by name alone.
    """
    changed: Any = cls
    options, aliases, by_name = {**getattr(cls, "__options__", {})}, vars(sys.modules[cls.__module__]), False
    for name, annotation in cls.__annotations__.items():
        if annotation == "KW_ONLY":
            by_name = True
            continue
        default = vars(cls).get(name, MISSING)
        if default is not MISSING:
            delattr(cls, name)
        if annotation.startswith("InitVar["):
            annotation = annotation[len("InitVar[") : -1]
        alias = aliases.get(annotation)
        options[name] = alias if hasattr(alias, "__metadata__") else annotation, default, by_name
    changed.__options__, changed.__init__ = options, _Initializer(cls)
    return cls


class _Initializer:
    """Stands for `__init__` until that is first asked for: to make all of them would take the import long."""

    def __init__(self, cls: Any) -> None:
        self.cls = cls

    def __get__(self, instance: Any, owner: Any) -> Any:
        self.cls.__init__ = made = _initializer(self.cls)
        return made.__get__(instance, owner)


def _initializer(cls: Any) -> Any:
    """`__init__` as it would have been written out: Python binds its arguments, at its speed and in its words."""
    heads, checks, given, annotations = ["self", ""], "", "", {}
    scope: dict[str, Any] = {"__name__": cls.__module__}
    for name, (kind, default, by_name) in cls.__options__.items():
        given += f"'{name}': {name}, "
        if isinstance(default, Field):
            scope[name] = default.default  # no parameter: the name is a global one there
            continue
        scope[name] = default
        heads[by_name] += f", {name}" if default is MISSING else f", {name}={name}"
        annotations[name] = getattr(kind, "__origin__", kind)
        if kind is not annotations[name]:
            (scope[f"check_{name}"],) = kind.__metadata__
            checks += f"check_{name}('{name}', {name}); "
    source = f"def __init__({', *'.join(filter(None, heads))}): {checks}self._take_options({{{given}}})"
    exec(source, scope)  # noqa: S102  # as dataclasses does
    made = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = {**annotations, "return": "None"}
    return made
