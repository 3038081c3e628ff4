"""What pydantic found wrong, retold in our words and at the place in the file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.text import did_you_mean
from sim.theatre.language.base import Model, described
from sim.theatre.language.number import describe
from sim.theatre.language.paths import meaning
from sim.theatre.language.terms import Condition, Limit

from .errors import Fault, Place, fault
from .yaml_tree import Key, Node, plain

Path = tuple[Key, ...]


@dataclass(frozen=True)
class SchemaFault:
    """A fault before its text is joined with where in the language it stands."""

    place: Place
    text: str
    where: str
    hint: str | None = None

    def fault(self) -> Fault:
        """The fault as a reader sees it."""
        if not self.where:
            return fault(self.place, self.text, self.hint)
        joined = f"{self.text} in {self.where}" if self.text.startswith(_NAMING) else f"{self.where}: {self.text}"
        return fault(self.place, joined, self.hint)


_NAMING = ("unknown", "missing", "wrong unit")


def findings(error: ValidationError, tree: Node, kind: type[Model]) -> list[SchemaFault]:
    """Retell every line of `error`, raised when `tree` was held to the record `kind`."""
    lines = error.errors(include_url=False)
    placed = [(line, *_path(tree, line)) for line in lines]
    return [_finding(line, path, tree, kind) for line, path in _one_alternative(placed)]


def _path(tree: Node, line: ErrorDetails) -> tuple[Path, int | None]:
    """Turn pydantic's location into keys of the tree; also, how long the path was where a choice of types began."""
    node, path, choice, told_apart = tree, list[Key](), None, False
    for index, part in enumerate(line["loc"]):
        key = _key(node, part)
        if (kind := _kind(node)) is not None and kind.content == part and not told_apart:
            told_apart = True  # the kind by which pydantic chose the record
        elif key is not None:
            path.append(key)
            node, told_apart = node.content[key], False
        elif index == len(line["loc"]) - 1 and line["type"] == "missing":
            path.append(part)
        elif part not in ("clauses", "[key]") and choice is None:
            choice = len(path)
    return tuple(path), choice


_TELLING_APART = ("kind", "measure")
"""Keys that say which record an entry is."""


def _kind(node: Node) -> Node | None:
    """What says which record this entry is, if it says so."""
    return next((found for key in _TELLING_APART if (found := node.get(key)) is not None), None)


def _key(node: Node, part: Key) -> Key | None:
    """The key of this node that pydantic calls `part`: it may have turned text to a number or sorted a term."""
    if isinstance(node.content, list):
        return part if isinstance(part, int) and part < len(node.content) else None
    entries = node.entries()
    if part in entries:
        return part
    return next((key for key in entries if str(key) == str(part) or meaning(str(key)) == str(part)), None)


def _one_alternative(placed: Sequence[tuple[ErrorDetails, Path, int | None]]) -> Iterator[tuple[ErrorDetails, Path]]:
    """Where a value may be one of several things, keep what is said about the one that was meant."""
    rivals: dict[Path, set[str]] = {}
    kinds = [_INSIDE if choice is not None and len(path) > choice else line["type"] for line, path, choice in placed]
    for kind, (_, path, choice) in zip(kinds, placed, strict=True):
        if choice is not None:
            rivals.setdefault(path[:choice], set()).add(kind)
    for kind, (line, path, choice) in zip(kinds, placed, strict=True):
        types = rivals[path[:choice]] if choice is not None else {kind}
        if kind in (types - _SHALLOW or types & {"literal_error"} or types):
            yield line, path


_STRANGE_KEY = {"extra_forbidden", "invalid_key"}
_SHALLOW = {"literal_error", "bool_type", "bool_parsing", "model_type", "tuple_type"}
"""Not even the kind of thing that this alternative asks for."""
_INSIDE = "inside"
"""It is that kind of thing, and the fault lies within it."""


