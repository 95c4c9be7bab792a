# The viewer in a real browser: what it marks is what corresponds.
#
# REQUIRES: chromium
# RUN: nnc %S/Inputs/perceptron.nn --emit=viewer --size batch=16 -o %t.html
# RUN: nnc %S/Inputs/perceptron.nn -o %t.so
# RUN: nnc %S/Inputs/perceptron.nn --report=memory --size batch=16 -o %t.memory
# RUN: nnc %S/Inputs/perceptron.nn --emit=passes -o %t.passes
# RUN: %python %s %t.html %t.so %t.memory %t.passes
import os
import re
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs"))
import nnc
from browser import Browser

page, library, memory_report, passes = sys.argv[1:]

MARKED = """return [...document.querySelectorAll(arguments[0] + ' .item.hit:not(.op)')].map(e => ({...e.dataset,
    text: (e.querySelector('title, .title, .name') || e).textContent}))"""


def calls_of(function):
    """The library's table of kernel calls: (symbol, line), in order."""
    return [(call.kernel.decode(), call.line) for call in table_of(function)]


def table_of(function):
    model = nnc.Library(library).raw.models[0].contents
    calls = [model.kernel_calls[i] for i in range(model.kernel_call_count)]
    return [call for call in calls if call.function.decode() == function]


def check_lines(browser):
    """Pointing at line N marks exactly the calls whose entry in the library's table names N, their loop nests and code."""
    table = calls_of("train_step")
    shown = browser.run("return [...document.querySelectorAll('#calls .call')].map(e => [e.dataset.kernel, Number(e.dataset.line)])")
    assert shown == [list(entry) for entry in table], (shown, table)
    roles = browser.run("return [...document.querySelectorAll('#calls .call')].map(e => [...e.querySelectorAll('.role')].map(r => r.textContent).join('+'))")
    assert roles == [call.role.decode() for call in table_of("train_step")], roles
    assert "forward+adjoint" in roles, "calls of several roles"
    lines = {line for _, line in table}
    assert len(lines) > 2, "calls of several lines"
    for line in range(1, 15):
        browser.point("#source .src[data-line='%d']" % line)
        expected = [(str(at), symbol) for at, (symbol, own) in enumerate(table) if own == line]
        marked = [(call["at"], call["kernel"]) for call in browser.run(MARKED, "#calls")]
        assert marked == expected, (line, marked, expected)
        symbols = {symbol for _, symbol in expected}
        for pane in ("#nests", "#code"):
            assert {kernel["kernel"] for kernel in browser.run(MARKED, pane)} == symbols, (line, pane)
        assert [row["line"] for row in browser.run(MARKED, "#source")] == [str(line)]
        titles = [step["text"] for step in browser.run(MARKED, "#math")]
        assert all("line %d" % line in title for title in titles if "Update" not in title), (line, titles)
        # Line 12 is the head of the train block: the counter of steps is part of the update.
        assert bool(titles) == (line in (6, 7, 9, 12, 13)), (line, titles)


def check_node(browser):
    """Pointing at an adjoint marks the line it is from, its rule in the derivation, and the kernel that computes it."""
    node = browser.run("""return [...document.querySelectorAll('#graph .node.backward')].find(
        e => e.querySelector('title').textContent.includes('d_dense2.weight'))""")
    browser.point(node)
    assert [row["line"] for row in browser.run(MARKED, "#source")] == ["7"]
    steps = [step["text"] for step in browser.run(MARKED, "#math")]
    assert steps and all("matrix product" in step and "line 7" in step for step in steps), steps
    calls = browser.run(MARKED, "#calls")
    assert len(calls) == 1 and calls[0]["kernel"].startswith("matmul_"), calls
    assert "d_dense2.weight" in browser.run("return data.functions.find(f => f.isStep).calls[arguments[0]].body.map(n => text(n) || '').join()", int(calls[0]["at"]))
    nodes = {node["text"].split("\n")[0] for node in browser.run(MARKED, "#graph")}
    assert "matrix product" in nodes and "relu" not in nodes, nodes


def check_kernel(browser):
    """Pointing at a loop nest marks its code and its calls; of the source, the lines of its calls."""
    table = calls_of("train_step")
    symbol = table[0][0]
    browser.point("#nests .kernel[data-kernel='%s']" % symbol)
    assert [kernel["kernel"] for kernel in browser.run(MARKED, "#code")] == [symbol]
    assert [call["kernel"] for call in browser.run(MARKED, "#calls")] == [each for each, _ in table if each == symbol]
    assert {row["line"] for row in browser.run(MARKED, "#source")} == {str(line) for each, line in table if each == symbol}


def check_showing(browser):
    """Resting on an item brings what corresponds into view in the other panes, and opens it."""
    table = calls_of("train_step")
    last = max(at for at, (_, line) in enumerate(table) if line == 13)
    browser.run("bodyOf('calls').style.maxHeight = '60px'; bodyOf('calls').scrollTop = 0; showDelay = 0")
    browser.point("#source .src[data-line='13']")
    inside = browser.run("""return new Promise(done => setTimeout(() => {
        const first = document.querySelector('#calls .call.hit').getBoundingClientRect(), pane = bodyOf('calls').getBoundingClientRect();
        done([pane.top <= first.bottom && first.top <= pane.bottom, document.querySelectorAll('#nests .kernel.hit pre').length]);
    }, 300))""")
    assert inside == [True, 1] and last > 0, inside
    browser.run("bodyOf('calls').style.maxHeight = ''; showDelay = 1e9")


