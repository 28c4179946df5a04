"""The pipeline: repositories for images, what builds them, and what brings them into the cluster.

A part for each of it: repositories, what every action needs (`ground`), the projects of AWS CodeBuild, what those who
deploy need, and the pipeline that runs all of it.
"""

from __future__ import annotations

from bpc.kit.sheet import Sheet
from bpc.plan.shapes import Plan
from bpc.stack import Stack


class ImagePipeline(Stack):
    """repositories for images, and what builds and deploys them"""

    name = "pipeline"
    number = 80

    @classmethod
    def wanted(cls, plan: Plan) -> bool:
        return bool(plan.blueprint.pipeline)

    @classmethod
    def fill(cls, plan: Plan, sheet: Sheet) -> None:
        from bpc.stacks.pipeline import building, deploying, ground, repositories, stages

        repositories.fill(plan, sheet)
        ground.fill(plan, sheet)
        building.fill(plan, sheet)
        deploying.fill(plan, sheet)
        stages.fill(plan, sheet)
