"""How soon the picture follows a slider, in Chromium, and what is seen of a drag: `make bench`.

A move is timed in the page, from the event of the slider to the frame in which the fan of all runs is painted.
"""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import numpy as np

from tests.robots.bot import Bot
from tests.robots.server import Server

MOVES, DRAGS, LEVERS, PEOPLE = 60, 3, 6, 30
EVERY, LASTS = 30, 2000
"""Milliseconds between two events of a drag, and how long it lasts."""
PATIENCE = 60
"""Seconds."""
PLAN = {"scenario": "baseline", "mode": "class", "worlds": 10, "seats": ["us", "iran", "israel"], "turn": 14}

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
def waiting(server: Server, people: int) -> Iterator[None]:
    """A class that has joined a room and waits, on lines of its own."""
    code, _ = server.make(**PLAN)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    bots = [Bot(server, code, label=f"student {at}") for at in range(people)]

    async def join() -> None:
        for bot in bots:
            await bot.connect()
            await bot.ask("join", name=bot.label)

    async def leave() -> None:
        for bot in bots:
            await bot.hang_up()

    asyncio.run_coroutine_threadsafe(join(), loop).result(PATIENCE)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(leave(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def timed(page: Any, dice: Random) -> list[list[float]]:
    """Move sliders to random places; gives milliseconds until the picture, of running and of drawing it."""
    found = []
    for _ in range(MOVES):
        found.append(page.evaluate(TIMED, [dice.randrange(LEVERS), dice.randrange(1001)]))
        page.wait_for_timeout(dice.uniform(500, 900))  # the hand rests, and the page asks for lines to point at
    return found


def measure(server: Server, browser: Any, what: str) -> None:
    """Print what moves and drags took."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{server.origin}/workbench")
    page.wait_for_selector("#stage[aria-busy=false]", timeout=1000 * PATIENCE)
    page.evaluate(TIMED, [0, 700])  # the first move of all warms the workers
    page.wait_for_timeout(1500)
    print(f"1,000 runs of baseline, {MOVES} moves of {LEVERS} levers, {what}")
    columns = zip(*timed(page, Random(7)), strict=True)
    for part, values in zip(("until the fan is painted", "of this, running", "and drawing"), columns, strict=True):
        median, late, worst = np.quantile(values, [0.5, 0.95, 1.0])
        print(f"{part:26s} median {median:5.0f} ms   95 % {late:5.0f} ms   worst {worst:5.0f} ms")
    for at in range(DRAGS):
        events, pictures, gap = page.evaluate(DRAGGED, [at, EVERY, LASTS])
        told = f"{events} events in {LASTS / 1000:.0f} s, {pictures} pictures, at most {gap:.0f} ms apart"
        print(f"drag {at + 1}: {told}")
        page.wait_for_timeout(1500)
    page.close()


def main() -> None:
    """Print how soon the picture follows, alone and beside a class that waits."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, Server(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        measure(server, browser, "nobody else there")
        with waiting(server, PEOPLE):
            measure(server, browser, f"{PEOPLE} students on lines of their own")
        browser.close()


if __name__ == "__main__":
    main()
