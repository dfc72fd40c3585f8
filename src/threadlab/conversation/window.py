"""Window: the newest messages of a thread that fit a budget of tokens, and those that do not.

A model reads only so much. What is kept is one unbroken piece, the end of the conversation: the oldest
messages are dropped first, and nothing is left out in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile

from threadlab.conversation.length import CHARACTERS_PER_TOKEN
from threadlab.objects.message import Message
from threadlab.service.port import Order

PAGE = 20
"""How many messages a service gives in one page, unless it is asked for more or fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A thread's messages, oldest first, of which the newest `fitting` have room in `budget` tokens.

    Tokens are estimates: four characters a token. `page` is the size of the pages in which a service would
    give the thread; it changes nothing but the picture. `order` is how the picture begins: "asc" or "desc".
    """

    messages: tuple[Message, ...]
    budget: int
    fitting: int
    page: int = PAGE
    order: Order = "asc"

    @property
    def kept(self) -> tuple[Message, ...]:
        """The messages in the window, oldest first."""
        return self.messages[len(self.messages) - self.fitting :]

    @property
    def dropped(self) -> tuple[Message, ...]:
        """The messages before it, oldest first."""
        return self.messages[: len(self.messages) - self.fitting]

    @property
    def tokens(self) -> int:
        """What the window holds."""
        return sum(map(tokens_of, self.kept))


def window(messages: Sequence[Message], budget: int, *, page: int = PAGE, order: Order = "asc") -> Window:
    """The window over these messages (oldest first). Pure."""
    newest_first = accumulate(tokens_of(message) for message in reversed(messages))
    fitting = sum(1 for _ in takewhile(lambda tokens: tokens <= budget, newest_first))
    return Window(messages=tuple(messages), budget=budget, fitting=fitting, page=page, order=order)


def tokens_of(message: Message) -> int:
    """The tokens of a message, estimated."""
    return -(-len(message.text) // CHARACTERS_PER_TOKEN)
