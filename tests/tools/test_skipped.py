"""Which tests ran nowhere, from the reports of several runs."""

from tools.skipped import never_run

FIRST = """<testsuites><testsuite>
<testcase classname="tests.a" name="test_runs"/>
<testcase classname="tests.a" name="test_once"><skipped message="no browser"/></testcase>
<testcase classname="tests.a" name="test_never"><skipped message="no disk"/></testcase>
<testcase classname="" name="tests.b"><skipped message="no dask"/></testcase>
<testcase classname="" name="tests.c"><skipped message="no pandas"/></testcase>
</testsuite></testsuites>"""
SECOND = """<testsuites><testsuite>
<testcase classname="tests.a" name="test_once"/>
<testcase classname="tests.a" name="test_never"><skipped message="no disk"/></testcase>
<testcase classname="tests.b" name="test_with_dask"><failure/></testcase>
</testsuite></testsuites>"""


def test_what_one_run_skips_another_must_run():
    assert never_run([FIRST, SECOND]) == {
        "tests.a::test_never": "no disk",
        "tests.c::": "no pandas",
    }
    assert len(never_run([FIRST])) == 4
