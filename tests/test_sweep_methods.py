"""Methods of sweeps: each is one class, found by its name wherever a name is asked for."""

import subprocess
import sys

import numpy as np
import pytest

import sim
from sim.analysis.methods import METHODS, Estimator, Space, SweepMethod, register, sweep_methods
from sim.analysis.methods.spread import Spread
from sim.experiments.sweep.design import DesignError, make
from sim.results.design import Varied
from sim.theatre.files.jsonschema import schema
from sim.theatre.language.measures import MeasureError
from sim.theatre.language.sweep_file import SweepFile

RATES = ["actions.*.rate"]


@pytest.fixture
def spans():
    """A method that nobody ships, from its registration to the end of the test."""

    @register
    class Spans(Spread):
        name = "spans"
        main = about = "covariance"
        least = 8
        step = "fewer are too few"

        def draw(self, space, steps, seed):
            return space.scaled(np.linspace(0, 1, steps)[:, None] * np.ones(len(space.names)))

        def estimate(self, given):
            return {"covariance": ((given.X * (given.Y - given.Y.mean())[:, None]).mean(axis=0), None)}

    yield Spans
    del METHODS["spans"]


def test_the_methods_are_those_of_the_files_and_only_some_choose_points():
    assert {"delta", "grid", "lhs", "morris", "oat", "pawn", "sobol"} <= set(sweep_methods())
    assert list(sweep_methods()) == sorted(sweep_methods())
    assert set(METHODS) - set(sweep_methods()) == {"rbd_fast"}
    assert all(METHODS[name].name == name for name in METHODS)


def test_a_method_from_elsewhere_is_one_like_any_other(spans, tmp_path):
    made = sim.sweep("first_lesson", RATES, "spans", samples=40, replicates=2, progress=None, save=tmp_path / "kept")
    assert made.design.method == "spans"
    ends = made.design.parameters
    assert (made.design.values[-1] == ends["high"]).all()
    found = made.indices("days.rung_3")
    assert found.attrs["main"] == "covariance"
    assert found["covariance"].is_monotonic_decreasing
    assert len(made.indices("days.rung_3", "lhs")) == len(ends)  # its points are spread evenly, as it says
    assert sim.open(tmp_path / "kept").indices("days.rung_3").equals(found)
    written = SweepFile(schema_version=1, sweep="first_lesson", method="spans")
    assert written.method == "spans"
    assert "spans" in schema("sweep")["properties"]["method"]["enum"]


def test_a_result_of_a_method_that_is_not_here_is_read_and_its_measure_is_missed_with_a_sentence(spans, tmp_path):
    sim.sweep("first_lesson", RATES, "spans", samples=8, replicates=2, progress=None, save=tmp_path / "kept")
    here = METHODS.pop("spans")
    found = sim.open(tmp_path / "kept")
    with pytest.raises(MeasureError, match="there is no method 'spans'; there are delta, grid"):
        found.indices("days.rung_3")
    METHODS["spans"] = here


def test_a_method_that_leaves_something_unsaid_or_takes_another_s_name_is_refused(spans):
    with pytest.raises(TypeError, match="Silent does not say its about, layout, usual"):

        @register
        class Silent(SweepMethod):
            name = main = "silent"
            least = 1
            step = "one"

    with pytest.raises(TypeError, match="abstract"):

        @register
        class Idle(Estimator):
            name = main = about = layout = "idle"

    with pytest.raises(ValueError, match="there is a method 'lhs' already, LatinHypercube"):
        register(type("Mine", (spans,), {"name": "lhs"}))
    assert register(spans) is spans  # as a cell of a notebook that is run twice
    assert set(METHODS) == {"delta", "grid", "lhs", "morris", "oat", "pawn", "rbd_fast", "sobol", "spans"}


def test_what_only_measures_makes_no_sweep():
    with pytest.raises(DesignError, match="there is no method 'rbd_fast'; there are delta, grid, lhs"):
        make((Varied("x", 0.0, 1.0, 0.5),), "rbd_fast")


def test_points_of_the_unit_cube_are_scaled_to_the_ranges():
    space = Space(("x", "y"), np.array([1.0, -2.0]), np.array([3.0, 2.0]), np.zeros(2))
    assert space.scaled(np.array([[0.0, 0.5], [1.0, 1.0]])).tolist() == [[1, 0], [3, 2]]
    assert space.problem == {"num_vars": 2, "names": ["x", "y"], "bounds": [[1, 3], [-2, 2]]}


def test_asking_which_methods_there_are_imports_none_of_the_libraries_that_some_of_them_need():
    code = "import sys, sim.analysis.methods; print(*(sys.modules.keys() & {'SALib', 'scipy', 'pandas'}))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
