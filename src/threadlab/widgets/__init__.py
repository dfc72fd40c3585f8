"""What a learner sees: objects and events become view models, those become HTML and text, widgets show them.

Three layers, read downwards. A view model (`Card`, `ObjectMap`, `ThreadView`) is plain data with every
number already worded. `page.py` turns one into HTML through a template of `templates/`, escaped, with the one
`style.css`. `live_run_card.py` and `object_map_view.py` put that HTML into ipywidgets; `watch.py` drives
them.

No thread is started here, and no clock is read: every time shown is the service's.
"""
