"""What the README says of the search domain: what there must be before it, and whom it lets in when it is there.

Sources: Amazon OpenSearch Service Developer Guide, Using service-linked roles to create VPC domains, Fine-grained
access control (roles are mapped to backend roles, which for IAM are ARNs), Making and signing requests; OpenSearch
documentation, Default action groups, Create role and Create role mapping.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from bpc.output.stacks import Stacks
from bpc.plan import searched
from bpc.plan.shapes import PlannedAddOn

WRITER, READER, DASHBOARDS = "log-writer", "log-reader", "opensearch_dashboards_user"
SIGNED = """put() {{
  curl --fail-with-body -sS -X PUT "https://$endpoint/_plugins/$1" -d "$2" -H 'content-type: application/json' \\
    --aws-sigv4 'aws:amz:{region}:es' --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
    -H "x-amz-security-token: $AWS_SESSION_TOKEN"
}}"""


def said(stacks: Stacks) -> str:
    """The whole section."""
    return "\n\n".join(["## Log search", *_paragraphs(stacks)])


def _paragraphs(stacks: Stacks) -> Iterator[str]:
    plan, stack = stacks.plan, stacks.name("observability")
    watched = plan.blueprint.observability
    assert watched and watched.open_search
    wanted = watched.open_search
    hosts = "the nodes, their pods and the bastion host" if plan.blueprint.bastion else "the nodes and their pods"
    yield (
        f"The domain `{wanted.domain_name}` of Amazon OpenSearch Service is in the VPC and answers {hosts} alone. It "
        f"takes the stack `{stack}` some half an hour. Before that, its master user `{wanted.master_user_arn}` has to "
        "be there, and once in an account the service-linked role by which the service enters a VPC (an error that the "
        "name has been taken says that it is):"
    )
    yield "```sh\naws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com\n```"
    writers = searched.writers(plan)
    if writers:
        names = ", ".join(f"`{one.entry.name}`" for one in writers)
        yield (
            f"The domain's address has a part that nobody knows before it is there, so {names} finds it in a ConfigMap "
            f"that is an output of `{stack}`; until then its pods say `CreateContainerConfigError`. Apply it when the "
            "manifests are applied:"
        )
        apply = "kubectl apply --server-side -f -"
        yield _block([f"{_ask(stacks, stack, f'{one.id}SearchConfigMap')} | {apply}" for one in writers])
        yield (
            "The domain's fine-grained access control knows nobody but the master user yet, and answers all others "
            "with 403. Say to it once who may do what, from where the domain is reached, with curl 7.75 or newer. The "
            "profile `search-master` of the AWS CLI stands for the master user's credentials; the last command fails "
            "where the domain has its policy already:"
        )
        yield _block(_commands(stacks, writers, wanted.reader_arns))
    yield (
        "OpenSearch Dashboards is the output `SearchDashboardsUrl`. It asks for signed requests, as all of the domain "
        "does, and a browser does not sign: go there through a proxy that signs with your own credentials, such as "
        "`aws-sigv4-proxy` of AWS."
    )


def _commands(stacks: Stacks, writers: Sequence[PlannedAddOn], readers: Sequence[str]) -> Iterator[str]:
    plan, stack = stacks.plan, stacks.name("observability")
    yield f"endpoint=$({_ask(stacks, stack, 'SearchEndpoint')})"
    yield f"policy=$({_ask(stacks, stack, 'SearchIndexPolicy')})"
    for one in writers:
        role = f"$({_ask(stacks, stacks.name('addons'), searched.role_output(one))})"
        yield f"writer={one.given_role or role}"
    yield 'eval "$(aws configure export-credentials --profile search-master --format env)"'
    yield SIGNED.format(region=plan.region)
    patterns = [f"{index}-*" for index in searched.indices(plan)]
    yield _role(WRITER, ["indices:data/write/bulk"], patterns, ["create_index", "index"])
    yield f'put _security/api/rolesmapping/{WRITER} "{{\\"backend_roles\\": [\\"$writer\\"]}}"'
    if readers:
        yield _role(READER, ["cluster_composite_ops_ro"], patterns, ["read"])
        for name in (READER, DASHBOARDS):
            yield f"put _security/api/rolesmapping/{name} '{json.dumps({'backend_roles': list(readers)})}'"
    yield 'put _ism/policies/logs "$policy"'


def _role(name: str, cluster: list[str], patterns: list[str], allowed: list[str]) -> str:
    body = {
        "cluster_permissions": cluster,
        "index_permissions": [{"index_patterns": patterns, "allowed_actions": allowed}],
    }
    return f"put _security/api/roles/{name} '{json.dumps(body)}'"


def _ask(stacks: Stacks, stack: str, output: str) -> str:
    query = f"Stacks[0].Outputs[?OutputKey=='{output}'].OutputValue"
    return (
        f"aws cloudformation describe-stacks --region {stacks.plan.region} --stack-name {stack} \\\n"
        f'  --query "{query}" --output text'
    )


def _block(lines: Sequence[str] | Iterator[str]) -> str:
    return "\n".join(["```sh", *lines, "```"])
