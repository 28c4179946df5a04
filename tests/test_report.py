"""The page about a platform: sound HTML that asks for nothing, true to the templates, and open to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bpc import facts
from bpc.cli import main
from bpc.output.stacks import Stacks
from bpc.report import rights, values
from bpc.report.markup import BREAK, code, element, items, joined, table
from bpc.report.page import page
from parts.browser import PROGRAM, Browser
from parts.pages import SPECS, blueprint, finished, of_spec, words

ROOT = Path(__file__).resolve().parent.parent
NAMES = (
    "study",
    "private",
    "fleet",
    "everything",
    "existing-vpc",
    "single",
    "stack-sets",
    "auto-mode",
    "teams",
    "observability",
)
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Reads a page, and does not mend what is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.asked: list[str] = []
        self.seen: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        assert len(given) == len(attrs)
        self.seen |= {tag, *given}
        self.ids += [given["id"]] if "id" in given else []
        self.asked += given.get("aria-labelledby", "").split()
        self.asked += [given[key].removeprefix("#") for key in ("href", "src") if key in given]
        self.asked += re.findall(r"url\(#([^)]*)\)", given.get("marker-end", ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def reported(name: str) -> tuple[list[Stacks], str]:
    made = of_spec(name)
    return made, page(made, f"{name}.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_sound_and_asks_for_nothing(name: str) -> None:
    made, text = reported(name)
    read = Reader(text)
    assert len(read.ids) == len({*read.ids})
    assert read.asked and {*read.asked} <= {*read.ids}
    assert not read.seen & {"script", "link", "img", "iframe", "object", "style_", "onload", "onclick"}
    assert not re.search(r"@import|url\((?!#)", text)
    assert "default-src 'none'" in text
    assert all(f"Environment {one.environment}" in text for one in made)
    assert page(made, f"{name}.yaml") == text


def test_a_page_that_is_not_sound_is_found() -> None:
    with pytest.raises(AssertionError):
        Reader("<p><b>bold</p></b>")
    with pytest.raises(AssertionError):
        Reader("<p>")


@pytest.mark.parametrize("name", NAMES)
def test_every_stack_role_and_parameter_is_there(name: str) -> None:
    made, text = reported(name)
    seen = words(text)
    for stacks in made:
        for number, (stack, template) in enumerate(stacks.templates.items(), 1):
            assert f"{number}. {stacks.name(stack)} " in seen
            assert all(f" {one} " in seen for one in template.get("Parameters", ()))
            roles = [title for title, one in template["Resources"].items() if one["Type"] == "AWS::IAM::Role"]
            assert all(f" {title} " in seen for title in roles)


def test_environments_are_compared() -> None:
    seen = words(reported("fleet")[1])
    assert "Environments" not in words(reported("study")[1])
    assert "dev 111122223333 ap-northeast-2 1.36 2 (2 to 6) more than $129.84 ($129.84 to $148.08)" in seen
    assert "prod-us 444455556666 us-east-1 1.36 3 (3 to 30) $406.17 ($406.17 to $2,122.51)" in seen
    assert seen.count("Parameters of the stacks Architecture") == 3, "each has links to its parts"


def test_links_are_what_the_templates_import() -> None:
    made, text = reported("private")
    assert "private-cluster : ClusterName" in words(text)
    (stacks,) = made
    found = sorted({*values.imports(stacks.templates["addons"])})
    assert found == ["${ClusterStack}-ClusterName"]
    assert "vpc-0123" not in text


def test_who_may_do_what() -> None:
    _, text = reported("private")
    seen = words(text)
    assert "arn:aws:iam::111122223333:role/Auditor STANDARD user auditor group auditors" in seen
    assert "AmazonEKSAdminViewPolicy in the whole cluster" in seen
    assert "pods.eks.amazonaws.com for the service account kube-system/ebs-csi-controller-sa" in seen
    assert "Whoever creates" not in seen and "Whoever creates" in words(reported("study")[1])
    assert "never more than arn:aws:iam::111122223333:policy/platform-boundary" in seen


def test_a_policy_for_one_namespace_says_so() -> None:
    scope = {"type": "namespace", "namespaces": ["dev", "test"]}
    policies = [{"policy": "view", "scope": scope}]
    access = [{"principal": "arn:aws:iam::111122223333:role/Developer", "policies": policies}]
    (stacks,) = finished(blueprint(cluster={"access": access}))
    assert "AmazonEKSViewPolicy in dev, test" in words(rights.cluster(stacks))


def test_teams_and_alarms() -> None:
    seen = words(reported("teams")[1])
    who = "arn:aws:iam::111122223333:user/developer , group rbac-test-group"
    assert f"study rbac-test-ns {who}: get, watch, list pods, pods/log" in seen
    assert "PaymentsDevelopers : the role view" in seen and "quota: requests.cpu 20" in seen
    assert "Alarms" not in seen
    seen = words(reported("observability")[1])
    assert "Told of alarms: ops@example.com . And of these events: spot-interruption." in seen
    assert "node-disk node_filesystem_utilization" in seen and "backend-errors lines in the log application" in seen
    assert "Teams" not in words(reported("observability")[1])


def test_applications() -> None:
    seen = words(reported("apps")[1])
    assert "nginx nginx public.ecr.aws/nginx/nginx-unprivileged" in seen and " 2 to 10 " in seen
    assert "by an Ingress of class alb" in seen and "in the cluster alone" in seen
    assert "Applications" not in words(reported("study")[1])


def test_what_is_allowed_everywhere_is_said() -> None:
    def everywhere(node: Any) -> int:
        if isinstance(node, list):
            return sum(map(everywhere, node))
        if not isinstance(node, dict):
            return 0
        here = node.get("Effect") == "Allow" and node.get("Resource") in ("*", ["*"])
        return here + sum(map(everywhere, node.values()))

    made, _ = reported("everything")
    resources = [one for template in made[0].templates.values() for one in template["Resources"].values()]
    policies = [one["Properties"] for one in resources if one["Type"] in ("AWS::IAM::Role", "AWS::IAM::Policy")]
    count = everywhere(policies)
    assert count and words(rights.roles(made[0])).count("every resource") == count


def test_what_comes_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "as_of", lambda: "2026-11-21")
    addons = {"ingress-nginx": {}}
    raw = blueprint(cluster={"version": "1.34"}, gitops={"engine": "flux"}, addons=addons)
    seen = words(page(finished(raw), "shop.yaml"))
    assert "Kubernetes 1.34: standard support 2026-12-02 soon: 11 days" in seen
    assert "ingress-nginx given up It is retired since March 2026" in seen
    (quiet,) = finished(blueprint(cluster={"version": "1.36", "upgradePolicy": "standard"}))
    calm = page([quiet], "shop.yaml")
    assert (
        "soon:" not in calm and "EKS upgrades the cluster by itself" in calm and "extended support begins" not in calm
    )


def test_images_are_those_of_the_list() -> None:
    _, text = reported("everything")
    listed = (ROOT / "out" / "everything" / "images" / "default.txt").read_text(encoding="utf-8").splitlines()
    wanted = [one for one in listed if not one.startswith("#")]
    assert wanted and all(f"<code>{one}</code>" in text for one in wanted)


def test_what_is_text_stays_text() -> None:
    assert code('<&">') == "<code>&lt;&amp;&quot;&gt;</code>"
    assert element("p", "<", BREAK, class_="a", aria_label='"') == '<p class="a" aria-label="&quot;">&lt;<br></p>'
    assert items(["a"]) == "a" and items(["a", "<"]) == "<ul><li>a</li><li>&lt;</li></ul>"
    assert joined(["<", BREAK]) == "&lt;<br>"
    assert '<td role="cell" data-label="&lt;">&lt;b&gt;</td>' in table("t", ("a", "<"), [("<a>", "<b>")])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ({"Ref": "Cluster"}, "${Cluster}"),
        ({"Fn::GetAtt": ["Cluster", "Arn"]}, "${Cluster.Arn}"),
        ({"Fn::Sub": ["${a}-b", {"a": 1}]}, "${a}-b"),
        ({"Fn::Join": [":", ["a", {"Ref": "B"}]]}, "a:${B}"),
        ({"Fn::If": ["Yes", "a", {"Ref": "AWS::NoValue"}]}, "a"),
        ({"Fn::ImportValue": {"Fn::Sub": "${NetworkStack}-VpcId"}}, "${NetworkStack}-VpcId"),
        ({"Fn::Select": [0, {"Ref": "Zones"}]}, '{"Fn::Select": [0, {"Ref": "Zones"}]}'),
        (3, "3"),
    ],
)
def test_values_are_in_words(value: Any, text: str) -> None:
    assert values.said(value) == text


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(SPECS / "fleet.yaml"), "--env", "dev"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("<!doctype html>") and "Environment dev" in text and "prod-us" not in text
    wrong = tmp_path / "blueprint.yaml"
    wrong.write_bytes(blueprint(cluster={"version": "0.1"}))
    assert main(["report", str(wrong)]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "error BPC" in said.err
    assert main(["report", str(tmp_path / "none.yaml")]) == 2


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if not PROGRAM:
        pytest.skip("there is no browser here")
    with Browser(tmp_path_factory.mktemp("browser") / "profile") as one:
        yield one


@pytest.mark.parametrize("name", [*NAMES, "pipeline", "node-zoo"])
def test_a_page_fits_every_screen(browser: Browser, name: str, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text(reported(name)[1], encoding="utf-8")
    for width in (320, 360, 390, 768, 1280):
        browser.open(place, width)
        assert browser.run("innerWidth") == width
        assert browser.run("document.documentElement.scrollWidth") == width, "the page is not pushed sideways"
        assert width > 640 or browser.run(CUT) == [], "nothing is cut off on a phone"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_browser_finds_nothing(browser: Browser, dark: bool, width: int, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text(reported("observability")[1], encoding="utf-8")
    browser.open(place, width, dark=dark)
    assert browser.run(DARK) is dark
    found = judged(browser)
    assert found["violations"] == [] and found["passes"] > 20


def test_a_browser_finds_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    text = reported("single")[1].replace('<html lang="en">', "<html>")
    wide = '<p style="width: 9000px; max-width: none">x</p>'
    place.write_text(text.replace("<main>", f"<main>{wide}"), encoding="utf-8")
    browser.open(place, 360)
    assert browser.run("document.documentElement.scrollWidth") > 360
    assert wide in browser.run(CUT)
    assert judged(browser)["violations"] == ["html-has-lang"]


def test_rows_are_cards_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    place.write_text(reported("study")[1], encoding="utf-8")
    said = "getComputedStyle(document.querySelector('td'), '::before').content"
    browser.open(place, 360)
    assert browser.run(said) == '"Template: "'
    browser.open(place, 1280)
    assert browser.run(said) == "none"


def test_pictures_can_be_read(browser: Browser, tmp_path: Path) -> None:
    """axe-core does not judge text in pictures: each letter against the last box below it."""
    place = tmp_path / "page.html"
    for name in ("everything", "pipeline", "auto-mode"):
        place.write_text(reported(name)[1], encoding="utf-8")
        for dark in (False, True):
            browser.open(place, 1280, dark=dark)
            ratios = browser.run(CONTRAST)
            assert len(ratios) > 20
            assert [one for one in ratios if one[0] < 4.5] == [], "WCAG 2.2, 1.4.3"
    browser.run("document.querySelectorAll('svg text').forEach(one => one.style.fill = 'gray'); 0")
    assert [one for one in browser.run(CONTRAST) if one[0] < 4.5], "what cannot be read is found"


# For each text the ratio of its colour to what it stands on, by the formula of WCAG 2.2.
CONTRAST = """(() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(one => one / 255)
      .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = getComputedStyle(document.body).backgroundColor;
  return [...document.querySelectorAll('svg')].flatMap(svg => [...svg.querySelectorAll('text')].map(text => {
    const place = text.getBoundingClientRect(), x = place.left + place.width / 2, y = place.top + place.height / 2;
    const below = [...svg.querySelectorAll('rect, circle')].filter(one => {
      const box = one.getBoundingClientRect();
      const paint = getComputedStyle(one).fill;
      return paint !== 'none' && box.left <= x && x <= box.right && box.top <= y && y <= box.bottom
        && (one.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING);
    }).pop();
    const [a, b] = [getComputedStyle(text).fill, below ? getComputedStyle(below).fill : ground].map(light);
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text.textContent];
  }));
})()"""
DARK = 'matchMedia("(prefers-color-scheme: dark)").matches'
# Tables that are wider than their place, but for those of a wide screen, and whatever leaves the page.
CUT = """[...document.querySelectorAll('table, p, h1, h2, h3, dl, nav, summary')].filter(one =>
  one.getBoundingClientRect().right > innerWidth || one.scrollWidth > one.clientWidth + 1).map(one => one.outerHTML)"""
CHECK = """axe.run().then(found => ({
  violations: found.violations.map(one => one.id), passes: found.passes.length}))"""


def judged(browser: Browser) -> dict[str, Any]:
    """What axe-core says of the page that is open."""
    axe = Path(pytest.importorskip("axe_core_python").__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    browser.run(f"{axe};0")
    found: dict[str, Any] = browser.run(CHECK)
    return found