def _finding(line: ErrorDetails, path: Path, tree: Node, kind: type[Model]) -> SchemaFault:
    of_key = line["loc"][-1:] == ("[key]",)
    nodes = _nodes(tree, path)
    if line["type"] == "missing":
        parent = nodes[-1] if len(nodes) <= len(path) else nodes[-2]
        return _missing(line, path, parent, _fields(kind, path[:-1], tree))
    if line["type"] in _STRANGE_KEY:
        return _extra(path, nodes[-1].key, _fields(kind, path[:-1], tree))
    if line["type"] == "union_tag_not_found":
        name = line["ctx"]["discriminator"].strip("'")
        return SchemaFault(nodes[-1].key, f"missing '{name}'", _dotted(path), "it says what sort of entry this is")
    if line["type"] == "union_tag_invalid":
        name = line["ctx"]["discriminator"].strip("'")
        kind_of = nodes[-1].content[name]
        text, hint = f"unknown {name} {describe(plain(kind_of))}", _one_of(line["ctx"]["expected_tags"])
        return SchemaFault(kind_of.at, text, _dotted(path), hint)
    text, hint = _split(_said(line), line["input"])
    if line["type"] == "literal_error" and (entries := _fields(kind, path, tree)):
        hint = f"or a map with {' or '.join(entries)}"
    node = nodes[-1]
    # a block that begins on the line below its key is looked for at the key
    place = node.key if of_key or node.at.line != node.key.line else node.at
    return SchemaFault(place, text, _dotted(path[:-1] if of_key else path), hint)


def _nodes(tree: Node, path: Path) -> list[Node]:
    """The tree and each node on the path, as far as it goes."""
    nodes = [tree]
    for key in path:
        content = nodes[-1].content
        if isinstance(content, list) and (not isinstance(key, int) or key >= len(content)):
            break
        if not isinstance(content, list) and key not in nodes[-1].entries():
            break
        nodes.append(content[key])
    return nodes


def _missing(line: ErrorDetails, path: Path, parent: Node, fields: Mapping[str, str | None]) -> SchemaFault:
    name = path[-1] if path else line["loc"][-1]
    if isinstance(name, int):
        return SchemaFault(parent.at, f"missing entry {name + 1} of the list", _dotted(path[:-1]))
    return SchemaFault(parent.key, f"missing '{name}'", _dotted(path[:-1]), _flat(fields.get(name)))


def _extra(path: Path, place: Place, fields: Mapping[str, str | None]) -> SchemaFault:
    close = did_you_mean(str(path[-1]), tuple(fields)).removeprefix("; ")
    return SchemaFault(place, f"unknown key '{path[-1]}'", _dotted(path[:-1]), close or _one_of(", ".join(fields)))


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))


def _one_of(listed: str) -> str | None:
    return f"allowed are {listed.replace(chr(39), '')}" if listed else None


def _flat(text: str | None) -> str | None:
    return " ".join(text.split()).replace("`", "'") if text else None


def _split(said: str, found: Any) -> tuple[str, str | None]:
    """Divide 'what; what to do', whatever stands in the quoted text."""
    quoted = str(found) if isinstance(found, str) else ""
    masked = said.replace(quoted, "x" * len(quoted)) if quoted else said
    cut = masked.find("; ")
    return (said, None) if cut < 0 else (said[:cut], said[cut + 2 :])


def _expected(what: str) -> Callable[[ErrorDetails], str]:
    return lambda line: f"expected {what}, found {describe(line['input'])}"


