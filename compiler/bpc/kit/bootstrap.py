"""The one-off setting up of the cluster from the bastion host: a script, and the systemd unit that runs it.

The script waits for the cluster, applies manifests that it has checked against their SHA-256, and leaves a mark in
the cluster, so that neither a reboot nor a new host applies them again. `systemctl status cluster-bootstrap` says
how it stands, and the journal what it waits for: a line for each change, not for each try.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpc.kit.record import Record

NAME = "cluster-bootstrap"
STATE = f"/var/lib/{NAME}"
PROGRAM = f"/usr/local/sbin/{NAME}"
MARK = "platform-bootstrap"
TRIES = 1440  # half a minute apart: twelve hours


class File(Record):
    """Something to download, and the namespace that a manifest's own objects go to where they name none."""

    url: str
    sha256: str
    namespace: str = ""


class Bootstrap(Record):
    """What is applied, what with (the kubectl on PATH where none is given), and whether a node must be there first."""

    cluster: str
    region: str
    manifests: tuple[File, ...]
    kubectl: File | None
    waits_for_node: bool


_UNIT = f"""\
[Unit]
Description=The one-off setting up of the cluster
Wants=network-online.target
After=network-online.target
ConditionPathExists=!{STATE}/done

[Service]
# Not oneshot: nothing else should wait for it.
Type=exec
RemainAfterExit=yes
ExecStart={PROGRAM}

[Install]
WantedBy=multi-user.target
"""

_BEGIN = """\
#!/bin/bash
# Sets the cluster up, once: waits for it, and applies what the blueprint names (bastion.bootstrap).
# When it has given up, `systemctl restart {name}` tries again.
# shellcheck disable=SC2329 # attempt calls functions by their names
set -euo pipefail
export HOME=/root AWS_DEFAULT_REGION={region} AWS_PAGER=""
state={state}
export KUBECONFIG=$state/kubeconfig PATH=$state:/usr/local/bin:$PATH
cluster={cluster}
said=""
"""

_FUNCTIONS = """\
# attempt WHAT COMMAND...: when the command fails, says so, but not twice
attempt() {
  local out last
  if out=$("${@:2}" 2>&1); then return 0; fi
  last="waiting: $1: ${out##*$'\\n'}"
  [[ $last == "$said" ]] || echo "$last"
  said=$last
  return 1
}

download() {
  case $1 in
    s3://*) aws s3 cp --only-show-errors "$1" "$2" ;;
    *) curl --fail --silent --show-error --location --proto '=https' --tlsv1.2 \\
      --connect-timeout 10 --max-time 300 --output "$2" "$1" ;;
  esac
}

# fetch FILE URL SHA256
fetch() {
  [[ ! -e $state/$1 ]] || return 0
  attempt "$2" download "$2" "$state/download" || return 1
  if ! sha256sum --check --quiet - <<<"$3  $state/download"; then
    echo "failed: $2 is not what the blueprint pins; nothing is applied"
    exit 1
  fi
  mv "$state/download" "$state/$1"
}

is_active() {
  local status
  status=$(aws eks describe-cluster --name "$cluster" --query cluster.status --output text) || return 1
  echo "it is $status"
  [[ $status == ACTIVE ]] && aws eks update-kubeconfig --name "$cluster" --kubeconfig "$KUBECONFIG"
}

is_marked() {
  local found
  found=$(kubectl get configmap MARK --namespace kube-system --ignore-not-found --output name) || return 1
  echo "$found" >"$state/mark"
}

# apply FILE [NAMESPACE]
apply() {
  local into=()
  if [[ -n ${2-} ]]; then
    into=(--namespace "$2")
    kubectl get namespace "$2" >/dev/null 2>&1 || kubectl create namespace "$2" || return 1
  fi
  kubectl apply --server-side "${into[@]}" --filename "$state/$1"
}
""".replace("MARK", MARK)

_HAS_NODE = """\
has_node() {
  local nodes
  nodes=$(kubectl get nodes --no-headers) || return 1
  echo "none is ready"
  grep -Eq '[[:space:]]Ready[[:space:]]' <<<"$nodes"
}
"""

_END = """\
mkdir -p "$state"
chmod 0700 "$state"
for ((try = 0; try < {tries}; try++)); do
  if run; then
    touch "$state/done"
    exit 0
  fi
  sleep 30
done
echo "failed: given up after twelve hours"
exit 1
"""


def setup(wanted: Bootstrap) -> str:
    """The part of the first boot that puts the script and its unit in place and starts it."""
    return (
        f"cat >{PROGRAM} <<'EOT'\n{script(wanted)}EOT\n"
        f"chmod 0755 {PROGRAM}\n"
        f"cat >/etc/systemd/system/{NAME}.service <<'EOT'\n{_UNIT}EOT\n"
        f"attempt {NAME} systemctl enable --now {NAME}.service\n"
    )


def script(wanted: Bootstrap) -> str:
    """The script, ending with a newline."""
    begin = _BEGIN.format(name=NAME, region=wanted.region, state=STATE, cluster=wanted.cluster)
    parts = [begin, _FUNCTIONS, *([_HAS_NODE] if wanted.waits_for_node else []), _run(wanted)]
    return "\n".join([*parts, _END.format(tries=TRIES)])


def _run(wanted: Bootstrap) -> str:
    """One try, in the order of its steps; the first that does not succeed ends it."""
    return "run() {\n" + "".join(f"  {line}\n" for line in _steps(wanted)) + "}\n"


def _steps(wanted: Bootstrap) -> Iterator[str]:
    if wanted.kubectl:
        yield f"fetch kubectl '{wanted.kubectl.url}' {wanted.kubectl.sha256} || return 1"
        yield 'chmod 0755 "$state/kubectl"'
    for number, one in enumerate(wanted.manifests, 1):
        yield f"fetch {number}.yaml '{one.url}' {one.sha256} || return 1"
    yield 'attempt "the cluster" is_active || return 1'
    yield 'attempt "access to the cluster" is_marked || return 1'
    yield 'if [[ -n $(<"$state/mark") ]]; then'
    yield f'  echo "done: the cluster has been set up before (kube-system/{MARK})"'
    yield "  return 0"
    yield "fi"
    if wanted.waits_for_node:
        yield 'attempt "a node" has_node || return 1'
    for number, one in enumerate(wanted.manifests, 1):
        yield f'attempt "{number}.yaml" apply {number}.yaml {one.namespace}'.rstrip() + " || return 1"
    digests = " ".join(one.sha256 for one in wanted.manifests)
    yield f'attempt "the mark" kubectl create configmap {MARK} --namespace kube-system \\'
    yield f'  --from-literal "sha256={digests}" || return 1'
    yield f'echo "done: applied {len(wanted.manifests)} of {len(wanted.manifests)} manifests"'
