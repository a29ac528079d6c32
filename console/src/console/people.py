"""The people of the trial: one for each kind of work (000 §2, 001, 002, 003), with the roles that they play."""

from dataclasses import dataclass

from shared.contracts.roles import Role


@dataclass(frozen=True, slots=True)
class Person:
    """A person who can be chosen on the sign-in page of a trial. `id` is who acts, in every record."""

    name: str
    roles: tuple[Role, ...]
    looks_after: str

    @property
    def id(self) -> str:
        """The identity that goes into every act: the same as the story's."""
        return f"{self.roles[0].value}-1"

    @property
    def title(self) -> str:
        """What the person is, in Chinese."""
        return self.roles[0].chinese


PEOPLE = (
    Person("陈佳", (Role.CS_SPECIALIST, Role.COMPLAINT_HANDLER, Role.ORDER_SPECIALIST), "按时限去电、登记、跟单"),
    Person("林晓燕", (Role.CS_SUPERVISOR, Role.CS_SECTION_CHIEF), "谁的事快到时限了"),
    Person("何志远", (Role.CS_MANAGER, Role.CS_DIRECTOR), "等我核决的"),
    Person("冯静", (Role.MARKET_SUPERVISOR,), "抽查回访做得如何"),
    Person("李强", (Role.ACCOUNT_MANAGER, Role.REGIONAL_HEAD), "我的客户、拜访和报表"),
    Person("吴锋", (Role.OPERATIONS_SUPERVISOR,), "还没有处理意见的售后"),
    Person("谢玲", (Role.FINANCE,), "待入账与差异"),
    Person("李国栋", (Role.INSTALLER, Role.SENIOR_INSTALLER), "今天上门"),
    Person("郑伟明", (Role.PLANT_MANAGER,), "等生产答复的订单"),
    Person("许文斌", (Role.DEPUTY_GM,), "升级上来的在前"),
    Person("周维", (Role.OPERATOR,), "系统是否一切正常"),
)
