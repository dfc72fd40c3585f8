"""Drawing: what every view is made with: the page, short forms, colours of statuses, lanes of time."""
