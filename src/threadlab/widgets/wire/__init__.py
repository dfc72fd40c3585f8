"""Wire: what went over it: each request, who said what to whom, who holds what."""
