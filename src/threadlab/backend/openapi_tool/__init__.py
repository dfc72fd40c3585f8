"""The openapi tool: operations of a given description, called over HTTP, at allowed hosts alone."""
