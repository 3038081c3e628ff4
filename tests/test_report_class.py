"""Class mode: a forecast is kept, handed in and pooled, and no answer can be read before the word is given."""

import hashlib
import html
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.cli.app import app
from sim.report import cipher, forecasts, render
from sim.report.contents import contents
from sim.report.happened import happened
from sim.report.render import ReportError
from sim.report.reproduce import reproduce
from sim.results.storage.write_runs import save_ensemble
from sim.text import percent
from tests.small_scenarios import rich
from tests.test_report_page import DESKTOP, PHONE, browser, opened  # noqa: F401
from tests.test_report_record import recorded
from tests.told import scripted, world

WORD = "Amber  Lantern river"
SCRIPT = (render.PAGE / "script" / "cipher.js").read_text()
SUNSCREEN = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
SUNSCREEN += b"sunscreen would be it."


@pytest.fixture(scope="module")
def ensemble():
    return sim.run(rich(), runs=60, seed=5)


@pytest.fixture(scope="module")
def page(ensemble, tmp_path_factory):
    return sim.report.write(ensemble, tmp_path_factory.mktemp("class") / "class.html", passphrase=WORD)


# The cipher.


def test_chacha20_gives_the_ciphertext_of_rfc_8439():
    key, nonce = bytes(range(32)), bytes.fromhex("000000000000004a00000000")
    sealed = cipher.chacha20(SUNSCREEN, key, nonce, first=1)
    assert sealed.hex().startswith("6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0b")
    assert sealed.hex().endswith("874d")
    assert cipher.chacha20(sealed, key, nonce, first=1) == SUNSCREEN


@pytest.mark.parametrize("text", ["", "a", "x" * 63, "y" * 64, "é\N{SNOWMAN}" * 1000])
def test_what_is_locked_opens_by_its_word_alone(text):
    locked = cipher.locked(text, WORD)
    assert cipher.unlocked(locked, "amber lantern RIVER ") == text
    with pytest.raises(cipher.WrongWordError, match="not the passphrase"):
        cipher.unlocked(locked, "amber lantern rivers")
    assert cipher.locked(text, WORD)["salt"] != locked["salt"]


def test_the_browser_computes_what_the_standards_do(browser):  # noqa: F811
    tab = browser.new_page()
    tell = "const hex = (bytes) => [...bytes].map((x) => x.toString(16).padStart(2, '0')).join('');"
    tell += "const enc = (text) => new TextEncoder().encode(text);"

    def found(expression, given=None):
        return tab.evaluate(f"(given) => {{ {SCRIPT} {tell} return {expression}; }}", given)

    assert found("hex(sha256(enc('abc')))") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    for n in (0, 55, 56, 63, 64, 1000):
        assert found("hex(sha256(enc('a'.repeat(given))))", n) == hashlib.sha256(b"a" * n).hexdigest()
    of_rfc_4231 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert found("hex(hmac(enc('Jefe'), enc('what do ya want for nothing?')))") == of_rfc_4231
    of_rfc_7914 = "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
    assert found("hex(pbkdf2(enc('passwd'), enc('salt'), 1))") == of_rfc_7914
    assert found("hex(pbkdf2(enc('Password'), enc('NaCl'), 80000))").startswith("4ddcd8f60b98be21830cee5ef22701f9")
    nonce = "Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0x4a, 0, 0, 0, 0])"
    sealed = found(f"hex(chacha20(enc(given), Uint8Array.from(Array(32).keys()), {nonce}, 1))", SUNSCREEN.decode())
    assert sealed == cipher.chacha20(SUNSCREEN, bytes(range(32)), bytes.fromhex("000000000000004a00000000"), 1).hex()
    text = "é\N{SNOWMAN}" * 1000
    assert found("unlocked(given, 'AMBER lantern\\n river')", cipher.locked(text, WORD)) == text
    assert found("unlocked(given, 'amber')", cipher.locked(text, WORD)) is None
    tab.close()


def test_a_passphrase_that_is_made_is_four_words_and_seldom_the_same():
    made = {cipher.passphrase() for _ in range(50)}
    assert len(made) > 45
    assert all(len(word.split()) == 4 for word in made)


# What a locked page gives away.


