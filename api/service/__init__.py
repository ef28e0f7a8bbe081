"""The verbs over HTTP: `app.create` makes the application, `running.serve` runs it."""
