"""Test a program with unittest. Needs `pip install numberkeep` and a client."""

import unittest
from typing import ClassVar

from numberkeep.testing import Service
from sendblue_api import ConflictError, SendblueAPI

PHONE = "+14155552671"


def welcome(number: str) -> str:
    """Keep a contact: the program under test, which reads its environment as in production."""
    with SendblueAPI() as client:
        try:
            client.contacts.create(number=number, tags=["new"])
        except ConflictError:
            return "Welcome back!"
    return "Welcome!"


class WelcomeTest(unittest.TestCase):
    """One service for the class, and an account of its own for each test."""

    service: ClassVar[Service]

    @classmethod
    def setUpClass(cls) -> None:
        cls.service = cls.enterClassContext(Service())

    def setUp(self) -> None:
        self.numberkeep = self.enterContext(self.service.account())

    def test_the_first_time(self) -> None:
        self.assertEqual(welcome(PHONE), "Welcome!")
        self.numberkeep.assert_called("contacts.create", number=PHONE, times=1)

    def test_the_second_time(self) -> None:
        self.assertEqual([welcome(PHONE), welcome("415-555-2671")], ["Welcome!", "Welcome back!"])
