"""The demo brand: real households and baskets, three kinds of definitions, and a feed that only speaks HTTP."""
