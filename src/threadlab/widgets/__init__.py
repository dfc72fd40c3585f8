"""What a learner sees: objects and events become view models, those become HTML and text, widgets show them.

Three layers, read downwards. A view model (`Card`, `ObjectMap`, `ThreadView`) is plain data with every
number already worded. `drawing/page.py` turns one into HTML through a template of `templates/`, escaped, with
the one `style.css`. `watching/live_run_card.py` puts that HTML into widgets; `watching/watch.py` drives it.

Views that grow, or are walked through, are drawn on the page by a script of `scripts/`, which makes elements
and puts text in as text: `drawing/growing.py` is their half in the kernel, which sends what is new and
nothing else.

    exercises/      the exercise loop and the self-check
    user_runs/      cards, trees, comparisons and folders, all from disk
    orchestrating/  who worked on what, why it was decided so, what was learned
    wire/           each request, who said what to whom, who holds what
    cards/          agents, threads, messages, answers with their sources, what lies at the service
    watching/       a run before the learner's eyes, and what can be pressed meanwhile
    runs/           one run at the service, as it is or as it was
    drawing/        what every view is made with

Each folder imports only those below it in this list. `formatters.py` gives every object its form in IPython.

User runs are drawn from their record alone (`UserRunCard`, `HistoryTree`, `FactReel`): a fresh process shows
what lies on the disk, by the same fold and the same cards as while it happened, and asks no service.

No thread is started here, and no clock is read: every time shown is the service's.
"""
