"""The one command line: `lianglin COMMAND`. Mistakes of set-up end in one sentence and status 1."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from lianglin.kit import discovery, mishaps
from lianglin.kit.domain import Command as Plugged
from lianglin.project import attach, environment, figures, processes
from lianglin.project.backups import commands as backup_commands
from lianglin.project.errors import Closed, SetupError

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given:
        parser().print_help(sys.stderr)
        return 2
    options = parser().parse_args(given)
    processes.exit_on_signals()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianglin.project.settings")
    try:
        return options.run(options)
    except SetupError as error:
        print(f"lianglin: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads has enough (“| head”)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


class Grammar(argparse.ArgumentParser):
    """Says what is wrong in one sentence, what was meant perhaps, and where to read on."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"invalid choice: '([^']*)'", message)
        near = difflib.get_close_matches(wrong[1], re.findall(r"'([^']+)'", message)[1:], 1) if wrong else []
        hint = f"Did you mean “{near[0]}”? " if near else ""
        self.exit(2, f"{self.prog}: {message}. {hint}“{self.prog} --help” explains.\n")


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    top = Grammar(
        prog="lianglin",
        description="两邻 Lianglin: a city's neighbourhood services.",
        epilog="“lianglin COMMAND --help” explains a command; “lianglin settings” the settings it reads.",
    )
    top.add_argument("--version", action="version", version=f"lianglin {version('lianglin')}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    demo = add("demo", run_demo, "Everything at once with a sample city; stays until Ctrl-C.")
    demo.add_argument("--residents", type=_residents, default=60_000, help="how many, up to 9200000")
    serve = add("serve", run_serve, "Serve the pages and the API.")
    add("database", run_database, "Run the embedded database by itself, for web and worker to share.")
    worker = add("worker", run_worker, "Do the background work.")
    worker.add_argument(
        "--queues",
        type=lambda text: text.split(","),
        help="only these, for example nightly or events,notices; all of them otherwise",
    )
    for command in (serve, worker):
        command.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    add("migrate", run_migrate, "Create or update the database, its roles and its policies.")
    nightly = add(
        "nightly", run_nightly, "Show the night's plan and how it last went; with --now, do it here."
    )
    nightly.add_argument("--only", metavar="NAME", help="one work of the plan, for example verify_audit")
    nightly.add_argument("--now", action="store_true", help="do it now, with the time of each step")
    add(
        "check",
        run_check,
        "Look whether everything is right: settings, keys, disk, database, migrations, clock.",
    )
    city = add("city", run_city, "Fill an empty database with a sample city, or with a city's own files.")
    city.add_argument(
        "what",
        choices=("build", "import"),
        metavar="build|import",
        help="build: a sample city, in the demo alone; import: a city's own files",
    )
    city.add_argument("source", nargs="?", type=Path, help="import: folder of the city's files")
    city.add_argument("--residents", type=_residents, default=60_000, help="build: how many, up to 9200000")
    city.add_argument("--seed", type=int, default=1, help="the same number gives the same city")
    city.add_argument("--again", action="store_true", help="clear an earlier filling first")
    audit = add("audit", run_audit, "Check the audit chains and their seals; export, verify a file, keys.")
    audit.add_argument(
        "what",
        choices=("verify", "export", "key"),
        metavar="verify|export|key",
        help="verify: the chains, or a file; export: to a file; key: show the public keys",
    )
    audit.add_argument(
        "--file", type=Path, help="verify: an exported file, without a database; export: where to"
    )
    audit.add_argument(
        "--key", default="", help="verify --file: the city's public key, 64 hexadecimal digits"
    )
    audit.add_argument(
        "--chain", default="", help="export: one chain (a community's code, or city); else all whole"
    )
    audit.add_argument("--from", dest="first", type=int, default=1, help="export: first number of the chain")
    audit.add_argument("--to", dest="last", type=int, help="export: last number of the chain")
    audit.add_argument("--new", action="store_true", help="key: make a signing key")
    backup_commands.grammar(add("backup", backup_commands.run, backup_commands.TEXT))
    coverage = add(
        "coverage", run_coverage, "Which rows of the requirement work, and the tests that prove it."
    )
    coverage.add_argument("--json", action="store_true", help="row -> state, what is missing, tests")
    settings = add("settings", run_settings, "Print the table of all settings.")
    settings.add_argument("--language", choices=("en", "zh"), default="en")
    add("stop", run_stop, "Stop an embedded database that a killed process left running.")
    for group, names in plugged().items():
        text = "; ".join(f"{name}: {command.text}" for name, command in names.items()) + "."
        plug = add(group, run_plugged, text)
        which = "what to do; “--help” behind it explains"
        plug.add_argument("name", choices=tuple(names), metavar="|".join(names), help=which)
        plug.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help="what it takes")
        plug.set_defaults(group=group)
    manage = add("manage", run_manage, "Any command of Django, for example: lianglin manage shell")
    manage.add_argument("arguments", nargs=argparse.REMAINDER, help="the command and its arguments")
    return top


def plugged() -> dict[str, dict[str, Plugged]]:
    """The commands that manifests bring: group -> name -> command."""
    found: dict[str, dict[str, Plugged]] = {}
    for command in discovery.each("commands"):
        found.setdefault(command.group, {})[command.name] = command
    return found


