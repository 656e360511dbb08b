"""Every mechanism of the month and how it is switched off: exactly, as if it were not there.

A switch is parameters at zero, a coupling between people off, or a lever that changes nothing.
Studies of what a mechanism is worth run the same histories with and without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simlab.parameters import INDEX
from simlab.policy import Policy, with_fields
from simlab.world import Firm


@dataclass(frozen=True)
class Switch:
    """A mechanism with what switches it off; `en` and `zh` say what it does while it is on."""

    name: str
    en: str
    zh: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, float] = field(default_factory=dict)
    """Fields of the FIRM record."""
    levers: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a policy, as ``lever.field``."""

    def off(
        self, firm: Firm, policy: Policy, draws: NDArray[np.float64]
    ) -> tuple[Firm, Policy, NDArray[np.float64]]:
        """The same firm, policy and draws (draw, parameter) with the mechanism switched off."""
        return firm.with_facts(**self.facts), self.policy(policy), self.draws(draws)

    def draws(self, draws: NDArray[np.float64]) -> NDArray[np.float64]:
        """(draw, parameter) the same draws with the switch's parameters set."""
        changed = draws.copy()
        for name, value in self.parameters.items():
            changed[:, INDEX[name]] = value
        return changed

    def policy(self, policy: Policy) -> Policy:
        """The same policy with the switch's levers set."""
        return with_fields(policy, self.levers)


def _zero(*names: str) -> dict[str, float]:
    return dict.fromkeys(names, 0.0)


