# The page of the largest example stays small, and works: no message on the console, equal layers once. What makes it open
# quickly is held here without a clock: its size, how many elements it makes at first, and that it waits for nothing else.
# bench/explain.py measures the time.
#
# REQUIRES: chromium
# RUN: nnc %nncsrc/examples/minigpt/minigpt.nn --emit=viewer -o %t.html
# RUN: %python %s %t.html
import os
import re
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs"))
from browser import Browser

page = sys.argv[1]
assert os.path.getsize(page) < 5e6, os.path.getsize(page)
# Nothing is asked for but the page itself: neither by elements nor by styles.
references = re.findall(r"""<(?:link|script|img|iframe)\b[^>]*\s(?:src|href)\s*=[^>]*>|@import[^;]*;|url\((?!['"]?(?:data:|#))[^)]*\)""", open(page).read())
assert references == [], references[:5]
with Browser() as browser:
    browser.open(page)
    assert browser.run("return document.body.dataset.ready") == "yes"
    elements = browser.run("return document.querySelectorAll('*').length")
    assert elements < 30000, elements
    assert browser.run("return document.querySelectorAll('#nests pre, #code pre, .fused, .diff').length") == 0, "texts wait to be opened"
    browser.run("showDelay = 1e9")
    layers = browser.run("return [...document.querySelectorAll('#graph .layer')].map(e => [e.dataset.layer, e.classList.contains('like')])")
    assert ["blocks.0", False] in layers and ["blocks.1", True] in layers and ["blocks.4", True] in layers, layers
    assert browser.run("return data.derivations[0].steps.some(step => step.times >= 5)"), "equal layers are explained once"
    calls = browser.run("return document.querySelectorAll('#calls .call').length")
    kernels = browser.run("return document.querySelectorAll('#nests .kernel').length")
    assert calls > 4 * kernels, (calls, kernels)
    # A layer that stands for an equal one marks its own kernels, which have those of the drawn one's symbols.
    marked = "return [...document.querySelectorAll('#calls .call.hit')].map(e => e.dataset.kernel)"
    browser.point("#graph .like[data-layer='blocks.1']")
    first = browser.run(marked)
    browser.point("#graph .like[data-layer='blocks.2']")
    assert first == browser.run(marked) and len(first) > 40, len(first)
    for function in range(browser.run("return data.functions.length")):
        browser.run("const s = document.getElementById('function'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))", str(function))
        for key in "pme":
            browser.press(key)
    assert browser.messages() == []
    assert all(url.startswith("file://") for url in browser.requests())
