"""Guesses before anything is run: boxes that begin empty, a lesson that waits for them, and a table beside the runs."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from sim.text import capital

from .notebook import bundle, widgets, without_widgets
from .prose import words
from .start import GUESSES
from .values import Share, shares

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.counted import AnyEnsemble

Asked = str | tuple[str, str] | list[str] | tuple[str, Sequence[str]]
_NUMBER = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*%?\s*")


class Unanswered(Exception):  # noqa: N818 - a reader is told one sentence, and nothing went wrong
    """A guess is missing; a notebook shows the sentence alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@dataclass(frozen=True)
class Question:
    """What is asked, and how it is answered."""

    text: str
    unit: str
    """What a number counts; empty where one of `choices` is the answer."""
    choices: tuple[str, ...] = ()

    def read(self, written: Any) -> float | str | None:
        """Read an answer; None if there is none yet.

        Raises
        ------
        Unanswered
            It is no answer to this question.
        """
        if written is None or written == "":
            return None
        if self.choices:
            if written in self.choices:
                return str(written)
            raise Unanswered(f"'{written}' is no answer to '{self.text}'; choose {_either(self.choices)}.")
        found = _NUMBER.fullmatch(str(written))
        value = float(found[1].replace(",", ".")) if found else -1.0
        if value < 0 or (self.per_hundred and value > 100):
            allowed = "a number from 0 to 100" if self.per_hundred else "a number, 0 or more"
            raise Unanswered(f"'{written}' is no answer to '{self.text}'; write {allowed}.")
        return value

    @property
    def per_hundred(self) -> bool:
        """Whether it asks for a share of runs."""
        return self.unit == PER_HUNDRED


PER_HUNDRED = "in 100"


def guesses(**questions: Asked) -> "Guesses":
    """Ask a reader what they expect, before they see it.

    Parameters
    ----------
    questions
        By name, such as the name of an outcome: the question in words, of a hundred histories; or the question and
        what its number counts, `("How many attacks …?", "attacks")`; or the question and a list of answers to choose
        from.
    """
    return Guesses({name: _question(asked) for name, asked in questions.items()})


@dataclass
class Guesses:
    """Guesses of a reader; `first` refuses to go on until all are there, `beside` scores them."""

    questions: Mapping[str, Question]
    scored: set[str] = field(default_factory=set)
    """Those that stood beside the runs already."""

    def __post_init__(self) -> None:
        self._filled: dict[str, Any] = {}
        self._boxes: dict[str, Any] = {}
        self._box: Any = None
        if given := os.environ.get(GUESSES):
            self.fill(**{name: each.choices[0] if each.choices else given for name, each in self.questions.items()})

    def fill(self, **answers: Any) -> "Guesses":
        """Fill guesses in from code, as a box would."""
        for name, written in answers.items():
            self._known(name).read(written)
            self._filled[name] = written
            if name in self._boxes:
                self._boxes[name].value = written if self.questions[name].choices else str(written)
        return self

    def first(self) -> None:
        """Go on only if everything is answered.

        Raises
        ------
        Unanswered
            Something is not, or is no answer.
        """
        if missing := [name for name in self.questions if self[name] is None]:
            empty = f"{words(len(missing))} {'guess is' if len(missing) == 1 else 'guesses are'} still empty"
            raise Unanswered(f"First write down what you expect: {empty}. Then run this cell again.")

    def __getitem__(self, name: str) -> float | str | None:
        """Return a guess; None while it is empty."""
        question = self._known(name)
        box = self._boxes.get(name)
        return question.read(box.value if box is not None else self._filled.get(name))

    def share(self, name: str) -> float:
        """Return a guess of a share, from 0 to 1."""
        self.first()
        return float(self[name] or 0) / 100

    @property
    def left(self) -> list[str]:
        """Guesses that no table has shown beside the runs yet."""
        return [name for name in self.questions if name not in self.scored]

    def beside(self, runs: "AnyEnsemble | Mapping[str, Any] | None" = None, **values: Any) -> "pd.DataFrame":
        """Put guesses beside what the runs gave.

        Parameters
        ----------
        runs : Ensemble, or mapping of names to values, optional
            Guesses with the names of its outcomes stand beside their shares.
        values
            By name of a guess, what it is scored by: a `Share`, a number in the guess's unit, or the right choice.

        Returns
        -------
        DataFrame with columns yours, the runs, 95 % interval, distance; one row for each guess
        """
        import pandas as pd

        self.first()
        found: dict[str, Any] = dict(runs) if isinstance(runs, Mapping) else shares(runs) if runs is not None else {}
        found = {name: value for name, value in {**found, **values}.items() if name in self.questions}
        rows = [self._row(name, found[name]) for name in self.questions if name in found]
        self.scored |= set(found)
        index = [self.questions[name].text for name in self.questions if name in found]
        return pd.DataFrame(rows, index=index, columns=["yours", "the runs", "95 % interval", "distance"])

    def _row(self, name: str, value: Any) -> tuple[str, str, str, str]:
        question, mine = self.questions[name], self[name]
        if question.choices:
            return str(mine), str(value), "", "right" if mine == value else "not so"
        assert isinstance(mine, float)
        scale = 100 if question.per_hundred else 1
        interval = f"{scale * value.low:.1f} to {scale * value.high:.1f}" if isinstance(value, Share) else ""
        real = scale * float(value)
        unit = "" if question.per_hundred else f" {question.unit}"
        return f"{mine:g}{unit}", f"{real:.1f}{unit}", interval, f"{abs(mine - real):.1f}"

    def _known(self, name: str) -> Question:
        if name not in self.questions:
            raise KeyError(f"nothing is asked as '{name}'; there are {', '.join(self.questions)}")
        return self.questions[name]

    def _repr_mimebundle_(self, **asked: Any) -> dict[str, Any]:
        return bundle(self._boxed(), self._html(), repr(self), **asked)

    def _boxed(self) -> Any:
        """The boxes, made once; None where there are no widgets."""
        made = widgets()
        if self._box is None and made is not None:
            for name, question in self.questions.items():
                given = self._filled.get(name)
                if question.choices:
                    self._boxes[name] = made.RadioButtons(options=question.choices, value=given)
                else:
                    value = "" if given is None else str(given)
                    self._boxes[name] = made.Text(value=value, placeholder="your guess", layout={"width": "8em"})
            rows = [self._labelled(made, name) for name in self.questions]
            self._box = made.VBox(rows)
        return self._box

    def _labelled(self, made: Any, name: str) -> Any:
        question = self.questions[name]
        label = made.HTML(f"<div style='line-height:1.4'>{escape(capital(question.text))}</div>")
        label.layout.width = "34em"
        return made.HBox([label, self._boxes[name], made.Label(question.unit)])

    def _html(self) -> str:
        items = "".join(f"<li>{escape(each.text)} <i>{escape(each.unit)}</i></li>" for each in self.questions.values())
        example = ", ".join(f"{name}=…" for name in self.questions)
        return f"<ul>{items}</ul><p>{escape(without_widgets(f'mine.fill({example})'))}</p>"

    def __repr__(self) -> str:
        given = {name: self[name] for name in self.questions}
        return "\n".join(
            f"{name}: {'empty' if given[name] is None else given[name]} ({each.text})"
            for name, each in self.questions.items()
        )


def _question(asked: Asked) -> Question:
    if isinstance(asked, str):
        return Question(asked, PER_HUNDRED)
    text, how = asked
    return Question(text, how) if isinstance(how, str) else Question(text, "", tuple(how))


def _either(choices: Sequence[str]) -> str:
    return " or ".join(f"'{each}'" for each in choices)
