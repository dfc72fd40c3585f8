"""History: user runs as a tree, and the one mechanism behind every verb on them.

A user run is one input and all that happens until it is resolved. Nothing is ever changed in place: an edit
or a rerun is a sibling, a fork is a new branch on a node. What is kept lies in the journal; what is said lies
at the service.
"""