def test_no_answer_stands_in_the_page_before_the_word(ensemble, page):
    text = page.read_text()
    clear = re.sub(r'(<script type="application/json" id="sealed">).*?</script>', "", text, flags=re.DOTALL)
    plain = sim.report.html(ensemble)
    data = contents([ensemble], ["small"]).data
    assert clear != text
    for outcome in data["outcomes"]:
        assert html.escape(outcome["label"]) in clear
        for shown in {percent(outcome["share"]), outcome["runs"]["data"], repr(outcome["share"])}:
            assert shown not in re.sub(r"<style>.*?</style>|<script>.*?</script>", "", clear, flags=re.DOTALL), shown
    blobs = [blob for blob in re.findall(r"[A-Za-z0-9+/=]{80,}", plain) if blob not in clear]
    assert len(blobs) > 10
    assert json.loads(re.search(r'id="data">(.*?)</script>', clear)[1]).keys() == {"head", "outcomes"}
    head = json.loads(re.search(r'id="data">(.*?)</script>', clear)[1])["head"]
    assert head.keys() == {"title", "key", "start", "days"}  # neither seed nor command, which make the runs again
    assert ensemble.scenario.sha256 not in clear
    for telling in ("made-from", 'id="answers"', 'id="outcomes"', "sim:seed", "share of"):
        assert telling not in clear.lower()
    assert cipher.unlocked(json.loads(re.search(r'id="sealed">(.*?)</script>', text)[1]), WORD) == plain


def test_a_locked_page_is_made_again_by_who_has_the_word(page):
    assert reproduce(page, WORD).equal
    with pytest.raises(ReportError, match="give its passphrase with --passphrase"):
        reproduce(page)
    with pytest.raises(ReportError, match="not the passphrase"):
        reproduce(page, "else")


def test_an_empty_word_locks_nothing(ensemble):
    with pytest.raises(ReportError, match="the passphrase is empty"):
        sim.report.html(ensemble, passphrase=" \t")


def test_there_is_no_class_page_where_no_outcome_can_be_forecast():
    bare = sim.run(scripted(world() | {"outcomes": {}}), runs=4, seed=1, progress=None)
    with pytest.raises(ReportError, match="nothing to forecast: the theatre names no outcome"):
        sim.report.html(bare, passphrase="word")
    assert "The theatre names no outcome" in sim.report.html(bare)


@pytest.mark.parametrize("word", ["\udcff\udcfe", "sil\u200bver", "two\nlines", "\u202eword"])
def test_a_word_that_nobody_can_see_or_type_locks_nothing(ensemble, word):
    with pytest.raises(ReportError, match="cannot be seen or typed"):
        sim.report.html(ensemble, passphrase=word)


# Through its whole way.


def hand_in(tab, name, numbers):
    tab.fill("#forecast-name", name)
    for outcome, number in numbers.items():
        tab.fill(f"#forecast [name={outcome}]", str(number))


def handed_in(tab, folder, file):
    """Hand a forecast in, and save it."""
    tab.click("#forecast button")
    with tab.expect_download() as download:
        tab.click("#save")
    download.value.save_as(folder / file)
    return folder / file, download.value.suggested_filename


def open_by(tab, word):
    tab.fill("#passphrase", word)
    tab.keyboard.press("Enter")


def by_hand(numbers, shares):
    """Luck, distance and score of a forecast, in means over the outcomes."""
    luck = np.mean([share * (1 - share) for share in shares.values()])
    distance = np.mean([(numbers[name] / 100 - share) ** 2 for name, share in shares.items()])
    return luck, distance, luck + distance


@pytest.mark.parametrize(
    "kept",
    ['{"typed": null}', '{"name": 5, "typed": "abc", "kept": [1]}', '{"typed": {}, "kept": "soon"}', "[", "null"],
)
def test_what_something_else_left_in_the_browser_stops_no_page(browser, ensemble, page, kept):  # noqa: F811
    outcomes = sorted(ensemble.scenario.theatre.outcomes)
    with opened(browser, page) as tab:
        reloaded(tab, ensemble, kept)
        hand_in(tab, "Ada", dict.fromkeys(outcomes, 20))
        tab.click("#forecast button")
        assert "Forecast of Ada" in tab.inner_text("#sheet")
        (handed,) = tab.evaluate("Object.values(localStorage)")
        assert "T" in json.loads(handed)["kept"]
        reloaded(tab, ensemble, re.sub("2[0-9-]+T", "x", handed))
        assert tab.is_visible("#forecast")
        assert tab.input_value("#forecast-name") == "Ada"


