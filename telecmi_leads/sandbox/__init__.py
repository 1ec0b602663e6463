"""A local stand-in for the service, on the loopback interface, with faults to order.

It holds to the published contract (openapi.yaml and the vendor's pages): every documented status and
message, the shape of a request checked before its credentials, a campaign's name unique in its account
whatever comes at the same time. Its rules are its own; it shares no line with the client that it tests.

    with Sandbox(faults=["500-after@2"]) as sandbox:
        upload_to(sandbox.url)
        assert sandbox.campaigns() == {"March-001": [...], ...}

An App id becomes an account with the first secret that comes with it; from then on any other secret for
it is answered with 404. `accounts={app_id: secret}` fixes them instead, and every other App id is unknown.

Other processes ask over HTTP, below the URL: `GET URL/_sandbox/campaigns`, `GET URL/_sandbox/requests`, and
`POST URL/_sandbox/faults` with a JSON list of fault texts. Every request needs the token of this start, which is the
first part of the URL's path: another user of the machine, who can reach the port, gets 403. Everything is kept in
memory and ends with it; of a secret only a keyed hash is kept, and nothing is logged.
"""

from telecmi_leads.sandbox.faults import Fault, Stage, parse_fault
from telecmi_leads.sandbox.server import Form, Sandbox
from telecmi_leads.sandbox.service import Received

__all__ = ["Fault", "Form", "Received", "Sandbox", "Stage", "parse_fault"]
