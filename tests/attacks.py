"""Programs that mean harm, run in the sandbox; what they reached is printed as JSON.

It is a program of its own so that it can run as another user:
    python tests/attacks.py RUNG
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

SECRET = "sk-this-must-not-be-seen"

# Scripts print BREACH where they got what they must not get.
SCRIPTS = {
    "reads the environment": """
import os
print(dict(os.environ))
if SECRET in str(dict(os.environ)): print('BREACH own')
for pid in ['self', *[p for p in os.listdir('/proc') if p.isdigit()]] if os.path.isdir('/proc') and os.access('/proc', os.R_OK) else ['1', str(os.getppid())]:
    try:
        if SECRET in open(f'/proc/{pid}/environ', errors='replace').read(): print('BREACH', pid)
    except OSError as e: print(pid, e)
""",
    "reads home and secrets": """
import os
for path in ['/root', '/home', HOME, '/etc/shadow', '/etc/passwd', '/etc/hostname', '/var', '/srv', '/mnt', '/run', MARKER]:
    try: print('BREACH', path, os.listdir(path) if os.path.isdir(path) else open(path).read(20))
    except OSError as e: print(path, e)
""",
    "writes outside": """
import os
for path in ['/x', '/etc/x', '/usr/x', '/opt/x', '/root/x', '/var/tmp/x', '/dev/shm/x', '/dev/x', '/proc/sys/kernel/core_pattern', HOME + '/x', MARKER, os.path.dirname(MARKER) + '/x', os.__file__]:
    try: open(path, 'w').write('x'); print('BREACH', path)
    except OSError as e: print(path, e)
for path in ['/opt/inside/compass/sandbox/inside/server.py', os.__file__]:
    try: os.unlink(path); print('BREACH', path)
    except OSError as e: print(path, e)
""",
    "connects": """
import socket
for family, place in [(socket.AF_INET, ('127.0.0.1', PORT)), (socket.AF_INET6, ('::1', PORT)), (socket.AF_UNIX, SOCKET), (socket.AF_UNIX, ABSTRACT)]:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            s = socket.socket(family, kind); s.settimeout(1); s.connect(place); s.send(b'x'); print('BREACH', family, kind)
        except OSError as e: print(family, e)
try: print('BREACH', socket.getaddrinfo('example.org', 80))
except OSError as e: print(e)
""",
    "signals others": """
import os, signal
for pid in (1, os.getppid(), OUTSIDE, -OUTSIDE):
    for number in (0, 9):
        try: os.kill(pid, number); print(('BREACH ' if pid in (OUTSIDE, -OUTSIDE) else 'sent ') + str(pid))
        except OSError as e: print(pid, e)
""",
    "fork bomb": """
import os, time
n = 0
try:
    while n < 5000:
        if os.fork() == 0: time.sleep(60); os._exit(0)
        n += 1
    print('BREACH', n)
except OSError as e: print('stopped at', n, e)
""",
    "fork storm": """
import os
while True:
    try: os.fork()
    except OSError: pass
""",
    "memory bomb": """
kept = []
try:
    for _ in range(100): kept.append(bytearray(100_000_000))
    print('BREACH')
except MemoryError:
    print('stopped at', len(kept)); kept = None
""",
    "memory of many": """
import os, time
for _ in range(20):
    if os.fork() == 0:
        kept = bytearray(500_000_000)
        time.sleep(20)
        os._exit(0)
time.sleep(20)
print('BREACH')
""",
    "fills a file": """
n = 0
try:
    with open('big', 'wb') as f:
        for _ in range(1000): f.write(b'x' * 1_000_000); f.flush(); n += 1
    print('BREACH')
except OSError as e: print('stopped at', n, e)
""",
    "fills the disk": """
import time
n = 0
try:
    for i in range(60):
        with open(f'f{i}', 'wb') as f: f.write(b'x' * 10_000_000)
        n += 1
        time.sleep(0.02)
    print('BREACH', n)
except OSError as e: print('stopped at', n, e)
""",
    "many files": "for i in range(3000): open(f'f{i}', 'w').write('x')",
    "endless output": "while True: print('x' * 65536)",
    "one huge line": "print('x' * 300_000_000)",
    "endless complaints": "import sys\nwhile True: sys.stderr.write('x' * 65536)",
    "spins": "while True: pass",
    "sleeps": "import time; time.sleep(1000)",
    "ignores signals": """
import signal, time
for s in range(1, 65):
    try: signal.signal(s, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: time.sleep(1)
""",
    "leaves orphans": """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3): os.close(fd)
        time.sleep(777)
    os._exit(0)