def reloaded(tab, ensemble, kept=None):
    """Load the page again with what it keeps, or with something else, there before its script begins.

    What is written just before a reload reaches the next process of a busy browser too late now and then.
    """
    key = f"escalation-sim forecast {forecasts.page_key(ensemble)}"
    kept = tab.evaluate("key => localStorage.getItem(key)", key) if kept is None else kept
    tab.add_init_script(f"localStorage.setItem({json.dumps(key)}, {json.dumps(kept)})")
    tab.reload()


def test_three_forecasters_go_the_whole_way_into_one_page(browser, ensemble, page, tmp_path):  # noqa: F811
    outcomes = sorted(ensemble.scenario.theatre.outcomes)
    shares = ensemble.shares().set_index("outcome")["share"].to_dict()
    told = {
        "Ada": dict.fromkeys(outcomes, 50),
        "Björn <b>": {name: 10 * at for at, name in enumerate(outcomes)},
        "": {name: round(100 * shares[name]) for name in outcomes},
    }
    files = []
    for at, (name, numbers) in enumerate(told.items()):
        with opened(browser, page, accept_downloads=True) as tab:
            assert not tab.locator("#answers").count()
            hand_in(tab, name, numbers)
            reloaded(tab, ensemble)
            assert tab.input_value("#forecast-name") == name
            assert {each: tab.input_value(f"#forecast [name={each}]") for each in outcomes} == {
                each: str(number) for each, number in numbers.items()
            }
            file, suggested = handed_in(tab, tmp_path, f"{at}.json")
            assert suggested == ["forecast-ada.json", "forecast-björn-b.json", "forecast-without-name.json"][at]
            files.append(file)
            reloaded(tab, ensemble)
            assert tab.is_visible("#sheet")
            assert not tab.is_visible("#forecast")
            open_by(tab, "amber lantern")
            tab.wait_for_selector("#open-fault:not(:empty)")
            assert "your forecast is safe" in tab.inner_text("#open-fault")
            assert not tab.locator("#answers").count()
            open_by(tab, "amber lantern river")
            tab.wait_for_selector("#answers")
            luck, _, score = by_hand(numbers, shares)
            said = f"Of your {score:.3f}, {luck:.3f} no forecaster could avoid"
            assert said in tab.inner_text("#score")
            assert tab.locator("#plot-fan svg").count() == 1
            reloaded(tab, ensemble)
            assert tab.is_visible("#sheet")
            assert not tab.is_visible("#change")  # who has seen the answers leaves the forecast as it is
    pooled = sim.report.write(ensemble, tmp_path / "pool.html", forecasts=files)
    names = ["2", "Ada", "Björn <b>"]
    with opened(browser, pooled) as tab:
        assert tab.evaluate("document.querySelector('main section:not([hidden])').id") == "pool"
        scores = {row[0]: row[1:] for row in rows(tab, "#pool .scores tbody tr")}
        for name, key in zip(names, ["", "Ada", "Björn <b>"], strict=True):
            luck, _, score = by_hand(told[key], shares)
            assert (scores[name][0], scores[name][2]) == (f"{luck:.3f}", f"{score:.3f}")
        means = {each: np.mean([numbers[each] for numbers in told.values()]) for each in outcomes}
        assert scores["The class's mean forecast"][2] == f"{by_hand(means, shares)[2]:.3f}"
        first = rows(tab, "#pool .pooled tbody tr")[0]
        best = max(shares, key=lambda each: shares[each])
        assert first[1] == percent(means[best] / 100)
        assert first[3] == percent(shares[best])
        assert tab.locator("#pool .field .one").count() == 3 * len(outcomes)
        tab.uncheck("#pool-names")
        assert "Ada" not in tab.inner_text("#pool")
    plain = sim.report.write(ensemble, tmp_path / "plain.html")
    with opened(browser, plain) as tab:
        (tmp_path / "notes.json").write_text("{}")
        tab.set_input_files("#pool-files", [*files, tmp_path / "notes.json"])
        tab.wait_for_selector("#pool .scores")
        assert {row[0]: row[1:] for row in rows(tab, "#pool .scores tbody tr")} == scores
        assert tab.inner_text("#pool-fault") == "notes.json: it is no forecast that a class page saved."


def rows(tab, selector):
    return tab.eval_on_selector_all(
        selector, "all => all.map(row => [...row.cells].map(cell => cell.firstChild?.textContent ?? ''))"
    )


