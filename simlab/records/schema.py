"""The canonical tables, declared once as data.

Database tables, checks, template sheets, header matching and exports are all built from
`TABLES`. Conventions: ids are text; dates ``YYYY-MM-DD``, months ``YYYY-MM``; money in the
currency of its row; rates are fractions; scores 0-100; pulse answers 0-10; hours decimal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["person", "text", "integer", "number", "rate", "month", "date", "boolean", "enum"]
"""What a column holds. `person` is an employee number in files and a pseudonym in the store;
`rate` is a fraction that files may write as a percentage."""


@dataclass(frozen=True)
class Column:
    """One column: its name in code, headers in both languages and what its values may be.

    `lower` and `upper` are inclusive; `options` maps each enum value to the words files use
    for it, the Chinese one first; `synonyms` are further headers people's files use.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    required: bool = False
    unit: str = ""
    lower: float | None = None
    upper: float | None = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    synonyms: tuple[str, ...] = ()
    reference: str = ""
    """The table whose key this column must be found in."""
    default: str | None = None
    """What an absent column or an empty cell stands for."""

    file_name: str = ""
    """Its name in files where that differs: people appear there by their employee number."""

    @property
    def header(self) -> str:
        """The column's name in files."""
        return self.file_name or self.name


@dataclass(frozen=True)
class Table:
    """One canonical table; `key` identifies a row.

    In an `effective` table a row holds from its ``valid_from`` until the next row of the same
    person. A `monthly` table has one row a person and month (and more in `key`).
    """

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    effective: bool = False

    @property
    def monthly(self) -> bool:
        """Rows tell of a person's month, which must be one of employment."""
        return {"person_key", "month"} <= set(self.key)

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


def _person(reference: str = "employees") -> Column:
    return Column(
        "person_key", "person", "工号", "Employee no.", True, file_name="employee_no",
        reference=reference,
        synonyms=("员工编号", "人员编码", "员工号", "employee number", "employee id", "emp id",
                  "staff no"),
    )


def _month() -> Column:
    return Column("month", "month", "月份", "Month", True,
                  synonyms=("考核月份", "期间", "年月", "period"))


def _scale(name: str, zh: str, en: str) -> Column:
    return Column(name, "number", zh, en, unit="0-10", lower=0, upper=10)


def _amount(name: str, zh: str, en: str, *synonyms: str, lower: float | None = 0) -> Column:
    return Column(name, "number", zh, en, unit="currency/month", lower=lower, synonyms=synonyms)


PERSON_KEYS = Table(
    "person_keys", "人员对照（受限）", "Person keys (restricted)",
    (
        Column("person_key", "text", "人员代码", "Person key", True),
        Column("employee_no", "text", "工号", "Employee no.", True),
    ),
    key=("person_key",),
)
"""Identities, apart from everything else; never imported, exported or shown."""

_ORG_UNITS = Table(
    "org_units", "组织单元", "Organisational units",
    (
        Column("org_unit_id", "text", "部门编号", "Unit id", True,
               synonyms=("部门", "科室", "department", "org unit")),
        Column("name_zh", "text", "中文名称", "Name (zh)"),
        Column("name_en", "text", "英文名称", "Name (en)"),
        Column("parent_id", "text", "上级部门编号", "Parent unit id"),
        Column("function", "enum", "职能", "Function", options={
            "sales": ("销售",), "clinical": ("临床",), "product": ("产品",), "tech": ("技术",),
            "support": ("支持",), "other": ("其他",)}),
        Column("cost_center", "text", "成本中心", "Cost centre", synonyms=("cost center",)),
        Column("capacity_fte", "number", "编制", "Capacity", unit="FTE", lower=0),
    ),
    key=("org_unit_id",),
)

