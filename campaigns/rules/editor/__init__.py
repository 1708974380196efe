"""The rule editor: drafts in a form or as JSON, their test cases, and the way to be live, as pages."""
