"""report.html.jinja, compiled by Jinja: tests/compile_page.py writes this file, nobody edits it."""
MADE_FROM = "5 cc7e23227e0122920c62de4be68eb5ddf092126ef0777fbc7e982c44662d889d"
from jinja2.runtime import LoopContext, Macro, Markup, Namespace, TemplateNotFound, TemplateReference, TemplateRuntimeError, Undefined, escape, identity, internalcode, markup_join, missing, str_join
name = None

def root(context, missing=missing):
    resolve = context.resolve_or_missing
    undefined = environment.undefined
    concat = environment.concat
    cond_expr_undefined = Undefined
    if 0: yield None
    l_0_style_hash = resolve('style_hash')
    l_0_band = resolve('band')
    l_0_title = resolve('title')
    l_0_style = resolve('style')
    l_0_summary = resolve('summary')
    l_0_verdict = resolve('verdict')
    l_0_plural = resolve('plural')
    l_0_outside = resolve('outside')
    l_0_error_hint = resolve('error_hint')
    l_0_steps = resolve('steps')
    l_0_made = resolve('made')
    l_0_account = resolve('account')
    l_0_options = resolve('options')
    l_0_tables = resolve('tables')
    l_0_again = resolve('again')
    l_0_warning_tips = resolve('warning_tips')
    l_0_rows = resolve('rows')
    l_0_leads = resolve('leads')
    l_0_others = resolve('others')
    l_0_balance = resolve('balance')
    l_0_skipped = resolve('skipped')
    l_0_findings = resolve('findings')
    l_0_attention = resolve('attention')
    l_0_attention_more = resolve('attention_more')
    l_0_audience = resolve('audience')
    l_0_groups = resolve('groups')
    l_0_stretches = resolve('stretches')
    l_0_parts = resolve('parts')
    l_0_halved = resolve('halved')
    l_0_repairs = resolve('repairs')
    l_0_files = resolve('files')
    l_0_version = resolve('version')
    l_0_show_phones = resolve('show_phones')
    l_0_bar = l_0_legend = l_0_mark = l_0_campaign_table = missing
    try:
        t_1 = environment.filters['count']
    except KeyError:
        @internalcode
        def t_1(*unused):
            raise TemplateRuntimeError("No filter named 'count' found.")
    try:
        t_2 = environment.filters['duration']
    except KeyError:
        @internalcode
        def t_2(*unused):
            raise TemplateRuntimeError("No filter named 'duration' found.")
    try:
        t_3 = environment.filters['length']
    except KeyError:
        @internalcode
        def t_3(*unused):
            raise TemplateRuntimeError("No filter named 'length' found.")
    try:
        t_4 = environment.filters['list']
    except KeyError:
        @internalcode
        def t_4(*unused):
            raise TemplateRuntimeError("No filter named 'list' found.")
    try:
        t_5 = environment.filters['max']
    except KeyError:
        @internalcode
        def t_5(*unused):
            raise TemplateRuntimeError("No filter named 'max' found.")
    try:
        t_6 = environment.filters['number']
    except KeyError:
        @internalcode
        def t_6(*unused):
            raise TemplateRuntimeError("No filter named 'number' found.")
    try:
        t_7 = environment.filters['rejectattr']
    except KeyError:
        @internalcode
        def t_7(*unused):
            raise TemplateRuntimeError("No filter named 'rejectattr' found.")
    try:
        t_8 = environment.filters['safe']
    except KeyError:
        @internalcode
        def t_8(*unused):
            raise TemplateRuntimeError("No filter named 'safe' found.")
    try:
        t_9 = environment.filters['safe_text']
    except KeyError:
        @internalcode
        def t_9(*unused):
            raise TemplateRuntimeError("No filter named 'safe_text' found.")
    try:
        t_10 = environment.filters['selectattr']
    except KeyError:
        @internalcode
        def t_10(*unused):
            raise TemplateRuntimeError("No filter named 'selectattr' found.")
    try:
        t_11 = environment.filters['sum']
    except KeyError:
        @internalcode
        def t_11(*unused):
            raise TemplateRuntimeError("No filter named 'sum' found.")
    try:
        t_12 = environment.filters['urlencode']
    except KeyError:
        @internalcode
        def t_12(*unused):
            raise TemplateRuntimeError("No filter named 'urlencode' found.")
    try:
        t_13 = environment.filters['whole_text']
    except KeyError:
        @internalcode
        def t_13(*unused):
            raise TemplateRuntimeError("No filter named 'whole_text' found.")
    pass
    def macro(l_1_share, l_1_kind):
        t_14 = []
        if l_1_share is missing:
            l_1_share = undefined("parameter 'share' was not provided", name='share')
        if l_1_kind is missing:
            l_1_kind = undefined("parameter 'kind' was not provided", name='kind')
        pass
        t_14.extend((
            '<svg viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true"><rect class="',
            escape(l_1_kind),
            '" width="',
            escape(t_6(environment.getattr(l_1_share, 'width'))),
            '" height="8"></rect></svg>\n',
        ))
        return concat(t_14)
    context.exported_vars.add('bar')
    context.vars['bar'] = l_0_bar = Macro(environment, macro, 'bar', ('share', 'kind'), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_shares):
        t_15 = []
        if l_1_shares is missing:
            l_1_shares = undefined("parameter 'shares' was not provided", name='shares')
        pass
        t_15.append(
            '<ul class="legend">\n',
        )
        for l_2_share in l_1_shares:
            _loop_vars = {}
            pass
            t_15.extend((
                '<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="',
                escape(environment.getattr(l_2_share, 'code')),
                '" width="10" height="10"></rect></svg>',
                escape(environment.getattr(l_2_share, 'label')),
                '<b>',
                escape(t_1(environment.getattr(l_2_share, 'count'))),
                '</b><span class="soft small">',
                escape(environment.getattr(l_2_share, 'share')),
                '</span></li>\n',
            ))
        l_2_share = missing
        t_15.append(
            '</ul>\n',
        )
        return concat(t_15)
    context.exported_vars.add('legend')
    context.vars['legend'] = l_0_legend = Macro(environment, macro, 'legend', ('shares',), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_code):
        t_16 = []
        if l_1_code is missing:
            l_1_code = undefined("parameter 'code' was not provided", name='code')
        pass
        t_16.extend((
            '<span class="mark ',
            escape(l_1_code),
            '" aria-hidden="true"></span>',
        ))
        return concat(t_16)
    context.exported_vars.add('mark')
    context.vars['mark'] = l_0_mark = Macro(environment, macro, 'mark', ('code',), False, False, False, context.eval_ctx.autoescape)
    def macro(l_1_rows, l_1_caption):
        t_17 = []
        if l_1_rows is missing:
            l_1_rows = undefined("parameter 'rows' was not provided", name='rows')
        if l_1_caption is missing:
            l_1_caption = undefined("parameter 'caption' was not provided", name='caption')
        pass
        t_17.extend((
            '<section class="wide" tabindex="0" aria-label="',
            escape(l_1_caption),
            '">\n<table>\n<caption>',
            escape(l_1_caption),
            '</caption>\n<thead><tr><th scope="col" class="n">No.</th><th scope="col">Name</th><th scope="col" class="n">Leads</th><th scope="col">Outcome</th><th scope="col" class="n later">Tries</th><th scope="col" class="n later">Started</th><th scope="col" class="n">Time</th></tr></thead>\n<tbody>\n',
        ))
        for l_2_row in l_1_rows:
            _loop_vars = {}
            pass
            t_17.extend((
                '<tr><td class="n">',
                escape(environment.getattr(l_2_row, 'number')),
                '</td><th scope="row">',
                escape(environment.getattr(l_2_row, 'name')),
                '</th><td class="n">',
                escape(t_1(environment.getattr(l_2_row, 'leads'))),
                '</td><td>',
                escape(context.call((undefined(name='mark') if l_0_mark is missing else l_0_mark), environment.getattr(l_2_row, 'code'), _loop_vars=_loop_vars)),
                escape(environment.getattr(l_2_row, 'outcome')),
            ))
            if environment.getattr(l_2_row, 'answer'):
                pass
                t_17.extend((
                    '<span class="answer">',
                    escape(environment.getattr(l_2_row, 'answer')),
                    '</span>',
                ))
            if environment.getattr(l_2_row, 'who'):
                pass
                t_17.extend((
                    '<span class="answer">',
                    escape(environment.getattr(l_2_row, 'who')),
                    '</span>',
                ))
            t_17.extend((
                '</td><td class="n later">',
                escape(environment.getattr(l_2_row, 'attempts')),
                '</td><td class="n later">',
                escape(environment.getattr(l_2_row, 'started')),
                '</td><td class="n">',
                escape(environment.getattr(l_2_row, 'seconds')),
                '</td></tr>\n',
            ))
        l_2_row = missing
        t_17.append(
            '</tbody>\n</table>\n</section>\n',
        )
        return concat(t_17)
    context.exported_vars.add('campaign_table')
    context.vars['campaign_table'] = l_0_campaign_table = Macro(environment, macro, 'campaign_table', ('rows', 'caption'), False, False, False, context.eval_ctx.autoescape)
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'sha256-'
    yield escape((undefined(name='style_hash') if l_0_style_hash is missing else l_0_style_hash))
    yield '\'; base-uri \'none\'; form-action \'none\'">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n<title>'
    if (undefined(name='band') if l_0_band is missing else l_0_band):
        pass
        yield escape((undefined(name='band') if l_0_band is missing else l_0_band))
        yield ' · '
    yield escape((undefined(name='title') if l_0_title is missing else l_0_title)[:40])
    yield ' · lead upload report</title>\n<style>'
    yield escape(t_8((undefined(name='style') if l_0_style is missing else l_0_style)))
    yield '</style>\n</head>\n<body>\n'
    if (undefined(name='band') if l_0_band is missing else l_0_band):
        pass
        yield '<aside aria-label="A trial" class="band">'
        yield escape((undefined(name='band') if l_0_band is missing else l_0_band))
        yield ': '
        yield escape(('nothing reached TeleCMI, nothing is remembered' if environment.getattr((undefined(name='summary') if l_0_summary is missing else l_0_summary), 'sandbox') else 'nothing was sent'))
        yield '</aside>\n'
    yield '<header>\n<p class="eyebrow">'
    yield escape((undefined(name='title') if l_0_title is missing else l_0_title))
    yield '</p>\n<h1>'
    yield escape(t_9(environment.getattr((undefined(name='verdict') if l_0_verdict is missing else l_0_verdict), 'text')))
    yield '</h1>\n'
    if environment.getattr(environment.getattr((undefined(name='summary') if l_0_summary is missing else l_0_summary), 'rows'), 'read'):
        pass
        yield '<p class="soft">'
        yield escape(context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), environment.getattr(environment.getattr((undefined(name='summary') if l_0_summary is missing else l_0_summary), 'rows'), 'read'), 'row'))
        yield ' read'
        if (undefined(name='outside') if l_0_outside is missing else l_0_outside):
            pass
            yield '; '
            yield escape(t_1((undefined(name='outside') if l_0_outside is missing else l_0_outside)))
            yield ' left out'
        yield '.</p>\n'
    if (undefined(name='error_hint') if l_0_error_hint is missing else l_0_error_hint):
        pass
        yield '<p>'
        yield escape(t_9((undefined(name='error_hint') if l_0_error_hint is missing else l_0_error_hint)))
        yield '</p>\n'
    if (undefined(name='steps') if l_0_steps is missing else l_0_steps):
        pass
        yield '<section class="short" aria-labelledby="next">\n<h2 id="next">What to do next</h2>\n<ol class="steps">\n'
        for l_1_step in (undefined(name='steps') if l_0_steps is missing else l_0_steps):
            _loop_vars = {}
            pass
            yield '<li>'
            if environment.getattr(l_1_step, 'text'):
                pass
                yield '<p>'
                yield escape(t_9(environment.getattr(l_1_step, 'text')))
                yield '</p>'
            for l_2_choice in environment.getattr(l_1_step, 'choices'):
                _loop_vars = {}
                pass
                if environment.getattr(l_2_choice, 'case'):
                    pass
                    yield '<p>'
                    yield escape(environment.getattr(l_2_choice, 'case'))
                    yield '</p>'
                yield '<code class="command" tabindex="0">'
                yield escape(t_13(environment.getattr(l_2_choice, 'command')))
                yield '</code>'
            l_2_choice = missing
            if environment.getattr(l_1_step, 'after'):
                pass
                yield '<p>'
                yield escape(environment.getattr(l_1_step, 'after'))
                yield '</p>'
            yield '</li>\n'
        l_1_step = missing
        yield '</ol>\n</section>\n'
    yield '<dl class="facts">\n<div><dt>Made</dt><dd>'
    yield escape((undefined(name='made') if l_0_made is missing else l_0_made))
    yield '</dd></div>\n'
    if environment.getattr((undefined(name='summary') if l_0_summary is missing else l_0_summary), 'run'):
        pass
        yield '<div><dt>Run</dt><dd><code>'
        yield escape(environment.getattr((undefined(name='summary') if l_0_summary is missing else l_0_summary), 'run'))
        yield '</code></dd></div>\n'
    if (undefined(name='account') if l_0_account is missing else l_0_account):
        pass
        yield '<div><dt>Account</dt><dd>'
        yield escape((undefined(name='account') if l_0_account is missing else l_0_account))
        yield '</dd></div>\n'
    if (undefined(name='options') if l_0_options is missing else l_0_options):
        pass
        yield '<div><dt>Options</dt><dd><code>'
        yield escape((undefined(name='options') if l_0_options is missing else l_0_options))
        yield '</code></dd></div>\n'
    yield '</dl>\n'
    if (undefined(name='tables') if l_0_tables is missing else l_0_tables):
        pass
        yield '<p class="small soft">\n'
        for (l_1_file, l_1_how, l_1_notes) in (undefined(name='tables') if l_0_tables is missing else l_0_tables)[:20]:
            _loop_vars = {}
            pass
            yield 'Read from '
            yield escape(l_1_file)
            yield ': '
            yield escape(l_1_how)
            for l_2_note in l_1_notes:
                _loop_vars = {}
                pass
                yield '; '
                yield escape(l_2_note)
            l_2_note = missing
            yield '.<br>\n'
        l_1_file = l_1_how = l_1_notes = missing
        if (t_3((undefined(name='tables') if l_0_tables is missing else l_0_tables)) > 20):
            pass
            yield 'And '
            yield escape((t_3((undefined(name='tables') if l_0_tables is missing else l_0_tables)) - 20))
            yield ' more.'
        yield '</p>\n'
    if (undefined(name='again') if l_0_again is missing else l_0_again):
        pass
        yield '<div class="notice"><p>'
        yield escape(t_9((undefined(name='again') if l_0_again is missing else l_0_again)))
        yield '</p></div>\n'
    for l_1_warning in environment.getattr((undefined(name='summary') if l_0_summary is missing else l_0_summary), 'warnings'):
        _loop_vars = {}
        pass
        yield '<div class="notice"><p>'
        yield escape(t_9(l_1_warning))
        yield '</p></div>\n'
    l_1_warning = missing
    for l_1_tip in (undefined(name='warning_tips') if l_0_warning_tips is missing else l_0_warning_tips):
        _loop_vars = {}
        pass
        yield '<p class="soft">'
        yield escape(l_1_tip)
        yield '</p>\n'
    l_1_tip = missing
    yield '</header>\n<main>\n'
    if (undefined(name='rows') if l_0_rows is missing else l_0_rows):
        pass
        yield '<section aria-labelledby="went">\n<h2 id="went">What happened to every row</h2>\n<figure>\n<p class="small soft">'
        yield escape(context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), environment.getattr(environment.getattr((undefined(name='summary') if l_0_summary is missing else l_0_summary), 'rows'), 'read'), 'row'))
        yield ' read</p>\n<svg class="flow" viewBox="0 0 1000 136" preserveAspectRatio="none" role="img" aria-label="'
        l_1_loop = missing
        for l_1_share, l_1_loop in LoopContext((undefined(name='rows') if l_0_rows is missing else l_0_rows), undefined):
            _loop_vars = {}
            pass
            yield escape(t_1(environment.getattr(l_1_share, 'count')))
            yield ' '
            yield escape(environment.getattr(l_1_share, 'label'))
            yield escape((', ' if (not environment.getattr(l_1_loop, 'last')) else cond_expr_undefined("the inline if-expression on line 95 evaluated to false and no else section was defined.")))
        l_1_loop = l_1_share = missing
        if (undefined(name='leads') if l_0_leads is missing else l_0_leads):
            pass
            yield '. Of the leads: '
            l_1_loop = missing
            for l_1_share, l_1_loop in LoopContext((undefined(name='leads') if l_0_leads is missing else l_0_leads), undefined):
                _loop_vars = {}
                pass
                yield escape(t_1(environment.getattr(l_1_share, 'count')))
                yield ' '
                yield escape(environment.getattr(l_1_share, 'label'))
                yield escape((', ' if (not environment.getattr(l_1_loop, 'last')) else cond_expr_undefined("the inline if-expression on line 95 evaluated to false and no else section was defined.")))
            l_1_loop = l_1_share = missing
        yield '">\n'
        for l_1_share in (undefined(name='rows') if l_0_rows is missing else l_0_rows):
            _loop_vars = {}
            pass
            yield '<rect class="'
            yield escape(environment.getattr(l_1_share, 'code'))
            yield '" x="'
            yield escape(t_6(environment.getattr(l_1_share, 'left')))
            yield '" width="'
            yield escape(t_6(t_5(environment, [(environment.getattr(l_1_share, 'width') - 2), 2])))
            yield '" height="'
            yield escape((44 if (undefined(name='leads') if l_0_leads is missing else l_0_leads) else 136))
            yield '"><title>'
            yield escape(t_1(environment.getattr(l_1_share, 'count')))
            yield ' '
            yield escape(environment.getattr(l_1_share, 'label'))
            yield '</title></rect>\n'
        l_1_share = missing
        if (undefined(name='leads') if l_0_leads is missing else l_0_leads):
            pass
            yield '<polygon class="fan" points="0,46 '
            yield escape(t_6((environment.getattr(environment.getitem((undefined(name='rows') if l_0_rows is missing else l_0_rows), 0), 'width') - 2)))
            yield ',46 1000,90 0,90"></polygon>\n'
            for l_1_share in (undefined(name='leads') if l_0_leads is missing else l_0_leads):
                _loop_vars = {}
                pass
                yield '<rect class="'
                yield escape(environment.getattr(l_1_share, 'code'))
                yield '" x="'
                yield escape(t_6(environment.getattr(l_1_share, 'left')))
                yield '" y="92" width="'
                yield escape(t_6(t_5(environment, [(environment.getattr(l_1_share, 'width') - 2), 2])))
                yield '" height="44"><title>'
                yield escape(t_1(environment.getattr(l_1_share, 'count')))
                yield ' '
                yield escape(environment.getattr(l_1_share, 'label'))
                yield '</title></rect>\n'
            l_1_share = missing
        yield '</svg>\n'
        if (undefined(name='leads') if l_0_leads is missing else l_0_leads):
            pass
            yield '<p class="small soft">'
            yield escape(context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), environment.getattr(environment.getattr((undefined(name='summary') if l_0_summary is missing else l_0_summary), 'rows'), 'leads'), 'lead'))
            yield ' among them</p>\n'
        yield '</figure>\n<div class="legends">\n'
        if (undefined(name='leads') if l_0_leads is missing else l_0_leads):
            pass
            yield '<div><h3>'
            yield escape(context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), environment.getattr(environment.getattr((undefined(name='summary') if l_0_summary is missing else l_0_summary), 'rows'), 'leads'), 'lead'))
            yield '</h3>\n'
            yield escape(context.call((undefined(name='legend') if l_0_legend is missing else l_0_legend), (undefined(name='leads') if l_0_leads is missing else l_0_leads)))
            yield '</div>\n'
        l_0_others = t_4(context.eval_ctx, t_7(context, (undefined(name='rows') if l_0_rows is missing else l_0_rows), 'code', 'equalto', 'leads'))
        context.vars['others'] = l_0_others
        context.exported_vars.add('others')
        if (undefined(name='others') if l_0_others is missing else l_0_others):
            pass
            yield '<div><h3>'
            yield escape(context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), t_11(environment, (undefined(name='others') if l_0_others is missing else l_0_others), attribute='count'), 'other row'))
            yield '</h3>\n'
            yield escape(context.call((undefined(name='legend') if l_0_legend is missing else l_0_legend), (undefined(name='others') if l_0_others is missing else l_0_others)))
            yield '</div>\n'
        yield '</div>\n<p class="small soft balance">Each row is counted once, and so is each lead.\n'
        for l_1_line in (undefined(name='balance') if l_0_balance is missing else l_0_balance):
            _loop_vars = {}
            pass
            yield '<code>'
            yield escape(l_1_line)
            yield '</code>'
        l_1_line = missing
        if (undefined(name='skipped') if l_0_skipped is missing else l_0_skipped):
            pass
            yield 'Among the blank rows: '
            l_1_loop = missing
            for l_1_words, l_1_loop in LoopContext((undefined(name='skipped') if l_0_skipped is missing else l_0_skipped), undefined):
                _loop_vars = {}
                pass
                yield escape(t_9(l_1_words))
                yield escape((', ' if (not environment.getattr(l_1_loop, 'last')) else cond_expr_undefined("the inline if-expression on line 123 evaluated to false and no else section was defined.")))
            l_1_loop = l_1_words = missing
            yield '.'
        yield '</p>\n</section>\n'
    if (undefined(name='findings') if l_0_findings is missing else l_0_findings):
        pass
        yield '<section aria-labelledby="why">\n<h2 id="why">Why rows were left out</h2>\n<ol class="bars">\n'
        for l_1_cause in (undefined(name='findings') if l_0_findings is missing else l_0_findings):
            _loop_vars = {}
            pass
            yield '<li><div class="head"><span>'
            yield escape(environment.getattr(environment.getattr(l_1_cause, 'bar'), 'label'))
            yield '</span><b>'
            yield escape(t_1(environment.getattr(environment.getattr(l_1_cause, 'bar'), 'count')))
            yield '</b></div>\n'
            yield escape(context.call((undefined(name='bar') if l_0_bar is missing else l_0_bar), environment.getattr(l_1_cause, 'bar'), environment.getattr(environment.getattr(l_1_cause, 'bar'), 'code'), _loop_vars=_loop_vars))
            yield '<p class="more">For example '
            yield escape(environment.getattr(l_1_cause, 'place'))
            if environment.getattr(l_1_cause, 'cell'):
                pass
                yield ': <code>'
                yield escape(environment.getattr(l_1_cause, 'cell'))
                yield '</code>'
            yield '.'
            if environment.getattr(l_1_cause, 'tip'):
                pass
                yield ' '
                yield escape(environment.getattr(l_1_cause, 'tip'))
            yield '</p></li>\n'
        l_1_cause = missing
        yield '</ol>\n</section>\n'
    if (undefined(name='attention') if l_0_attention is missing else l_0_attention):
        pass
        yield '<section aria-labelledby="attention">\n<h2 id="attention">Who is not in, or not proven to be in</h2>\n'
        yield escape(context.call((undefined(name='campaign_table') if l_0_campaign_table is missing else l_0_campaign_table), (undefined(name='attention') if l_0_attention is missing else l_0_attention), markup_join((context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), (t_3((undefined(name='attention') if l_0_attention is missing else l_0_attention)) + (undefined(name='attention_more') if l_0_attention_more is missing else l_0_attention_more)), 'campaign'), ' refused or not proven to be in', (markup_join((', of which the first ', t_3((undefined(name='attention') if l_0_attention is missing else l_0_attention)), ' are shown; all are in campaigns.csv', )) if (undefined(name='attention_more') if l_0_attention_more is missing else l_0_attention_more) else ''), ))))
        yield '\n</section>\n'
    if (undefined(name='audience') if l_0_audience is missing else l_0_audience):
        pass
        yield '<section aria-labelledby="who">\n<h2 id="who">Who the leads are</h2>\n<div class="columns">\n'
        for (l_1_title, l_1_heading, l_1_bars) in (undefined(name='audience') if l_0_audience is missing else l_0_audience):
            _loop_vars = {}
            pass
            yield '<div><h3>'
            yield escape(l_1_title)
            yield '</h3>\n<ul class="bars close">\n'
            for l_2_share in l_1_bars:
                _loop_vars = {}
                pass
                yield '<li><div class="head"><span>'
                yield escape(environment.getattr(l_2_share, 'label'))
                yield '</span><b>'
                yield escape(t_1(environment.getattr(l_2_share, 'count')))
                yield '</b></div>\n'
                yield escape(context.call((undefined(name='bar') if l_0_bar is missing else l_0_bar), l_2_share, 'plain', _loop_vars=_loop_vars))
                yield '</li>\n'
            l_2_share = missing
            yield '</ul></div>\n'
        l_1_title = l_1_heading = l_1_bars = missing
        yield '</div>\n</section>\n'
    if (undefined(name='groups') if l_0_groups is missing else l_0_groups):
        pass
        yield '<section aria-labelledby="groups">\n<h2 id="groups">Groups</h2>\n<section class="wide" tabindex="0" aria-label="Table of groups">\n<table>\n<caption>Each group has campaigns of its own</caption>\n<thead><tr><th scope="col">Group</th><th scope="col" class="n">Campaigns</th><th scope="col" class="n">Leads</th><th scope="col" class="n">Accepted</th></tr></thead>\n<tbody>\n'
        for (l_1_name, l_1_group) in (undefined(name='groups') if l_0_groups is missing else l_0_groups):
            _loop_vars = {}
            pass
            yield '<tr><th scope="row">'
            yield escape((l_1_name or '(none)'))
            yield '</th><td class="n">'
            yield escape(t_1(environment.getattr(l_1_group, 'campaigns')))
            yield '</td><td class="n">'
            yield escape(t_1(environment.getattr(l_1_group, 'leads')))
            yield '</td><td class="n">'
            yield escape(t_1(environment.getattr(l_1_group, 'accepted')))
            yield '</td></tr>\n'
        l_1_name = l_1_group = missing
        yield '</tbody>\n</table>\n</section>\n</section>\n'
    if (undefined(name='stretches') if l_0_stretches is missing else l_0_stretches):
        pass
        yield '<section aria-labelledby="when">\n<h2 id="when">When it was sent</h2>\n<p class="small soft">'
        if t_4(context.eval_ctx, t_10(context, (undefined(name='stretches') if l_0_stretches is missing else l_0_stretches), 'lanes')):
            pass
            yield 'A bar is a campaign, from its first request on, for as long as its requests took; there are as many lines as requests ran at a time. '
        if t_4(context.eval_ctx, t_7(context, (undefined(name='stretches') if l_0_stretches is missing else l_0_stretches), 'lanes')):
            pass
            yield 'A column is the leads sent in a hundredth of the time.'
        yield '</p>\n'
        for l_1_stretch in (undefined(name='stretches') if l_0_stretches is missing else l_0_stretches):
            l_1_moment = resolve('moment')
            l_1_height = missing
            _loop_vars = {}
            pass
            yield '<div class="timeline">\n<p class="small">'
            yield escape(context.call((undefined(name='moment') if l_1_moment is missing else l_1_moment), environment.getattr(l_1_stretch, 'begins'), _loop_vars=_loop_vars))
            yield ': '
            yield escape(context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), environment.getattr(l_1_stretch, 'campaigns'), 'campaign', _loop_vars=_loop_vars))
            yield ', '
            yield escape(context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), environment.getattr(l_1_stretch, 'leads'), 'lead', _loop_vars=_loop_vars))
            yield ' in '
            yield escape(t_2(context.call(environment.getattr((environment.getattr(l_1_stretch, 'ends') - environment.getattr(l_1_stretch, 'begins')), 'total_seconds'), _loop_vars=_loop_vars)))
            yield '</p>\n<svg viewBox="0 0 1000 '
            yield escape((t_5(environment, [(environment.getattr(l_1_stretch, 'lanes') * 16), 16]) if environment.getattr(l_1_stretch, 'lanes') else 96))
            yield '" height="'
            yield escape((t_5(environment, [(environment.getattr(l_1_stretch, 'lanes') * 16), 16]) if environment.getattr(l_1_stretch, 'lanes') else 96))
            yield '" preserveAspectRatio="none" role="img" aria-label="'
            yield escape(context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), environment.getattr(l_1_stretch, 'campaigns'), 'campaign', _loop_vars=_loop_vars))
            yield ' between '
            yield escape(context.call((undefined(name='moment') if l_1_moment is missing else l_1_moment), environment.getattr(l_1_stretch, 'begins'), seconds=True, _loop_vars=_loop_vars))
            yield ' and '
            yield escape(context.call((undefined(name='moment') if l_1_moment is missing else l_1_moment), environment.getattr(l_1_stretch, 'ends'), seconds=True, _loop_vars=_loop_vars))
            yield '">\n'
            l_1_height = (t_5(environment, [(environment.getattr(l_1_stretch, 'lanes') * 16), 16]) if environment.getattr(l_1_stretch, 'lanes') else 96)
            _loop_vars['height'] = l_1_height
            for l_2_bar in environment.getattr(l_1_stretch, 'bars'):
                _loop_vars = {}
                pass
                yield '<rect class="'
                yield escape(environment.getattr(environment.getattr(l_2_bar, 'status'), 'value'))
                yield '" x="'
                yield escape(t_6(environment.getattr(l_2_bar, 'left')))
                yield '" width="'
                yield escape(t_6(t_5(environment, [(environment.getattr(l_2_bar, 'width') - 1), 1])))
                yield '" y="'
                yield escape(t_6(((environment.getattr(l_2_bar, 'top') * (undefined(name='height') if l_1_height is missing else l_1_height)) + (1 if environment.getattr(l_1_stretch, 'lanes') else 0))))
                yield '" height="'
                yield escape(t_6(t_5(environment, [((environment.getattr(l_2_bar, 'height') * (undefined(name='height') if l_1_height is missing else l_1_height)) - (2 if environment.getattr(l_1_stretch, 'lanes') else 0)), 0.5])))
                yield '"><title>'
                yield escape(t_9(environment.getattr(l_2_bar, 'title')))
                yield '</title></rect>\n'
            l_2_bar = missing
            yield '</svg>\n<div class="ends"><span>'
            yield escape(context.call((undefined(name='moment') if l_1_moment is missing else l_1_moment), environment.getattr(l_1_stretch, 'begins'), seconds=True, _loop_vars=_loop_vars))
            yield '</span><span>'
            yield escape(context.call((undefined(name='moment') if l_1_moment is missing else l_1_moment), environment.getattr(l_1_stretch, 'ends'), seconds=True, _loop_vars=_loop_vars))
            yield '</span></div>\n</div>\n'
        l_1_stretch = l_1_moment = l_1_height = missing
        yield '</section>\n'
    if (undefined(name='parts') if l_0_parts is missing else l_0_parts):
        pass
        yield '<section aria-labelledby="campaigns">\n<h2 id="campaigns">All campaigns</h2>\n'
        for (l_1_name, l_1_part) in (undefined(name='parts') if l_0_parts is missing else l_0_parts):
            _loop_vars = {}
            pass
            if l_1_name:
                pass
                yield '<details><summary>'
                yield escape(l_1_name)
                yield '</summary>\n'
                yield escape(context.call((undefined(name='campaign_table') if l_0_campaign_table is missing else l_0_campaign_table), l_1_part, markup_join((environment.getattr(environment.getitem(l_1_part, 0), 'name'), ' to ', environment.getattr(environment.getitem(l_1_part, -1), 'name'), )), _loop_vars=_loop_vars))
                yield '\n</details>\n'
            else:
                pass
                yield escape(context.call((undefined(name='campaign_table') if l_0_campaign_table is missing else l_0_campaign_table), l_1_part, context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), t_3(l_1_part), 'campaign', _loop_vars=_loop_vars), _loop_vars=_loop_vars))
                yield '\n'
        l_1_name = l_1_part = missing
        if (undefined(name='halved') if l_0_halved is missing else l_0_halved):
            pass
            yield '<p class="small soft">'
            yield escape(context.call((undefined(name='plural') if l_0_plural is missing else l_0_plural), (undefined(name='halved') if l_0_halved is missing else l_0_halved), 'larger part'))
            yield ', halved by --isolate: see campaigns.csv.</p>\n'
        yield '</section>\n'
    if (undefined(name='repairs') if l_0_repairs is missing else l_0_repairs):
        pass
        yield '<section aria-labelledby="repaired">\n<h2 id="repaired">What was repaired</h2>\n<ul class="bars close">\n'
        for l_1_share in (undefined(name='repairs') if l_0_repairs is missing else l_0_repairs):
            _loop_vars = {}
            pass
            yield '<li><div class="head"><span>'
            yield escape(environment.getattr(l_1_share, 'label'))
            yield '</span><b>'
            yield escape(t_1(environment.getattr(l_1_share, 'count')))
            yield '</b></div>\n'
            yield escape(context.call((undefined(name='bar') if l_0_bar is missing else l_0_bar), l_1_share, 'plain', _loop_vars=_loop_vars))
            yield '</li>\n'
        l_1_share = missing
        yield '</ul>\n</section>\n'
    if (undefined(name='files') if l_0_files is missing else l_0_files):
        pass
        yield '<section class="short" aria-labelledby="files">\n<h2 id="files">Files beside this page</h2>\n<ul class="files">\n'
        for (l_1_name, l_1_says) in (undefined(name='files') if l_0_files is missing else l_0_files):
            _loop_vars = {}
            pass
            yield '<li><a href="'
            yield escape(t_12(l_1_name))
            yield '">'
            yield escape(l_1_name)
            yield '</a> <span class="soft">'
            yield escape(l_1_says)
            yield '</span></li>\n'
        l_1_name = l_1_says = missing
        yield '</ul>\n</section>\n'
    yield '</main>\n<footer>\n<p>Made by telecmi-leads '
    yield escape((undefined(name='version') if l_0_version is missing else l_0_version))
    yield '. This page loads nothing from the network. Phone numbers in it are '
    yield escape(('shown whole' if (undefined(name='show_phones') if l_0_show_phones is missing else l_0_show_phones) else 'masked'))
    yield '.</p>\n</footer>\n</body>\n</html>'

blocks = {}
debug_info = '1=123&2=132&4=140&6=148&7=153&11=169&12=182&13=191&15=193&18=196&19=201&29=241&33=243&34=249&37=251&38=254&41=259&42=261&43=263&44=266&46=274&47=277&49=279&53=282&54=286&60=312&61=314&62=317&64=319&65=322&67=324&68=327&71=330&73=333&74=337&76=348&79=354&80=357&82=359&83=363&85=366&86=370&90=374&94=377&95=380&96=401&97=405&99=418&100=421&101=423&102=427&106=439&107=442&111=445&112=448&113=450&115=452&116=455&117=458&118=460&122=463&123=470&126=482&130=485&131=489&132=493&137=509&140=512&143=514&147=517&148=521&150=523&151=527&152=531&159=537&167=540&168=544&175=554&178=557&179=564&181=570&182=578&183=588&184=590&185=594&188=608&193=614&196=617&197=620&198=623&199=625&202=629&205=632&206=635&210=638&214=641&215=645&216=649&221=653&225=656&226=660&233=669'
