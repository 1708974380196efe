"""Decision tables: rules written as rows of typed cells. Pure, apart from `api`."""
