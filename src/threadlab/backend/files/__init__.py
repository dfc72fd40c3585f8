"""Files: their bytes, and how they arrive. It knows neither runs nor routes."""
