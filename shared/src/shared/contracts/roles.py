"""The roles that members of staff play, and the departments whose systems report facts."""

from enum import StrEnum


class Role(StrEnum):
    """The parts that members of staff play (000 §2; approvals 003 §18-29 and 004). `chinese` is the name people use."""

    chinese: str

    def __new__(cls, value: str, chinese: str = "") -> "Role":
        """A role is its identifier; the Chinese name comes with it."""
        role = str.__new__(cls, value)
        role._value_ = value
        role.chinese = chinese
        return role

    ACCOUNT_MANAGER = "account_manager", "客户经理"
    REGIONAL_HEAD = "regional_head", "区域负责人"
    SALES_ASSISTANT = "sales_assistant", "销售助理"
    SALES_VP = "sales_vp", "销售副总"
    MARKETING_VP = "marketing_vp", "营销副总"
    MARKET_SUPERVISOR = "market_supervisor", "市场督导"
    CS_SPECIALIST = "cs_specialist", "客服专员"
    CS_SUPERVISOR = "cs_supervisor", "客服主管"
    CS_SECTION_CHIEF = "cs_section_chief", "客服课长"
    CS_MANAGER = "cs_manager", "客服部经理"
    CS_DIRECTOR = "cs_director", "客服总监"
    COMPLAINT_HANDLER = "complaint_handler", "投诉处理专员"
    ORDER_SPECIALIST = "order_specialist", "跟单专员"
    STATISTICS_CLERK = "statistics_clerk", "统计员"
    PLANNER = "planner", "计划员"
    DESIGN_DIRECTOR = "design_director", "设计总监"
    PROJECT_TEAM = "project_team", "项目组"
    RD_TEAM = "rd_team", "研发组"
    PLANT_MANAGER = "plant_manager", "生产部厂长"
    BREAKDOWN_SECTION = "breakdown_section", "拆单课"
    ENGINEERING_REGIONAL_HEAD = "engineering_regional_head", "工程部区域负责人"
    INSTALLATION_FOREMAN = "installation_foreman", "工程班长"
    INSTALLER = "installer", "安装人员"
    SENIOR_INSTALLER = "senior_installer", "安装技术骨干"
    OPERATIONS_SUPERVISOR = "operations_supervisor", "运作主管"
    WAREHOUSE = "warehouse", "仓库"
    FINANCE = "finance", "财务"
    HUMAN_RESOURCES = "human_resources", "人事"
    DEPUTY_GM = "deputy_gm", "分管副总经理"
    GM = "gm", "总经理"
    GM_OFFICE = "gm_office", "总经理办公室"
    OPERATOR = "operator", "系统运维"


CS_MANAGERS = (Role.CS_SUPERVISOR, Role.CS_MANAGER, Role.CS_DIRECTOR)
"""Who lead customer service; section chiefs are not among them."""

CS_HEADS = (Role.CS_SUPERVISOR, Role.CS_SECTION_CHIEF, Role.CS_MANAGER, Role.CS_DIRECTOR)
"""Who are above the specialists of customer service, section chiefs too."""

CS = (Role.CS_SPECIALIST, *CS_HEADS)
"""Customer service: its specialists and who is above them."""

HANDLERS = (Role.COMPLAINT_HANDLER, *CS)
"""Who handle complaints and service requests: customer service, and the complaint handlers."""

ORDER_DESK = (Role.ORDER_SPECIALIST, *CS)
"""Who record orders, verify them with the customer and follow them up."""

SALES = (Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD, Role.SALES_ASSISTANT)
"""Who sell, without the vice presidents."""

TELLERS = (
    *SALES,
    Role.PLANNER,
    Role.DESIGN_DIRECTOR,
    Role.PROJECT_TEAM,
    Role.RD_TEAM,
    Role.PLANT_MANAGER,
    Role.BREAKDOWN_SECTION,
    Role.ENGINEERING_REGIONAL_HEAD,
    Role.INSTALLATION_FOREMAN,
    Role.WAREHOUSE,
    Role.FINANCE,
)
"""Who tell facts of their departments in person, on intake's page for that."""


class Department(StrEnum):
    """The departments whose systems report facts, each with a key and a queue of its own."""

    SALES = "sales"
    DESIGN = "design"
    PRODUCTION = "production"
    WAREHOUSE = "warehouse"
    ENGINEERING = "engineering"
    FINANCE = "finance"