_NAME_RULE = "a name has lower-case letters, digits and underscores, and begins with a letter"
_WHOLE, _DATE, _FLAG, _MAP = map(_expected, ("a whole number", "a date", "true or false", "a map"))
_FIGURE, _LIST = map(_expected, ("a number", "a list"))
_SAID: dict[str, Callable[[ErrorDetails], str]] = {
    "value_error": lambda line: line["msg"].removeprefix("Value error, "),
    "literal_error": lambda line: _expected(line["ctx"]["expected"])(line),
    "string_type": lambda line: _expected("text")(line) + ("; put it in quotes" if _is_figure(line["input"]) else ""),
    "string_too_short": _expected("some text"),
    "string_too_long": lambda line: f"text is longer than {line['ctx']['max_length']} characters",
    "string_pattern_mismatch": lambda line: (
        f"'{line['input']}' is not a name; "
        + ("an action is called actor.verb_object" if "." in line["ctx"]["pattern"] else _NAME_RULE)
    ),
    "finite_number": lambda line: f"expected a finite number, found {line['input']}",
    "greater_than_equal": lambda line: _expected(f"at least {line['ctx']['ge']}")(line),
    "less_than_equal": lambda line: _expected(f"at most {line['ctx']['le']}")(line),
    "less_than": lambda line: _expected(f"a number below {line['ctx']['lt']}")(line),
    "too_long": lambda line: f"expected {line['ctx']['max_length']} entries, found {line['ctx']['actual_length']}",
    "too_short": lambda line: (
        f"expected {line['ctx']['min_length']} or more entries, found {line['ctx']['actual_length']}"
    ),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing"), _FIGURE),
    **dict.fromkeys(("bool_type", "bool_parsing"), _FLAG),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), _MAP),
    **dict.fromkeys(("tuple_type", "list_type"), _LIST),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), _DATE),
}


def _said(line: ErrorDetails) -> str:
    """The sentence for one error; for a kind of error not foreseen here, pydantic's own."""
    sentence = _SAID.get(line["type"])
    return sentence(line) if sentence else line["msg"][:1].lower() + line["msg"][1:]


def _is_figure(data: Any) -> bool:
    return isinstance(data, int | float)


def _fields(kind: type[Model], path: Path, tree: Node) -> Mapping[str, str | None]:
    """What the fields of the record that stands at `path` are, by their names in a file."""
    nodes = _nodes(tree, path)
    record = _record(kind, tree)
    for key, node in zip(path, nodes[1:], strict=False):
        record = _record(_inside(record, key), node)
    model = record if isinstance(record, type) and issubclass(record, Model) else None
    if model is None:
        return {}
    texts = described(model)
    return {info.alias or name: texts.get(name) for name, info in model.model_fields.items()}


def _inside(annotation: Any, key: Key) -> Any:
    """The type of what stands under `key` in a value of this type."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        for name, info in annotation.model_fields.items():
            if key == (info.alias or name):
                return info.annotation
        return Limit if annotation is Condition else None
    of = get_args(annotation)
    if get_origin(annotation) is dict:
        return of[1]
    if get_origin(annotation) is tuple and isinstance(key, int):
        return of[min(key, len(of) - 1)] if of[-1] is not Ellipsis else of[0]
    return None


def _record(annotation: Any, node: Node) -> Any:
    """Strip a type to what the value is meant to be: of alternatives, the record of its kind or the first one."""
    if get_origin(annotation) is Annotated:
        return _record(get_args(annotation)[0], node)
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    options = [_record(option, node) for option in get_args(annotation) if get_origin(option) is not Literal]
    if isinstance(node.content, list) and (lists := [each for each in options if get_origin(each) in (tuple, list)]):
        return lists[0]
    kind = _kind(node)
    meant = [option for option in options if kind and kind.content in _kinds(option)]
    maps = [option for option in options if isinstance(option, type) and issubclass(option, Model)]
    return (meant or (maps if isinstance(node.content, dict) else []) or options)[0]


def _kinds(annotation: Any) -> tuple[Any, ...]:
    """The kinds of entry that a record stands for."""
    is_record = isinstance(annotation, type) and issubclass(annotation, Model)
    fields = annotation.model_fields if is_record else {}
    return next((get_args(fields[key].annotation) for key in _TELLING_APART if key in fields), ())
