"""How the three forms before a design order come in and are checked."""

from collections.abc import Mapping
from uuid import UUID

from intake.domain.design_intake import DESIGN_FORMS, DesignIntake, bringers
from intake.domain.lifecycle import DESIGN_INTAKE
from intake.domain.parts.design_form import DesignForm, DesignFormName, Finding
from intake.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused, must_be_another
from shared.clocks import Matter
from shared.contracts.intake import DesignIntakeChecked
from shared.contracts.vocabulary import CustomerSnapshot, FileRef


def submit(
    id: UUID,
    customer: CustomerSnapshot,
    files: Mapping[DesignFormName, tuple[FileRef, ...]],
    rules: Rules,
    cause: Cause,
) -> Change[DesignIntake]:
    """The account manager hands in the forms; to check them is a duty of CS (000 §3.3.1.1)."""
    policy = rules.on(cause.at)
    intake = DesignIntake(
        id=id,
        customer_id=customer.customer_id,
        customer=customer,
        brought_by=cause.actor.id,
        brought_at=cause.at,
        policy_version=policy.version,
        forms=tuple(DesignForm(name=name, files=files.get(name, ())) for name in DESIGN_FORMS),
    )
    matter = Matter(about=f"{customer.name[:120]}：设计前三张表", customer_id=customer.customer_id)
    return Change(intake).then(rules.clocks.start(policy.design_intake.clock, matter, cause, policy=policy))


def add(
    intake: DesignIntake, files: Mapping[DesignFormName, tuple[FileRef, ...]], cause: Cause
) -> Change[DesignIntake]:
    """What was missing was brought later. A form to which something came is to be looked at again."""
    DESIGN_INTAKE.must(intake.stage, "add")
    forms = tuple(
        form.but(
            files=tuple(dict.fromkeys((*form.files, *files[form.name]))),
            added_by=tuple(dict.fromkeys((*form.added_by, cause.actor.id))),
            finding=None,
            checked_by=None,
            checked_at=None,
        )
        if files.get(form.name)
        else form
        for form in intake.forms
    )
    return Change(intake.but(forms=forms))


def check(
    intake: DesignIntake, findings: Mapping[DesignFormName, Finding], rules: Rules, cause: Cause
) -> Change[DesignIntake]:
    """What CS found of these forms; the gate opens when all three are in order (000 §3.3.1.1).

    IllegalTransition when they have passed already; refused with `four_eyes` to the people who brought them, and with
    `form_missing` where a form of which no file was brought is in order by this finding or an earlier one.
    """
    DESIGN_INTAKE.must(intake.stage, "check")
    must_be_another(
        "the forms are checked by another person than the one who brought them",
        *bringers(intake.brought_by, intake.forms),
        cause=cause,
    )
    forms = tuple(
        form.but(finding=findings[form.name], checked_by=cause.actor.id, checked_at=cause.at)
        if form.name in findings
        else form
        for form in intake.forms
    )
    if missing := [DESIGN_FORMS[form.name] for form in forms if form.ok and not form.files]:
        raise Refused(f"nothing was brought of {'、'.join(missing)}: add it, then check it", "form_missing", "findings")
    checked = intake.but(forms=forms)
    said = DesignIntakeChecked(
        design_intake_id=intake.id,
        customer_id=intake.customer_id,
        questionnaire_ok=checked.ok("questionnaire"),
        drawings_ok=checked.ok("drawings"),
        photos_ok=checked.ok("photos"),
        missing=checked.missing,
        checked_by=cause.actor.id,
    )
    if checked.missing:
        return Change(checked, (said,))
    return Change(checked.but(stage="passed"), (said,)).then(rules.clocks.stop(cause=cause))


def check_no_more(intake: DesignIntake, rules: Rules, cause: Cause) -> Change[DesignIntake]:
    """The customer was erased: the forms are not to be checked any more."""
    return rules.clocks.drop(cause=cause)(intake)
