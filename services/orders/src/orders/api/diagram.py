"""How a route looks: its stages and gates as a Mermaid diagram."""

from orders.domain.route import CANCELLED, CLOSED, Milestone, Route, Stage


def mermaid(route: Route) -> str:
    """A state diagram of the route: each arrow names the gate, and in brackets who opens what a person decides."""
    names = [stage.name for stage in route.stages]
    lines = ["stateDiagram-v2", f"    [*] --> {names[0]}"]
    lines += [f'    state "{stage.title} {stage.name}" as {stage.name}' for stage in route.stages]
    for stage, after in zip(route.stages, [*names[1:], CLOSED], strict=True):
        lines.append(f"    {stage.name} --> {after}: {_gate(route, stage)}")
    lines += [f"    {before} --> {after}: {why}" for before, after, why in _ways_back(route)]
    return "\n".join([*lines, f"    {CLOSED} --> [*]", f"    note right of {names[0]}: {CANCELLED} from any stage"])


def _gate(route: Route, stage: Stage) -> str:
    return " + ".join(_milestone(route, milestone) for milestone in stage.gate)


def _milestone(route: Route, milestone: Milestone) -> str:
    deciders = route.deciders.get(milestone)
    return f"{milestone} [{deciders[0]}]" if deciders else str(milestone)


def _ways_back(route: Route) -> list[tuple[str, str, str]]:
    ways = (
        ("breakdown_review", "breakdown", "rejected"),
        ("inspection", "production", "failed"),
        ("acceptance", "installation", "refused"),
        ("signing", "review", "amended"),
    )
    names = {stage.name for stage in route.stages}
    return [way for way in ways if {way[0], way[1]} <= names]
