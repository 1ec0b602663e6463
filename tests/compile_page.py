"""The report page's template as Python code, made ahead: compiling it takes longer than a short command's own work.

python tests/compile_page.py              writes telecmi_leads/output/reports/templates/compiled_page.py
"""

from __future__ import annotations

from places import PACKAGE

from telecmi_leads.output.reports.page import environment, made_from, template_text

COMPILED = PACKAGE / "output" / "reports" / "templates" / "compiled_page.py"
_SAYS = '"""report.html.jinja, compiled by Jinja: tests/compile_page.py writes this file, nobody edits it."""\n'


def compiled() -> str:
    """Return the module's text."""
    code = environment().compile(template_text(), name=None, filename="report.html.jinja", raw=True, defer_init=True)
    return f'{_SAYS}MADE_FROM = "{made_from(template_text())}"\n{code}\n'


if __name__ == "__main__":
    COMPILED.write_text(compiled(), encoding="utf-8")
