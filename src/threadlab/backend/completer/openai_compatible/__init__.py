"""A real model in the model's place: any endpoint of the chat-completions form that OpenAI has set.

Ollama, vLLM, llama.cpp, LM Studio, Azure OpenAI and OpenAI itself speak it. `endpoint.py` says where the
model is, `body.py` what it is asked, `hearing.py` what it says, `failure.py` why it does not, and
`completer.py` puts them together. The `openai` client takes a second or two to import: on the offline path
only `endpoint.py` is, which does without it.
"""
