"""How decisions are kept and announced: documents, group commit, relay, MongoDB."""