SWITCHES: tuple[Switch, ...] = (
    # --- what drives people out
    Switch("efficacy_leaving", "people who feel that they fail leave", "自觉不能胜任者离职",
           _zero("efficacy_exit")),
    Switch("reward_leaving", "pay below expectation drives out", "收入低于预期促使离职",
           _zero("reward_exit")),
    Switch("stress_leaving", "stress drives out", "压力促使离职", _zero("stress_exit")),
    Switch("belonging_leaving", "belonging keeps people", "归属感留人", _zero("belonging_exit")),
    Switch("support_leaving", "support keeps people", "支持感留人", _zero("support_exit")),
    Switch("control_leaving", "perceived control keeps people", "掌控感留人",
           _zero("control_exit")),
    Switch("pay_leaving", "the level of base pay, and its change by a policy, keep people",
           "底薪水平及方案对底薪的调整留人", _zero("pay_exit", "pay_change_exit")),
    Switch("tenure_leaving", "the hazard changes with tenure", "离职风险随在职时间变化",
           _zero("exit_tenure", "exit_newcomer")),
    Switch("frailty", "some people are more prone to leave than others, unobserved",
           "人与人之间存在未观测的离职倾向差异", _zero("frailty_spread")),
    Switch("market_leaving", "a better market outside draws people away", "外部市场向好吸引人离开",
           _zero("market_exit")),
    Switch("remote_leaving", "days at home keep people", "居家办公留人", _zero("remote_exit")),
    Switch("attention_leaving", "attention by those who help keeps people", "被关注留人",
           _zero("help_exit")),
    Switch("anticipation_leaving", "expected dismissal drives out", "预期被辞退促使离职",
           _zero("anticipation_exit")),
    Switch("shock", "people leave for reasons outside work", "因工作以外的原因离职",
           _zero("shock")),
    Switch("dismissal", "results below standard for long end in dismissal",
           "业绩长期低于标准被辞退",
           _zero("dismissal")),
    Switch("notice_drop", "work slackens during notice", "通知期内工作松懈", _zero("notice_drop")),
    # --- work
    Switch("ability", "people differ in talent for results", "人与人之间业绩能力有差异",
           _zero("size_ability", "activity_ability")),
    Switch("ramp", "newcomers need time to sell", "新人需要上手期", _zero("activity_newcomer")),
    Switch("season", "results follow the season", "业绩随季节变化",
           _zero("size_season", "activity_season")),
    Switch("refund", "some months end with net refunds", "部分月份净退款", _zero("refund")),
    Switch("skill_results", "skills for standard work raise its results", "标准业务技能提升业绩",
           _zero("skill_return")),
    Switch("key_work", "people move to key work", "人员转向大客户",
           levers={"selection.key_share": 0.0}),
    Switch("support_winning", "support wins key accounts", "支持促成大客户赢单",
           _zero("key_support")),
    Switch("waiting_anger", "accounts mind requests that wait", "请求等待使大客户不满",
           _zero("wait_anger")),
    Switch("goodwill", "standard customers notice care and waiting", "中小客户在意维护与等待",
           _zero("goodwill_care", "goodwill_wait", "feedback_gain")),
    Switch("handover", "accounts of leavers go to teammates", "离职者的客户交接给同事",
           facts={"couple_handover": 0}),
    # --- support
    Switch("requests", "key work needs other departments", "大客户业务需要其他部门支持",
           _zero("request_rate")),
    Switch("queue", "people share the departments' queues", "人们共用部门队列",
           facts={"couple_queue": 0}),
    Switch("routing", "requests go where there is room", "请求分派到有余力的部门",
           levers={"support.routing": 0.0}),
    Switch("repeats", "late requests are asked again", "超期请求被重复提出",
           _zero("request_repeat")),
    # --- pay
    Switch("bonus", "a bonus is paid on the score", "按得分发奖金",
           levers={"incentive.bonus_pool": 0.0}),
    Switch("guarantee", "pay is guaranteed for a time", "一定时期内收入有保障",
           levers={"incentive.guarantee": 0.0, "incentive.guarantee_months": 0}),
    Switch("team_income", "expected income follows the team's", "预期收入跟随团队收入",
           facts={"couple_income": 0}),
    Switch("market_expectation", "expected income follows the market", "预期收入跟随市场",
           _zero("expectation_market")),
    # --- learning
    Switch("courses", "courses are taken", "参加课程",
           levers={"training.course_hours": {}, "training.industry_hours": {}}),
    Switch("coaching_skill", "coaching raises skills", "辅导提升技能", _zero("coaching_gain")),
    Switch("doing", "key work teaches", "在大客户业务中学习", _zero("doing_gain")),
    Switch("forgetting", "unused skills are forgotten", "不用的技能被遗忘", _zero("forgetting")),
    # --- states
    Switch("misfit_strain", "work that one is not fit for strains", "不胜任的工作带来压力",
           _zero("demand_misfit")),
    Switch("misfit_felt", "people feel that they are not fit for key work", "感到不适合大客户业务",
           _zero("felt_fit")),
    Switch("decisions_felt", "decisions of key accounts move efficacy", "大客户成败影响自我效能",
           _zero("key_memory")),
    Switch("change_strain", "new work strains", "新工作带来压力", _zero("demand_change")),
    Switch("waiting_felt", "waiting for others strains and isolates", "等待支持带来压力与孤立",
           _zero("demand_waiting", "wait_isolation")),
    Switch("complaint_strain", "complaints strain", "投诉带来压力", _zero("stress_complaint")),
    Switch("support_buffer", "support buffers stress", "支持缓冲压力", _zero("stress_support")),
    Switch("peers", "colleagues who leave take belonging along", "同事离职带走归属感",
           _zero("peers_belonging", "ties_belonging")),
    Switch("climate", "belonging is drawn to the team's climate", "归属感向团队氛围靠拢",
           _zero("climate_pull")),
    Switch("coaching_belonging", "managers who coach make people belong", "经理辅导增强归属感",
           _zero("coaching_belonging")),
    Switch("transparency", "seeing one's own score raises control", "看到自己的得分增强掌控感",
           levers={"incentive.transparency": False}),
    # --- what shows, and help
    Switch("absence_strain", "strain shows in absence", "压力反映为缺勤", _zero("absence_stress")),
    Switch("tickets", "people tell of pressure, communication and resources",
           "员工反馈压力、沟通与资源问题",
           _zero("ticket_pressure", "ticket_communication", "ticket_resources")),
    Switch("newcomer_rating", "newcomers get the default rating", "新人得到默认评级",
           _zero("rating_newcomer")),
    Switch("help", "visible signs bring help", "可见迹象触发帮助",
           levers={"intervention.active": False}),
    # --- who comes
    Switch("experience", "some newcomers bring experience", "部分新人有经验",
           levers={"hiring.experienced": 0.0}),
    Switch("candidates", "the best of several candidates is taken", "从多名候选人中择优",
           levers={"hiring.candidates": 1}),
)
"""In the order of the month's concerns."""

BY_NAME: dict[str, Switch] = {switch.name: switch for switch in SWITCHES}

CHANNELS: dict[str, tuple[str, ...]] = {
    "pay": ("reward_leaving", "pay_leaving", "bonus", "guarantee"),
    "support": ("support_leaving", "support_winning", "support_buffer", "waiting_felt",
                "waiting_anger"),
    "skills": ("efficacy_leaving", "skill_results", "misfit_strain", "misfit_felt"),
    "climate": ("belonging_leaving", "peers", "climate", "coaching_belonging"),
    "help": ("attention_leaving", "help"),
    "strain": ("stress_leaving", "change_strain", "complaint_strain", "remote_leaving",
               "control_leaving"),
}
"""Channels through which a policy can reach people, as the switches that close them."""
RAMP = ("ramp",)
"""What closes the time that newcomers need to sell."""


def without(
    names: Sequence[str], policies: Sequence[Policy], draws: NDArray[np.float64]
) -> tuple[list[Policy], NDArray[np.float64]]:
    """The same policies and draws with mechanisms switched off that are parameters or levers."""
    switched = list(policies)
    for name in names:
        draws = BY_NAME[name].draws(draws)
        switched = [BY_NAME[name].policy(policy) for policy in switched]
    return switched, draws
