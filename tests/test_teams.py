"""Teams: what they may do and no more, which pods their namespaces admit, and whom their pods may talk to.

The study's three walk-throughs are here as they are in its text, on the manifests and access entries of
specs/teams.yaml: a developer who sees one namespace, a pod that `restricted` refuses, and policies that deny.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpc import pipeline
from parts import kubectl, manifests, pod_security
from parts.compiling import Compiled, compiled
from parts.memory import Memory
from parts.network_policies import Cluster, Pod
from parts.rbac import CHANGED, SEEN, Caller, Wish, caller, may

ROOT = Path(__file__).resolve().parent.parent
SPEC = yaml.safe_load((ROOT / "specs" / "teams.yaml").read_text(encoding="utf-8"))
IAM = "arn:aws:iam::111122223333:"
STUDY, PAYMENTS, BATCH, SEARCH = "rbac-test-ns", "payments", "payments-batch", "search"
NAMESPACES = ("", "default", "kube-system", STUDY, PAYMENTS, BATCH, SEARCH)
THINGS = (
    *((one, "") for one in ("pods", "pods/log", "pods/exec", "secrets", "services", "configmaps", "nodes")),
    *((one, "") for one in ("resourcequotas", "limitranges", "serviceaccounts", "serviceaccounts/token")),
    *((one, "apps") for one in ("deployments", "replicasets", "statefulsets")),
    *((one, "rbac.authorization.k8s.io") for one in ("roles", "rolebindings", "clusterroles")),
    ("networkpolicies", "networking.k8s.io"),
    ("ingresses", "networking.k8s.io"),
)
CILIUM = {"repository": "https://helm.cilium.io", "name": "cilium", "version": "1.18.0"}
CNI = {"vpc-cni": {"values": {"enableNetworkPolicy": "true"}}}


class Made:
    """The example, compiled and built by the real kubectl."""

    def __init__(self, folder: Path) -> None:
        files = Memory()
        spec = SPEC | {"cloudformation": {"format": "json"}}
        result = pipeline.compile_blueprint(json.dumps(spec).encode(), "teams.yaml", lambda _: files)
        assert not result.failed
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        self.objects = {one: kubectl.kustomize(folder / "kubernetes" / "overlays" / one) for one in ("dev", "prod")}
        template = json.loads(files["cloudformation/dev/30-cluster.json"])["Resources"].values()
        self.entries = [one["Properties"] for one in template if one["Type"] == "AWS::EKS::AccessEntry"]

    def of(self, kind: str, namespace: str, environment: str = "dev") -> list[dict[str, Any]]:
        found = [one for one in self.objects[environment] if one["kind"] == kind]
        return [one for one in found if one["metadata"].get("namespace", one["metadata"]["name"]) == namespace]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("teams"))


def everything(made: Made, who: Caller) -> set[Wish]:
    """All that somebody may do, of what there is to ask."""
    wishes = [
        Wish(verb, resource, group, namespace)
        for verb in (*SEEN, *CHANGED)
        for resource, group in THINGS
        for namespace in NAMESPACES
    ]
    return {one for one in wishes if may(who, one, made.objects["dev"])}


def wishes(verbs: list[str], resources: dict[str, list[str]], *namespaces: str) -> set[Wish]:
    return {
        Wish(verb, resource, group, namespace)
        for verb in verbs
        for group, some in resources.items()
        for resource in some
        for namespace in namespaces
    }


def test_the_developer_sees_one_namespace_and_nothing_else(made: Made) -> None:
    who = caller(made.entries, f"{IAM}user/developer")
    assert (who.name, who.groups - {"system:authenticated"}, who.policies) == ("rbacTest", {"rbac-test-group"}, ())
    seen = {"": ["pods", "pods/log", "services"], "apps": ["deployments", "replicasets"]}
    assert everything(made, who) == wishes(SEEN, seen, STUDY)


def test_whoever_deploys_can_deploy_and_no_more(made: Made) -> None:
    who = caller(made.entries, f"{IAM}role/PaymentsPipeline")
    brought = {
        "": ["services", "configmaps", "serviceaccounts"],
        "apps": ["deployments", "statefulsets"],
        "networking.k8s.io": ["ingresses"],
    }
    watched = {"": ["pods", "pods/log"], "apps": ["replicasets"]}
    both = (PAYMENTS, BATCH)
    assert everything(made, who) == wishes([*SEEN, *CHANGED], brought, *both) | wishes(SEEN, watched, *both)


def test_roles_by_access_policy_end_at_the_teams_namespaces(made: Made) -> None:
    for name in ("PaymentsDevelopers", "PaymentsLeads"):
        who = caller(made.entries, f"{IAM}role/{name}")
        assert {one.namespace for one in everything(made, who)} == {PAYMENTS, BATCH}
    assert may(who, Wish("create", "rolebindings", "rbac.authorization.k8s.io", PAYMENTS), made.objects["dev"])
    who = caller(made.entries, f"{IAM}role/PaymentsDevelopers")
    assert not any(one.verb in CHANGED or one.resource == "secrets" for one in everything(made, who))


def test_a_group_of_somebody_elses_has_kubernetes_own_role_in_one_namespace(made: Made) -> None:
    who = Caller("oncall", frozenset({"search-oncall"}))
    assert {(one.verb, one.namespace) for one in everything(made, who)} == {(verb, SEARCH) for verb in SEEN}


def test_flux_is_the_team_where_it_applies_what_the_team_brings(made: Made) -> None:
    (sync,) = made.of("Kustomization", SEARCH)
    name = f"system:serviceaccount:{SEARCH}:{sync['spec']['serviceAccountName']}"
    allowed = everything(made, Caller(name, frozenset()))
    assert {one.namespace for one in allowed} == {SEARCH}
    assert Wish("patch", "deployments", "apps", SEARCH) in allowed
    assert not {one.resource for one in allowed} & {"resourcequotas", "networkpolicies", "roles", "rolebindings"}
    assert [one["spec"]["secretRef"] for one in made.of("GitRepository", SEARCH)] == [{"name": "search-repository"}]


NGINX: dict[str, Any] = {"spec": {"containers": [{"name": "nginx", "image": "nginx:latest"}]}}


def test_the_studys_pod_is_refused_with_its_four_reasons(made: Made) -> None:
    (namespace,) = made.of("Namespace", STUDY)
    assert pod_security.refused(namespace, NGINX) == [
        "allowPrivilegeEscalation != false",
        "unrestricted capabilities",
        "runAsNonRoot != true",
        "seccompProfile",
    ]
    mended = copy.deepcopy(NGINX)
    mended["spec"]["containers"][0]["securityContext"] = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert pod_security.refused(namespace, mended) == []


def test_an_environment_may_have_another_level(made: Made) -> None:
    dev, prod = (made.of("Namespace", SEARCH, one)[0] for one in ("dev", "prod"))
    assert (pod_security.refused(dev, NGINX), len(pod_security.refused(prod, NGINX))) == ([], 4)
    shell = {"spec": {"hostNetwork": True, "containers": [{"name": "a", "securityContext": {"privileged": True}}]}}
    assert pod_security.refused(dev, shell) == ["hostNetwork", "privileged"]


def test_all_is_denied_but_one_way_and_dns(made: Made) -> None:
    cluster = Cluster(made.objects["dev"])
    web, api = Pod(PAYMENTS, {"app": "web"}, {"http": 8000}), Pod(PAYMENTS, {"app": "api"})
    job, other, dns = (
        Pod(PAYMENTS, {"app": "job"}),
        Pod(SEARCH, {"app": "web"}),
        Pod("kube-system", {"k8s-app": "kube-dns"}),
    )
    assert cluster.connects(web, api, 8080)
    assert not cluster.connects(web, api, 8081)
    assert not cluster.connects(web, api, 8080, "UDP")
    assert not cluster.connects(api, web, 8080)
    assert not cluster.connects(job, api, 8080)
    assert not cluster.connects(other, api, 8080)
    assert not cluster.connects(Pod(BATCH, {"app": "web"}), api, 8080)
    assert not cluster.connects(api, other, 8080)
    assert not cluster.connects(job, "198.51.100.1", 443)
    for protocol in ("UDP", "TCP"):
        assert cluster.connects(job, dns, 53, protocol)
    assert not cluster.connects(job, Pod("kube-system", {"app": "other"}), 53)
    assert cluster.connects(other, dns, 53)  # whoever has no policy is open


def test_ways_to_and_from_addresses(made: Made) -> None:
    cluster = Cluster(made.objects["dev"])
    web, api = Pod(PAYMENTS, {"app": "web"}, {"http": 8000}), Pod(PAYMENTS, {"app": "api"})
    assert cluster.connects("192.168.1.7", web, 8000)
    assert not cluster.connects("192.168.1.7", web, 8001)
    assert not cluster.connects("192.168.1.7", api, 8000)
    assert cluster.connects(api, "10.20.1.1", 5432)
    assert not cluster.connects(api, "10.20.9.1", 5432)
    assert not cluster.connects(web, "10.20.1.1", 5432)


def test_quotas_are_those_of_the_environment(made: Made) -> None:
    for environment, pods in (("dev", "100"), ("prod", "400")):
        found = made.of("ResourceQuota", PAYMENTS, environment)
        hard = {one["metadata"]["name"]: one["spec"]["hard"] for one in found}
        assert {name: one["pods"] for name, one in hard.items()} == {"payments": pods, "payments-urgent": "10"}
        assert hard["payments"]["services.loadbalancers"] == "0"


def test_the_api_server_would_take_it_all(made: Made) -> None:
    for objects in made.objects.values():
        known = [one for one in objects if "fluxcd" not in one["apiVersion"]]
        assert manifests.invalid(known, "1.34") == []


def team(**more: Any) -> dict[str, Any]:
    return {"name": "shop", "namespaces": ["shop"], **more}


def of_kind(it: Compiled, kind: str, name: str = "team-shop") -> list[dict[str, Any]]:
    """The objects of a component by their kind."""
    end = f"/{kind.lower()}.yaml"
    texts = [text for path, text in it.files.items() if f"/base/{name}" in path and path.endswith(end)]
    return [one for text in texts for one in yaml.safe_load_all(text)]


def handed(it: Compiled, file: str) -> list[dict[str, Any]]:
    """What the engine is told of the platform itself."""
    texts = [text for path, text in it.files.items() if path.startswith("gitops/") and path.endswith(f"/{file}.yaml")]
    return [one for text in texts for one in yaml.safe_load_all(text)]


def test_a_principal_of_several_teams_has_one_access_entry() -> None:
    principal = f"{IAM}role/Both"
    teams = [
        team(access=[{"principals": [principal], "role": "view"}]),
        {"name": "web", "namespaces": ["web"], "access": [{"principals": [principal], "role": "view"}]},
        {"name": "data", "namespaces": ["data"], "access": [{"principals": [principal], "role": "edit"}]},
        {"name": "ml", "namespaces": ["ml"], "access": [{"principals": [principal], "group": "ml", "role": "admin"}]},
    ]
    it = compiled(teams=teams)
    entry = it.resource("cluster", "AWS::EKS::AccessEntry")
    assert entry["KubernetesGroups"] == ["ml"]
    scopes = {one["PolicyArn"].rpartition("/")[2]: one["AccessScope"] for one in entry["AccessPolicies"]}
    assert scopes == {
        "AmazonEKSViewPolicy": {"Type": "namespace", "Namespaces": ["shop", "web"]},
        "AmazonEKSEditPolicy": {"Type": "namespace", "Namespaces": ["data"]},
    }
    assert it.lint() == []


def test_a_teams_service_account_has_its_role_by_pod_identity() -> None:
    iam = {"permissions": [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::shop/*"]}]}
    it = compiled(teams=[team(serviceAccounts=[{"name": "api", "namespace": "shop", "create": True, "iam": iam}])])
    association = it.resource("workloads", "AWS::EKS::PodIdentityAssociation")
    assert (association["Namespace"], association["ServiceAccount"]) == ("shop", "api")
    assert len(it.resources("workloads", "AWS::IAM::Role")) == 1
    assert "namespaces must be there before" not in it.files["README.md"].decode()


def test_namespaces_of_somebody_else_are_not_made() -> None:
    it = compiled(teams=[team(createNamespaces=False, quota={"pods": 9})])
    assert (of_kind(it, "Namespace"), len(of_kind(it, "ResourceQuota"))) == ([], 1)


def test_a_team_may_have_nothing_but_access() -> None:
    it = compiled(teams=[team(createNamespaces=False, access=[{"principals": [f"{IAM}role/A"], "role": "view"}])])
    assert not it.errors and not [path for path in it.files if path.startswith("kubernetes")]


def test_argo_cds_project_is_of_the_teams_namespaces_alone() -> None:
    gitops = {"repository": "https://github.com/example/shop", "revision": "main", "path": "deploy"}
    it = compiled(gitops={"engine": "argocd"}, teams=[team(gitops=gitops)])
    (project,), (application,) = of_kind(it, "AppProject"), of_kind(it, "Application")
    assert project["spec"]["sourceRepos"] == [gitops["repository"]]
    assert project["spec"]["destinations"] == [{"name": "in-cluster", "namespace": "shop"}]
    assert "clusterResourceWhitelist" not in project["spec"]  # and so none
    kept = {one["kind"] for one in project["spec"]["namespaceResourceBlacklist"]}
    assert kept == {"ResourceQuota", "LimitRange", "NetworkPolicy", "Role", "RoleBinding"}
    assert application["spec"]["project"] == project["metadata"]["name"]
    assert application["spec"]["source"]["path"] == "deploy"


def test_argo_cd_as_a_capability_wants_to_know_where_applications_are() -> None:
    cluster = {
        "capabilities": {
            "argocd": {
                "identityCenter": {"instanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"},
                "namespace": "delivery",
            }
        }
    }
    own = {"repository": "https://github.com/example/shop"}
    platform = {"engine": "argocd", "repository": "https://github.com/example/platform"}
    it = compiled(cluster=cluster, gitops=platform, teams=[team(gitops=own)])
    assert it.errors == []
    projects = [*of_kind(it, "AppProject"), *handed(it, "appproject")]
    assert len(projects) == 2
    applications = [*of_kind(it, "Application"), *handed(it, "application"), *handed(it, "applications")]
    assert {one["metadata"]["namespace"] for one in (*projects, *applications)} == {"delivery"}
    assert [one["spec"]["sourceNamespaces"] for one in projects] == [["delivery"], ["delivery"]]
    assert not any(one["spec"].get("permitOnlyProjectScopedClusters") for one in projects)
    self_managed = compiled(gitops=platform, teams=[team(gitops=own)])
    usual = [*of_kind(self_managed, "AppProject"), *handed(self_managed, "appproject")]
    assert len(usual) == 2 and not any("sourceNamespaces" in one["spec"] for one in usual)


def test_a_quota_of_some_pods_alone() -> None:
    scopes = [{"scopeName": "PriorityClass", "values": ["high", "higher"]}, {"scopeName": "NotBestEffort"}]
    more = [{"name": "high", "hard": {"pods": 10, "requests.cpu": "8"}, "scopeSelector": scopes}]
    it = compiled(teams=[team(scopedQuotas=more, namespaces=["shop", "shop-batch"])])
    assert it.errors == []
    found = of_kind(it, "ResourceQuota")
    assert [one["metadata"]["namespace"] for one in found] == ["shop", "shop-batch"]
    assert {one["metadata"]["name"] for one in found} == {"shop-high"}
    assert found[0]["spec"] == {
        "hard": {"pods": "10", "requests.cpu": "8"},
        "scopeSelector": {
            "matchExpressions": [
                {"scopeName": "PriorityClass", "operator": "In", "values": ["high", "higher"]},
                {"scopeName": "NotBestEffort", "operator": "Exists"},
            ]
        },
    }


def test_a_level_may_be_that_of_one_version() -> None:
    it = compiled(cluster={"version": "1.35"}, teams=[team(podSecurityVersion="v1.34")])
    (labels,) = [one["metadata"]["labels"] for one in of_kind(it, "Namespace")]
    modes = ("enforce", "audit", "warn")
    assert [labels[f"pod-security.kubernetes.io/{mode}-version"] for mode in modes] == ["v1.34"] * 3
    newer = compiled(cluster={"version": "1.35"}, teams=[team(podSecurityVersion="v1.36")])
    assert newer.errors == ["BPC642"]
    assert not compiled(cluster={"version": "1.35"}, teams=[team(podSecurityVersion="latest")]).errors


@pytest.mark.parametrize(
    ("network", "address"), [({}, "10.100.0.10/32"), ({"ipFamily": "ipv6"}, "fc00::/7")], ids=["ipv4", "ipv6"]
)
def test_auto_mode_answers_dns_at_an_address_and_is_told_to_enforce(network: dict[str, Any], address: str) -> None:
    it = compiled(network=network, cluster={"autoMode": {"enabled": True}}, teams=[team(networkPolicy={})])
    assert it.errors == []
    (dns,) = [one for one in of_kind(it, "NetworkPolicy") if one["metadata"]["name"] == "allow-dns"]
    assert {"ipBlock": {"cidr": address}} in dns["spec"]["egress"][0]["to"]
    (switch,) = of_kind(it, "ConfigMap", "network-policies")
    assert switch["data"] == {"enable-network-policy-controller": "true"}


@pytest.mark.parametrize(
    ("addons", "errors"),
    [
        ({}, ["BPC655"]),
        (CNI, []),
        ({"calico": {}}, []),
        ({"cilium": {"chart": CILIUM, "namespace": "cilium"}}, []),
    ],
    ids=["nobody", "vpc-cni", "calico", "cilium"],
)
def test_somebody_enforces_network_policies(addons: dict[str, Any], errors: list[str]) -> None:
    it = compiled(gitops={"engine": "flux"}, addons=addons, teams=[team(networkPolicy={})])
    assert it.errors == errors
