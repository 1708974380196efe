"""Who is who: claims upon identifiers, merges by operators, and why two people became one."""
