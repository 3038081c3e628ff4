"""Sessions: orders are taken or refused whole, days are lived under them, and files outlive whoever writes them."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.model import LockstepModel
from sim.play.messages.orders import Order, OrderError
from sim.play.rounds import ask, play
from sim.play.seats import PlayError
from sim.play.sessions.entries import Settings
from sim.play.sessions.export import as_scenario, export
from sim.play.sessions.ledger import opened
from sim.play.sessions.session import Session
from tests.small_scenarios import START, action, actor, scenario, theatre

QUIET = Settings(stop_rung=None, stop_outcomes=False)


def case(**acts: object):
    """Aran may raid, march and talk; Bora answers; Aran's strike takes an order two days ahead."""
    actors = {name: actor(label=name.title()) for name in ("aran", "bora", "cela")}
    mine = {
        "aran.raid": action(4, "bora", 0.3, cooldown=5, hand="soldiers"),
        "aran.strike": action(6, "bora", 0.05, order={"lead": 2}, hand="soldiers"),
        "aran.talk": action(0, "bora", {"value": 0.2, "plausible": [0.1, 0.5], "source": "judgement: x"}, lever=True),
        "aran.found": action(1, "bora", 0.01, once=True),
        "aran.gloat": action(1, "bora", 0.5, when={"glory": ">= 0.5"}),
        "bora.answer": action(4, "aran", 0.05, reply=1),
        "cela.mourn": action(1, "aran", 0.2),
    }
    glory = {"kind": "unit", "start": 0.1}
    return scenario(
        theatre(actors, mine | acts, {"glory": glory}, {"blow": {"days_since(aran.strike)": "<= 0"}}), days=40
    )


def session_of(seats=("aran",), settings=QUIET, **rest) -> Session:
    return Session(case(), list(seats), seed=5, settings=settings, clock=lambda: None, **rest)


def done(session: Session, act: str) -> list[int]:
    past = session.world.past
    at = past.program.actions.index(act)
    return past.events["day"][past.events["action"] == at].tolist()


def test_without_orders_the_session_is_the_run_of_the_scenario() -> None:
    session = session_of()
    while not session.over:
        session.advance()
    alone = LockstepModel(case(), seed=5, run_numbers=[0])
    while alone.running:
        alone.step()
    assert session.world.digest() == f"{int(alone.digest()[0]):016x}"


