"""The shapes of the control API's answers, each defined once: for JSON, for the description, for the client.

Times are aware datetimes of simulated time, amounts exact Decimals, which JSON has as numbers.

A type of the core is shown as it is where it has the same facts: Finding, DoubleCharge, and the enumerations. Four
names stand for two types, since the core knows more than it shows: an Attempt has its exchange, and its latency in
seconds; a LedgerEntry its place in the journal; CarriedForward what the audit needs to go on; an AuditReport all of
that. Fields that both have are copied by their names (`fakefax.control.schemas.view`).
"""

from fakefax.core.billing.audit import DoubleCharge as DoubleCharge
from fakefax.core.callbacks.callback import ReceiptState as ReceiptState
from fakefax.core.faults.callback_faults import CallbackFaults as CallbackFaults
from fakefax.core.faults.request_faults import RequestFaults as RequestFaults
from fakefax.core.msg_codes import JobState as JobState
from fakefax.core.msg_codes import MsgCode as MsgCode
from fakefax.core.verdict import Finding as Finding
from fakefax.schemas.base import AsOf as AsOf
from fakefax.schemas.base import View as View
from fakefax.schemas.faxes import AnswerView as AnswerView
from fakefax.schemas.faxes import Attempt as Attempt
from fakefax.schemas.faxes import AttemptRun as AttemptRun
from fakefax.schemas.faxes import Fax as Fax
from fakefax.schemas.faxes import FaxDetail as FaxDetail
from fakefax.schemas.faxes import FaxDetailList as FaxDetailList
from fakefax.schemas.faxes import FaxFieldsList as FaxFieldsList
from fakefax.schemas.faxes import FaxList as FaxList
from fakefax.schemas.faxes import FullAttempt as FullAttempt
from fakefax.schemas.faxes import IncomingFaxFieldsList as IncomingFaxFieldsList
from fakefax.schemas.faxes import IncomingFaxList as IncomingFaxList
from fakefax.schemas.faxes import IncomingFaxView as IncomingFaxView
from fakefax.schemas.faxes import PlanView as PlanView
from fakefax.schemas.faxes import PostedView as PostedView
from fakefax.schemas.faxes import TimelineStep as TimelineStep
from fakefax.schemas.journal import JournalEntry as JournalEntry
from fakefax.schemas.journal import JournalFieldsView as JournalFieldsView
from fakefax.schemas.journal import JournalView as JournalView
from fakefax.schemas.journal import NearMissView as NearMissView
from fakefax.schemas.journal import StreamEntries as StreamEntries
from fakefax.schemas.journal import VerdictView as VerdictView
from fakefax.schemas.journal import WaitView as WaitView
from fakefax.schemas.money import AccountView as AccountView
from fakefax.schemas.money import AuditReport as AuditReport
from fakefax.schemas.money import CarriedForward as CarriedForward
from fakefax.schemas.money import DocumentView as DocumentView
from fakefax.schemas.money import LedgerEntry as LedgerEntry
from fakefax.schemas.money import LedgerView as LedgerView
from fakefax.schemas.sandboxes import AdvanceView as AdvanceView
from fakefax.schemas.sandboxes import AllRules as AllRules
from fakefax.schemas.sandboxes import BundleView as BundleView
from fakefax.schemas.sandboxes import ClockSummary as ClockSummary
from fakefax.schemas.sandboxes import ClockView as ClockView
from fakefax.schemas.sandboxes import DeletedView as DeletedView
from fakefax.schemas.sandboxes import FaultList as FaultList
from fakefax.schemas.sandboxes import FaultView as FaultView
from fakefax.schemas.sandboxes import NewSandboxView as NewSandboxView
from fakefax.schemas.sandboxes import PutScenarioView as PutScenarioView
from fakefax.schemas.sandboxes import PutSnapshotView as PutSnapshotView
from fakefax.schemas.sandboxes import ReadyView as ReadyView
from fakefax.schemas.sandboxes import ResetView as ResetView
from fakefax.schemas.sandboxes import RuleList as RuleList
from fakefax.schemas.sandboxes import RuleView as RuleView
from fakefax.schemas.sandboxes import SandboxList as SandboxList
from fakefax.schemas.sandboxes import SandboxView as SandboxView
from fakefax.schemas.sandboxes import StreamGone as StreamGone
from fakefax.schemas.sandboxes import StreamHello as StreamHello
from fakefax.schemas.sandboxes import StreamLost as StreamLost
from fakefax.schemas.sandboxes import TimerView as TimerView
from fakefax.values.verdict_parts import Part as Part
