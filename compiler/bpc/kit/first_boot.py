"""The shell script that the bastion host runs at its first boot: settings, tools, and the user's own lines.

Whatever is downloaded is pinned, and checked against a SHA-256 where one is known. A step that fails is named
at the end of the log and stops nothing else, so that the host stays reachable. Nothing asks the instance
metadata service, and nothing is left to Fn::Sub: what the script says is what bash reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bpc.kit.record import Record

if TYPE_CHECKING:
    from bpc.kit.bootstrap import Bootstrap


class Host(Record):
    """What the script depends on: `facts` as `facts.tools()` gives them, `kubectl` the version to install."""

    cluster: str
    region: str
    os: str
    architecture: str
    timezone: str
    tools: tuple[str, ...]
    kubectl: str
    user_data: str
    facts: Mapping[str, Any]
    bootstrap: Bootstrap | None = None
    environment: Mapping[str, str] = {}  # of an HTTP proxy

    @property
    def name(self) -> str:
        """The host's name, a label of at most 63 characters (RFC 1123)."""
        return f"{self.cluster[:58].rstrip('-')}-host"


# Amazon Linux 2023 comes with version 2 of the AWS CLI, Amazon Linux 2 with a version 1 too old for kubectl.
# AWS publishes a signature and no checksum (AWS CLI User Guide, Installing past releases of the AWS CLI
# version 2); the digest is the one that several public repositories pin.
AWS_CLI: Mapping[str, Any] = {
    "version": "2.36.11",
    "url": "https://awscli.amazonaws.com/awscli-exe-linux-{machine}-{version}.zip",
    "archive": "zip",
    "sha256": {"amd64": "50fbb7a2f44a78eab4a210088040e8f0bc4b9937cac8043c2354269d58614df6"},
}

_BEGIN = """\
#!/bin/bash
# Sets the bastion host up at its first boot; it can be run again.
# A step that fails does not stop the others. The end of /var/log/first-boot.log names it.
set -euo pipefail
export HOME=/root # cloud-init does not always set it
cd
touch /var/log/first-boot.log
chmod 0640 /var/log/first-boot.log
exec > >(tee -a /var/log/first-boot.log) 2>&1

failed=""
work=$(mktemp -d)

finish() {
  local status=$?
  rm -rf "$work"
  if [[ -n $failed ]]; then
    echo "first boot: failed:$failed"
    exit 1
  fi
  echo "first boot: done"
  exit "$status"
}
trap finish EXIT

# attempt NAME COMMAND...
attempt() {
  echo "first boot: $1"
  set +e # a subshell inside of "if" or "||" would not stop at its first error
  (
    set -e
    cd "$work"
    "${@:2}"
  )
  local status=$?
  set -e
  [[ $status == 0 ]] || failed+=" $1"
}
"""

_DOWNLOADS = """\
# fetch URL FILE
fetch() {
  curl --fail --silent --show-error --location --proto '=https' --tlsv1.2 \\
    --connect-timeout 10 --max-time 300 --retry 3 --output "$2" "$1"
}

# verify FILE SHA256
verify() {
  sha256sum --check --quiet - <<<"$2  $1"
}
"""

_UNCHECKED = "# The publisher gives no checksum: TLS alone vouches for this file."

# The prompt names the cluster without the rest of its ARN, or of eksctl's name for it.
_PROMPT = """\
if [ -n "${PS1-}" ] && [ -r /usr/local/share/kube-ps1.sh ]; then
  . /usr/local/share/kube-ps1.sh
  cluster_short() {
    local name=${1##*/}
    echo "${name%%.*}"
  }
  KUBE_PS1_CLUSTER_FUNCTION=cluster_short
  KUBE_PS1_SYMBOL_ENABLE=false
  KUBE_PS1_SUFFIX=') '
  PS1='$(kube_ps1)[\\u@\\h \\W]\\$ '
fi
"""

# What a tool needs beyond what the facts say: completion needs the shell's own.
_NEEDS = {"kubectl": ("bash-completion",)}


def script(host: Host) -> str:
    """The whole script, ending with a newline."""
    parts = [_BEGIN, _proxy(host), _settings(host), _packages(host), *_installed(host), _bootstrap(host), _own(host)]
    return "\n".join(part for part in parts if part)


def profile(host: Host) -> str:
    """What every login shell gets, in /etc/profile.d."""
    lines = [
        f"export AWS_DEFAULT_REGION={host.region}",
        "export AWS_PAGER=",
        f"export CLUSTER_NAME={host.cluster}",
        *(['export PATH="$PATH:/opt/krew/bin:$HOME/.krew/bin"'] if "krew" in host.tools else []),
        '[ -n "${BASH_VERSION-}" ] || return 0',
        "alias vi=vim",
    ]
    if "kubectl" in host.tools:
        lines.append("alias k=kubectl")
    lines.append("complete -C aws_completer aws")
    return "".join(f"{line}\n" for line in lines) + (_PROMPT if "kube-ps1" in host.tools else "")


