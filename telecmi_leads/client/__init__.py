"""One request → one classified Outcome; no policy, no second try, no exception for anything the network does.

    sending     Client: the secret goes in at the last moment, one kept-alive connection for each worker thread
    transport   requests' transport adapter, with everything off that was not asked for
    deadlines   sockets that keep to one deadline, and that know whether anything of a request has left
    troubles    whatever requests, urllib3 and the sockets raise → what it means
    answers     status, headers and body → what the service said

requests is loaded when the first Client is made, since most commands need none.
"""

from telecmi_leads.client.heartbeat import Beat, ping
from telecmi_leads.client.sending import Client

__all__ = ["Beat", "Client", "ping"]
