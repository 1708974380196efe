"""Other systems are told what rules found: endpoints with secrets, signed calls, retries."""
