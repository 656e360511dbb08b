"""Loops over months and histories: the part of every kernel that does not depend on the month.

A record is a view that does not keep its array alive: `np.zeros(1, SEEN)[0]` is freed memory at
once. So records are taken from arrays where they are passed on, and arrays of one row have a name
of their own.

`simlab.engine.generate` appends what stands below the mark to the generated month, because numba's
disk cache cannot reuse functions that take other compiled functions. Nothing imports this file.
"""
# mypy: ignore-errors

from simlab.engine.generated import *

# --- appended ---


@njit
def copy_rows(to, source):
    # row by row: numba's slice assignment carries a shape check that takes seconds to compile
    for i in range(len(to)):
        to[i] = source[i]


@njit
def start_month(firm, start, month):
    firm.month = month
    firm.calendar = (start + month) % 12


@njit
def tier_of(results, bar, spread):
    """0 below standard, 1 at or above it, 2 by at least a standard deviation."""
    if results < bar:
        return 0
    return 2 if results >= bar + spread else 1


@njit
def count_groups(people, month, labels, groups):
    """Adds the month to the figures of every group: a seat's own (`labels`, by whether who sits
    there was present at the start), then segment, tenure and tier of results (`simlab.world`)."""
    bar, spread, heads = 0.0, 0.0, 0
    for i in range(len(people)):
        status = people[i].status
        if status == Status.ACTIVE or status == Status.NOTICE or people[i].left:
            bar += people[i].results
            spread += people[i].results * people[i].results
            heads += 1
    if heads == 0:
        return
    bar /= heads
    spread = np.sqrt(max(spread / heads - bar * bar, 0.0))
    own = labels.shape[1]
    others = groups.shape[0] - len(STANDING)
    for i in range(len(people)):
        person = people[i]
        status = person.status
        if not (status == Status.ACTIVE or status == Status.NOTICE or person.left):
            continue
        tenure = month - person.entered
        later = 0 if person.entered < 0 else 1
        tier = tier_of(person.results, bar, spread)
        for d in range(own + 3):
            if d < own:
                g = labels[later, d, i]
            elif d == own:
                g = others + (1 if person.key > 0.0 else 0)
            elif d == own + 1:
                g = others + 2 + (0 if tenure < 12 else 1 if tenure < 36 else 2)
            else:
                g = others + 5 + tier
            count_person(person, tier, groups[g])


@njit
def count_person(person, tier, counts):
    """One person's month in a group, in the order of `simlab.world.Counted`."""
    counts[Counted.HEADS] += 1.0
    if person.left:
        counts[Counted.EXITS] += 1.0
        if person.leaving == Exit.VOLUNTARY:
            counts[Counted.VOLUNTARY] += 1.0
            counts[Counted.REGRETTED] += 1.0 if tier > 0 else 0.0
            counts[Counted.AVOIDABLE] += person.avoidable


@njit(nogil=True, cache=True)
def run(start, people0, accounts0, teams0, departments0, firms0, practices, policies, params,
        current, burn_in, k0, k1, rows, histories, months, labels, cancel, people, out, groups):
    """The histories of the given numbers, each under its row of `params`, lived in `people`.

    Every history lives `burn_in` months under `current`, then `months` under each of the policies
    from the state reached, so that policies share their past. people0[0 or row, slot] is the
    start. out[history, policy, month, outcome] is written, and groups[history, policy, group,
    figure] over all months where it has groups, labels[later, division, slot] being a seat's.
    Returns how many histories were finished (fewer where `cancel` was set, which is read every
    month).
    """
    accounts, teams = accounts0.copy(), teams0.copy()
    departments, firms = departments0.copy(), firms0.copy()
    # the state that policies share; one policy alone needs no second copy of the firm
    several = len(policies) > 1
    kept = len(people) if several else 0
    people1, accounts1 = people[:kept].copy(), accounts[:kept].copy()
    teams1, departments1, firms1 = teams0.copy(), departments0.copy(), firms0.copy()
    seens = np.zeros(1, SEEN)
    spare = np.zeros(out.shape[3])
    for h in range(len(histories)):
        scratch = scratch_rows(histories[h])
        draw = rows[h]
        copy_rows(people, people0[draw if len(people0) > 1 else 0])
        copy_rows(accounts, accounts0)
        copy_rows(teams, teams0)
        copy_rows(departments, departments0)
        copy_rows(firms, firms0)
        for m in range(-burn_in, 0):
            if cancel[0]:
                return h
            start_month(firms[0], start, m)
            month(people, accounts, teams, departments, firms[0], practices, current[0],
                  params[draw], seens[0], spare, k0, k1, scratch[0])
        for p in range(len(policies)):
            if several and p == 0:
                copy_rows(people1, people)
                copy_rows(accounts1, accounts)
                copy_rows(teams1, teams)
                copy_rows(departments1, departments)
                copy_rows(firms1, firms)
            elif several:
                copy_rows(people, people1)
                copy_rows(accounts, accounts1)
                copy_rows(teams, teams1)
                copy_rows(departments, departments1)
                copy_rows(firms, firms1)
            for m in range(months):
                if cancel[0]:
                    return h
                start_month(firms[0], start, m)
                month(people, accounts, teams, departments, firms[0], practices, policies[p],
                      params[draw], seens[0], out[h, p, m], k0, k1, scratch[0])
                if COUNTS_GROUPS:  # a branch of its own: numba leaves it out where it is False
                    if groups.shape[2] > 0:
                        count_groups(people, m, labels, groups[h, p])
    return len(histories)


