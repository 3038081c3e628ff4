"""Whatever is in a file, and wherever a path leads, the answer is a scenario or a list of faults."""

import os
import sys
from random import Random

import pytest

from sim.theatre.files import load, locate, yaml_tree
from sim.theatre.files.errors import ScenarioError
from sim.theatre.files.yaml_events import ByLibyaml, LeftToRuamelError
from sim.theatre.files.yaml_tree import plain, scalar
from tests.small import HISTORY, SCENARIO, THEATRE, small


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def faults(path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load.load(path)
    return str(caught.value).splitlines()


def of_text(tmp_path, text: str | bytes) -> list[str]:
    """The faults of a file that holds this."""
    data = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "bad.yaml").write_bytes(data)
    return faults("bad.yaml")


def extending(tmp_path, target: str) -> list[str]:
    """The faults of a scenario that extends `target`."""
    return faults(small(tmp_path, scenario=SCENARIO.replace("strait.yaml", target)))


NOT_TEXT = {
    "empty": (b"", "1:1: the file is empty"),
    "only a comment": (b"# to do\n", "1:1: the file is empty"),
    "only a mark": (b"---\n", "2:1: the file is empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "1:1: not UTF-8 text: byte 0x89"),
    "Latin letters of old": ("a: 1\nb: Düsseldorf\n".encode("latin-1"), "2:5: not UTF-8 text: byte 0xfc"),
    "UTF-16": ("a: 1\n".encode("utf-16"), "1:1: not UTF-8 text: byte 0xff"),
    "a zero": (b"a: 1\nb: x\x00y\n", "2:5: not a text file: it holds the character U+0000"),
    "a bell": (b"a: \x07\n", "1:4: not a text file: it holds the character U+0007"),
}


@pytest.mark.parametrize("case", NOT_TEXT)
def test_a_file_that_is_no_text_is_refused(tmp_path, case):
    data, said = NOT_TEXT[case]
    assert of_text(tmp_path, data)[0] == f"bad.yaml:{said}"


NOT_OURS = {
    "a list": ("- a\n- b\n", "1:1: the file does not hold a map"),
    "a word": ("hello\n", "1:1: the file does not hold a map"),
    "two documents": ("a: 1\n---\nb: 1\n", "2:1: a second document begins here"),
    "a tab": ("a:\n\tb: 1\n", "2:1: a tab stands where spaces should"),
    "an open quote": ("a: 1\nb: 'x\nc: 2\n", "2:4: a quotation mark opens here and never closes"),
    "an open list": ("a: [1, 2\nb: 3\n", "2:2: expected ',' or ']' in the list that opens on line 1"),
    "an open map": ("a: {b: 1\nc: 3\n", "2:2: expected ',' or '}' in the map that opens on line 1"),
    "a list cut off": ("a: [", "1:5: the file ends where a value should stand"),
    "two colons": ("a: b: c\n", "1:5: a ':' that belongs to no key"),
    "a step inwards": ("a: 1\n  b: 2\n", "2:4: a ':' that belongs to no key"),
    "a step outwards": ("  a: 1\nb: 2\n", "2:1: this does not line up with the lines before it"),
    "no colon": ("a: 1\nb\nc: 2\n", "3:1: the key on line 2 has no ':' after it"),
    "a list among keys": ("a: 1\n- b\n", "2:1: this does not line up with the map that begins on line 1"),
    "a list beside its key": ("a: - b\n", "1:4: a list cannot begin here"),
    "an at sign": ("a: @b\n", "1:4: text cannot begin with this character"),
    "an unknown escape": ('a: "\\q"\n', "1:6: an escape that YAML does not know"),
    "an escape beyond Unicode": ('a: "\\UFFFFFFFF"\n', "1:7: this is not YAML: "),
    "a map as a key": ("{a: 1}: 2\n", "1:1: a key must be plain text"),
    "an unknown alias": ("a: *b\n", "1:4: no anchor '&b' comes before this alias"),
    "an alias of itself": ("a: &x {b: [*x]}\n", "1:12: alias '*x' lies within what it stands for"),
    "deep nesting": ("a: " + "[" * 5000, "1:67: nested more than 64 levels deep"),
    "deep nesting by maps": ("\n".join(" " * n + "a:" for n in range(2000)), "65:65: nested more than 64 levels deep"),
}


@pytest.mark.parametrize("case", NOT_OURS)
def test_text_that_is_no_map_of_ours_is_refused_in_plain_words(tmp_path, case):
    text, said = NOT_OURS[case]
    assert of_text(tmp_path, text)[0].startswith(f"bad.yaml:{said}")


def test_tags_merge_keys_and_duplicate_keys_are_all_reported_at_once(tmp_path):
    text = "a: !env HOME\nb: &b {x: 1}\nc: {<<: *b, y: 1, y: 2}\na: 3\na: 4\n1: x\n'1': y\n"
    told = [line for line in of_text(tmp_path, text) if "unknown key" not in line and not line.startswith(" ")]
    assert told == [
        "bad.yaml:1:1: missing 'extends'",
        "bad.yaml:1:1: missing 'schema_version'",
        "bad.yaml:1:4: a tag ('!env') means nothing here",
        "bad.yaml:3:5: merge keys ('<<') are not read",
        "bad.yaml:3:19: duplicate key 'y'; first on line 3",
        "bad.yaml:4:1: duplicate key 'a'; first on line 1",
        "bad.yaml:5:1: duplicate key 'a'; first on line 1",
        "bad.yaml:7:1: duplicate key '1'; first on line 6",
    ]


def deep(node):
    """A tree with all its places."""
    content = node.content
    if isinstance(content, dict):
        return node.at, node.key, {key: deep(child) for key, child in content.items()}
    return node.at, node.key, [deep(child) for child in content] if isinstance(content, list) else repr(content)


ODD = [
    *"abc019:-,[]{}#&*!|>'\"%@`?~ \n\t\\.+_=/<",
    *("\n  ", "\n- ", ": ", "\n? ", " #", "\x85", "\u2028", "\ufeff", "é", "\U0001f600", "<<", "---\n", "...\n"),
    *("\r\n", "\r", "null", "yes", "%YAML 1.1\n", "&a ", "*a ", "*a", "&x:", "!!int ", "|\n", "|2-\n", ">+\n", "\n \n"),
    *("0o7", "\\x41", "''", '""', "\u00a0", "key: v\n", "a: b", "\n    "),
]
"""What may turn up anywhere in a text."""
PLAIN = (
    "a: |\n  text\n  more\n   x\n\nb: >-\n  x\n\n  y\nc: |2\n   z\nd:\n - >\n  x\n",
    "a: {b: [1, 2], c: 'x'}\nd:\n- 1\n- e: f\n  g: h\n",
    "a: &x {b: 1}\nc: *x\nd: [*x, &y 2, *y]\n",
    "a: x\n  y z\n   w\nb: \"p\n  q\n\n  r\\u00e9\"\n# c\nc: # d\n  'it''s': http://x.y/z#q\n",
    SCENARIO,
)


def test_libyaml_reads_what_ruamel_reads_or_leaves_it_to_ruamel():
    pytest.importorskip("yaml.cyaml")
    random, alike = Random(1), 0
    for _ in range(4000):
        text = random.choice(PLAIN)
        for _ in range(random.randrange(5)):
            at = random.randrange(len(text) + 1)
            text = text[:at] + random.choice(("", random.choice(ODD))) + text[at + random.choice((0, 0, 1, 2)) :]
        try:
            composer = yaml_tree._Composer("odd.yaml", ByLibyaml(text))
            tree = composer.document()
        except (LeftToRuamelError, yaml_tree._Unreadable):
            continue
        if not composer.flaws:
            same, flaws = yaml_tree._composed_by_ruamel("odd.yaml", text)
            assert (deep(tree), ()) == (deep(same), flaws), repr(text)
            alike += 1
    assert alike > 500


def test_what_is_shipped_is_read_by_libyaml(monkeypatch):
    pytest.importorskip("yaml.cyaml")
    monkeypatch.setattr(yaml_tree, "_composed_by_ruamel", None)
    for path in locate.shipped_files():
        yaml_tree.compose.__wrapped__(str(path), path.read_text(encoding="utf-8"))


def test_without_libyaml_ruamel_reads_everything(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml.cyaml", None)
    with pytest.raises(LeftToRuamelError):
        ByLibyaml("a: 1\n")
    (tmp_path / "tree.yaml").write_text("a: [1, x]\n")
    assert plain(yaml_tree.read(tmp_path / "tree.yaml")[0]) == {"a": [1, "x"]}


def test_an_alias_stands_for_what_its_anchor_holds(tmp_path):
    (tmp_path / "tree.yaml").write_text("a: &x {b: [1, 2]}\nc: *x\nd: &x 3\ne: *x\n")
    tree, told = yaml_tree.read(tmp_path / "tree.yaml")
    assert (plain(tree), told) == ({"a": {"b": [1, 2]}, "c": {"b": [1, 2]}, "d": 3, "e": 3}, [])
    assert tree.get("c").key[1:] == (2, 1)


def test_aliases_that_explode_are_refused_before_they_do(tmp_path):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10))
    assert of_text(tmp_path, bomb)[0].endswith("more than 100,000 values, including those that aliases repeat")
    ladder = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 100))
    assert of_text(tmp_path, ladder)[0] == "bad.yaml:63:12: nested more than 64 levels deep"