def check_pinning(browser):
    """A click keeps the selection and opens texts; Escape lets it go."""
    browser.point("#source .src[data-line='7']", click=True)
    browser.point("#filter")
    assert [row["line"] for row in browser.run(MARKED, "#source")] == ["7"]
    for pane in ("#nests", "#code"):
        opened = browser.run("return [...document.querySelectorAll(arguments[0] + ' .kernel.hit pre')].map(e => e.textContent)", pane)
        assert len(opened) == 1 and len(opened[0]) > 50, pane
    browser.press("Escape")
    assert browser.run("return document.querySelectorAll('.item.hit').length") == 0


def check_keyboard(browser):
    browser.run("document.activeElement.blur()")
    browser.press("1", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown")
    assert [row["line"] for row in browser.run(MARKED, "#source")] == ["6"]
    browser.press("Enter", "4", "ArrowDown")
    assert [call["at"] for call in browser.run(MARKED, "#calls")] == ["0"]
    browser.press("Escape", "/")
    assert browser.run("return document.activeElement.id") == "filter"
    for letter in "d_dense2":
        browser.press(letter)
    left = browser.run("return [...document.querySelectorAll('#calls .call:not(.miss)')].map(e => e.dataset.at)")
    everything = browser.run("return document.querySelectorAll('#calls .call').length")
    assert 0 < len(left) < everything, left
    browser.press("Escape")
    assert browser.run("return document.querySelectorAll('.miss').length") == 0


def check_passes(browser):
    """The stepper shows, pass by pass, the differences that --emit=passes prints."""
    printed = re.split(r"^=== \d+ of \d+: ", open(passes).read(), flags=re.MULTILINE)[1:]
    browser.press("p")
    while browser.run("return document.querySelector('#pass-list [aria-current]') !== document.querySelector('#pass-list button')"):
        browser.point("#previous", click=True)
    for number, expected in enumerate(printed):
        browser.run("document.querySelectorAll('#pass details').forEach(d => { d.open = true; d.dispatchEvent(new Event('toggle')); })")
        assert expected.startswith(browser.run("return document.querySelector('#pass h2').textContent") + ": ")
        assert ("nothing to do here" in browser.run("return document.getElementById('pass').textContent")) == ("no change" in expected)
        rows = browser.run("""return [...document.querySelectorAll('#pass .row.more, #pass .row.fewer')].map(
            e => e.children[0].textContent + ' ' + e.children[1].textContent.trim())""")
        lines = [re.sub(r"^(.) +", r"\1 ", line.split("  // ")[0]) for line in expected.split("\n") if re.match(r"[+-] ", line)]
        assert sorted(rows) == sorted(lines), (number, set(rows) ^ set(lines))
        browser.point("#next", click=True)


def check_memory(browser):
    """The chart's peak is that of --report=memory, as are the values that are kept."""
    report = open(memory_report).read().split("train_step: ")[1]
    peak, at = re.search(r"alive at once at most ([\d,]+) bytes, in kernel (\d+)", report).groups()
    peak = int(peak.replace(",", ""))
    browser.press("m")
    chart = browser.run("return {...document.querySelector('.chart').dataset}")
    bars = browser.run("return [...document.querySelectorAll('.chart .bar')].map(e => Number(e.dataset.bytes))")
    assert (int(chart["peak"]), chart["peakAt"]) == (peak, at), (chart, peak, at)
    assert max(bars) == peak and bars.index(peak) == int(at), bars
    kept, total = re.search(r"kept for the backward pass: (\d+) values?, ([\d,]+) bytes", report).groups()
    sizes = browser.run("return [...document.querySelectorAll('.rows tbody .number')].map(e => Number(e.textContent.replaceAll(',', '')))")
    assert len(sizes) == int(kept) and sum(sizes) == int(total.replace(",", "")), sizes
    # A bar is the kernel call at that place.
    browser.point(browser.run("return document.querySelectorAll('.chart .bar')[0]"), click=True)
    browser.press("e")
    browser.point("#filter")
    assert [call["at"] for call in browser.run(MARKED, "#calls")] == ["0"]
    browser.press("Escape")


with Browser() as browser:
    browser.open(page)
    assert browser.run("return document.body.dataset.ready") == "yes"
    assert browser.run("return document.getElementById('function').selectedOptions[0].textContent") == "train_step"
    browser.run("showDelay = 1e9")  # nothing moves while the mouse is on its way
    check_lines(browser)
    check_node(browser)
    check_kernel(browser)
    check_showing(browser)
    check_pinning(browser)
    check_keyboard(browser)
    check_passes(browser)
    check_memory(browser)
    light = browser.run("return getComputedStyle(document.body).backgroundColor")
    browser.dark()
    assert browser.run("return getComputedStyle(document.body).backgroundColor") != light
    assert browser.messages() == [], "the console is silent"
    requests = browser.requests()
    assert requests and all(url.startswith("file://" + os.path.abspath(page)) for url in requests), requests
