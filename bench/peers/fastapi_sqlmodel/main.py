"""Contacts with FastAPI, SQLModel and SQLite, in one file and with one session per request: `uvicorn main:app`."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlmodel import JSON, Column, Field, Session, SQLModel, col, create_engine, func, select


class ContactBase(SQLModel):
    """The fields that every form of a contact has."""

    phone: str = Field(index=True, unique=True)
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON))
    custom_variables: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON))


class Contact(ContactBase, table=True):
    """A row."""

    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC), index=True)


class ContactCreate(ContactBase):
    """The body of a create."""


class ContactPublic(ContactBase):
    """A contact in an answer."""

    id: int
    created_at: datetime


class ContactUpdate(SQLModel):
    """The body of an update."""

    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    tags: list[str] | None = None
    custom_variables: dict[str, str] | None = None


engine = create_engine("sqlite:///database.db", connect_args={"check_same_thread": False})


def get_session() -> Iterator[Session]:
    """Yield a session for one request."""
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Create the tables at startup."""
    SQLModel.metadata.create_all(engine)
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/contacts/", response_model=ContactPublic)
def create_contact(contact: ContactCreate, session: SessionDep) -> Contact:
    """Create a contact."""
    db_contact = Contact.model_validate(contact)
    session.add(db_contact)
    session.commit()
    session.refresh(db_contact)
    return db_contact


@app.get("/contacts/", response_model=list[ContactPublic])
def read_contacts(
    session: SessionDep, offset: int = 0, limit: Annotated[int, Query(le=100)] = 100
) -> Sequence[Contact]:
    """Return the newest contacts."""
    return session.exec(select(Contact).order_by(col(Contact.created_at).desc()).offset(offset).limit(limit)).all()


@app.get("/contacts/count")
def count_contacts(session: SessionDep) -> dict[str, int]:
    """Return the number of contacts."""
    return {"count": session.exec(select(func.count()).select_from(Contact)).one()}


@app.get("/contacts/{phone}", response_model=ContactPublic)
def read_contact(phone: str, session: SessionDep) -> Contact:
    """Return the contact with this number."""
    return _contact(phone, session)


@app.patch("/contacts/{phone}", response_model=ContactPublic)
def update_contact(phone: str, contact: ContactUpdate, session: SessionDep) -> Contact:
    """Update the given fields of a contact."""
    db_contact = _contact(phone, session)
    db_contact.sqlmodel_update(contact.model_dump(exclude_unset=True))
    session.add(db_contact)
    session.commit()
    session.refresh(db_contact)
    return db_contact


@app.delete("/contacts/{phone}")
def delete_contact(phone: str, session: SessionDep) -> dict[str, bool]:
    """Delete a contact."""
    session.delete(_contact(phone, session))
    session.commit()
    return {"ok": True}


def _contact(phone: str, session: Session) -> Contact:
    contact = session.exec(select(Contact).where(Contact.phone == phone)).first()
    if contact is None:
        raise HTTPException(status_code=404, detail="Contact not found")
    return contact
