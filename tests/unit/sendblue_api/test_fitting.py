"""Responses fitted to models of a program's own: valid parts as pydantic builds them, the rest as it came."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import httpx2
import pydantic
import pytest
from pydantic import AfterValidator, Field

from sendblue_api import BaseModel
from sendblue_api._fitting import lenient
from unit.sendblue_api.scripted_service import Driver

BEYOND = 2**53 + 1  # the first integer that no float holds


class Cat(BaseModel):
    """One of two models that differ in a literal."""

    kind: Literal["cat"]
    age: int = 0


class Dog(BaseModel):
    """The other, with a field more."""

    kind: Literal["dog"]
    age: int = 0
    name: str | None = None


class Letter(BaseModel):
    """One of two models that differ in their fields alone."""

    text: str
    pages: int


class Parcel(pydantic.BaseModel):
    """The other, which is not of ours."""

    weight: float
    pages: int


class Home(BaseModel):
    """Unions, lists and dictionaries of models."""

    rooms: int = 1
    pet: Cat | Dog | None = None
    tagged: Cat | Dog | None = Field(default=None, discriminator="kind", alias="taggedPet")
    pets: list[Cat | Dog] | None = None
    queue: Sequence[Annotated[Cat | Dog, Field(discriminator="kind")]] = []
    by_name: dict[str, Cat | Dog] | None = None
    by_year: Mapping[int, list[Dog]] = {}
    post: Letter | Parcel | str = ""
    rate: Annotated[float, AfterValidator(lambda percent: percent / 100)] = 0


SOUND = {
    "pet": {"kind": "dog", "age": 3},
    "taggedPet": {"kind": "dog"},
    "pets": [{"kind": "dog", "name": "Rex"}, {"kind": "cat"}],
    "queue": [{"kind": "cat", "age": 1}],
    "by_name": {"Rex": {"kind": "dog"}, "Tom": {"kind": "cat"}},
    "by_year": {"2024": [{"kind": "dog", "age": 2}]},
    "post": {"weight": 1, "pages": 2},
    "rate": 150,
}


def test_one_odd_field_leaves_the_others_as_pydantic_builds_them() -> None:
    """Unions, discriminators, keys and validators count beside an odd field as they do in valid data."""
    valid = Home.model_validate_json(json.dumps(SOUND))
    built: Any = lenient(Home, {**SOUND, "rooms": "many"})
    assert built.rooms == "many"
    for name in Home.model_fields.keys() - {"rooms"}:
        assert getattr(built, name) == getattr(valid, name)
        assert type(getattr(built, name)) is type(getattr(valid, name))


@pytest.mark.parametrize("field", ["pet", "taggedPet"])
def test_the_literal_tells_which_model_of_a_union_is_meant(field: str) -> None:
    """Also where the model that it names fits worse than the other."""
    built = lenient(Home, {field: {"kind": "dog", "age": "three", "name": 5}})
    pet: Any = built.pet or built.tagged
    assert type(pet) is Dog
    assert [pet.age, pet.name] == ["three", 5]


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        ({"text": "Hello", "pages": "two"}, Letter),
        ({"weight": 0.5, "pages": "two"}, Parcel),
        ({"weight": "heavy", "pages": "two"}, Parcel),
        ({"pages": "two"}, Letter),
        ({"text": 5}, Letter),
    ],
)
def test_without_a_literal_the_model_that_fits_best_is_built(post: dict[str, object], kind: type) -> None:
    """The fewest errors decide, then the most fields that the model has, then the order in the union."""
    built = lenient(Home, {"post": post}).post
    assert type(built) is kind
    assert post.items() <= built.__dict__.items()


def test_what_fits_no_member_of_a_union_stays_as_it_came() -> None:
    """A list is no model, and neither is a number."""
    assert lenient(Home, {"post": [1], "pet": 7}).to_dict() == {"post": [1], "pet": 7}


@pytest.mark.parametrize("field", ["pets", "queue"])
def test_an_odd_item_in_a_list_of_models(field: str) -> None:
    """Items are built one by one."""
    items = getattr(lenient(Home, {field: [{"kind": "cat"}, {"kind": "dog", "age": "old"}, 7]}), field)
    assert items == [Cat(kind="cat"), Dog.construct(kind="dog", age="old"), 7]


async def test_dictionaries_of_models(api: Driver) -> None:
    """Values are built one by one, and keys are of their type."""
    dogs = {"2024": [{"kind": "dog", "age": "old"}, {"kind": "dog"}], "last": "none"}
    api.answers(httpx2.Response(200, json=dogs))
    answer = await api("get", "/x", cast_to=dict[int, list[Dog]])
    assert answer == {2024: [Dog.construct(kind="dog", age="old"), Dog(kind="dog")], "last": "none"}
    assert lenient(Home, {"by_year": dogs}).by_year == answer


class Figures(BaseModel):
    """Floats in every place."""

    one: float = 0
    renamed: float | None = Field(default=None, validation_alias=pydantic.AliasChoices("first", "second"))
    many: list[float] | None = None
    pair: tuple[float, float] = (0, 0)
    named: dict[int, float] | None = None
    rate: Annotated[float, AfterValidator(lambda percent: percent / 100)] = 0
    inner: "Figures | None" = None


@pytest.mark.parametrize("more", [{}, {"inner": {"one": "odd"}}])
async def test_integers_beyond_the_range_of_a_float_stay_exact(api: Driver, more: dict[str, object]) -> None:
    """In valid and in odd responses. Those that a float holds are floats, as pydantic has it."""
    values = {"one": BEYOND, "first": -BEYOND, "second": 1, "many": [1, BEYOND, 0.5], "pair": [BEYOND, 2]}
    answer = {**values, "named": {"1": BEYOND, "2": 3}, "rate": 150, "inner": {"one": BEYOND}, **more}
    api.answers(httpx2.Response(200, json=answer))
    built = await api("get", "/x", cast_to=Figures)
    assert (built.one, built.renamed, built.many) == (BEYOND, -BEYOND, [1, BEYOND, 0.5])
    assert (built.pair, built.named, built.rate) == ((BEYOND, 2), {1: BEYOND, 2: 3}, 1.5)
    assert built.inner.one == (BEYOND if not more else "odd")
    assert [type(each) for each in (*built.many, *built.pair)] == [float, int, float, int, float]


@pytest.mark.parametrize(
    ("value", "kind"),
    [(BEYOND, int), (2**53, float), (-BEYOND, int), (10**400, int), (7, float)],
    ids=["odd", "even", "negative", "huge", "small"],
)
def test_only_an_integer_that_would_lose_digits_stays_one(value: int, kind: type) -> None:
    """2**53 and everything below is exact as a float."""
    built = lenient(float, value)
    assert built == value
    assert type(built) is kind