def _proxy(host: Host) -> str:
    """Before all else, for whatever is downloaded comes through it."""
    if not host.environment:
        return ""
    from bpc.kit import proxy_setup

    return proxy_setup.host(host.environment, "/etc/yum.conf" if host.os == "al2" else "/etc/dnf/dnf.conf")


def _settings(host: Host) -> str:
    return (
        f"attempt hostname hostnamectl set-hostname --static {host.name}\n"
        f'attempt timezone timedatectl set-timezone "{host.timezone}"\n'
        f"cat >/etc/profile.d/bastion.sh <<'EOT'\n{profile(host)}EOT\n"
    )


def _packages(host: Host) -> str:
    """The operating system's own packages, each alone, so that one that is missing is missed alone."""
    names = {tool for tool in host.tools if tool != "docker" and not _is_download(tool, host)}
    for tool in host.tools:
        names.update(_NEEDS.get(tool, ()), host.facts[tool].get("needs", ()))
    if host.os == "al2":
        names.add("unzip")
    manager, key = ("yum", "al2") if host.os == "al2" else ("dnf", "dnf")
    packages = {name: host.facts[name][key] for name in sorted(names)}
    lines = [f"attempt {name} {manager} -y -q install {package}\n" for name, package in packages.items()]
    return "".join(lines)


def _is_download(tool: str, host: Host) -> bool:
    return "url" in host.facts[tool]


def _installed(host: Host) -> Iterator[str]:
    """What is more than a package: a function for each tool, and its call."""
    downloads = sorted(tool for tool in host.tools if _is_download(tool, host))
    steps = {"aws-cli": _aws_cli(host)} if host.os == "al2" else {}
    for tool in downloads:
        if host.architecture in host.facts[tool]["arches"]:
            steps[tool] = _download(tool, host)
    if steps:
        yield _DOWNLOADS
    if "docker" in host.tools:
        install = "amazon-linux-extras install -y docker" if host.os == "al2" else "dnf -y -q install docker"
        steps["docker"] = [install, "systemctl enable --now docker"]
    for tool, lines in steps.items():
        function = f"install_{tool.replace('-', '_')}"
        body = "".join(f"  {line}\n" for line in lines)
        yield f"{function}() {{\n{body}}}\nattempt {tool} {function}\n"
    for tool in downloads:
        if tool not in steps:
            yield f"# {tool} is not here: its publisher has no build for {host.architecture}.\n"


def _fetched(fact: Mapping[str, Any], version: str, file: str, host: Host) -> list[str]:
    """Download, check and unpack."""
    machine = "aarch64" if host.architecture == "arm64" else "x86_64"
    url = fact["url"].format(version=version, arch=host.architecture, machine=machine)
    digests = fact["sha256"].get(version, fact["sha256"])
    digest = digests.get(host.architecture)
    lines = [f"fetch {url} {file}", f"verify {file} {digest}" if digest else _UNCHECKED]
    unpack = {"tar.gz": f"tar -xzf {file}", "zip": f"unzip -qo {file}"}
    return lines + ([unpack[fact["archive"]]] if fact["archive"] in unpack else [])


def _download(tool: str, host: Host) -> list[str]:
    fact = host.facts[tool]
    version = host.kubectl if tool == "kubectl" else fact["version"]
    file = tool if fact["archive"] == "none" else f"{tool}.{fact['archive']}"
    lines = _fetched(fact, version, file, host)
    binary = fact["binary"].format(arch=host.architecture)
    if tool == "krew":
        # krew itself checks each plugin against the digest in its index.
        return [*lines, f"KREW_ROOT=/opt/krew ./{binary} install krew ctx ns get-all"]
    if tool == "kube-ps1":
        return [*lines, f"install -m 0644 {tool} /usr/local/share/{binary}"]
    lines.append(f"install -m 0755 {binary} /usr/local/bin/{tool}")
    if tool == "kubectl":
        completion = "/etc/bash_completion.d/kubectl"
        lines.append(f"/usr/local/bin/kubectl completion bash >{completion}")
        lines.append(f"echo 'complete -o default -F __start_kubectl k' >>{completion}")
    return lines


def _aws_cli(host: Host) -> list[str]:
    return [*_fetched(AWS_CLI, AWS_CLI["version"], "aws-cli.zip", host), "./aws/install --update"]


def _bootstrap(host: Host) -> str:
    if host.bootstrap is None:
        return ""
    from bpc.kit import bootstrap

    return bootstrap.setup(host.bootstrap)


def _own(host: Host) -> str:
    """The user's lines as they are, without the strictness that they may not have been written for."""
    if not host.user_data.strip():
        return ""
    end = "" if host.user_data.endswith("\n") else "\n"
    return f"# The blueprint's own lines (bastion.userData).\nset +euo pipefail\n{host.user_data}{end}"
