# SPDX-License-Identifier: MIT
"""A GNOME desktop without a screen, somebody before it, and Poised on it.

GNOME Shell itself, on buses of its own; who is at the machine is told by a mock of logind. The person uses the mouse
and the keyboard through the desktop's own RemoteDesktop interface, and assistive technologies through AT-SPI.
"""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
gi.require_version("GdkPixbuf", "2.0")
from gi.repository import Atspi, GdkPixbuf, Gio, GLib  # noqa: E402

PATIENCE = 60.0
SCREEN = (1280, 800)
REMOTE = "org.gnome.Mutter.RemoteDesktop"
SERVICE, OBJECT = "org.poised.Poised1", "/org/poised/Poised1"
METHODS = {"GetStatus": "", "Pause": "", "Resume": "", "Answer": ".Prompt", "Say": ".Posture"}
# What of the machine's own services the desktop and assistive technologies need.
ACTIVATABLE = ("org.a11y.Bus", "org.gnome.Shell.Notifications")
# Keys, as evdev numbers them.
KEYS = {"tab": 15, "return": 28, "space": 57, "shift": 42, "alt": 56, "super": 125, "escape": 1, "up": 103, "down": 108,
        "a": 30, "f10": 68}
KEYS |= {letter: code for code, letter in zip(range(16, 26), "qwertyuiop")}
KEYS |= {letter: code for code, letter in zip(range(30, 39), "asdfghjkl")}
KEYS |= {letter: code for code, letter in zip(range(44, 51), "zxcvbnm")}
KEYS |= {digit: code for code, digit in zip(range(2, 12), "1234567890")}


def needed(program, package):
    found = shutil.which(program)
    if not found:
        raise RuntimeError(f"{program} is missing; it is in the Debian package {package}")
    return found


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def iterate(seconds):
    """Lets what has arrived be handled, for that long at most."""
    context = GLib.MainContext.default()
    source = GLib.timeout_add(int(seconds * 1000) + 1, lambda: False)
    context.iteration(True)
    if GLib.MainContext.default().find_source_by_id(source):
        GLib.source_remove(source)


