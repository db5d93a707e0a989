"""What the control API shows, each shape defined once: for its JSON, for its description, and for the client.

Times are aware datetimes of simulated time, amounts exact Decimals, which JSON has as numbers.
"""

from fakefax.core.callbacks.callback import ReceiptState as ReceiptState
from fakefax.core.msg_codes import JobState as JobState
from fakefax.core.msg_codes import MsgCode as MsgCode
from fakefax.core.verdict import Part as Part
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
from fakefax.schemas.faxes import IncomingFaxList as IncomingFaxList
from fakefax.schemas.faxes import IncomingFaxView as IncomingFaxView
from fakefax.schemas.faxes import PlanView as PlanView
from fakefax.schemas.faxes import PostedView as PostedView
from fakefax.schemas.faxes import TimelineStep as TimelineStep
from fakefax.schemas.journal import Finding as Finding
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
from fakefax.schemas.money import DoubleCharge as DoubleCharge
from fakefax.schemas.money import LedgerEntry as LedgerEntry
from fakefax.schemas.money import LedgerView as LedgerView
from fakefax.schemas.sandboxes import AdvanceView as AdvanceView
from fakefax.schemas.sandboxes import AllRules as AllRules
from fakefax.schemas.sandboxes import ClockSummary as ClockSummary
from fakefax.schemas.sandboxes import ClockView as ClockView
from fakefax.schemas.sandboxes import DeletedView as DeletedView
from fakefax.schemas.sandboxes import NewSandboxView as NewSandboxView
from fakefax.schemas.sandboxes import PutScenarioView as PutScenarioView
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