def test_where_storage_is_refused_the_page_says_so_and_goes_on(browser, page):  # noqa: F811
    context = browser.new_context(viewport=DESKTOP)
    context.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })")
    tab = context.new_page()
    tab.goto(page.as_uri())
    assert "a reload would lose your numbers" in tab.inner_text("#forecast-kept")
    hand_in(tab, "Ada", dict.fromkeys(rich().theatre.outcomes, 20))
    tab.click("#forecast button")
    open_by(tab, WORD)
    tab.wait_for_selector("#score")
    assert "Your score, Ada" in tab.inner_text("#score")
    context.close()


def test_without_a_forecast_the_word_opens_the_report_alone(browser, page):  # noqa: F811
    with opened(browser, page) as tab:
        open_by(tab, " ")
        assert "Type the passphrase" in tab.inner_text("#open-fault")
        open_by(tab, WORD)
        tab.wait_for_selector("#answers")
        assert not tab.is_visible("#score")
        tab.goto(page.as_uri())
        hand_in(tab, "Eve", dict.fromkeys(rich().theatre.outcomes, 20))
        tab.click("#forecast button")
        assert "after the answers had been open here" in tab.inner_text("#sheet")


def test_a_sheet_prints_alone_and_an_empty_form_as_paper(browser, page):  # noqa: F811
    with opened(browser, page) as tab:
        tab.emulate_media(media="print")
        assert tab.is_visible("#forecast [type=number]")
        assert not tab.is_visible("#word")
        assert not tab.is_visible("#forecast button")
        tab.emulate_media(media="screen")
        hand_in(tab, "Ada", dict.fromkeys(rich().theatre.outcomes, 20))
        tab.click("#forecast button")
        tab.emulate_media(media="print")
        assert tab.is_visible("#sheet")
        assert not tab.is_visible("#forecast")
        assert not tab.is_visible("#save")


