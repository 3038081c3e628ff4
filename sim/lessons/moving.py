"""Levers: sliders over the live engine. Each move runs the same thousand histories anew, on the same dice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.text import capital, listed, number, percent
from sim.theatre.files.load import load
from sim.theatre.language.scenario import Scenario
from sim.theatre.parameters.change import number_path, with_numbers
from sim.theatre.parameters.ranges import shaping

from .lever_picture import picture
from .notebook import bundle, widgets, without_widgets
from .values import Apart, Share, apart, share

STEPS = 20
"""Into how many steps a slider is divided, from end to end."""
AT_ONCE = 0.15
"""Seconds: what takes no longer follows the hand; what takes longer follows when the slider is let go."""


@dataclass(frozen=True)
class Lever:
    """A number that can be moved, or several at once."""

    paths: tuple[str, ...]
    label: str
    low: float
    high: float
    written: float
    """Where it stands in the scenario."""


@dataclass(frozen=True, eq=False)
class Runs:
    """What a picture of levers shows of an ensemble."""

    held: dict[str, NDArray[np.bool_]]
    """By outcome: whether it came about, run by run."""
    paths: NDArray[np.floating[Any]]
    """The variable that is drawn, shape (run, day)."""


def levers(
    scenario: Scenario | str | PathLike[str],
    movable: Mapping[str, tuple[Any, ...]],
    outcomes: Sequence[str],
    *,
    variable: str = "tension",
    runs: int = 1000,
    seed: int | None = None,
) -> "Levers":
    """Sliders that change numbers of a scenario, with the fan and the shares that follow.

    Parameters
    ----------
    scenario : Scenario, path or name of a shipped scenario
    movable : mapping
        By path of a number, or name of a variable for its value on the first morning: what the slider is called, its
        low and its high end. Or by any name, with the paths that it moves at once after these.
    outcomes : sequence of str
        Outcomes whose shares are shown.
    variable : str
        Trajectory of the fan.
    runs : int
        How many, from run 0 on.
    seed : int, optional
        Seed of all dice; left out, the scenario's.

    Raises
    ------
    ChangeError
        A path leads to no number.
    ValueError
        A lever moves numbers that do not stand alike in the scenario.
    KeyError
        There is no such outcome.
    """
    question = scenario if isinstance(scenario, Scenario) else load(scenario)
    found = {
        name: _lever(question, label, low, high, paths or (name,))
        for name, (label, low, high, *paths) in (movable.items())
    }
    return Levers(question, found, tuple(outcomes), variable, runs, question.seed if seed is None else seed)


def _lever(scenario: Scenario, label: str, low: float, high: float, asked: Sequence[str]) -> Lever:
    """A lever, which can stand where the scenario has it too."""
    known = dict(scenario.numbers())
    variables = scenario.theatre.variables
    paths = tuple(number_path(f"variables.{each}.start" if each in variables else each, known) for each in asked)
    values = {known[path].value for path in paths}
    if len(values) > 1:
        stand = ", ".join(f"{path} at {number(known[path].value)}" for path in paths)
        raise ValueError(f"one lever moves numbers that stand alike; these do not: {stand}")
    (written,) = values
    return Lever(paths, label, float(min(low, written)), float(max(high, written)), written)


class Levers:
    """A scenario whose numbers are moved, beside the same runs as they were; `move` does what a slider does."""

    def __init__(
        self,
        scenario: Scenario,
        movable: dict[str, Lever],
        outcomes: tuple[str, ...],
        variable: str,
        runs: int,
        seed: int,
    ) -> None:
        unknown = [name for name in outcomes if name not in scenario.theatre.outcomes]
        if unknown:
            known = ", ".join(scenario.theatre.outcomes)
            raise KeyError(f"there is no outcome {listed(unknown)}; there are {known}")
        self.scenario, self.movable, self.outcomes, self.variable = scenario, movable, outcomes, variable
        self.runs, self.seed = runs, seed
        self.at = {name: lever.written for name, lever in movable.items()}
        """Where each lever stands."""
        self.seconds = 0.0
        """What the last move took."""
        self.scale: dict[str, float] = {}
        """How far the axes of the picture reach: as far as any move so far, so that what moves is the runs."""
        self._sliders: dict[str, Any] = {}
        self._box: Any = None
        self._shown: Any = None
        self._made: tuple[dict[str, float], Runs] | None = None

    @cached_property
    def still(self) -> Runs:
        """The runs of the scenario as it is written."""
        return self._run({})

    @property
    def moved(self) -> Runs:
        """The same runs with the levers where they stand."""
        changed = {name: at for name, at in self.at.items() if at != self.movable[name].written}
        if not changed:
            return self.still
        if self._made is None or self._made[0] != changed:
            begun = perf_counter()
            self._made = (
                changed,
                self._run({path: at for name, at in changed.items() for path in self.movable[name].paths}),
            )
            self.seconds = perf_counter() - begun
        return self._made[1]

    def move(self, values: Mapping[str, float] | None = None, /, **named: float) -> "Levers":
        """Put levers where you want them, as sliders do; those left out stay where they are."""
        asked = {**(values or {}), **named}
        for name, at in asked.items():
            if name not in self.movable:
                raise KeyError(f"there is no lever '{name}'; there are {', '.join(self.movable)}")
            lever = self.movable[name]
            if not lever.low <= at <= lever.high:
                ends = f"{number(lever.low)} to {number(lever.high)}"
                raise ValueError(f"'{lever.label}' goes from {ends}, not to {number(at)}")
        self.at |= {name: float(at) for name, at in asked.items()}
        for name in asked:
            if name in self._sliders and self._sliders[name].value != self.at[name]:
                self._sliders[name].value = self.at[name]
        self._show()
        return self

    def tried(self, values: Mapping[str, float] | None = None, /, **named: float) -> "Levers":
        """The same levers in these places, all others as written, while those on the page stay where they are."""
        other = Levers(self.scenario, self.movable, self.outcomes, self.variable, self.runs, self.seed)
        other.__dict__["still"] = self.still
        return other.move(values, **named)

    def back(self) -> "Levers":
        """Put all levers back to where the scenario has them."""
        return self.move({name: lever.written for name, lever in self.movable.items()})

    @property
    def shares(self) -> dict[str, Share]:
        """Share of the runs in which each outcome came about, as the levers stand."""
        return {name: share(self.moved.held[name]) for name in self.outcomes}

    @property
    def apart(self) -> dict[str, Apart]:
        """How far each share is from that of the unmoved runs, in pairs on the same dice."""
        return {name: apart(self.still.held[name], self.moved.held[name]) for name in self.outcomes}

    @property
    def sentence(self) -> str:
        """What the move changed, in words."""
        changed = [name for name, at in self.at.items() if at != self.movable[name].written]
        if not changed:
            return "Nothing is moved yet: both are the scenario as it is written."
        moves = [
            f"{self.movable[name].label} at {number(self.at[name])} instead of {number(self.movable[name].written)}"
            for name in changed
        ]
        labels = self.scenario.theatre.outcomes
        told = [
            f"“{labels[name].label}” comes in {percent(found.second)} of the runs instead of {percent(found.first)}"
            for name, found in self.apart.items()
            if found.told
        ]
        if not told:
            return f"With {listed(moves)}, no share here differs by more than chance."
        rest = "" if len(told) == len(self.outcomes) else " The other shares do not differ by more than chance."
        return f"With {listed(moves)}, {listed(told)}.{rest}"

    def _run(self, numbers: Mapping[str, float]) -> Runs:
        """Run all, in blocks that share the cores; a number that shapes the rules themselves has them compiled anew."""
        from concurrent.futures import ThreadPoolExecutor

        from sim.execution.resources import cores

        shapers = {path: at for path, at in numbers.items() if path in self._shapers}
        scenario = with_numbers(self.scenario, shapers) if shapers else self.scenario
        design = {path: at for path, at in numbers.items() if path not in shapers}
        parts = np.array_split(np.arange(self.runs), max(1, min(cores(), self.runs // 250)))

        def some(run_numbers: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.floating[Any]]]:
            return _run_some(scenario, self.seed, run_numbers, design, self.variable)

        with ThreadPoolExecutor(len(parts)) as threads:
            days, paths = zip(*threads.map(some, parts), strict=True)
        first_days = np.concatenate(days)
        at = {name: place for place, name in enumerate(_outcomes_of(scenario))}
        return Runs({name: first_days[:, at[name]] >= 0 for name in self.outcomes}, np.concatenate(paths))

    @cached_property
    def _shapers(self) -> set[str]:
        """Those of the numbers that change the form of the rules somewhere between their ends."""
        return set(
            shaping(
                self.scenario, {path: (each.low, each.high) for each in self.movable.values() for path in each.paths}
            )
        )

    def _repr_mimebundle_(self, **asked: Any) -> dict[str, Any]:
        return bundle(self._boxed(), self._html(alone=True), self.sentence, **asked)

    def _html(self, alone: bool = False) -> str:
        """The picture, the shares and the sentence; `alone` where there may be no sliders beside them."""
        told = picture(self)
        if alone and widgets() is None:
            example = next(iter(self.movable.items()))
            told += f"<p>{without_widgets(f'.move({{{example[0]!r}: {number(example[1].high)}}})')}</p>"
        return told

    def _boxed(self) -> Any:
        """Sliders with the picture below them, made once; None where there are no widgets."""
        made = widgets()
        if self._box is None and made is not None:
            self._shown = made.HTML(self._html())
            for name, lever in self.movable.items():
                self._sliders[name] = self._slider(made, name, lever)
            back = made.Button(description="As it was", tooltip="Put all levers back")
            back.on_click(lambda _: self.back())
            self._box = made.VBox([*self._sliders.values(), back, self._shown])
        return self._box

    def _slider(self, made: Any, name: str, lever: Lever) -> Any:
        slider = made.FloatSlider(
            value=self.at[name],
            min=lever.low,
            max=lever.high,
            step=(lever.high - lever.low) / STEPS,
            description=capital(lever.label),
            continuous_update=self.seconds_of_a_move < AT_ONCE,
            readout_format=".3g",
            style={"description_width": "22em"},
            layout={"width": "44em", "max_width": "100%"},
        )
        slider.observe(self._follow(name), "value")
        return slider

    @cached_property
    def seconds_of_a_move(self) -> float:
        """How long a move takes on this machine, by the runs that stand unmoved, made a second time."""
        _ = self.still
        begun = perf_counter()
        self._run({})
        return perf_counter() - begun

    def reach(self, axis: str, value: float) -> float:
        """The end of an axis, which never draws back."""
        self.scale[axis] = max(value, self.scale.get(axis, value))
        return self.scale[axis]

    def _follow(self, name: str) -> Callable[[Any], None]:
        def moved(change: Any) -> None:
            if change["new"] != self.at[name]:
                self.move({name: change["new"]})

        return moved

    def _show(self) -> None:
        if self._shown is not None:
            self._shown.value = self._html()

    def __repr__(self) -> str:
        return f"<Levers of {self.scenario.name}: {', '.join(self.movable)}>\n{self.sentence}"


def _outcomes_of(scenario: Scenario) -> tuple[str, ...]:
    from sim.theatre.compiled.compile import program_of

    return tuple(program_of(scenario).outcomes)


def _run_some(
    scenario: Scenario,
    seed: int,
    run_numbers: NDArray[np.int64],
    numbers: Mapping[str, float],
    variable: str,
) -> tuple[NDArray[np.int32], NDArray[np.floating[Any]]]:
    """First days of outcomes, shape (run, outcome), and the paths of a variable, of some runs."""
    from sim.engine.model import LockstepModel

    design = {path: np.full(len(run_numbers), at) for path, at in numbers.items()}
    model = LockstepModel(scenario, seed=seed, run_numbers=run_numbers, design=design)
    names = (*model.program.variables, "tension")
    paths = np.empty((scenario.days, len(run_numbers)), np.float32)
    for day in range(scenario.days):
        model.step()
        paths[day] = model.world.tension[0] if variable == "tension" else model.world.x[names.index(variable)]
    first_days = model.world.outcome_day.T.copy()
    model.close()
    return first_days, paths.T