def overview() -> list[tuple[str, str]]:
    """(command, what it does) of every command."""
    groups = [action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return [(choice.dest, choice.help or "") for choice in groups[0]._choices_actions]


def _residents(value: str) -> int:
    if not value.isdigit() or not 1 <= int(value) <= 9_200_000:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 9200000")
    return int(value)


def _as(role: str) -> environment.Environment:
    """The settings, with this process in the database as ``role``."""
    os.environ["LIANGLIN_DATABASE_ROLE"] = role
    environment.current.cache_clear()
    return environment.current()


def run_demo(options: argparse.Namespace) -> int:
    from rich.console import Console

    from lianglin.project import demo

    demo.enable()
    env = _as("owner")
    try:
        demo.run(env, residents=options.residents, console=Console())
    except KeyboardInterrupt:
        print(f"Stopped. The city stays in {env.data}.")
    return 0


def run_serve(options: argparse.Namespace) -> int:
    _follow(options)
    env = _as("app")
    processes.require_free_port(env.bind, env.port)
    with attach.running(env):
        try:
            attach.require_migrated(env)
        except Closed as error:  # it serves the page that says so, until it is opened
            print(f"lianglin: {error}", file=sys.stderr)
        figures.keep_in(env.data, f"web-{env.port}")
        from lianglin.project import web  # not before: it imports what looks for that folder

        web.serve(env)
    return 0


def run_database(options: argparse.Namespace) -> int:
    env = _as("owner")
    if env.database_url:
        raise SetupError("DATABASE_URL names a PostgreSQL of your own: there is no embedded one to run.")
    with attach.running(env) as server:
        while server is not None:
            time.sleep(1)
            if server.revive():
                print("The database was gone; it was started again.", file=sys.stderr)
    return 0


def run_worker(options: argparse.Namespace) -> int:
    _follow(options)
    env = _as("worker")
    with attach.running(env):
        attach.require_migrated(env)
        mishaps.start()
        from lianglin.project import working

        working.run(options.queues or ())
    return 0


def run_nightly(options: argparse.Namespace) -> int:
    env = _as("worker")
    with attach.running(env):
        attach.require_migrated(env)
        from lianglin.project import nightly

        return nightly.do(options.only, sys.stdout) if options.now else nightly.show(options.only, sys.stdout)


def run_migrate(options: argparse.Namespace) -> int:
    env = _as("owner")
    with attach.running(env):
        attach.migrate(env)
    print("The database is up to date.")
    return 0


def run_check(options: argparse.Namespace) -> int:
    from lianglin.project import preflight

    env = _as("app")
    with attach.running(env):
        return preflight.run(env)


def run_city(options: argparse.Namespace) -> int:
    from rich.console import Console

    from lianglin.project.demo import city_progress

    if (options.what == "import") != (options.source is not None):
        raise SetupError("“city import” takes the folder of the city's files, “city build” takes none.")
    if options.source is not None and not options.source.is_dir():
        raise SetupError(f"{options.source} is not a folder. Name the folder of the city's files.")
    env = _as("owner")
    if options.what == "build" and not env.demo:
        raise SetupError(
            "“city build” makes a sample city, whose logins everybody knows. Set LIANGLIN_DEMO=1 for one; "
            "a city of its own begins with “migrate” and “manage create_administrator”."
        )
    with attach.running(env):
        attach.migrate(env)
        from lianglin.project import city

        plan = city.Plan(options.residents, options.seed, options.source)
        with city_progress(Console()) as progress:
            built = city.build(env, plan, progress, again=options.again)
        print(
            "The city is filled."
            if built
            else "The city was filled before; --again clears it and begins anew."
        )
    return 0


def run_audit(options: argparse.Namespace) -> int:
    from lianglin.access.governance import commands

    if options.what == "verify" and options.file is not None:
        return commands.verify_file(options.file, options.key)
    if options.what == "key" and options.new:
        return commands.new_key()
    env = _as("owner")
    if options.what == "key":
        attach.setup_django()
        return commands.public_keys()
    if options.what == "export":
        if options.file is None:
            raise SetupError("“audit export” takes --file, the name of the file to write.")
        with attach.running(env):
            attach.setup_django()
            return commands.export_file(options.file, options.chain, options.first, options.last)
    return _verify_audit(env)


def _verify_audit(env: environment.Environment) -> int:
    with attach.running(env):
        attach.setup_django()
        from lianglin.access import audit

        findings = list(audit.verify())
        for finding in findings:
            print(f"{finding.chain} {finding.seq}: {finding.what}")
        print(f"{len(findings)} findings." if findings else "The audit is whole: no change, no gap, no swap.")
    return 1 if findings else 0


def run_coverage(options: argparse.Namespace) -> int:
    environment.lend_secrets()
    attach.setup_django()
    from lianglin.project import coverage

    print(
        json.dumps(coverage.coverage(), ensure_ascii=False, indent=1)
        if options.json
        else coverage.as_markdown()
    )
    return 0


def run_settings(options: argparse.Namespace) -> int:
    print(environment.as_markdown(options.language), end="")
    return 0


def run_stop(options: argparse.Namespace) -> int:
    from lianglin.project.embedded import shut_down

    data = environment.data_folder(os.environ)
    print("Stopped." if shut_down(data / "pg") else "No database was running.")
    return 0


def run_plugged(options: argparse.Namespace) -> int:
    env = _as("owner")
    with attach.running(env):
        attach.setup_django()
        return discovery.resolve(plugged()[options.group][options.name].run)(options.arguments)


def run_manage(options: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    needs_database = options.arguments[:1] not in (
        ["makemigrations"],
        ["makemessages"],
        ["check"],
        ["help"],
        [],
    )
    if not needs_database:
        environment.lend_secrets()
    env = _as("owner")
    if not needs_database:  # makemigrations would say that it cannot ask whether its history is applied
        warnings.filterwarnings("ignore", "Got an error checking a consistent migration history")
    with attach.running(env) if needs_database else nullcontext():
        execute_from_command_line(["lianglin manage", *options.arguments])
    return 0


def _follow(options: argparse.Namespace) -> None:
    if options.parent:
        processes.follow_parent(options.parent)


if __name__ == "__main__":
    raise SystemExit(main())