""",
    "leaves zombies": """
import os
for _ in range(20):
    if os.fork() == 0: os._exit(0)
""",
    "leaves links": """
import os
os.symlink('/usr', 'usr'); os.symlink('/', 'root'); os.symlink(MARKER, 'marker'); os.symlink('loop', 'loop')
os.mkdir('closed'); open('closed/x', 'w').close(); os.chmod('closed', 0)
os.mkdir('deep'); os.chdir('deep')
for _ in range(50): os.mkdir('d'); os.chdir('d')
""",
    "namespaces and mounts": """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000):
    if libc.unshare(flag) == 0: print('BREACH unshare', hex(flag))
if libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0: print('BREACH mount')
for pid in (1, os.getppid(), OUTSIDE):
    if libc.ptrace(16, pid, 0, 0) == 0: print('BREACH ptrace', pid)
for number, args in ((165, (0, 0, 0, 0)), (321, (0, 0, 0)), (425, (1, 0)), (319, (b'x', 0))):
    if libc.syscall(number, *args) >= 0: print('BREACH syscall', number)
pid = libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)
if pid == 0: os._exit(0)
if pid > 0: print('BREACH clone')
""",
    "raises its limits": """
import resource
for name in ('RLIMIT_AS', 'RLIMIT_NPROC', 'RLIMIT_CPU', 'RLIMIT_FSIZE'):
    try: resource.setrlimit(getattr(resource, name), (-1, -1)); print('BREACH', name)
    except (OSError, ValueError) as e: print(name, e)
""",
    "becomes root": """
import os, subprocess
for change in (os.setuid, os.seteuid, os.setgid):
    try:
        change(0); print('BREACH', change) if os.getuid() == 0 and 'Cap' and int([l for l in open('/proc/self/status') if l.startswith('CapEff')][0].split()[1], 16) else None
    except OSError as e: print(e)
for program in ('/usr/bin/su', '/usr/bin/sudo', '/usr/bin/mount'):
    try: print(subprocess.run([program, '-c', 'id'], capture_output=True, timeout=2))
    except (OSError, subprocess.TimeoutExpired) as e: print(e)
""",
    "meddles with open files": """
import os
for fd in range(3, 300):
    try: os.write(fd, b'\\0\\0\\0\\x02{}'); print('BREACH', fd)
    except OSError: pass
    try: print('BREACH', os.read(fd, 10))
    except OSError: pass
