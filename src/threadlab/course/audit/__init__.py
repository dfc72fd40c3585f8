"""The audit of the course: a table of named rules, each a function from the course to its findings.

A rule only reads; what it finds says where, what is wrong, and what to do. `rules.RULES` is the table;
`threadlab audit` prints what the rules find, and the test suite runs each of them over the real course. So
what an author is told, and what keeps a lesson out of the course, are the same thing.
"""
