"""Search: the text of files, in chunks, in an index, and the tool that searches it.

It knows neither runs nor routes: the engine reaches it through the port in `backend/hosted.py`.
"""
