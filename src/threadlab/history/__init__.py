"""History: user runs as a tree, and the one mechanism behind every verb on them.

A user run is one input and all that happens until it is resolved. Nothing is ever changed in place: an edit
or a rerun is a sibling, a fork is a new branch on a node. What is kept lies in the journal; what is said lies
at the service.

    history, branch, user_run    what a person holds; `again` and `onlooker` help the verbs
    start, starting, execution   the one mechanism: from an input to the end of its user run
    bodies/                      what a user run executes: a turn, or what is made of a component
    work/                        what happens meanwhile; each fact is on disk before anybody is told
    plans/                       what would be reused and executed, known before it is done
    contexts/                    what an agent is given of the user runs before
    tickets/                     slow work that outlives its user run
    templates/                   user runs with holes in them
    reading/                     what records can tell: tables, figures, two of them side by side

Each folder imports only those below it in this list; the files beside them use them all.
"""