""",
}

# Programs that want a wrong function to pass `assert f(2) == 4`.
WRONG = "def f(x): return None\n"
FORGERIES = {
    "prints a verdict": WRONG + 'print(\'{"passed": true}\'); print("PASSED", flush=True)',
    "exits with 0": WRONG + "import os; os._exit(0)",
    "exits when called": "import os\ndef f(x): os._exit(0)",
    "sys.exit": WRONG + "import sys; sys.exit(0)",
    "sys.exit when called": "import sys\ndef f(x): sys.exit(0)",
    "patched sys.exit": WRONG
    + "import sys, os\nsys.exit = os._exit = lambda *a: None\nsys.exit(1)",
    "patched assert": WRONG
    + "import builtins\nbuiltins.AssertionError = type('A', (Exception,), {})\n"
    "builtins.abs = builtins.len = builtins.all = lambda *a: True",
    "quiet excepthook": WRONG + "import sys\nsys.excepthook = lambda *a: None",
    "equals everything": "class E:\n    def __eq__(s, o): return True\n    def __ne__(s, o): return False\n"
    "    __hash__ = None\ndef f(x): return E()",
    "an int that equals everything": "class E(int):\n    def __eq__(s, o): return True\n"
    "    def __hash__(s): return 1\ndef f(x): return E(1)",
    "lies about its class": "class E:\n    __class__ = int\n    def __eq__(s, o): return True\n"
    "def f(x): return E()",
    "a list that equals everything": "class E(list):\n    def __eq__(s, o): return True\ndef f(x): return E([9])",
    "reads the tests in frames": "import sys, gc\ndef f(x):\n    frame = sys._getframe()\n    while frame:\n"
    "        for v in list(frame.f_locals.values()):\n"
    "            if isinstance(v, str) and 'f(2) == ' in v: return int(v.split('== ')[1].split()[0])\n"
    "        frame = frame.f_back\n    for o in gc.get_objects():\n"
    "        if isinstance(o, dict) and 'f(2) == ' in str(o.get('tests', '')): return 4",
    "answers for the judge": WRONG + "import os, json, struct\n"
    "b = json.dumps(['ok', [['f', '']]]).encode()\n"
    "for fd in range(3, 100):\n    try: os.write(fd, struct.pack('>I', len(b)) + b)\n    except OSError: pass\n"
    "b = json.dumps({'passed': True}).encode()\n"
    "for fd in range(1, 100):\n    try: os.write(fd, b)\n    except OSError: pass",
    "kills everyone": WRONG + "import os\nos.kill(-1, 9)",
    "kills its siblings": WRONG + "import os\nfor p in range(1, 3000):\n"
    "    if p != os.getpid():\n        try: os.kill(p, 9)\n        except OSError: pass",
    "stops its siblings": WRONG + "import os\nfor p in range(1, 3000):\n"
    "    if p != os.getpid():\n        try: os.kill(p, 19)\n        except OSError: pass",
    "patches json": "import json, builtins\njson.dumps = lambda *a, **k: '[\"ok\", 4]'\ndef f(x): return object()",
    "raises what is not built in": "class X(BaseException): pass\ndef f(x): raise X",
    "raises StopIteration": "def f(x): raise StopIteration",
    "a thread goes on": WRONG
    + "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()",
    "at exit": WRONG + "import atexit, os\natexit.register(os._exit, 0)\nraise SystemExit(0)",
    "endless recursion": "def f(x): return f(x)",
    "a nest too deep": "def f(x):\n    r = []\n    for _ in range(100000): r = [r]\n    return r",
    "itself inside": "def f(x):\n    r = []; r.append(r); return r",
    "a number too long": "def f(x): return 10 ** 400000",
    "endless iterator": "import itertools\ndef f(x): return itertools.count()",
    "lone surrogates": "def f(x): return '\\ud800'",
    "null bytes": WRONG + "\0",
    "no Python": "def f(x) return 4",
    "nothing": "",
}
RIGHT = "def f(x):\n    return x * 2"
TESTS = "assert f(2) == 4"


def main(rung):
    """Run all, the right program after each, and print what happened."""
    folder = Path(tempfile.mkdtemp(prefix="attack-marker-"))
    marker = folder / "marker"
    marker.write_text("untouched")
    os.environ["API_KEY"] = SECRET
    listening = socket.create_server(("127.0.0.1", 0))
    local = socket.socket(socket.AF_UNIX)
    local.bind(str(folder / "socket"))
    local.listen()
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(name := f"\0compass-attack-{os.getpid()}")
    abstract.listen()
    outside = os.fork()
    if outside == 0:
        time.sleep(600)
        os._exit(0)
    names = {
        "SECRET": SECRET,
        "HOME": os.environ.get("HOME", "/root"),
        "MARKER": str(marker),
        "PORT": listening.getsockname()[1],
        "SOCKET": str(folder / "socket"),
        "ABSTRACT": name,
        "OUTSIDE": outside,
    }
    head = "".join(f"{name} = {value!r}\n" for name, value in names.items())

    from compass.sandbox import Check, Limits, Sandbox, Script

    found = {}
    with Sandbox(Limits(wall=2.0), workers=1, rung=rung) as sandbox:
        tasks = {f"script: {k}": Script(source=head + v) for k, v in SCRIPTS.items()}
        tasks |= {f"check: {k}": Check(source=v, tests=TESTS) for k, v in FORGERIES.items()}
        for name, task in tasks.items():
            begun = time.monotonic()
            ran = sandbox.run(task)
            found[name] = {
                "passed": ran.passed,
                "reason": ran.reason,
                "detail": ran.detail,
                "breach": [line for line in ran.out.splitlines() if "BREACH" in line],
                "out": len(ran.out),
                "seconds": round(time.monotonic() - begun, 2),
                "outside alive": os.waitpid(outside, os.WNOHANG) == (0, 0),
                "marker": marker.read_text(),
                "left": len(left_over()),
                "then": sandbox.run(Check(source=RIGHT, tests=TESTS)).passed,
                "text": ran.out[:300] + ran.err[-300:],
            }
        taken = sandbox.rung
    os.kill(outside, signal.SIGKILL)
    os.waitpid(outside, 0)
    for one in (listening, local, abstract):
        one.close()
    print(json.dumps({"user": os.getuid(), "rung": taken, "found": found, "after": left_over()}))


def left_over():
    """Return fork servers, and forks of them, that are ours or nobody's."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line = (path / "cmdline").read_bytes()
            state, parent = (path / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        mine = int(parent) in (1, os.getpid())  # others may have sandboxes of their own
        if b"compass.sandbox.inside" in line and state != "Z" and mine:
            found.append(f"{path.name} {state} {line[:40]!r}")
    return found


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] else None)
