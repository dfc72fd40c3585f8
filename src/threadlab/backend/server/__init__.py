"""The server: carries the backend's handlers over HTTP. It decides nothing about threads and runs.

`gate` lets a request in or refuses it, `protocol` bounds what a connection may send before it is a request,
`carrier` is the ASGI application between them and `handle`, `listen` runs it all on uvicorn.
"""
