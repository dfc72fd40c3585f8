from threadlab.connect.connect import connect as connect
from threadlab.connect.lab import Lab as Lab
from threadlab.conversation.conversation import Conversation as Conversation
from threadlab.conversation.conversation_manager import ConversationManager as ConversationManager
from threadlab.diagnosis.diagnose import diagnose as diagnose
from threadlab.errors import ThreadlabError as ThreadlabError
from threadlab.following.explain import explain as explain
from threadlab.following.follow import follow as follow
from threadlab.following.print_run import show as show
from threadlab.following.wait import wait as wait
from threadlab.objects.agent import Agent as Agent
from threadlab.objects.message import Message as Message
from threadlab.objects.run import Run as Run
from threadlab.objects.thread import Thread as Thread
from threadlab.tools.tool import tool as tool
from threadlab.tools.toolbox import Toolbox as Toolbox
from threadlab.widgets.runs.timeline import timeline as timeline
from threadlab.widgets.watching.watch import watch as watch
from threadlab.widgets.wire.object_map import object_map as object_map

__version__: str
__all__: list[str]
