"""The attributes of a sandbox that are kept, those that are not, and why.

A field that is added to one of these classes fails a test until it is kept in a record or named here.
"""

from collections.abc import Mapping
from typing import NamedTuple

from fakefax.callbacks.dispatcher import Dispatcher
from fakefax.core.billing.ledger import CarriedForward, Ledger, LedgerEntry
from fakefax.core.billing.retention import Retention
from fakefax.core.callbacks.callback import Attempt
from fakefax.core.callbacks.exchanges import Exchange, Exchanges, Response
from fakefax.core.callbacks.fault_injection import Delivery, FaultInjector
from fakefax.core.callbacks.receipts import Receipt
from fakefax.core.callbacks.received_faxes import ReceivedFaxCallback
from fakefax.core.callbacks.retry_scheduler import RetryScheduler
from fakefax.core.clock import Clock
from fakefax.core.decisions import Decision
from fakefax.core.engine import Engine
from fakefax.core.ids import ApiKeys, RisingIds
from fakefax.core.journal import Entry, Journal
from fakefax.core.models import Account, Document, FaxJob, FaxOrder, Plan
from fakefax.core.randomness import PasswordSalts, RandomChoices
from fakefax.core.receiving.inbox import IncomingFaxes
from fakefax.core.receiving.incoming import DidGroup, FaxFile, FaxNumber, IncomingFax, Transmission
from fakefax.core.receiving.number_registry import NumberRegistry
from fakefax.core.store import EvictedJobs, MemoryStore
from fakefax.core.timers import Timer, Timers
from fakefax.sandbox.sandbox import Sandbox
from fakefax.sandbox.uploads import DocumentStore
from fakefax.sandbox.users import User, Users
from fakefax.scenario.rules import SandboxRules
from fakefax.scenario.rules.matching import Rules
from fakefax.scenario.rules.request_rules import RateGate
from fakefax.scenario.rules.rule import Rule, ScenarioRules
from fakefax.state import records as r

PART = "a part of the sandbox, which is made anew"
SCENARIO = "the scenario says it"
DERIVED = "it follows from what is kept"
REAL = "it is of real time or of connections, which end with the process"
TOLD = "it reports changes to the file of the sandbox"
OWN_RECORDS = "kept in records of its own"


class Kept(NamedTuple):
    """The kept attributes of a class: fields of `record`, those under `other` names, and the rest.

    The name of a field in another record is `Record.field`. `rest` has the reason of what is not kept here.
    """

    kind: type
    record: type[r.Record] | None
    other: Mapping[str, str] = {}
    rest: Mapping[str, str] = {}


def _rest(reason: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, reason)


_CALLBACK = Kept(
    Receipt,
    r.CallbackRecord,
    {"job": "CallbackRecord.number"},
    {"attempts": OWN_RECORDS, "in_flight": "its deliveries say it"},
)

