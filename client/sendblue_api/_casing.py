"""The camelCase names that stand beside snake_case ones in the service's answers: the only place that knows them.

Responses carry both spellings (api-reference.md, "The nine operations"); clients of different ages read one or the
other. A `Contact` has the snake_case one.
"""

from typing import Final

CAMEL_OF: Final = {
    "assigned_to_email": "assignedToEmail",
    "company_name": "companyName",
    "first_name": "firstName",
    "last_name": "lastName",
    "opt_out": "optOut",
    "sendblue_number": "sendblueNumber",
}
