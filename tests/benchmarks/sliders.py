"""How soon the picture follows a slider, in Chromium, and what is seen of a drag: `make bench`.

A move is timed in the page, from the event of the slider to the frame in which the fan of all runs is painted.
"""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

MOVES, DRAGS, LEVERS = 60, 5, 6
EVERY, LASTS = 30, 2000
"""Milliseconds between two events of a drag, and how long it lasts."""
PATIENCE = 60_000

SERVER = """
import sys
from pathlib import Path
from sim.serve.running import place_of, run
run(place_of("127.0.0.1", int(sys.argv[1]), Path(sys.argv[2]) / "rooms", Path(sys.argv[2])))
"""

# The line's answer is heard, drawn in the next frame, and painted after it: a task that follows the frame sees it done.
TIMED = """
([at, place]) => new Promise((found) => {
  const slider = document.querySelectorAll("#theatre-levers input[type=range]")[at];
  const fan = document.querySelector("#plot-fan .band.b50");
  let begun;
  const seen = new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName("painted")) {
      if (!entry.detail.final || entry.startTime < begun) continue;
      seen.disconnect();
      const channel = new MessageChannel();
      const { seconds, took } = entry.detail;
      channel.port1.onmessage = () => found([performance.now() - begun, 1000 * seconds, took]);
      requestAnimationFrame(() => channel.port2.postMessage(0));
      return;
    }
  });
  seen.observe({ type: "mark" });
  slider.value = place;
  begun = performance.now();
  slider.dispatchEvent(new Event("input", { bubbles: true }));
})
"""
DRAGGED = """
async ([at, every, lasts]) => {
  const slider = document.querySelectorAll("#theatre-levers input[type=range]")[at];
  performance.clearMarks();
  const begun = performance.now();
  let events = 0;
  while (performance.now() - begun < lasts) {
    slider.value = 1000 * (0.5 + 0.5 * Math.sin((performance.now() - begun) / 400));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    events += 1;
    await new Promise((go) => setTimeout(go, every));
  }
  const pictures = performance.getEntriesByName("painted").map((entry) => entry.startTime);
  const gaps = pictures.slice(1).map((time, place) => time - pictures[place]);
  return [events, pictures.length, Math.max(...gaps, 0)];
}
"""


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """A server in a process of its own; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port), str(folder)])
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def timed(page: Any, dice: Random) -> list[list[float]]:
    """Move sliders to random places; gives milliseconds until the picture, of running and of drawing it."""
    found = []
    for _ in range(MOVES):
        found.append(page.evaluate(TIMED, [dice.randrange(LEVERS), dice.randrange(1001)]))
        page.wait_for_timeout(dice.uniform(500, 900))  # the hand rests, and the page asks for lines to point at
    return found


def main() -> None:
    """Print what moves and drags took."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, serving(Path(folder)) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"http://127.0.0.1:{port}/workbench")
        page.wait_for_selector("#plot-fan .band.b50[d^=M]", timeout=PATIENCE, state="attached")
        dice = Random(7)
        page.evaluate(TIMED, [0, 700])  # the first move of all warms the workers
        page.wait_for_timeout(1500)
        columns = zip(*timed(page, dice), strict=True)
        print(f"1,000 runs of baseline, {MOVES} moves of {LEVERS} levers, from the event to the painted fan")
        for what, values in zip(("until it is painted", "running, as it says", "drawing"), columns, strict=True):
            median, late, worst = np.quantile(values, [0.5, 0.95, 1.0])
            print(f"{what:24s} median {median:5.0f} ms   95 % {late:5.0f} ms   worst {worst:5.0f} ms")
        for at in range(DRAGS):
            events, pictures, gap = page.evaluate(DRAGGED, [at, EVERY, LASTS])
            told = f"{events} events in {LASTS / 1000:.0f} s, {pictures} pictures, at most {gap:.0f} ms apart"
            print(f"drag {at + 1}: {told}")
            page.wait_for_timeout(1500)
        browser.close()


if __name__ == "__main__":
    main()