def wait_for(what, condition, deadline=PATIENCE):
    """The first true value of `condition`, which is looked at again and again."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"by the deadline: no {what}")
        iterate(0.05)


class Bus:
    """A dbus-daemon of its own."""

    def __init__(self, folder, name, services):
        config, address = folder / f"{name}.conf", f"unix:path={folder}/{name}"
        config.write_text(
            f"<busconfig><type>{'system' if name == 'system' else 'session'}</type><listen>{address}</listen>"
            f"<auth>EXTERNAL</auth><servicedir>{services}</servicedir><policy context='default'>"
            "<allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>"
            "</policy></busconfig>")
        self.address = address
        self.process = subprocess.Popen([needed("dbus-daemon", "dbus-daemon"), f"--config-file={config}", "--nofork",
                                         "--print-address"], preexec_fn=die_with_parent, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        self.process.stdout.readline()  # it says so once it can be connected to


class Desktop:
    def __init__(self, binaries):
        self.binaries = pathlib.Path(binaries).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="poised-window-"))
        services = self.folder / "services"
        services.mkdir()
        for name in ACTIVATABLE:
            shutil.copy(f"/usr/share/dbus-1/services/{name}.service", services)
        (services / "org.poised.Window.service").write_text(
            f"[D-BUS Service]\nName=org.poised.Window\nExec={self.binaries}/poised-window --gapplication-service\n")
        runtime = self.folder / "run"
        runtime.mkdir(mode=0o700)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "NOTIFY_SOCKET",
                     "JOURNAL_STREAM", "LANGUAGE", "GTK_THEME"):
            os.environ.pop(name, None)
        os.environ |= {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8",
                       "XDG_SESSION_TYPE": "wayland", "XDG_CURRENT_DESKTOP": "GNOME", "XDG_SESSION_ID": "c1",
                       "LIBGL_ALWAYS_SOFTWARE": "1", "GSK_RENDERER": "cairo", "GSETTINGS_BACKEND": "keyfile",
                       "TZ": "UTC", "NO_AT_BRIDGE": "0"}
        (self.folder / "home").mkdir()
        # Windows are where they are at once, and can be clicked.
        self.set("org.gnome.desktop.interface", enable_animations="false")
        self.processes = []
        system = Bus(self.folder, "system", self.folder / "none")
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = system.address
        session = Bus(self.folder, "session", services)
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = session.address
        self.buses = [session, system]
        self.bus = Gio.DBusConnection.new_for_address_sync(
            session.address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        # Where the bus itself looks for it when it starts a service.
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "UpdateActivationEnvironment",
                  GLib.Variant("(a{ss})", ({name: os.environ[name] for name in
                                            ("XDG_RUNTIME_DIR", "HOME", "LC_ALL", "DBUS_SESSION_BUS_ADDRESS",
                                             "GSK_RENDERER", "GSETTINGS_BACKEND", "TZ")} | {"WAYLAND_DISPLAY": "poised"},)))
        self.start_logind()
        self.start(["gnome-shell", "--headless", "--wayland", "--no-x11", "--virtual-monitor", "%dx%d" % SCREEN,
                    "--wayland-display", "poised", *os.environ.get("POISED_SHELL_ARGUMENTS", "").split()], "gnome-shell")
        self.wait_for_name(REMOTE)
        self.wait_for_name("org.freedesktop.Notifications")
        wait_for("Wayland display", (runtime / "poised").exists)
        os.environ["WAYLAND_DISPLAY"] = "poised"
        self.remote = self.call(REMOTE, "/org/gnome/Mutter/RemoteDesktop", REMOTE, "CreateSession")[0]
        self.do("Start")
        # Mouse and keyboard are plugged in with their first use; programs begin to listen to them only then.
        self.move_to(SCREEN[0] / 2, SCREEN[1] / 2)
        self.press("shift")
        # GNOME tells of its windows those alone that have this name.
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                  GLib.Variant("(su)", ("org.freedesktop.impl.portal.desktop.gnome", 0)))
        Atspi.init()

    def set(self, schema, **keys):
        """Settings of the desktop, taken at once, as GVariant texts."""
        file = self.folder / "home/.config/glib-2.0/settings/keyfile"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text() if file.exists() else ""
        group = f"[{schema.replace('.', '/')}]\n"
        if group not in text:
            text += group
        for key, value in keys.items():
            line = f"{key.replace('_', '-')}="
            text = "".join(kept for kept in text.splitlines(True) if not kept.startswith(line))
            text = text.replace(group, f"{group}{line}{value}\n")
        file.with_suffix(".new").write_text(text)
        file.with_suffix(".new").rename(file)

    def start_logind(self):
        self.start(["/usr/bin/python3", "-m", "dbusmock", "--system", "--template", "logind"], "python3-dbusmock")
        system = Gio.bus_get_sync(Gio.BusType.SYSTEM)

        def added():
            try:
                return system.call_sync("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.DBus.Mock",
                                        "AddSession", GLib.Variant("(ssusb)", ("c1", "seat0", os.getuid(), "me", True)),
                                        None, 0, 5000, None)
            except GLib.Error as error:
                if "ServiceUnknown" in error.message or "NameHasNoOwner" in error.message:
                    return None
                raise
        wait_for("logind", added)

    def start(self, command, package="", environment=None):
        command = [needed(command[0], package), *command[1:]]
        with open(self.folder / (pathlib.Path(command[0]).name + ".log"), "ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=die_with_parent,
                                       cwd=self.folder / "home", env=os.environ | (environment or {}))
        self.processes.append(process)
        return process

    def end(self, process):
        process.terminate()
        self.processes.remove(process)
        return process.wait(PATIENCE)

    def close(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        for bus in self.buses:
            bus.process.kill()
            bus.process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ------------------------------------------------------------------------------------------------------ the bus

    def call(self, name, path, interface, method, arguments=None):
        return self.bus.call_sync(name, path, interface, method, arguments, None, 0, int(PATIENCE * 1000),
                                  None).unpack()

    def has_name(self, name):
        return self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
                         GLib.Variant("(s)", (name,)))[0]

    def wait_for_name(self, name, owned=True):
        wait_for(f"{name} on the bus" if owned else f"end of {name}", lambda: self.has_name(name) == owned)

    def ask(self, method, arguments=None):
        """What the daemon says, as JSON."""
        interface = SERVICE + METHODS.get(method, ".Control")
        answer = self.call(SERVICE, OBJECT, interface, method, arguments)
        return json.loads(answer[0]) if answer else None

    def status(self):
        return self.ask("GetStatus")

    def leave_overview(self):
        """GNOME begins with an overview of the windows that are open, which takes what is clicked; true without it."""
        def properties(method, *values):
            return self.call("org.gnome.Shell", "/org/gnome/Shell", "org.freedesktop.DBus.Properties", method,
                             GLib.Variant("(ss" + "v" * (len(values) - 2) + ")", values))
        if not properties("Get", "org.gnome.Shell", "OverviewActive")[0]:
            return True
        properties("Set", "org.gnome.Shell", "OverviewActive", GLib.Variant("b", False))
        return False

    def screenshot(self, box=None):
        """What the screen shows, or that part of it: x, y, width and height."""
        file = str(self.folder / "screen.png")
        method, place = ("ScreenshotArea", box) if box else ("Screenshot", (False,))
        self.call("org.gnome.Shell.Screenshot", "/org/gnome/Shell/Screenshot", "org.gnome.Shell.Screenshot", method,
                  GLib.Variant("(iiiibs)" if box else "(bbs)", (*place, False, file)))
        return GdkPixbuf.Pixbuf.new_from_file(file)

    def window_widths(self):
        windows = self.call("org.gnome.Shell", "/org/gnome/Shell/Introspect", "org.gnome.Shell.Introspect", "GetWindows")
        return [window.get("width") for window in windows[0].values()]

    # ------------------------------------------------------------------------------------------- mouse and keyboard

    def do(self, method, arguments=None):
        self.call(REMOTE, self.remote, REMOTE + ".Session", method, arguments)

    def move_to(self, x, y):
        # From a corner, for only distances can be told; not from the first one, which is GNOME's own.
        width, height = SCREEN
        self.do("NotifyPointerMotionRelative", GLib.Variant("(dd)", (10000.0, 10000.0)))
        self.do("NotifyPointerMotionRelative", GLib.Variant("(dd)", (x + 1.0 - width, y + 1.0 - height)))

    def mouse_click(self, x, y):
        self.move_to(x, y)
        self.click()

    def click(self):
        left = 0x110
        for down in (True, False):
            self.do("NotifyPointerButton", GLib.Variant("(ib)", (left, down)))

    def press(self, *names):
        """The keys together: press("alt", "p")."""
        for name in names:
            self.do("NotifyKeyboardKeycode", GLib.Variant("(ub)", (KEYS[name], True)))
        for name in reversed(names):
            self.do("NotifyKeyboardKeycode", GLib.Variant("(ub)", (KEYS[name], False)))


class Poised:
    """The daemon, in a home of its own."""

    def __init__(self, desktop, config="", environment=None, policy=""):
        self.desktop, self.environment, self.arguments = desktop, environment or {}, []
        self.home = pathlib.Path(tempfile.mkdtemp(dir=desktop.folder, prefix="person-"))
        self.config_file = self.home / ".config/poised/poised.toml"
        self.config_file.parent.mkdir(parents=True)
        if config:
            self.config_file.write_text("schema = 1\n" + config)
        state = self.home / ".local/state/poised"
        state.mkdir(parents=True, mode=0o700)
        # As after the first start: the welcome has been shown.
        (state / "state.json").write_text(json.dumps({"schema": 1, "welcomed": True, "utc": time.time_ns()}))
        self.state = state
        if policy:
            folder = self.home / "root/etc/poised/policy.d"
            folder.mkdir(parents=True)
            (folder / "10-test.toml").write_text(policy)
            self.arguments = ["--config-root", str(self.home / "root")]
        self.process = None
        self.start()

    def start(self, environment=None):
        self.process = self.desktop.start([str(self.desktop.binaries / "poised"), *self.arguments], "",
                                          {"HOME": str(self.home)} | self.environment | (environment or {}))
        self.desktop.wait_for_name(SERVICE)

    def stop(self):
        status = self.desktop.end(self.process)
        self.desktop.wait_for_name(SERVICE, False)
        return status


    def cut_off(self):
        """As by a power cut."""
        self.process.kill()
        self.process.wait()
        self.desktop.processes.remove(self.process)
        self.desktop.wait_for_name(SERVICE, False)


class Sounds:
    """A sound server with a speaker that nobody hears."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=desktop.folder, prefix="sounds-"))
        configuration = self.folder / "config/pipewire/pipewire.conf.d"
        configuration.mkdir(parents=True)
        (configuration / "speaker.conf").write_text(
            "context.objects = [ { factory = adapter args = { factory.name = support.null-audio-sink"
            " node.name = speaker media.class = Audio/Sink audio.position = [ FL FR ] } } ]\n")
        self.own = {"XDG_RUNTIME_DIR": str(self.folder), "PIPEWIRE_RUNTIME_DIR": str(self.folder),
                    "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder / "config")}
        self.address = f"unix:{self.folder}/pulse/native"
        self.programs = []
        for name, package, socket in (("pipewire", "pipewire", "pipewire-0"),
                                      ("wireplumber", "wireplumber", ""),
                                      ("pipewire-pulse", "pipewire-pulse", "pulse/native")):
            self.programs.append(desktop.start([name], package, self.own))
            wait_for(f"socket of {name}", (self.folder / socket).exists)
        self.heard = self.folder / "heard"
        with open(self.heard, "wb") as heard:
            listener = subprocess.Popen([needed("pactl", "pulseaudio-utils"), "subscribe"], stdout=heard,
                                        env=os.environ | self.environment(), preexec_fn=die_with_parent)
        desktop.processes.append(listener)
        self.programs.append(listener)
        # It listens once it tells of a client that has come after it.
        wait_for("listener", self.is_heard)

    def environment(self):
        """Of a program that is to be heard."""
        return {"PULSE_SERVER": self.address, "PULSE_RUNTIME_PATH": str(self.folder / "pulse")}

    def is_heard(self):
        subprocess.run(["pactl", "info"], stdout=subprocess.DEVNULL, env=os.environ | self.environment(), check=False)
        return b"on client" in self.heard.read_bytes()

    def played(self):
        """How many sounds have begun."""
        return self.heard.read_bytes().count(b"'new' on sink-input")

    def close(self):
        for program in reversed(self.programs):
            self.desktop.end(program)


class Window:
    """poised-window, as assistive technologies see it."""

    def __init__(self, desktop, environment=None, start=True):
        self.desktop = desktop
        self.process = desktop.start([str(desktop.binaries / "poised-window")], "", environment) if start else None
        self.frame = wait_for("window", self.find_frame)
        wait_for("active window", self.is_active)
        wait_for("end of the overview", desktop.leave_overview)

    def find_frame(self):
        for application in children(Atspi.get_desktop(0)):
            if "poised" not in (application.get_name() or ""):
                continue
            application.set_cache_mask(Atspi.Cache.NONE)
            for frame in children(application):
                if frame.get_name() == "Poised":
                    return frame
        return None

    def is_active(self):
        if self.frame.get_state_set().contains(Atspi.StateType.ACTIVE):
            return True
        self.desktop.leave_overview()
        return False

    def all(self):
        return list(descend(self.frame))

    def look_for(self, name, fits=lambda node: True):
        for node in descend(self.frame):
            if (node.get_name() or "") == name and fits(node):
                return node
        return None

    def find(self, name, fits=lambda node: True):
        try:
            return wait_for(f"“{name}”", lambda: safely(lambda: self.look_for(name, fits)))
        except AssertionError as error:
            raise AssertionError(f"{error} in the window; there are: {self.texts()}") from None

    def has(self, name):
        return safely(lambda: self.look_for(name)) is not None

    def has_text(self, part):
        return safely(lambda: any(part in text for text in self.texts())) or False

    def texts(self):
        return safely(lambda: [node.get_name() for node in self.all() if node.get_name()]) or []

    def use(self, name):
        """As a screen reader's user does: the action of what has that name."""
        node = self.find(name, usable)
        assert node.do_action(0), name

    def is_on(self, name):
        return self.find(name, usable).get_state_set().contains(Atspi.StateType.PRESSED)

    def click(self, name):
        """With the mouse, in a window that fills the screen."""
        x, y, width, height = self.on_screen(self.find(name, usable))
        self.desktop.mouse_click(x + width / 2, y + height / 2)

    def on_screen(self, node):
        """Where it is on the screen, which the window fills below the desktop's bar."""
        box = self.place_of(node)
        area = self.frame.get_extents(Atspi.CoordType.WINDOW)
        return SCREEN[0] - area.width + box.x, SCREEN[1] - area.height + box.y, box.width, box.height

    def other(self, title):
        """Another window of the program, such as a dialog."""
        return safely(lambda: next((node for node in children(self.frame.get_application())
                                    if node.get_name() == title), None))

    def place_of(self, node):
        """Where it is once everything has found its place."""
        last = []

        def at_rest():
            box = node.get_extents(Atspi.CoordType.WINDOW)
            last.append((box.x, box.y, box.width, box.height))
            return box if box.width > 0 and last.count(last[-1]) > 3 else None
        return wait_for("place at rest", at_rest)

    def fill_screen(self):
        """Until the desktop, too, knows it to be there: that is what decides whom a click is for."""
        self.desktop.press("super", "up")
        wait_for("window that fills the screen", lambda: SCREEN[0] in self.desktop.window_widths())

    def close(self):
        if self.process is None:  # the desktop has started it
            os.kill(self.desktop.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                      "GetConnectionUnixProcessID", GLib.Variant("(s)", ("org.poised.Window",)))[0],
                    signal.SIGTERM)
        else:
            self.desktop.end(self.process)
        self.desktop.wait_for_name("org.poised.Window", False)


def children(node):
    return [child for child in (node.get_child_at_index(i) for i in range(node.get_child_count())) if child]


def descend(node):
    """It and what is in it, without what is hidden."""
    yield node
    for child in children(node):
        if child.get_state_set().contains(Atspi.StateType.VISIBLE):
            yield from descend(child)


def usable(node):
    return (node.get_state_set().contains(Atspi.StateType.SENSITIVE) and node.get_role_name() != "label"
            and node.get_n_actions() > 0)


def safely(look):
    """What `look` returns, or None where what it looked at has gone meanwhile."""
    try:
        return look()
    except GLib.Error:
        return None
