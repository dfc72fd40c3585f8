"""All ways, by their names."""

from __future__ import annotations

from collections.abc import Mapping

from threadlab.orchestration.ways.answer import Answer
from threadlab.orchestration.ways.ask_user import AskUser
from threadlab.orchestration.ways.debate import Debate
from threadlab.orchestration.ways.hand_off import HandOff
from threadlab.orchestration.ways.parallel import Parallel
from threadlab.orchestration.ways.review import Review
from threadlab.orchestration.ways.sequence import Sequence
from threadlab.orchestration.ways.stop import Stop
from threadlab.orchestration.ways.way import Way

ANSWER: Way = Answer()
WAYS: Mapping[str, Way] = {
    way.tool.name: way
    for way in (ANSWER, Sequence(), Parallel(), HandOff(), Review(), Debate(), AskUser(), Stop())
}
"""What an orchestrator may choose, unless it is given fewer, or others of your own."""
