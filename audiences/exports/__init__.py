"""People and events as files, whole and unmasked, for other systems: started over the API, run as jobs, audited."""
