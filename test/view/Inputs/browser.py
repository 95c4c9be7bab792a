"""A Chromium without a window, driven through Debian's chromedriver by the W3C WebDriver protocol: JSON over HTTP, for which the
standard library is enough."""
import json
import os
import re
import subprocess
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of a reference to an element, in the standard
KEYS = {"Escape": "\ue00c", "Enter": "\ue007", "ArrowDown": "\ue015", "ArrowUp": "\ue013"}


class Browser:
    def __init__(self, width=1500, height=950):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.driver.stdout:
            started = re.search(r"started successfully on port (\d+)", line)
            if started:
                break
        else:
            raise SystemExit("chromedriver did not start")
        self.base = "http://127.0.0.1:" + started.group(1)
        arguments = ["--headless=new", "--disable-gpu", "--window-size=%d,%d" % (width, height)]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # there is none for root
        options = {"args": arguments}
        capabilities = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        session = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.base += "/session/" + session["sessionId"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def ask(self, method, path, body=None):
        data = None if method == "DELETE" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError("%s %s: %s" % (method, path, json.load(error)["value"]["message"])) from None

    def open(self, path):
        self.ask("POST", "/url", {"url": "file://" + os.path.abspath(path)})

    def run(self, script, *arguments):
        """What a function body of JavaScript returns."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        element = self.run("return document.querySelector(arguments[0])", selector)
        assert element, "no " + selector
        return element

    def point(self, element, click=False):
        """Moves the mouse to an element, a reference or a selector, and clicks there if asked to."""
        if isinstance(element, str):
            element = self.find(element)
        self.run("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", element)
        actions = [{"type": "pointerMove", "origin": element, "x": 0, "y": 0, "duration": 0}]
        if click:
            actions += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}]})

    def press(self, *keys):
        actions = []
        for key in keys:
            actions += [{"type": kind, "value": KEYS.get(key, key)} for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def dark(self):
        feature = {"name": "prefers-color-scheme", "value": "dark"}
        self.ask("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {"features": [feature]}})

    def messages(self):
        """What the page said on the console, errors of the browser about it too."""
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def requests(self):
        """The addresses that pages have asked for."""
        events = [json.loads(entry["message"])["message"] for entry in self.ask("POST", "/se/log", {"type": "performance"})]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