@pytest.mark.parametrize(("viewport", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_every_step_is_accessible_and_as_wide_as_the_screen(browser, ensemble, page, viewport, scheme, tmp_path):  # noqa: F811
    from axe_playwright_python.sync_playwright import Axe

    def sound(tab):
        found = Axe().run(tab)
        assert found.violations_count == 0, found.generate_report()
        assert tab.evaluate("document.documentElement.scrollWidth") == viewport["width"]

    with opened(browser, page, viewport, scheme) as tab:
        sound(tab)
        hand_in(tab, "Ada", dict.fromkeys(rich().theatre.outcomes, 20))
        tab.click("#forecast button")
        sound(tab)
        open_by(tab, WORD)
        tab.wait_for_selector("#score")
        sound(tab)
        files = []
        for name in ("Ada", "Björn", "Cem"):
            (tmp_path / f"{name}.json").write_text(json.dumps(forecast(ensemble, name=name)))
            files.append(tmp_path / f"{name}.json")
        tab.set_input_files("#pool-files", files)
        tab.wait_for_selector("#pool .scores")
        sound(tab)


# Files of forecasts.


def forecast(ensemble, **changes):
    percents = dict.fromkeys(ensemble.scenario.theatre.outcomes, 20)
    return {"kind": forecasts.KIND, "page": forecasts.page_key(ensemble), "name": "Ada", "percent": percents} | changes


def test_all_files_that_cannot_be_pooled_are_named_at_once(ensemble, tmp_path):
    name = next(iter(ensemble.scenario.theatre.outcomes))
    label = ensemble.scenario.theatre.outcomes[name].label
    wrong = {
        "other": (forecast(ensemble, page="0" * 16, title="Elsewhere"), "of another page (Elsewhere)"),
        "above": (forecast(ensemble, percent={name: 101}), f"no number from 0 to 100 for '{label}'"),
        "truth": (forecast(ensemble, percent={name: True}), f"no number from 0 to 100 for '{label}'"),
        "kind": (forecast(ensemble, kind="else"), "no forecast that a class page saved"),
        "list": ([], "no forecast that a class page saved"),
    }
    for file, (content, _) in wrong.items():
        (tmp_path / f"{file}.json").write_text(json.dumps(content))
    (tmp_path / "text.json").write_text("not json")
    (tmp_path / "large.json").write_text(" " * 200_000)
    (tmp_path / "sound.json").write_text(json.dumps(forecast(ensemble)))
    with pytest.raises(forecasts.ForecastError) as told:
        forecasts.read([tmp_path], ensemble)
    lines = str(told.value).splitlines()
    assert lines[0] == "7 files cannot be pooled:"
    for file, (_, said) in wrong.items():
        assert any(f"{file}.json" in line and said in line for line in lines)
    assert any("large.json: it is too large" in line for line in lines)
    assert forecasts.read([tmp_path / "sound.json"], ensemble)[0]["name"] == "Ada"
    with pytest.raises(forecasts.ForecastError, match="no file ends in"):
        forecasts.read([], ensemble)


@pytest.mark.parametrize("number", [10**400, float("nan"), float("inf"), -1, True, "20", None, [20]])
def test_a_number_that_is_no_share_is_refused_whatever_it_is(ensemble, tmp_path, number):
    percents = dict.fromkeys(ensemble.scenario.theatre.outcomes, number)
    (tmp_path / "a.json").write_text(json.dumps(forecast(ensemble, percent=percents)))
    with pytest.raises(forecasts.ForecastError, match="no number from 0 to 100"):
        forecasts.read([tmp_path / "a.json"], ensemble)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\ud800 Ada", "\ufffd Ada"),
        ("\u202eadA", "\ufffdadA"),
        ({"toString": 1}, "a"),
        (None, "a"),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_name_that_no_page_can_hold_is_shown_as_far_as_it_can_be(ensemble, tmp_path, name, shown):
    (tmp_path / "a.json").write_text(json.dumps(forecast(ensemble, name=name)))
    assert forecasts.read([tmp_path / "a.json"], ensemble)[0]["name"] == shown
    assert shown in sim.report.html(ensemble, forecasts=[tmp_path / "a.json"]).encode().decode()


def test_the_page_says_what_really_happened_where_it_is_recorded(browser, tmp_path):  # noqa: F811
    ensemble = recorded(tmp_path)
    data = contents([ensemble], ["small"]).data["pool"]
    assert data["told"].keys() == ensemble.scenario.theatre.outcomes.keys()
    assert all(
        each["text"].startswith("happened on " if each["came"] else "had not by ") for each in data["told"].values()
    )
    baseline = sim.load("baseline")
    told = happened(baseline)["told"]
    assert told["leadership_killed"] == {"came": True, "text": "happened on 3 January 2020"}
    assert told["premier_resigns"]["text"] == "happened on 29 November 2019"
    assert told["sustained_war"] == {"came": False, "text": "had not by 3 January 2020"}
    assert happened(rich()) is None


def test_the_command_line_makes_a_word_and_pools_a_folder(ensemble, tmp_path):
    result = tmp_path / "result"
    save_ensemble(ensemble, result)
    (tmp_path / "forecasts").mkdir()
    for name in "ab":
        (tmp_path / "forecasts" / f"{name}.json").write_text(json.dumps(forecast(ensemble, name=name)))
    call = SimpleNamespace(run=lambda *words: CliRunner().invoke(app, ["report", str(result), *map(str, words)]))
    made = json.loads(call.run("--class", "--json").stdout)
    assert made["report"] == str(result / "class.html")
    sealed = json.loads(re.search(r'id="sealed">(.*?)</script>', (result / "class.html").read_text())[1])
    assert "<!doctype html>" in cipher.unlocked(sealed, made["passphrase"])
    files = sorted((tmp_path / "forecasts").iterdir())
    for words in (["--pool", tmp_path / "forecasts"], ["--pool", *files]):
        assert call.run(*words).exit_code == 0
        text = (result / "pool.html").read_text()
        assert [each["name"] for each in json.loads(re.search(r'id="pooled">(.*?)</script>', text)[1])] == ["a", "b"]
        (result / "pool.html").unlink()
    (tmp_path / "forecasts" / "c.json").write_text(json.dumps(forecast(ensemble, page="0" * 16)))
    refused = call.run("--pool", tmp_path / "forecasts")
    assert (refused.exit_code, "1 file cannot be pooled:" in refused.output) == (2, True)
    assert "c.json: it is of another page" in refused.output
    assert not (result / "pool.html").exists()
    assert "a passphrase locks a class page; add --class" in call.run("--passphrase", "amber").output.replace("\n", " ")
    assert "leave out --class" in call.run("--class", "--pool", files[0]).output.replace("\n", " ")
