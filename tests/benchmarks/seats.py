"""How soon a seat is answered on this machine: its view, its options, and what could come of them: `make bench`."""

from sim.play.sessions.session import Session
from tests.benchmarks.branches import seconds

OPTIONS, RUNS, DAYS = 20, 500, 90


def main() -> None:
    """Print one line for each question."""
    session = Session("baseline", ["iran"], seed=7, run=7, clock=lambda: None)
    while len(session.options("iran").open) < OPTIONS or session.day < 100:
        session.advance()
    acts = [option.act for option in session.options("iran").open][:OPTIONS]

    def anew() -> None:
        session._forget()
        session.world._morning = None

    asked = {
        "a view": lambda: (anew(), session.view("iran")),
        "options": lambda: (anew(), session.options("iran")),
        "worlds that look the same to the seat": lambda: (anew(), session.believing("iran")),
        f"{RUNS} futures of {DAYS} days for each of {OPTIONS} options": lambda: session.futures(
            "iran", acts, runs=RUNS
        ),
    }
    print(f"The seat of Iran on {session.date}, {len(session.known('iran').deeds)} acts known to it")
    for what, work in asked.items():
        print(f"{what:50s} {seconds(work):6.3f} s")


if __name__ == "__main__":
    main()
