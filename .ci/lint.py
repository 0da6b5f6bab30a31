"""Checks what the compiler does not: imports against the manifest, sizes, and words that the style forbids.

usage: lint.py [FOLDER]      prints a line per finding and exits 1 when there is any

`swift build` lets a file import any module that is visible through a dependency of a dependency, so the layers of
docs/architecture.md hold only if each target's imports are compared with what the manifest declares for it.
"""

import json
import pathlib
import re
import subprocess
import sys

# Modules that come with Swift.
TOOLCHAIN = {"Dispatch", "Foundation", "FoundationNetworking", "FoundationXML", "Glibc", "Synchronization", "Testing"}
# Raw pointers may be stored in the wrappers' own folder for them only.
POINTER_FOLDERS = re.compile(r"Sources/(AMQP|Postgres|Curl)/Native/")
FILE_LIMIT = 500
TEST_FILE_LIMIT = 900
FUNCTION_LIMIT = 60

IMPORT = re.compile(r"^(?:@\w+ )?(?:package |internal |private |fileprivate |public )?import (?:struct |class |enum |func |protocol |typealias )?(\w+)")
FORBIDDEN = [
    (re.compile(r"\btry!"), "'try!'"),
    (re.compile(r"\bas!"), "'as!'"),
    (re.compile(r"\bfatalError\("), "'fatalError'"),
    (re.compile(r"\[String: (any )?Any\]|: Any\b|-> Any\b"), "'Any'"),
    (re.compile(r"^\s*(public|open) "), "'public': access across targets is 'package'"),
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "an unfinished mark"),
    (
        re.compile(r"[lL]ogger\.(trace|debug|info|notice|warning|error|critical)\(\s*\"[^\"]*\\\("),
        "an interpolated log message",
    ),
]
NEEDS_PROOF = re.compile(r"@unchecked Sendable|nonisolated\(unsafe\)|Unmanaged|\bTask(\.detached)? \{|\bTask(\.detached)?\(")
FOLDER_NAMES = {"Models", "Helpers", "Utils", "Utilities", "Common", "Managers", "Misc"}


def manifest(folder: pathlib.Path) -> dict:
    output = subprocess.run(
        ["swift", "package", "dump-package"], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    return json.loads(output)


def declared_modules(package: dict) -> dict[str, set[str]]:
    """For each target, the modules that its manifest entry lets it import."""
    result = {}
    for target in package["targets"]:
        names = set()
        for dependency in target["dependencies"]:
            names.add((dependency.get("byName") or dependency.get("product") or dependency.get("target"))[0])
        result[target["name"]] = names | {target["name"]}
    return result


def functions(lines: list[str]):
    """Yields (first line, length) of each function, by its indentation."""
    start = None
    for number, line in enumerate(lines, 1):
        match = re.match(r"^( *)(?:[\w@()]+ )*(?:func \S|init[?]?[(<]|deinit\b)", line)
        if match and not line.rstrip().endswith("}") and start is None:
            start = (number, match.group(1))
        elif start and (line.startswith(start[1] + "}") or (match and len(match.group(1)) <= len(start[1]))):
            yield start[0], number - start[0] + 1
            start = None


def check_file(path: pathlib.Path, folder: pathlib.Path, allowed: set[str], is_test: bool):
    name = path.relative_to(folder).as_posix()
    lines = path.read_text(encoding="utf-8").splitlines()
    limit = TEST_FILE_LIMIT if is_test else FILE_LIMIT
    if len(lines) > limit:
        yield f"{name}: {len(lines)} lines; split it, {limit} is the most"
    for number, line in enumerate(lines, 1):
        match = IMPORT.match(line)
        if match and match.group(1) not in allowed | TOOLCHAIN:
            yield f"{name}:{number}: imports {match.group(1)}, which Package.swift does not declare for this target"
        if is_test or line.lstrip().startswith("//"):
            continue
        for pattern, words in FORBIDDEN:
            if pattern.search(line):
                yield f"{name}:{number}: {words}"
        before = lines[max(0, number - 8):number - 1]
        if NEEDS_PROOF.search(line) and not any(earlier.lstrip().startswith("//") for earlier in before) and "//" not in line:
            yield f"{name}:{number}: needs a comment that says why it is safe: {line.strip()}"
        if re.search(r"OpaquePointer|UnsafeMutablePointer", line) and not POINTER_FOLDERS.search(name):
            yield f"{name}:{number}: a raw pointer outside of Native/"
    if is_test:
        return
    for number, length in functions(lines):
        if length > FUNCTION_LIMIT and "switch" not in "".join(lines[number:number + 6]):
            yield f"{name}:{number}: a function of {length} lines; {FUNCTION_LIMIT} is the most"


def main() -> int:
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    findings = []
    modules = declared_modules(manifest(folder))
    for root, is_test in (("Sources", False), ("Tests", True)):
        for target in sorted((folder / root).iterdir()):
            if not target.is_dir() or not any(target.rglob("*.swift")):
                continue
            if target.name not in modules:
                findings.append(f"{root}/{target.name}: is no target of Package.swift")
                continue
            for path in sorted(target.rglob("*.swift")):
                findings += check_file(path, folder, modules[target.name], is_test)
            findings += [
                f"{part.relative_to(folder)}: a folder is named for what is in it"
                for part in target.rglob("*")
                if part.is_dir() and part.name in FOLDER_NAMES
            ]
    for main_file in (folder / "Sources").glob("*/Main.swift"):
        if len(main_file.read_text(encoding="utf-8").splitlines()) > 60:
            findings.append(f"{main_file.relative_to(folder)}: more than 60 lines")
    print("\n".join(findings) if findings else "imports, sizes and words: nothing found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
