"""The shapes that cross the wire: requests, responses, lists, errors. Nothing here decides anything."""
