"""The verbs over HTTP: `app.create` makes the application, and `running.serve` runs it."""