@njit
def completes(person, course):
    """The person completes `course` - 1 this month, whose exam is the month's (0 or less: none)."""
    person.course = -1
    if course > 0:
        person.course = course - 1
        # however long the course is, its hours are done
        person.hours = 1e6


@njit
def note_signs(person, place, signs, m, i):
    """Notes what the record would hold of the month, in the order of `simlab.panel.SIGNS`."""
    waiting = 0.0
    for d in range(len(person.requests)):
        waiting += person.requests[d]
    lost = person.decided - person.won + person.renewals_due - person.renewed
    noted = (
        1.0 * person.success,
        1.0 * person.absence,
        1.0 * person.tickets[0],
        1.0 * person.tickets[1],
        1.0 * person.tickets[2],
        1.0 * person.pulse if person.pulse >= 0.0 else np.nan,
        1.0 * person.raised,
        waiting,
        1.0 if person.examined > 0 else 0.0,
        1.0 if person.examined < 0 else 0.0,
        1.0 * (person.progress - person.won - person.renewed),
        1.0 * person.won,
        1.0 * lost,
        1.0 * (person.complaints - person.standard_complaints),
    )
    for k in range(len(noted)):
        if place[k] >= 0:
            signs[place[k], m, i] = noted[k]


@njit(nogil=True, cache=True)
def run_panel(start, people0, accounts0, teams0, departments0, firms0, practices, policies,
              params, k0, k1, history, months, cancel, key_from, course, place,
              business, rating, pay, exited, noticed, kind, signs):
    """One history, recorded person by person: (month, slot) arrays and each slot's exit month
    and, where the exit had notice, the month of giving it.

    policies[m] holds in month m, the last one goes on. key_from[slot] is the month of taking up
    key work. course[month, slot] completes course - 1
    in that month (0 or less: none); its exam is sat. signs[place[k], month, slot] notes the k-th
    of `simlab.panel.SIGNS` where place[k] is not negative. The rating of a quarter is written
    back over its months. Meant for firms whose vacancies are off, so that a slot holds one
    person. Returns False where cancelled.
    """
    people, accounts = people0[0].copy(), accounts0.copy()
    teams, departments, firms = teams0.copy(), departments0.copy(), firms0.copy()
    seens = np.zeros(1, SEEN)
    outcomes = np.zeros(OUTCOMES)
    scratch = scratch_rows(np.uint32(history))
    trained, keyed = len(course) > 0, len(key_from) > 0
    for m in range(months):
        if cancel[0]:
            return False
        start_month(firms[0], start, m)
        for i in range(len(people)):
            if people[i].status == Status.ACTIVE or people[i].status == Status.NOTICE:
                if keyed and key_from[i] <= m and people[i].key <= 0.0:
                    move(people[i], m)
                if trained:
                    completes(people[i], course[m, i])
        policy = policies[min(m, len(policies) - 1)]
        month(people, accounts, teams, departments, firms[0], practices, policy, params[0],
              seens[0], outcomes, k0, k1, scratch[0])
        quarter = m - (start + m) % 3
        for i in range(len(people)):
            person = people[i]
            if person.left and exited[i] == STILL_HERE:
                exited[i] = m
                kind[i] = person.leaving
            elif person.status == Status.NOTICE and noticed[i] == STILL_HERE:
                noticed[i] = m
            working = person.status == Status.ACTIVE or person.status == Status.NOTICE
            working = working or exited[i] == m
            if not working:
                business[m, i] = np.nan
                rating[m, i] = 0
                pay[m, i] = np.nan
                for k in range(len(signs)):
                    signs[k, m, i] = np.nan
                continue
            business[m, i] = person.business + person.key_business
            pay[m, i] = person.income
            if len(signs) > 0:
                note_signs(person, place, signs, m, i)
            for q in range(max(quarter, 0), m + 1):
                rating[q, i] = person.running_rating if not np.isnan(business[q, i]) else 0
    return True


