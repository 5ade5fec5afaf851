"""A contacts service as the tutorials of FastAPI and SQLModel write one."""
