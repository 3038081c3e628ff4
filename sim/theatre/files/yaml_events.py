"""What a YAML text is made of, event by event: as libyaml reads it, or as ruamel does.

libyaml takes a thirtieth of the time, but it reads YAML 1.1 and says less well what is wrong. So it is asked first, and
whatever it refuses, or may read otherwise than ruamel, is left to ruamel: both tell the same events at the same places.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

_READ_OTHERWISE = re.compile(
    r"""
      [\t\x85\u2028\u2029\ufeff]                # tabs, the mark of a file's order of bytes, ends of line of YAML 1.1
    | [|>][-+0-9]*[#]                           # a comment that touches the head of a block of text
    | (?:^|[\s\[{,:-])[&*][-0-9A-Za-z_]*[^-0-9A-Za-z_\s,\]}]   # a name of an anchor that ends where another does not
    | (?:^|[\r\n])(?:%|[ ]+(?:[\r\n]|$))        # a directive; a line of blanks, with which a block of text may begin
    """,
    re.VERBOSE,
)


class LeftToRuamelError(Exception):
    """A text that libyaml refuses, or may read otherwise."""


class ByLibyaml:
    """The events of a text, read by libyaml.

    Raises
    ------
    LeftToRuamelError
        Here, or by `read`.
    """

    def __init__(self, text: str) -> None:
        try:
            import yaml.cyaml  # not there where PyYAML was built without libyaml
        except ImportError:
            raise LeftToRuamelError from None
        if _READ_OTHERWISE.search(text):
            raise LeftToRuamelError
        self.kinds: Any = yaml
        self.read: Callable[[], Any] = self._events(text).__next__

    def _events(self, text: str) -> Iterator[Any]:
        yaml = self.kinds
        try:
            for event in iter(yaml.cyaml.CParser(text).get_event, None):
                if isinstance(event, yaml.ScalarEvent) and not event.value and event.implicit[0]:
                    raise LeftToRuamelError  # it finds a value that is left out elsewhere
                yield event
        except (yaml.YAMLError, ValueError):
            raise LeftToRuamelError from None


class ByRuamel:
    """The events of a text, read by ruamel. It is also the loader that ruamel's reader, scanner and parser look to."""

    typ = "safe"
    comment_handling = None
    processing_version = (1, 2)

    def __init__(self, text: str) -> None:
        from ruamel.yaml import events
        from ruamel.yaml.parser import Parser
        from ruamel.yaml.reader import Reader
        from ruamel.yaml.scanner import Scanner

        self.kinds: Any = events
        self.resolver = self
        self.reader = Reader(text, loader=self)
        self.scanner = _Tokens(Scanner(loader=self))
        self.read: Callable[[], Any] = Parser(self).get_event


class _Tokens:
    """The scanner as the parser sees it: a queue of one token, which the parser looks at again and again."""

    def __init__(self, scanner: Any) -> None:
        self._read = scanner.get_token
        self._token: Any = None

    def peek_token(self) -> Any:
        if self._token is None:
            self._token = self._read()
        return self._token

    def check_token(self, *kinds: type) -> bool:
        if self._token is None:
            self._token = self._read()
        return isinstance(self._token, kinds or object)

    def get_token(self) -> Any:
        token = self.peek_token()
        self._token = None
        return token