_EMPLOYEES = Table(
    "employees", "员工", "Employees",
    (
        _person(reference=""),
        Column("valid_from", "date", "生效日期", "Valid from"),
        Column("hire_date", "date", "入职日期", "Hire date", True,
               synonyms=("入司日期", "date of joining", "start date", "hired on")),
        Column("population", "enum", "人员类别", "Population", options={
            "sales": ("销售",), "doctor": ("医生",), "other": ("其他",)}),
        Column("org_unit_id", "text", "部门编号", "Unit id",
               synonyms=("部门", "科室", "department", "org unit")),
        Column("job_code", "text", "岗位", "Job", synonyms=("职位", "职称", "job", "position")),
        Column("grade", "integer", "职级", "Grade", unit="1 = lowest", lower=1, upper=99,
               synonyms=("职等", "designation", "level")),
        Column("hire_grade", "integer", "入职职级", "Grade at hiring", unit="1 = lowest",
               lower=1, upper=99),
        Column("manager_key", "person", "直属上级工号", "Manager no.", file_name="manager_no",
               synonyms=("直属上级", "汇报对象", "manager")),
        Column("site", "text", "工作地点", "Site", synonyms=("城市", "地点", "city", "location")),
        Column("education", "text", "学历", "Education", synonyms=("education level",)),
        Column("probation_end", "date", "试用期结束日", "Probation ends"),
        Column("contract_type", "enum", "合同类型", "Contract", options={
            "permanent": ("无固定期限", "正式"), "fixed": ("固定期限",), "intern": ("实习",),
            "agency": ("派遣", "劳务派遣")}),
        Column("fte", "rate", "全职当量", "FTE", unit="share", lower=0, upper=1),
        Column("status", "enum", "在职状态", "Status", synonyms=("员工状态",), options={
            "active": ("在职",), "leave": ("休假", "长假"), "notice": ("离职中", "待离职"),
            "left": ("离职", "已离职")}),
        Column("prior_ka_experience", "boolean", "有大客户/高端医疗经验",
               "Prior key-account or premium experience"),
        Column("tenure_prior_months", "number", "此前工作月数", "Earlier tenure", unit="months",
               lower=0, upper=720),
        Column("critical_role", "boolean", "关键岗位", "Critical role"),
    ),
    key=("person_key", "valid_from"),
    effective=True,
)

_PROTECTED = Table(
    "protected_attributes", "受保护属性（仅用于公平性检验）",
    "Protected attributes (fairness tests only)",
    (
        _person(),
        Column("gender", "enum", "性别", "Gender", options={
            "female": ("女", "f"), "male": ("男", "m"), "other": ("其他",)}),
        Column("birth_year", "integer", "出生年份", "Year of birth", unit="year", lower=1900,
               upper=2100),
    ),
    key=("person_key",),
)

_KPIS = Table(
    "kpi_registry", "指标库", "KPI registry",
    (
        Column("kpi_id", "text", "指标编号", "KPI id", True),
        Column("name_zh", "text", "中文名称", "Name (zh)", True),
        Column("name_en", "text", "英文名称", "Name (en)", True),
        Column("unit", "enum", "单位", "Unit", True, options={
            "ratio": ("比率",), "count": ("次数",), "CNY": ("金额",), "score": ("分",),
            "days": ("天",)}),
        Column("direction", "enum", "方向", "Direction", True, options={
            "higher": ("越高越好",), "lower": ("越低越好",)}),
        Column("domain", "enum", "适用范围", "Domain", options={
            "any": ("通用",), "sales": ("销售",), "hospital": ("医院",)}),
        Column("cap", "number", "达成率上限", "Cap", lower=0, upper=3),
    ),
    key=("kpi_id",),
)

_PERFORMANCE = Table(
    "monthly_performance", "月度绩效", "Monthly performance",
    (
        _person(),
        _month(),
        Column("kpi_id", "text", "指标编号", "KPI id", True, reference="kpi_registry",
               synonyms=("指标", "kpi"), default="overall"),
        Column("actual", "number", "实际值", "Actual", synonyms=("完成值", "实际")),
        Column("target", "number", "目标值", "Target", synonyms=("目标",)),
        Column("attainment", "rate", "达成率", "Attainment", unit="share", lower=-3, upper=3,
               synonyms=("完成率",)),
        Column("score", "number", "绩效得分", "Score", unit="0-100", lower=0, upper=100,
               synonyms=("考核得分", "得分")),
    ),
    key=("person_key", "month", "kpi_id"),
)

