"""What the page of ``rf-lsp report`` is made of.

The page is whole without a script: tables, totals and findings are HTML. ``page.js`` adds what moves: folding, keys, the
drawing of a layer's field from the exact sets in :mod:`.fields`, and the charts of :mod:`.charts`.
"""