def test_a_file_of_too_many_values_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(yaml_tree, "MOST_VALUES", 1000)
    said = of_text(tmp_path, "a: [" + "1, " * 1001 + "]")[0]
    assert said == "bad.yaml:1:2999: more than 1,000 values, including those that aliases repeat"


def test_a_file_of_many_megabytes_is_refused_unread(tmp_path):
    with (tmp_path / "bad.yaml").open("wb") as stream:
        stream.truncate(50 * 1024**3)
    assert faults("bad.yaml") == ["bad.yaml:1:1: 'bad.yaml' is larger than 4 MiB", "    split it"]


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    assert faults("folder.yaml")[0] == "folder.yaml:1:1: 'folder.yaml' is a folder"
    os.mkfifo(tmp_path / "pipe.yaml")
    assert faults("pipe.yaml")[0] == "pipe.yaml:1:1: 'pipe.yaml' is not a file"
    small(tmp_path)
    assert faults("sumer.yaml") == [
        "sumer.yaml:1:1: there is no file 'sumer.yaml'",
        "    did you mean 'summer.yaml'?",
    ]
    assert faults("a\0b.yaml")[0].endswith("cannot read this (its name is not a valid path): 'a b.yaml'")
    assert ": cannot read this (File name too long): 'xxx" in faults("x" * 5000)[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_a_fault(tmp_path):
    small(tmp_path).chmod(0)
    assert faults("summer.yaml")[0] == "summer.yaml:1:1: cannot read this (Permission denied): 'summer.yaml'"


def test_a_missing_theatre_is_a_fault_where_it_is_named(tmp_path):
    assert extending(tmp_path, "striat.yaml") == [
        "summer.yaml:2:10: there is no file 'striat.yaml'",
        "    did you mean 'strait.yaml'?",
    ]
    assert extending(tmp_path, "straight") == [
        "summer.yaml:2:10: nothing here and nothing shipped is called 'straight'",
        "    did you mean 'strait'?",
    ]
    assert extending(tmp_path, '"a\\0b.yaml"')[0] == "summer.yaml:2:10: 'a b.yaml' cannot be a path"
    assert extending(tmp_path, "[]")[0] == "summer.yaml:2:10: extends: expected 1 or more entries, found 0"
    assert extending(tmp_path, "")[0] == "summer.yaml:2:1: extends: expected text, found nothing"


def test_faults_of_a_scenario_are_told_beside_a_missing_theatre(tmp_path):
    lines = faults(small(tmp_path, scenario=SCENARIO.replace("strait.yaml", "gone.yaml") + "x: 1\n"))
    assert [line.split(": ")[0] for line in lines if not line.startswith(" ")] == [
        "summer.yaml:2:10",
        "summer.yaml:20:1",
    ]


def test_a_theatre_that_cannot_be_read_is_a_fault_in_the_theatre(tmp_path):
    assert faults(small(tmp_path, theatre="")) == ["strait.yaml:1:1: the file is empty"]


def test_a_history_cannot_be_extended(tmp_path):
    small(tmp_path, scenario=SCENARIO.replace("strait.yaml", "record.yaml"), history=HISTORY)
    assert faults("summer.yaml")[0] == "summer.yaml:2:10: 'record.yaml' is a history"


def test_a_circle_of_scenarios_is_told_with_its_chain(tmp_path):
    assert extending(tmp_path, "summer.yaml") == [
        "summer.yaml:2:10: 'extends' goes in a circle: summer.yaml -> summer.yaml"
    ]
    small(tmp_path, scenario="schema_version: 1\nextends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("schema_version: 1\nextends: ./c.yaml\n")
    (tmp_path / "c.yaml").symlink_to("b.yaml")
    assert faults("summer.yaml") == ["b.yaml:2:10: 'extends' goes in a circle: summer.yaml -> b.yaml -> c.yaml"]


def test_a_chain_of_scenarios_has_an_end(tmp_path):
    small(tmp_path)
    for n in range(20):
        parent = "summer.yaml" if n == 0 else f"s{n - 1}.yaml"
        (tmp_path / f"s{n}.yaml").write_text(f"schema_version: 1\nextends: {parent}\n")
    assert load.load("s13.yaml").seed == 7
    line = faults("s19.yaml")[0]
    assert line.startswith("s4.yaml:2:10: more than 16 files extend one another: s19.yaml -> s18.yaml -> ")


@pytest.fixture
def outside(tmp_path):
    """A folder beside the scenario's own, with a theatre that must not be reached."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "strait.yaml").write_text(THEATRE, encoding="utf-8")
    inside = tmp_path / "inside"
    inside.mkdir()
    return folder


@pytest.mark.parametrize("target", ["../outside/strait.yaml", "{outside}/strait.yaml", "here/strait.yaml", "link.yaml"])
def test_no_path_leads_out_of_the_scenarios_folder(tmp_path, outside, target, monkeypatch):
    monkeypatch.chdir(tmp_path / "inside")
    (tmp_path / "inside" / "here").symlink_to(outside)
    (tmp_path / "inside" / "link.yaml").symlink_to(outside / "strait.yaml")
    target = target.format(outside=outside)
    assert extending(tmp_path / "inside", target) == [
        f"summer.yaml:2:10: '{target}' leads outside the scenario's folder",
        "    a file may name files below . and shipped ones; move or copy it there",
    ]


def test_the_folder_is_that_of_the_first_file_not_of_each(tmp_path, outside):
    (tmp_path / "inside" / "mine.yaml").write_text("schema_version: 1\nextends: ../outside/summer.yaml\n")
    (outside / "summer.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "both.yaml").write_text("schema_version: 1\nextends: inside/mine.yaml\n")
    assert load.load("both.yaml").seed == 7
    assert "leads outside the scenario's folder" in faults("inside/mine.yaml")[0]


def test_a_link_within_the_folder_is_followed(tmp_path):
    small(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "strait.yaml").symlink_to("../strait.yaml")
    small(tmp_path, scenario=SCENARIO.replace("strait.yaml", "deep/strait.yaml"))
    assert load.load("summer.yaml").theatre.theatre == "strait"


def test_quoted_text_cannot_break_the_lines_of_a_message(tmp_path):
    lines = faults(small(tmp_path, scenario=SCENARIO.replace("seed: 7", 'seed: "a\\nb: c' + "x" * 3000 + '"')))
    assert len(lines) == 1
    assert len(lines[0]) < 500
    assert lines[0].startswith("summer.yaml:8:7: seed: expected a whole number, found 'a b: cxxx")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("+.inf", float("inf")),
        ("true", True),
        ("yes", "yes"),
        ("on", "on"),
        ("~", None),
        ("", None),
        ("2019-05-01", "2019-05-01"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("1/day", "1/day"),
        ("-", "-"),
        ("9" * 30, 1e30),
        ("9" * 9000, float("inf")),
    ],
)
def test_unquoted_text_is_read_as_yaml_1_2_does(text, value):
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_every_shipped_file_can_be_loaded():
    for path in locate.shipped_files():
        assert load.check(path) is not None, path