def test_an_act_is_done_on_its_day_and_what_needs_an_order_in_time() -> None:
    session = session_of()
    session.order("aran", {"otherwise": "hold"})
    session.order("aran", {"do": [{"act": "aran.raid", "on": START + timedelta(days=3)}, "aran.strike"]})
    session.advance(12)
    assert done(session, "aran.raid") == [3]
    assert done(session, "aran.strike") == [2]  # two days after the order


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"do": ["aran.rade"]}, "did you mean 'aran.raid'"),
        ({"do": ["bora.answer"]}, "bora.answer is not an act of aran; a seat orders its own acts only"),
        ({"do": ["aran.gloat"]}, "aran.gloat is closed today: glory is 0.1, needs >= 0.5"),
        ({"do": [{"act": "aran.strike", "on": START}]}, "takes an order 2 d ahead: the earliest day is 3 January 2020"),
        ({"do": [{"act": "aran.raid", "on": "2019-12-01"}]}, "is not within the days to come, 1 January 2020 to"),
        ({"do": [{"act": "aran.raid", "on": "2021-12-01"}]}, "is not within the days to come"),
        (
            {"do": [{"act": "aran.raid", "on": "2020-01-05"}, {"act": "aran.strike", "on": "2020-01-05"}]},
            "the hand 'soldiers' of aran acts once a day, and another act of this order is ordered for 5 January 2020",
        ),
        ({"withdraw": ["aran.strike"]}, "aran.strike has not been ordered, so it cannot be withdrawn"),
        ({"never": ["cela.mourn"]}, "cela.mourn is not an act of aran"),
        ({"never": ["aran.raid"], "do": ["aran.raid"]}, "among the acts that this seat refuses"),
        ({"stance": {"actions.aran.talk.rate": 0.9}}, "may be set from 0.1 to 0.5, found 0.9"),
        ({"stance": {"actions.aran.raid.rate": 0.1}}, "is not a lever of this seat"),
        ({"stance": {"actions.aran.tlak.rate": 0.2}}, "no number 'actions.aran.tlak.rate'; did you mean"),
        ({"dou": ["aran.raid"]}, "dou: Extra inputs are not permitted"),
        ({"do": [{"act": "aran.raid", "on": "soon"}]}, "'soon' is not a date"),
        ("attack", "Input should be"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason_and_nothing_is_taken(order: object, reason: str) -> None:
    session = session_of()
    session.order("aran", {"do": [{"act": "aran.raid", "on": "2020-01-09"}], "never": ["aran.found"]})
    before = session.desks["aran"].standing, list(session.entries), session.world.digest()
    with pytest.raises(OrderError, match=r"the order of aran was refused") as refused:
        session.order("aran", order)  # type: ignore[arg-type]
    assert reason in str(refused.value)
    assert (session.desks["aran"].standing, session.entries, session.world.digest()) == before


def test_every_fault_of_an_order_is_told_at_once() -> None:
    with pytest.raises(OrderError) as refused:
        session_of().order("aran", {"do": ["aran.gloat", "bora.answer"], "withdraw": ["aran.raid"]})
    assert len(refused.value.reasons) == 3


def test_an_order_that_is_late_twice_or_of_somebody_else_is_refused() -> None:
    session = session_of(("aran", "bora"))
    session.sit("aran", ["Ana"])
    order = {"do": [{"act": "aran.raid", "on": "2020-01-20"}]}
    session.order("aran", order, by="Ana", turn=0)
    with pytest.raises(OrderError, match=r"aran.raid is ordered for 20 January 2020 already"):
        session.order("aran", order, by="Ana", turn=0)
    with pytest.raises(OrderError, match="Ben does not sit there; Ana may"):
        session.order("aran", {"never": ["aran.raid"]}, by="Ben")
    session.advance(3)
    with pytest.raises(OrderError, match="too late: it was meant for the turn of 1 January 2020, and this is"):
        session.order("aran", {"otherwise": "hold"}, by="Ana", turn=0)
    with pytest.raises(PlayError, match="nobody plays 'cela' here; the seats are aran, bora"):
        session.order("cela", {})
    assert [each.act for each in session.desks["aran"].standing.scheduled] == ["aran.raid"]


def test_what_is_refused_is_never_done_and_its_draw_leaves_all_other_dice_alone() -> None:
    free, refusing = session_of(), session_of()
    refusing.order("aran", {"never": ["aran.raid"]})
    first = done_first(free, "aran.raid")
    refusing.advance(first)
    alone = LockstepModel(case(), seed=5, run_numbers=[0])
    for _ in range(first):
        alone.step()
    assert refusing.world.digest() == f"{int(alone.digest()[0]):016x}"
    refusing.advance(20)
    assert done(refusing, "aran.raid") == []


def done_first(session: Session, act: str) -> int:
    while not done(session, act):
        session.advance(1)
    return done(session, act)[0]


def test_an_order_that_cannot_be_carried_out_on_its_day_lapses_and_is_told() -> None:
    twice = {"do": [{"act": "aran.raid", "on": "2020-01-02"}, {"act": "aran.raid", "on": "2020-01-04"}]}
    for stops, days in ((False, 10), (True, 4)):  # the clock stops in the evening of the day, where it stops at all
        settings = Settings(stop_rung=None, stop_outcomes=False, stop_lapsed=stops, otherwise="hold")
        session = session_of(settings=settings)
        session.order("aran", twice)
        assert session.advance(10).days == days
        assert done(session, "aran.raid") == [1]
    (told,) = [item for item in session.view("aran").news if item.kind == "lapsed"]
    assert "could not be carried out" in told.text
    assert "it cannot be done again for" in told.text


def test_the_clock_stops_for_an_act_against_a_seat_and_for_an_outcome() -> None:
    session = session_of(("bora",), Settings(stop_rung=6, turn=30))
    session.inject("aran.strike", "2020-01-06")
    assert session.advance().days == 6
    assert (session.view("bora").stopped or "").startswith("On 6 January: ")


def test_an_umpire_may_hand_a_seat_to_the_rules_and_back() -> None:
    session = session_of()
    session.order("aran", {"otherwise": "hold", "do": [{"act": "aran.raid", "on": "2020-01-30"}]})
    session.advance(5)
    assert done(session, "aran.raid") == []
    session.hand_over("aran")
    with pytest.raises(OrderError, match="handed this seat to the rules"):
        session.order("aran", {})
    session.advance(20)
    assert done(session, "aran.raid")
    session.hand_over("aran", "orders")
    session.order("aran", {"never": ["aran.raid"]})


def test_an_act_that_recovers_is_closed_to_a_seat_until_it_has_by_half() -> None:
    plea = action(0, "bora", {"value": 0.01, "unit": "1/day"}, recovers={"value": 6, "unit": "d"})
    session = Session(case(**{"aran.plead": plea}), ["aran"], seed=5, settings=QUIET, clock=lambda: None)
    session.order("aran", {"otherwise": "hold", "do": ["aran.plead"]})
    session.advance(2)
    with pytest.raises(OrderError, match=r"aran.plead is closed on 5 January"):
        session.order("aran", {"do": [{"act": "aran.plead", "on": "2020-01-05"}]})
    session.order("aran", {"do": [{"act": "aran.plead", "on": "2020-01-07"}]})
    session.advance(10)
    assert done(session, "aran.plead") == [0, 6]


def test_what_the_umpire_tells_is_news_to_those_who_are_told_and_to_nobody_else() -> None:
    session = session_of(("aran", "bora"))
    session.advance()
    session.announce("A rumour goes round the capitals.", ["bora"])
    assert [item.text for item in session.view("bora").news][-1] == "A rumour goes round the capitals."
    assert all("rumour" not in item.text for item in session.view("aran").known)
    session.advance()
    assert all("rumour" not in item.text for item in session.view("bora").news)
    with pytest.raises(PlayError, match="nobody plays 'cela'"):
        session.announce("Hush.", ["cela"])


def test_while_history_is_imposed_nobody_decides() -> None:
    imposed = case().model_copy(update={"history_until": START + timedelta(days=9)})
    session = Session(imposed, ["aran"], seed=5, clock=lambda: None)
    assert not session.options("aran").open
    with pytest.raises(OrderError, match="up to 10 January 2020 the days go by as they truly did"):
        session.order("aran", {"do": ["aran.raid"]})
    session.order("aran", {"do": [{"act": "aran.raid", "on": "2020-01-15"}], "otherwise": "hold"})
    session.fast_forward(20)
    assert 14 in done(session, "aran.raid")


def test_a_turn_taken_back_is_as_if_it_had_not_been_and_stays_in_the_ledger() -> None:
    session = session_of()
    session.advance(6)
    stood = session.world.digest()
    session.order("aran", {"do": ["aran.raid"]})
    session.advance(6)
    session.take_back()
    assert (session.world.digest(), session.day, session.turn) == (stood, 6, 1)
    assert session.desks["aran"].standing.scheduled == ()
    assert [entry.kind for entry in session.entries] == ["advance", "order", "advance", "back"]
    session.take_back()
    assert session.day == 0
    with pytest.raises(PlayError, match="there are 0 turns to take back"):
        session.take_back()


def test_while_the_clock_stands_nothing_is_taken_and_nothing_lived() -> None:
    session = session_of()
    session.pause()
    with pytest.raises(OrderError, match="stopped the clock"):
        session.order("aran", {"otherwise": "hold"})
    with pytest.raises(PlayError, match="the clock is stopped"):
        session.advance()
    session.pause(False)
    session.advance()
    assert session.day == 7


def test_a_seat_may_be_one_hand_of_an_actor_and_the_others_are_left_to_the_rules() -> None:
    session = session_of(("aran/soldiers",))
    session.order("aran/soldiers", {"otherwise": "hold"})
    with pytest.raises(OrderError, match=r"aran.talk is not for this seat to order"):
        session.order("aran/soldiers", {"do": ["aran.talk"]})
    session.advance(30)
    assert done(session, "aran.raid") == []
    assert done(session, "aran.talk")
    with pytest.raises(PlayError, match=r"would both decide on aran.raid"):
        session_of(("aran", "aran/soldiers"))


def lived_through(session: Session) -> Session:
    """A session with an order of every kind."""
    session.order("aran", {"do": [{"act": "aran.raid", "on": "2020-01-03"}], "never": ["aran.found"], "why": "to see"})
    session.advance(5)
    session.order("aran", {"stance": {"actions.aran.talk.rate": 0.45}, "otherwise": "hold"})
    session.inject("cela.mourn", "2020-01-08")
    session.advance(6)
    session.order("aran", {"stance": {}, "otherwise": "rules", "never": []})
    session.hand_over("bora")
    session.advance(4)
    session.take_back()
    session.order("aran", {"do": ["aran.strike"]})
    session.advance(9)
    return session


def test_a_session_opened_again_stands_where_it_stood_bit_for_bit(tmp_path: Path) -> None:
    path = tmp_path / "class.session"
    session = lived_through(session_of(("aran", "bora"), path=path))
    session.close()
    again = Session.open(path, clock=lambda: None)
    assert again.world.digest() == session.world.digest()
    assert again.entries == session.entries
    for seat in session.seats:
        assert again.view(seat) == session.view(seat)
    content = path.read_bytes()
    again.advance(3)
    assert path.read_bytes().startswith(content)
    with pytest.raises(PlayError, match="is being played already"):
        opened(path, lambda: None)
    with pytest.raises(PlayError, match="exists; open it to go on"):
        session_of(path=path)


def test_a_file_cut_anywhere_in_its_last_line_opens_at_the_line_before(tmp_path: Path) -> None:
    path = tmp_path / "cut.session"
    session = lived_through(session_of(("aran", "bora"), path=path))
    session.close()
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rindex(b"\n") + 1
    for cut in (last, last + 1, (last + len(whole)) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        again = Session.open(path, clock=lambda: None)
        assert again.entries == session.entries[:-1]
        again.close()
        assert path.read_bytes() == whole[:last]
    path.write_bytes(whole.replace(b"aran.raid", b"aran.talk", 1))
    with pytest.raises(PlayError, match="is damaged in line"):
        Session.open(path)
    path.write_text("schema_version: 1\n")
    with pytest.raises(PlayError, match=r"is no session|it is no session"):
        Session.open(path)


def test_the_exported_scenario_has_what_was_lived_as_its_run(tmp_path: Path) -> None:
    session = lived_through(session_of(("aran", "bora")))
    played = as_scenario(session)
    model = LockstepModel(played, seed=session.seed, run_numbers=[session.run])
    while model.running:
        model.step()
    assert (model.day, f"{int(model.digest()[0]):016x}") == (session.day, session.world.digest())
    with pytest.raises(PlayError, match="a scenario in memory"):
        export(session, tmp_path / "x.yaml")


def test_the_exported_file_of_a_shipped_scenario_is_that_scenario(tmp_path: Path) -> None:
    session = Session("first_lesson", ["north"], seed=7, run=3, clock=lambda: None)
    act = session.options("north").open[0].act
    session.order("north", {"do": [act], "never": [session.options("north").options[-1].act]})
    session.fast_forward(40)
    session.order("north", {"otherwise": "hold"})
    session.fast_forward(60)
    path = export(session, tmp_path / "played.yaml")
    loaded = sim.load(path)
    told = sim.replay(loaded, seed=7, run=3)
    assert [act.action for act in told.acts] == [deed.action for deed in session.known("north").deeds]
    model = LockstepModel(loaded, seed=7, run_numbers=[3])
    while model.running:
        model.step()
    assert f"{int(model.digest()[0]):016x}" == session.world.digest()


def test_players_are_asked_in_turn_and_told_why_they_are_refused() -> None:
    class Stubborn:
        reasons: list[str] = []

        def choose(self, view, options):
            return {"do": ["aran.gloat"]}

        def refused(self, error, view, options):
            self.reasons += error.reasons
            return Order(otherwise="hold") if len(self.reasons) > 1 else {"do": ["aran.nothing"]}

    session, player = session_of(), Stubborn()
    assert ask(session, "aran", player) == Order(otherwise="hold")
    assert "closed today" in player.reasons[0]
    assert "aran.nothing" in player.reasons[1]
    play(session, {}, turns=2)
    assert session.turn == 2


def test_futures_are_those_of_the_world_where_nothing_is_hidden() -> None:
    session = session_of()
    session.advance(10)
    found = session.futures("aran", ["aran.strike"], runs=200, days=20)
    shares = found.table.set_index(["act", "outcome"])["share"]
    assert shares["aran.strike", "blow"] == 1.0
    assert shares["hold", "blow"] < 1.0
    stem = session.believing("aran")
    likeliest = stem.share.argmax()  # others have given orders in secret that were then not carried out
    assert np.array_equal(stem.stocks[0, :, likeliest], session.world.model.stocks[0, :, 0])


def test_futures_may_be_forbidden_and_closed_acts_have_none() -> None:
    session = session_of(settings=Settings(futures=False))
    with pytest.raises(PlayError, match="nobody may ask"):
        session.futures("aran")
    with pytest.raises(PlayError, match=r"aran.gloat is closed today"):
        session_of().futures("aran", ["aran.gloat"])


def test_a_stance_leaves_open_and_closed_what_is_and_changes_what_would_be_chosen():
    session = Session("baseline", ["us"], seed=7, clock=lambda: None)
    session.advance(9)
    before, levers = session.options("us"), session.view("us").levers
    session.order(
        "us", {"stance": {lever.path: lever.low if at % 2 else lever.high for at, lever in enumerate(levers)}}
    )
    seen = session.view("us")
    glanced = {act: session.world.glance.why_not(act) for act in session.scenario.theatre.actions}
    after = session.options("us")
    assert glanced == {act: session.world.morning.why_not(act) for act in session.scenario.theatre.actions}
    assert seen == session.view("us"), "what was made before the rules were made anew"
    assert [each.open for each in before.options] == [each.open for each in after.options]
    moved = {each.act for each, other in zip(before.options, after.options, strict=True) if each.chance != other.chance}
    assert {lever.path.split(".", 1)[1].removesuffix(".rate") for lever in levers} & moved
