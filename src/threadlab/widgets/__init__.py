"""What a learner sees: objects and events become view models, those become HTML and text, widgets show them.

Three layers, read downwards. A view model (`Card`, `ObjectMap`, `ThreadView`) is plain data with every
number already worded. `page.py` turns one into HTML through a template of `templates/`, escaped, with the one
`style.css`. `live_run_card.py` puts that HTML into ipywidgets; `watch.py` drives it.

Views that grow, or are walked through, are drawn on the page by a script of `scripts/`, which makes elements
and puts text in as text: `growing.py` is their half in the kernel, which sends what is new and nothing else.

User runs are drawn from their record alone (`UserRunCard`, `HistoryTree`, `FactReel`): a fresh process shows
what lies on the disk, by the same fold and the same cards as while it happened, and asks no service.

No thread is started here, and no clock is read: every time shown is the service's.
"""
