"""Importing files of contacts: match the columns, plan, and run the plan or show what it would do."""
