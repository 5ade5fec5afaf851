"""Print the CPU seconds until a fresh process has a client. Imports nothing else, because that would not be counted.

`python -I bench/client_ready.py ready URL PHONE` stops at `.contacts`; with `first` instead, at the first answer.
"""

import sys
import time

began = time.process_time()

import sendblue_api  # noqa: E402 - this is what is measured

client = sendblue_api.SendblueAPI(api_key="bench", api_secret="bench-secret", base_url=sys.argv[2])  # noqa: S106
contacts = client.contacts
if sys.argv[1] == "first":
    contacts.retrieve(sys.argv[3])
print(time.process_time() - began)