_RATINGS = Table(
    "ratings", "季度评级", "Quarterly ratings",
    (
        _person(),
        _month(),
        Column("rating", "integer", "评级", "Rating", True, unit="4 = best", lower=1, upper=4,
               synonyms=("季度评级", "quarterly rating")),
    ),
    key=("person_key", "month"),
)
"""The rating of the quarter a month lies in, as that month's record carries it: set from that
SAME quarter's results, so known only once the quarter has ended."""

_COMPENSATION = Table(
    "compensation", "薪酬", "Compensation",
    (
        _person(),
        _month(),
        _amount("base", "底薪", "Base pay", "基本工资", "salary"),
        _amount("commission", "提成", "Commission", lower=None),
        _amount("bonus", "奖金", "Bonus", lower=None),
        _amount("other", "其他薪酬", "Other pay", lower=None),
        _amount("total", "薪酬合计", "Total pay", lower=None),
        Column("currency", "text", "币种", "Currency", default="CNY"),
        Column("market_ratio", "rate", "市场薪酬比", "Pay against market", unit="share", lower=0,
               upper=10),
    ),
    key=("person_key", "month"),
)

_ATTENDANCE = Table(
    "attendance_monthly", "月度考勤", "Monthly attendance",
    (
        _person(),
        _month(),
        Column("scheduled_days", "number", "应出勤天数", "Scheduled days", unit="days", lower=0,
               upper=31),
        Column("worked_days", "number", "实出勤天数", "Worked days", unit="days", lower=0,
               upper=31),
        Column("leave_days", "number", "请假天数", "Leave days", unit="days", lower=0, upper=31,
               synonyms=("缺勤天数",)),
        Column("late_count", "integer", "迟到次数", "Late arrivals", unit="count", lower=0,
               upper=200),
        Column("overtime_hours", "number", "加班时长", "Overtime", unit="hours", lower=0,
               upper=400, synonyms=("加班小时",)),
    ),
    key=("person_key", "month"),
)

_COURSES = Table(
    "courses", "课程", "Courses",
    (
        Column("course_id", "text", "课程编号", "Course id", True),
        Column("name_zh", "text", "课程名称", "Name (zh)"),
        Column("name_en", "text", "英文名称", "Name (en)"),
        Column("skill_ids", "text", "技能编号", "Skill ids"),
        Column("hours", "number", "课时", "Hours", unit="hours", lower=0, upper=2000),
        Column("delivery", "enum", "授课方式", "Delivery", options={
            "classroom": ("面授",), "online": ("线上",), "micro": ("碎片化",),
            "coaching": ("辅导",)}),
        Column("cost", "number", "费用", "Cost", unit="currency/person", lower=0),
        Column("pass_mark", "number", "及格分", "Pass mark", unit="0-100", lower=0, upper=100),
    ),
    key=("course_id",),
)

_ENROLMENTS = Table(
    "enrolments", "培训记录", "Enrolments",
    (
        _person(),
        Column("course_id", "text", "课程编号", "Course id", True, reference="courses"),
        Column("enrolled_on", "date", "报名日期", "Enrolled on", True),
        Column("completed_on", "date", "完成日期", "Completed on"),
        Column("progress", "rate", "进度", "Progress", unit="share", lower=0, upper=1),
        Column("hours_spent", "number", "学习时长", "Hours spent", unit="hours", lower=0),
    ),
    key=("person_key", "course_id", "enrolled_on"),
)

_EXAMS = Table(
    "exam_results", "考试结果", "Exam results",
    (
        _person(),
        Column("course_id", "text", "课程编号", "Course id", True, reference="courses"),
        Column("date", "date", "考试日期", "Date", True),
        Column("attempt", "integer", "第几次考试", "Attempt", unit="count", lower=1),
        Column("score", "number", "考试成绩", "Score", unit="0-100", lower=0, upper=100),
        Column("passed", "boolean", "是否通过", "Passed", True),
    ),
    key=("person_key", "course_id", "date"),
)

