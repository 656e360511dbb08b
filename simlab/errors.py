"""One error for people: what was wrong, where, what was expected, what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from simlab.i18n import text


class LabError(Exception):
    """Something a user can mend.

    `code` names the sentence ``error.<code>`` of the language files; `values` fill it in.
    The CLI, the API and the page show the same sentence in the user's language.
    `problems` lists further errors of the same kind (the other bad rows of a file).
    """

    def __init__(self, code: str, *, problems: tuple[LabError, ...] = (), **values: Any) -> None:
        self.code = code
        self.values = values
        self.problems = problems
        super().__init__(self.explain("en"))

    def explain(self, lang: str) -> str:
        """The error as sentences in `lang`, further problems one a line."""
        lines = [text(f"error.{self.code}", lang, **self.values)]
        lines += [f"- {problem.explain(lang)}" for problem in self.problems]
        return "\n".join(lines)

    def said(self, lang: str) -> dict[str, Any]:
        """As plain data for who reads `lang`: code, sentence, further problems."""
        return {"code": self.code, "message": text(f"error.{self.code}", lang, **self.values),
                "problems": [problem.said(lang) for problem in self.problems]}

    def to_json(self) -> dict[str, Any]:
        """As plain data, from which another process can say it in any language."""
        plain = json.loads(json.dumps(self.values, default=_plain))
        return {"code": self.code, "values": plain,
                "problems": [problem.to_json() for problem in self.problems]}

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> LabError:
        """What `to_json` wrote; ``unexpected`` where this version has no such sentence."""
        problems = tuple(cls.from_json(problem) for problem in tree["problems"])
        try:
            return cls(tree["code"], problems=problems, **tree["values"])
        except (KeyError, ValueError):  # written by another version
            return cls("unexpected", detail=tree["code"])


class Cancelled(LabError):  # noqa: N818 (what happened, not a fault)
    """The user stopped the work. Nothing of it was kept, unless another `code` says more."""

    def __init__(self, code: str = "cancelled", **values: Any) -> None:
        super().__init__(code, **values)


def _plain(value: Any) -> Any:
    """A value of an error that JSON has no word for: NumPy's numbers as numbers, paths as text."""
    return value.item() if hasattr(value, "item") else str(value)
