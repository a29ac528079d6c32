"""The papers on which customers are asked: the callback after an installation, the survey, the showroom's form."""

from collections.abc import Mapping
from types import MappingProxyType

from intake.domain.figures.callback_form import CallbackForm
from intake.domain.showroom_visit import ShowroomVisit
from intake.domain.survey import DIMENSIONS, GRADES, Survey, grade
from shared.contracts.intake.contacts import Rating
from shared.pages.papers import INTERNAL, Box, Paper, Press, ticked

RATINGS: Mapping[Rating, str] = MappingProxyType({"average": "一般", "satisfied": "满意", "dissatisfied": "不满意"})


def callback_sheet(form: CallbackForm, press: Press) -> Paper:
    """Table 3: the project, how its installation went, and what the customer answered."""
    return Paper(
        "客服部电话回访信息表",
        form.order_no or "",
        (
            (Box("回访时间", press.at(form.called_at)), Box("客服人员", form.called_by or "")),
            (Box("工程名称", form.project or ""), Box("合同编号", form.contract_no or "")),
            (Box("客户联系人", form.contact or ""), Box("联系电话", form.mobile or "")),
            (Box("工程安装时间", press.at(form.installed_on)), Box("工程安装人员", "、".join(form.installers))),
            (
                Box("工程计划完工时间", press.at(form.planned_completion)),
                Box("工程最后完工时间", press.at(form.actual_completion)),
            ),
            (Box("安装人员服务态度", form.installer or ""),),
            (Box("销售代表服务态度", form.sales_rep or ""),),
            (Box("产品质量", form.product or ""),),
            (Box("建议", form.suggestion, tall=True),),
        ),
        mark=INTERNAL,
        note="回访信息须按客户的真实回答填写，不得弄虚作假。",
    )


def opinion_sheet(survey: Survey, press: Press) -> Paper:
    """The four dimensions with their grades, ticked once the customer has answered."""
    opinion, customer = survey.opinion, survey.customer
    asked = tuple(
        (Box(title, ticked(GRADES, grade(opinion, name) if opinion else None)),) for name, title in DIMENSIONS.items()
    )
    return Paper(
        "客户意见调查表",
        survey.order_no or press.at(survey.issued_at)[:10],
        (
            (
                Box("客户", customer.name),
                Box("联系人", customer.contact_name or ""),
                Box("电话", customer.mobile or ""),
            ),
            (Box("发出", press.at(survey.issued_at)), Box("服务人员", survey.technician or "")),
            *asked,
            (Box("建议", opinion.suggestion if opinion else "", tall=True),),
            (Box("不满意的地方", opinion.complaint if opinion else "", tall=True),),
            (Box("客户签字", signed=press.at(survey.answered_at) and f"答复{press.at(survey.answered_at)}"),),
        ),
    )


def visitor_sheet(visit: ShowroomVisit, press: Press) -> Paper:
    """Table 2: who came and was received by whom, and how the visitors judge it; their signature is mandatory."""
    form, customer = visit.form, visit.customer
    return Paper(
        "来访客户信息登记表",
        press.at(visit.at)[:10],
        (
            (Box("来访时间", press.at(visit.at)), Box("接待人", visit.host)),
            (
                Box("客户名称", customer.name),
                Box("联系人", customer.contact_name or ""),
                Box("联系电话", customer.mobile or ""),
            ),
            (Box("对本次接待人的评价", ticked(RATINGS, form.rating if form else None)),),
            (Box("对我司的印象", form.impression if form else "", tall=True),),
            (Box("对我司的评价", form.evaluation if form else "", tall=True),),
            (Box("对我司的建议", form.suggestion if form else "", tall=True),),
            (Box("客户签字", signed="客户已在纸面签字" if form and form.signed else ""),),
        ),
    )
