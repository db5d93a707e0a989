"""What the pytest plugin is made of. Nothing here imports the handle or the server before a test uses a fixture.

options    command line and ini
ini_values what is wrong with a value of the ini file
places     where a scenario's file is looked for
marker     @pytest.mark.fakefax(...): what it takes, and what is wrong with it
on_demand  one server for all workers of pytest-xdist, started when the first one connects
guard      stops connections to the real Fax.to
verdicts   the verdict at a test's end, and the fakefax section of a failed one's report
outcomes   which outcomes there are, and which ones a run has met
"""
