"""ConversationManager: the name that the Foundry lesson on threads and runs gives to a Conversation."""

from __future__ import annotations

from threadlab.conversation.conversation import Conversation

ConversationManager = Conversation