KEPT = (
    Kept(
        Document,
        r.SentDocument,
    ),
    Kept(
        FaxOrder,
        r.FaxRecord,
    ),
    Kept(Plan, r.FaxRecord),
    Kept(
        FaxJob,
        r.FaxRecord,
        {"order": "FaxRecord.document", "plan": "FaxRecord.rule"},
        {"receipt": OWN_RECORDS},
    ),
    Kept(
        Account,
        r.AccountRecord,
        rest=_rest(OWN_RECORDS, "documents", "numbers", "inbox"),
    ),
    Kept(
        Ledger,
        r.LedgerRecord,
        {"reported": "LedgerEntryRecord.told"},
        {"entries": OWN_RECORDS, "position": PART},
    ),
    Kept(LedgerEntry, r.LedgerEntryRecord),
    Kept(CarriedForward, r.CarriedRecord),
    Kept(EvictedJobs, r.EvictedRecord),
    Kept(Decision, r.DecisionRecord, {"action": "DecisionRecord.faults"}),
    _CALLBACK,
    Kept(
        ReceivedFaxCallback,
        r.CallbackRecord,
        {"fax": "CallbackRecord.number"},
        {**_CALLBACK.rest, "encoded": "made again for the next attempt"},
    ),
    Kept(Attempt, r.AttemptRecord, {"number": "AttemptRecord.attempt"}),
    Kept(
        Exchange,
        r.ExchangeRecord,
        rest={"dropped": "attempts say it in place of a digest"},
    ),
    Kept(Response, r.ResponseRecord),
    Kept(
        Delivery,
        r.DeliveryRecord,
        {"callback": "DeliveryRecord.number"},
        _rest("set when it is posted again", "at", "changed"),
    ),
    Kept(Timer, r.TimerRecord, rest={"what": DERIVED, "callback": DERIVED}),
    Kept(DidGroup, r.GroupRecord),
    Kept(FaxNumber, r.NumberRecord),
    Kept(Transmission, r.TransmissionRecord),
    Kept(FaxFile, r.ReceivedFaxRecord, {"data": "ReceivedFaxRecord.digest"}),
    Kept(
        IncomingFax,
        r.ReceivedFaxRecord,
        {"number": "ReceivedFaxRecord.did_number", "file": "ReceivedFaxRecord.digest"},
        {"callback": OWN_RECORDS},
    ),
    Kept(User, r.UserRecord),
    Kept(
        Entry,
        r.JournalRecord,
        {"source": "JournalRecord.detail"},
        {"redact": PART},
    ),
    Kept(
        Rule,
        r.RuleRecord,
        {"gate": "RuleRecord.passed", "_choices": "RuleRecord.drawn"},
        {
            "label": DERIVED,
            **_rest(PART, "__weakref__"),
            **_rest(SCENARIO, "_seed", "_section"),
            **_rest(
                "the rule as it was written says it",
                "conditions",
                "_make_action",
                "_actions",
                "_nth",
                "_times",
            ),
        },
    ),
    Kept(RateGate, r.RuleRecord, rest=_rest("the rule as it was written says it", "_limit", "_per")),
    Kept(RandomChoices, None, {"_random": "RuleRecord.drawn"}, {"_seed": SCENARIO}),
    Kept(PasswordSalts, None, {"_random": "CountersRecord.salts"}, {"_seed": SCENARIO}),
    Kept(ApiKeys, None, {"_random": "ServerRecord.api_keys"}, {"_seed": SCENARIO, "_home": "the server's replica"}),
    Kept(RisingIds, None, {"next_id": "IdsRecord.fax_job_id"}, {"_step": "the server's replica"}),
    # The parts of a sandbox.
    Kept(
        Rules,
        None,
        {
            "given_ids": "CountersRecord.rule_ids",
            "_at_run_time": "RuleRecord.rule_id",
            "_written_at_run_time": "RuleRecord.written",
            "of_scenario": "RuleRecord.used",
        },
        {
            **_rest(PART, "_make", "_number_of", "_headers", "_headers_of_scenario"),
            **_rest(
                DERIVED,
                "_scenario_index",
                "_run_time_index",
                "_without_number",
                "_indexes",
                "empty",
                "_by_number",
            ),
            "_otherwise": "it draws nothing",
            "changed": TOLD,
        },
    ),
    Kept(
        ScenarioRules,
        None,
        {"_made": "RuleRecord.used"},
        {
            "written": SCENARIO,
            **_rest(PART, "make", "_section"),
            "_explainers": DERIVED,
        },
    ),
    Kept(SandboxRules, None, rest={"_scenario": SCENARIO, **_rest(OWN_RECORDS, "faxes", "requests", "callbacks")}),
    Kept(
        Retention,
        r.CountersRecord,
        {"count": "CountersRecord.settled", "_settled": "FaxRecord.settled"},
        _rest(PART, "_store", "_accounts", "_billing", "_clock"),
    ),
    Kept(
        MemoryStore,
        None,
        {"evicted": "EvictedRecord.count", "_jobs": "FaxRecord.fax_job_id"},
        {"fax_limit": "the server's option", "leaving": TOLD},
    ),
    Kept(
        NumberRegistry,
        r.CountersRecord,
        rest={**_rest(PART, "_clock", "_journal", "_ids", "_accounts"), **_rest(SCENARIO, "_price", "_lifetime")},
    ),
    Kept(
        IncomingFaxes,
        None,
        rest={**_rest(PART, "_clock", "_journal", "_ids", "_issue"), "_seed": SCENARIO, "announced": TOLD},
    ),
    Kept(Users, r.CountersRecord, {"_by_email": "UserRecord.email"}, {"_clock": PART}),
    Kept(
        DocumentStore,
        None,
        {"_contents": "Snapshot.files"},
        {
            **_rest(PART, "_clock", "_journal", "_accounts", "_services"),
            **_rest(SCENARIO, "_seed", "_locale"),
            "_used": DERIVED,
        },
    ),
    Kept(
        Journal,
        r.CountersRecord,
        {"_entries": "JournalRecord.seq", "_evicted_at": "CountersRecord.evicted_at"},
        {
            **_rest(PART, "redact", "_owner", "_everywhere", "_listeners"),
            "identity": "another name tells readers of the old one to begin anew",
            "capacity": "the server's option",
        },
    ),
    Kept(
        Clock,
        r.ClockRecord,
        {"_at": "ClockRecord.now", "_rate": "ClockRecord.rate", "_timers": "TimerRecord.due"},
        _rest(REAL, "_monotonic", "_flows_since", "_left", "_holds", "_walking", "_closed", "_alarm", "_alarm_due"),
    ),
    Kept(
        Timers,
        r.ClockRecord,
        {"_heap": "TimerRecord.due"},
        {"_cancelled": "what was cancelled is gone"},
    ),
    Kept(
        Engine,
        None,
        rest=_rest(
            PART, "_clock", "_journal", "_store", "_ids", "_pricing", "_billing", "_decide_fax", "_fax_ended"
        ),
    ),
    Kept(
        RetryScheduler,
        None,
        {"exchanges": "ExchangeRecord.exchange", "injector": "DeliveryRecord.attempt"},
        {
            **_rest(PART, "_clock", "_log", "_policy", "_accounts"),
            **_rest(PART, "_decide_callback", "_concern_callbacks", "_receipt_settled"),
            "held_answers": REAL,
        },
    ),
    Kept(Exchanges, None, {"_kept": "ExchangeRecord.exchange"}, {"_limit": PART, "_size": DERIVED}),
    Kept(
        FaultInjector,
        None,
        {"_posted": "DeliveryRecord.url", "_waiting": "DeliveryRecord.timer", "_held_back": "DeliveryRecord.held"},
        {**_rest(PART, "_clock", "_policy", "post", "_find_url_or_skip", "_record_answer", "_note"), "noted": TOLD},
    ),
    Kept(
        Sandbox,
        r.Snapshot,
        {"store": "Snapshot.faxes", "retry_scheduler": "Snapshot.callbacks", "retention": "CountersRecord.settled"},
        {
            "transform": "a function of the server's flags; the scenario is kept as it has made it",
            "owner": "whose sandbox it is loaded into",
            "services": "the server's",
            **_rest("the server's", "number", "kept"),
            **_rest(REAL, "watchers", "delayed_responses", "journal_waiter", "_dispatcher"),
            "recording": "asked for when a sandbox is made; what is restored into it is an input like any other",
            **_rest(PART, "engine", "inbox", "_callback_timeout", "billing", "pricing"),
        },
    ),
    Kept(
        Dispatcher,
        None,
        rest=_rest(REAL, "_client", "_clock", "_before_posting", "_tasks", "_in_flight", "_waiting", "_closed"),
    ),
)
"""Every class with something to keep, and the parts of a sandbox."""
