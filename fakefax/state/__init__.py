"""The kept state of a sandbox, and snapshots of it.

    snapshot = take(sandbox)                    # all of it, keys masked
    text = text_of(snapshot)                    # the document: one record on a line
    await restore(sandboxes, sandbox, read(text))

`records` has what is kept of each kind of thing, `capture` makes the records, `rebuild` makes a sandbox of them.
Nothing loads this room until a snapshot is asked for, or a store.
"""

from fakefax.state.capture import moment_of as moment_of
from fakefax.state.records import FORMAT as FORMAT
from fakefax.state.records import Snapshot as Snapshot
from fakefax.state.shape import SnapshotError as SnapshotError
from fakefax.state.snapshots import Checked as Checked
from fakefax.state.snapshots import Restored as Restored
from fakefax.state.snapshots import check as check
from fakefax.state.snapshots import masked as masked
from fakefax.state.snapshots import read as read
from fakefax.state.snapshots import restore as restore
from fakefax.state.snapshots import take as take
from fakefax.state.snapshots import text_of as text_of
