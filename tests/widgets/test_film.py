from __future__ import annotations

from dataclasses import replace

from threadlab.following.run_view import RunView, advance
from threadlab.objects.event import Event, Polled, TextArrived
from threadlab.objects.run import Run
from threadlab.widgets.runs import film as films
from threadlab.widgets.runs.film import Film


def filmed(run: Run, events: list[Event]) -> Film:
    """The film of these events."""
    view, film = RunView(run=run), Film()
    for event in events:
        view = advance(view, event)
        film = film.after(view, event)
    return film


def test_each_event_is_a_frame_with_the_view_as_it_was(run: Run, tool_story: list[Event]) -> None:
    """The first still shows a run that is queued, the last one that is over."""
    film = filmed(run, tool_story)
    assert len(film) == len(tool_story)
    assert (film.frames[0].status, film.frames[-1].status) == ("queued", "completed")
    assert film.frames[0].view.steps == ()


def test_the_strip_is_a_line_for_each_thing_that_happened(run: Run, tool_story: list[Event]) -> None:
    """In words, with the time and the status."""
    said = [line.words for line in filmed(run, tool_story).strip()]
    assert "queued: accepted, waiting for the engine to pick it up" in said
    assert 'get_weather starts with {"city": "Oslo", "unit": "celsius"}' in said
    assert "submitted 2 outputs in one request" in said


def test_polls_that_saw_nothing_new_and_pieces_of_text_share_a_line(run: Run) -> None:
    """The strip stays readable."""
    texts = ["It", "It is", "It is cold"]
    events: list[Event] = [
        *(Polled(at=number, run=run, poll=number) for number in (1, 2, 3)),
        *(TextArrived(at=4, message_id="msg_1", text=text[-2:], so_far=text) for text in texts),
    ]
    lines = filmed(run, events).strip()
    assert [line.words for line in lines] == [
        "polls 1 to 3 saw nothing new",
        "3 pieces of text, the last: … ld",
    ]


def test_a_long_film_is_thinned_and_keeps_what_happens_once(run: Run) -> None:
    """Bounded, however long one watches; the beginning stays."""
    over = replace(run, status="completed")
    events: list[Event] = [Polled(at=number, run=run, poll=number) for number in range(3000)]
    film = filmed(run, [TextArrived(at=0, message_id="m", text="", so_far=""), *events])
    assert len(film) <= films.MOST_FRAMES
    assert film.left_out + len(film) == 3001
    assert film.frames[0].view.at is not None
    assert film.frames[0].view.at < 200
    longer = film.after(RunView(run=over), Polled(at=3001, run=over, poll=3001))
    assert longer.frames[-1].status == "completed"
