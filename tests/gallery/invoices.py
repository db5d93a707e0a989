"""Sends invoices by fax, and never pays for one twice: the program of the tutorial.

Whatever happens between it and Fax.to, it

- sends each invoice once: when no clear answer came, it looks at its history before it sends again;
- tries again in its next round while Fax.to is down, or answers 403 because of too many requests;
- takes a receipt at any time: twice, before the reply to its send, or about a fax that it does not know;
- answers a receipt with 200 only after storing it, because Fax.to repeats what was not answered with 200;
- asks for the status of a fax whose receipt never came;
- keeps all of this in a database file, and so survives a restart.
"""

import http.client
import http.server
import json
import sqlite3
import threading
import urllib.error
import urllib.parse
import urllib.request

TABLES = """
    create table if not exists invoice (
        document_id integer, fax_number text, tried integer default 0, fax_job_id integer, problem text);
    create table if not exists outcome (fax_job_id integer primary key, status text);
"""
OPEN = "select rowid, document_id, fax_number, tried from invoice where fax_job_id is null and problem is null"
UNANSWERED = "select fax_job_id from invoice where fax_job_id > 0 except select fax_job_id from outcome"
STATES = """
    select document_id, coalesce(problem, status, iif(fax_job_id, 'sent', 'open'))
    from invoice left join outcome using (fax_job_id)
"""


class Refused(Exception):
    """Fax.to will not take this invoice, however often it is sent. A person has to look at it."""


class Invoices:
    """The program. A timer calls `send_open` every hour, and `ask_for_missing_receipts` every two days."""

    timeout = 10  # seconds

    def __init__(self, database, base_url, api_key):
        self.base_url, self.api_key = base_url, api_key
        self.db = sqlite3.connect(database, check_same_thread=False, isolation_level=None)  # each statement commits
        self.db.executescript(TABLES)

    def add(self, document_id, fax_number):
        self.db.execute("insert into invoice (document_id, fax_number) values (?, ?)", (document_id, fax_number))

    def states(self):
        """By document: open, sent, success, failed, or the words with which Fax.to refused it."""
        return dict(self.db.execute(STATES).fetchall())

    def send_open(self):
        for rowid, document_id, fax_number, tried in self.db.execute(OPEN).fetchall():
            try:
                found = self.find(document_id, fax_number) if tried else None
                self.db.execute("update invoice set tried = 1 where rowid = ?", (rowid,))
                fax_job_id = found or self.send(document_id, fax_number)
                self.db.execute("update invoice set fax_job_id = ? where rowid = ?", (fax_job_id, rowid))
            except Refused as refusal:
                self.db.execute("update invoice set problem = ? where rowid = ?", (str(refusal), rowid))
            except (OSError, http.client.HTTPException, ValueError):
                pass  # no clear answer: the next round looks whether it was accepted all the same

    def send(self, document_id, fax_number):
        return self.call("/fax", document_id=document_id, fax_number=fax_number)["fax_job_id"]

    def find(self, document_id, fax_number):
        """The fax_job_id of an invoice that was accepted although no reply said so."""
        wanted = (document_id, fax_number.lstrip("+"))
        history = self.call("/fax-history", limit=100)["history"]
        return next((fax["id"] for fax in history if (fax["document_id"], fax["recipient"]) == wanted), None)

    def take_receipt(self, receipt):
        """The status to answer Fax.to with. Only 200 will do."""
        self.store(int(receipt["fax_job_id"]), receipt["status"])
        return 200

    def ask_for_missing_receipts(self):
        for (fax_job_id,) in self.db.execute(UNANSWERED).fetchall():
            status = self.call(f"/fax/{fax_job_id}/status")["status"]
            if status != "executed":  # which means that it is under way
                self.store(fax_job_id, status)

    def store(self, fax_job_id, status):
        self.db.execute("insert or ignore into outcome values (?, ?)", (fax_job_id, status))

    def call(self, path, **fields):
        form = urllib.parse.urlencode({"api_key": self.api_key, **fields}).encode()
        try:
            with urllib.request.urlopen(self.base_url + path, form, timeout=self.timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 400:
                    raise Refused(json.load(error)["message"]) from None
                raise


def serve(program, port=0):
    """The callback endpoint, in a thread of its own: a server with `server_port` and `shutdown`."""

    class Endpoint(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.send_response(program.take_receipt(dict(urllib.parse.parse_qsl(form))))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Endpoint)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server
