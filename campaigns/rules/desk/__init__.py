"""The pages of one rule behind its overview: versions, test, trace, publish; and the rule set as a whole."""