@njit
def resample(people, weights, spare, slot, k0, k1, history, month, stream):
    """Systematic resampling of copies; frailty and ability are jittered so that their weighted
    mean and variance stay (Liu, West 2001, shrinkage .98)."""
    n = len(people)
    a, _, _, _ = philox(slot, np.uint32(month), history, stream, k0, k1)
    u = uniform(a)
    mean_a, mean_f, square_a, square_f = 0.0, 0.0, 0.0, 0.0
    for c in range(n):
        mean_a += weights[c] * people[c].ability
        mean_f += weights[c] * people[c].frailty
    for c in range(n):
        square_a += weights[c] * (people[c].ability - mean_a) ** 2
        square_f += weights[c] * (people[c].frailty - mean_f) ** 2
    keep = 0.98
    jitter = np.sqrt(1.0 - keep * keep)
    source, reached = 0, weights[0]
    for c in range(n):
        point = (c + u) / n
        while reached < point and source < n - 1:
            source += 1
            reached += weights[source]
        spare[c] = people[source]
        a, b, _, _ = philox(slot, np.uint32(month), history + np.uint32(c),
                            stream + np.uint32(1), k0, k1)
        z_a, z_f = normal_quantile(uniform(a)), normal_quantile(uniform(b))
        kept_a = mean_a + keep * (spare[c].ability - mean_a)
        kept_f = mean_f + keep * (spare[c].frailty - mean_f)
        spare[c].ability = kept_a + jitter * np.sqrt(square_a) * z_a
        spare[c].frailty = kept_f + jitter * np.sqrt(square_f) * z_f
        spare[c].log_weight = 0.0
    copy_rows(people, spare)


@njit
def copies_month(people, all_accounts, teams, departments, firm, practices, policy, param, seen,
                 k0, k1, base, scratch):
    """One month of a person's copies, each in a history of its own."""
    histories = scratch.histories
    for first in range(0, len(people), TILE):
        count = min(TILE, len(people) - first)
        for j in range(count):
            histories[j] = base + np.uint32(first + j)
        alone(first, count, people, all_accounts, teams, departments, firm, practices, policy,
              param, seen, k0, k1, scratch)


@njit(nogil=True, cache=True)
def replay(start, templates, accounts0, teams, departments, firms0, practices, policies, params,
           k0, k1, draw, seen, months, horizon, copies, stream, cancel, left_by, size, standing):
    """Each person's record replayed in weighted copies, then carried on for `horizon` months.

    seen[person, month] is clamped up to `months`. left_by[person, h] = probability to have left
    within h + 1 months; size[person] = smallest effective number of copies met; standing[person]
    = one copy, drawn by weight, as it stands at the end of the record. Returns False where
    cancelled.
    """
    firms = firms0.copy()
    policy, param = policies[0], params[0]
    people = np.zeros(copies, templates.dtype)
    spare = np.zeros(copies, templates.dtype)
    all_accounts = np.zeros(copies, accounts0.dtype)
    weights = np.full(copies, 1.0 / copies)
    staying = np.zeros(1, SEEN)
    staying[0].stayed = 1
    base = np.uint32(draw) * np.uint32(copies)
    scratch = scratch_rows(base)
    for i in range(len(templates)):
        if cancel[0]:
            return False
        for c in range(copies):
            people[c] = templates[i]
            all_accounts[c] = accounts0[i]
            weights[c] = 1.0 / copies
        size[i] = copies
        begin = max(templates[i].arrives, 0) if templates[i].status == Status.AWAITED else months
        for m in range(begin, months):
            start_month(firms[0], start, m)
            copies_month(people, all_accounts, teams, departments, firms[0], practices, policy,
                         param, seen[i, m], k0, k1, base, scratch[0])
            top = -1e300
            for c in range(copies):
                top = max(top, people[c].log_weight)
            total, squares = 0.0, 0.0
            for c in range(copies):
                weights[c] = exp(people[c].log_weight - top)
                total += weights[c]
            for c in range(copies):
                weights[c] /= total
                squares += weights[c] * weights[c]
            effective = 1.0 / squares
            size[i] = min(size[i], effective)
            if effective < 0.5 * copies:
                resample(people, weights, spare, templates[i].slot, k0, k1, base, m, stream)
                for c in range(copies):
                    weights[c] = 1.0 / copies
        chosen, _, _, _ = philox(templates[i].slot, np.uint32(59999), base, stream, k0, k1)
        standing[i] = people[pick(weights, uniform(chosen))]
        # carried on as if they stayed: a copy's weight falls by its chance of leaving, so the
        # probabilities hold no coin tosses
        for c in range(copies):
            people[c].log_weight = 0.0
        for h in range(horizon):
            start_month(firms[0], start, months + h)
            left_by[i, h] = 0.0
            copies_month(people, all_accounts, teams, departments, firms[0], practices, policy,
                         param, staying[0], k0, k1, base, scratch[0])
            for c in range(copies):
                left_by[i, h] += weights[c] * (1.0 - exp(people[c].log_weight))
    return True


@njit
def pick(weights, u):
    """The index at which the running sum of weights reaches u."""
    c, reached = 0, weights[0]
    while reached < u and c < len(weights) - 1:
        c += 1
        reached += weights[c]
    return c