_EXITS = Table(
    "exits", "离职", "Exits",
    (
        _person(),
        Column("last_day", "date", "离职日期", "Last working day", True,
               synonyms=("最后工作日", "last working date", "exit date")),
        Column("notice_date", "date", "提出日期", "Notice given on"),
        Column("type", "enum", "离职类型", "Kind of exit", options={
            "voluntary": ("主动离职", "主动"), "involuntary": ("被动离职", "被动", "辞退"),
            "end_of_contract": ("合同到期",), "retirement": ("退休",), "death": ("去世",)}),
        Column("reason_code", "enum", "离职原因", "Reason", options={
            "performance": ("绩效",), "pay": ("薪酬",), "workload": ("工作量",),
            "support": ("支持不足",), "manager": ("上级",), "career": ("发展",),
            "customer_pressure": ("客户压力",), "family": ("家庭",), "health": ("健康",),
            "relocation": ("搬迁",), "other": ("其他",)}),
        Column("regretted", "boolean", "惋惜的离职", "Regretted"),
        Column("avoidable", "boolean", "可避免", "Avoidable"),
        Column("rehire_eligible", "boolean", "可再录用", "May be rehired"),
        Column("destination", "text", "去向", "Destination"),
    ),
    key=("person_key",),
)

_TICKETS = Table(
    "feedback_tickets", "反馈工单", "Feedback tickets",
    (
        Column("ticket_id", "text", "工单编号", "Ticket id", True),
        _person(),
        Column("opened_at", "date", "提交日期", "Opened on", True),
        Column("channel", "enum", "渠道", "Channel", options={
            "web": ("网页",), "mobile": ("手机",), "voice_transcript": ("语音转写",),
            "wecom": ("企业微信",), "feishu": ("飞书",)}),
        Column("category", "enum", "类别", "Category", options={
            "cross_dept_support": ("跨部门支持",), "customer_demand": ("客户需求",),
            "skill_gap": ("能力不足",), "workload": ("工作量",), "pay": ("薪酬",),
            "process": ("流程",), "other": ("其他",)}),
        Column("assigned_unit", "text", "受理部门", "Assigned unit"),
        Column("first_response_at", "date", "首次响应日期", "First response on"),
        Column("resolved_at", "date", "解决日期", "Resolved on"),
        Column("reopened", "integer", "重开次数", "Reopened", unit="count", lower=0),
        Column("severity", "integer", "严重程度", "Severity", unit="1-3", lower=1, upper=3),
    ),
    key=("ticket_id",),
)

_PULSE = Table(
    "pulse", "员工脉搏调查", "Pulse survey",
    (
        _person(),
        _month(),
        _scale("morale", "士气", "Morale"),
        _scale("workload", "工作负荷", "Workload"),
        _scale("belonging", "归属感", "Belonging"),
        _scale("self_efficacy", "自我效能", "Self-efficacy"),
        _scale("reward_fairness", "薪酬公平感", "Fairness of reward"),
        _scale("stay_intent", "留任意愿", "Intent to stay"),
    ),
    key=("person_key", "month"),
)

_ACCOUNTS = Table(
    "accounts", "大客户与高端患者组", "Key accounts and premium panels",
    (
        Column("account_id", "text", "客户编号", "Account id", True),
        _person(),
        Column("segment", "enum", "类别", "Segment", options={
            "key": ("大客户",), "smb": ("中小客户",), "premium": ("高端",),
            "ordinary": ("普通",)}),
        Column("industry", "text", "行业", "Industry"),
        Column("opened_on", "date", "开始跟进日期", "Opened on", True),
        Column("won_on", "date", "签约日期", "Won on"),
        Column("closed_on", "date", "流失日期", "Lost on"),
    ),
    key=("account_id",),
)

_ACCOUNT_MONTHS = Table(
    "account_months", "客户月度情况", "Account months",
    (
        Column("account_id", "text", "客户编号", "Account id", True, reference="accounts"),
        _month(),
        Column("revenue", "number", "收入", "Revenue", unit="currency/month"),
        Column("satisfaction", "rate", "满意度", "Satisfaction", unit="share", lower=0, upper=1),
        Column("complaints", "integer", "投诉数", "Complaints", unit="count", lower=0,
               synonyms=("投诉量",)),
    ),
    key=("account_id", "month"),
)
"""One row an account and month: without a complaint it says 0. Patients only as panels."""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _ORG_UNITS, _EMPLOYEES, _PROTECTED, _KPIS, _PERFORMANCE, _RATINGS, _COMPENSATION,
        _ATTENDANCE, _COURSES, _ENROLMENTS, _EXAMS, _EXITS, _TICKETS, _PULSE, _ACCOUNTS,
        _ACCOUNT_MONTHS,
    )
}
"""Every importable table by name, referred tables before the tables that refer to them."""

def title(name: str, lang: str) -> str:
    """A column ``table.column``, or a KPI of monthly performance, in words: 'Monthly attendance:
    Leave days'. KeyError where there is none."""
    table, column = name.split(".")
    of = TABLES[table]
    kpis = {seed["kpi_id"]: seed for seed in KPI_SEEDS} if table == "monthly_performance" else {}
    if column in kpis:
        told = str(kpis[column]["name_zh" if lang == "zh" else "name_en"])
    else:
        told = of.column(column).zh if lang == "zh" else of.column(column).en
    return f"{of.zh}：{told}" if lang == "zh" else f"{of.en}: {told}"


PRIVATE_HEADERS: dict[str, str] = {
    "姓名": "name", "name": "name", "手机": "contact", "手机号": "contact", "电话": "contact",
    "phone": "contact", "email": "contact", "邮箱": "contact", "身份证号": "identity",
    "病假天数": "health", "sick days": "health", "反馈内容": "message", "text": "message",
}
"""Headers of what the lab never keeps: dropped at import and named in its report."""

_SEEDS = (
    ("sales_amount", "销售额", "Sales amount", "CNY", "higher", "sales"),
    ("order_conversion", "成单率", "Order conversion", "ratio", "higher", "sales"),
    ("customer_retention", "回头率", "Customer retention", "ratio", "higher", "any"),
    ("customer_satisfaction", "客户满意度", "Customer satisfaction", "ratio", "higher", "any"),
    ("complaint_rate", "投诉率", "Complaint rate", "ratio", "lower", "any"),
    ("collaboration_satisfaction", "跨部门协作满意度", "Collaboration satisfaction", "ratio",
     "higher", "any"),
    ("training_completion", "培训完成率", "Training completion", "ratio", "higher", "any"),
    ("premium_satisfaction", "高端患者满意度", "Premium satisfaction", "ratio", "higher",
     "hospital"),
    ("premium_return", "高端复诊率", "Premium return rate", "ratio", "higher", "hospital"),
    ("personal_plan_use", "个性化方案使用率", "Use of individual plans", "ratio", "higher",
     "hospital"),
    ("followup_count", "随访次数", "Follow-ups", "count", "higher", "hospital"),
    ("overall", "综合绩效", "Overall score", "score", "higher", "any"),
)

KPI_SEEDS: tuple[dict[str, str | None], ...] = tuple(
    dict(zip(("kpi_id", "name_zh", "name_en", "unit", "direction", "domain"), seed, strict=True))
    | {"cap": None}
    for seed in _SEEDS
)
"""KPIs every store knows from the start; `overall` is the one score of a thin export."""

KPI_HEADERS: dict[str, str] = {
    "业绩": "sales_amount", "回款": "sales_amount", "转化率": "order_conversion",
    "复购率": "customer_retention", "续约率": "customer_retention",
    "复诊率": "customer_retention", "满意度": "customer_satisfaction",
}
"""Further headers under which a wide sheet carries a KPI's actual value."""
