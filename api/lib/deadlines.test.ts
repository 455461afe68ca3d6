import Holidays from 'date-holidays'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { addDays, countDeadline, DeadlineRulesSchema, dayOff, notifiedOn, ruleInForce, weekdayOf } from './deadlines.ts'

const rules = v.parse(DeadlineRulesSchema, {
  holidays: [
    { id: 'neujahr', on: '01-01' },
    { id: 'karfreitag', easter: -2 },
    { id: 'ostersonntag', easter: 0 },
    { id: 'ostermontag', easter: 1 },
    { id: 'tag-der-arbeit', on: '05-01' },
    { id: 'himmelfahrt', easter: 39 },
    { id: 'pfingstsonntag', easter: 49 },
    { id: 'pfingstmontag', easter: 50 },
    { id: 'deutsche-einheit', on: '10-03' },
    { id: 'reformationstag', on: '10-31' },
    { id: 'weihnachtstag-1', on: '12-25' },
    { id: 'weihnachtstag-2', on: '12-26' },
  ],
  deadlines: [
    {
      id: 'objection',
      unit: 'month',
      count: 1,
      begin: 'event',
      rollsForward: true,
      validFrom: '1960-04-01',
      source: '§ 70 VwGO',
    },
  ],
  deliveries: [
    {
      id: 'post',
      countsFrom: 'dispatch',
      days: 3,
      rollsForward: false,
      validFrom: '1977-01-01',
      validTo: '2024-12-31',
      source: '§ 41 Abs. 2 VwVfG',
    },
    {
      id: 'post',
      countsFrom: 'dispatch',
      days: 4,
      rollsForward: false,
      validFrom: '2025-01-01',
      source: '§ 41 Abs. 2 VwVfG',
    },
    {
      id: 'ao_post',
      countsFrom: 'dispatch',
      days: 4,
      rollsForward: true,
      validFrom: '2025-01-01',
      source: '§ 122 Abs. 2, § 108 Abs. 3 AO',
    },
    {
      id: 'vwvfg_portal',
      countsFrom: 'retrieval',
      days: 1,
      rollsForward: false,
      retrieveWithinDays: 10,
      validFrom: '2025-01-01',
      source: '§ 41 Abs. 2a VwVfG',
    },
  ],
})
const { holidays } = rules
const from = (unit: 'day' | 'week' | 'month' | 'year', count: number, begin: 'event' | 'day' = 'event') => ({
  unit,
  count,
  begin,
  rollsForward: true,
})

describe('countDeadline', () => {
  it.each([
    ['§ 187 Abs. 1 BGB: the day of the event does not count', '2026-11-23', from('day', 3), '2026-11-26'],
    ['§ 187 Abs. 2 BGB: a period that begins with a day counts it', '2026-11-23', from('day', 3, 'day'), '2026-11-25'],
    ['§ 188 Abs. 1 BGB: days end with the end of the last day', '2026-11-02', from('day', 14), '2026-11-16'],
    ['§ 188 Abs. 2 BGB: weeks end on the weekday of the event', '2026-11-24', from('week', 2), '2026-12-08'],
    ['§ 188 Abs. 2 BGB: months end on the number of the event day', '2026-11-24', from('month', 1), '2026-12-24'],
    ['§ 188 Abs. 2 BGB: with § 187 Abs. 2 the day before ends it', '2026-07-01', from('month', 3, 'day'), '2026-09-30'],
    ['§ 188 Abs. 3 BGB: a missing day becomes the last of the month', '2026-08-31', from('month', 1), '2026-09-30'],
    ['§ 188 Abs. 3 BGB: 29 February in a leap year', '2028-01-31', from('month', 1), '2028-02-29'],
    ['§ 188 Abs. 2 BGB: years', '2026-03-05', from('year', 1), '2027-03-05'],
    ['§ 193 BGB: Saturday moves to Monday', '2026-11-14', from('week', 2), '2026-11-30'],
    ['§ 31 Abs. 3 VwVfG: Christmas, a Saturday and a Sunday', '2026-11-25', from('month', 1), '2026-12-28'],
    ['§ 31 Abs. 3 VwVfG: New Year on a Friday, then the weekend', '2026-12-18', from('week', 2), '2027-01-04'],
    ['FTG Brandenburg: Reformation day is a holiday', '2025-10-17', from('week', 2), '2025-11-03'],
    ['FTG Brandenburg: Good Friday to Easter Monday', '2026-03-20', from('week', 2), '2026-04-07'],
    ['a period over the change to summer time', '2026-03-27', from('day', 3), '2026-03-30'],
  ] as const)('%s', (_paragraph, eventOn, period, endsOn) => {
    expect(countDeadline(eventOn, period, holidays).endsOn).toBe(endsOn)
  })

  it('§ 31 Abs. 5 VwVfG: a day set by an authority does not move', () => {
    expect(countDeadline('2026-11-14', { ...from('week', 2), rollsForward: false }, holidays)).toMatchObject({
      endsOn: '2026-11-28',
      skipped: [],
    })
  })

  it('says as data why the end moved', () => {
    expect(countDeadline('2026-12-18', from('week', 2), holidays)).toEqual({
      begunOn: '2026-12-18',
      period: from('week', 2),
      countedTo: '2027-01-01',
      skipped: [
        { on: '2027-01-01', because: 'holiday', holiday: 'neujahr' },
        { on: '2027-01-02', because: 'saturday' },
        { on: '2027-01-03', because: 'sunday' },
      ],
      endsOn: '2027-01-04',
      weekday: 1,
    })
  })

  it('refuses what is no day of the calendar', () => {
    expect(() => countDeadline('2026-02-30', from('day', 1), holidays)).toThrow(TypeError)
    expect(() => countDeadline('23.11.2026', from('day', 1), holidays)).toThrow(TypeError)
  })

  it('always ends on a working day, never before the counted end, and never more than six days after it', () => {
    const day = fc.integer({ min: 0, max: 40_000 }).map((n) => addDays('2000-01-01', n))
    const period = fc.record({
      unit: fc.constantFrom('day', 'week', 'month', 'year'),
      count: fc.integer({ min: 0, max: 40 }),
      begin: fc.constantFrom('event', 'day'),
      rollsForward: fc.constant(true),
    })
    fc.assert(
      fc.property(day, period, (eventOn, counted) => {
        const deadline = countDeadline(eventOn, counted, holidays)
        expect(dayOff(deadline.endsOn, holidays)).toBeNull()
        expect(deadline.endsOn >= deadline.countedTo).toBe(true)
        expect(deadline.skipped.length).toBeLessThanOrEqual(6)
        expect(deadline.weekday).toBe(weekdayOf(deadline.endsOn))
      }),
    )
  })
})

describe('dayOff', () => {
  it('knows the same public holidays of Brandenburg as date-holidays, 2018 to 2045', () => {
    const peer = new Holidays('DE', 'BB')
    for (let year = 2018; year <= 2045; year += 1) {
      const theirs = peer.getHolidays(year).filter((holiday) => holiday.type === 'public')
      const expected = [...new Set(theirs.map((holiday) => holiday.date.slice(0, 10)))].sort()
      const ours: string[] = []
      for (let on = `${year}-01-01`; on.startsWith(String(year)); on = addDays(on, 1)) {
        if (dayOff(on, holidays)?.because === 'holiday') {
          ours.push(on)
        }
      }
      expect(ours, String(year)).toEqual(expected)
    }
  })

  it('knows a holiday only while its rule is in force', () => {
    const once = [{ id: 'einmalig', on: '05-08', validFrom: '2025-01-01', validTo: '2025-12-31' }]
    expect(dayOff('2025-05-08', once)?.holiday).toBe('einmalig')
    expect(dayOff('2024-05-08', once)).toBeNull()
  })
})

describe('notifiedOn', () => {
  const rule = (id: string, on: string) => {
    const found = ruleInForce(rules.deliveries, id, on)
    expect(found).toBeDefined()
    return found as NonNullable<typeof found>
  }

  it.each([
    ['§ 41 Abs. 2 VwVfG until 2024: third day', 'post', '2024-12-02', '2024-12-05'],
    ['§ 41 Abs. 2 VwVfG since 2025: fourth day', 'post', '2026-11-23', '2026-11-27'],
    ['§ 122 Abs. 2 AO with § 108 Abs. 3: a Saturday moves', 'ao_post', '2026-11-24', '2026-11-30'],
    ['§ 41 Abs. 2 VwVfG as configured: a Saturday stays', 'post', '2026-11-24', '2026-11-28'],
  ])('%s', (_paragraph, id, startedOn, expected) => {
    expect(notifiedOn(rule(id, startedOn), { startedOn }, holidays)?.endsOn).toBe(expected)
  })

  it('§ 41 Abs. 2a VwVfG: the day after retrieval, within ten days, else no notification', () => {
    const portal = rule('vwvfg_portal', '2026-11-02')
    const startedOn = '2026-11-02'
    expect(notifiedOn(portal, { startedOn, retrievedOn: '2026-11-04' }, holidays)?.endsOn).toBe('2026-11-05')
    expect(notifiedOn(portal, { startedOn, retrievedOn: '2026-11-12' }, holidays)?.endsOn).toBe('2026-11-13')
    expect(notifiedOn(portal, { startedOn, retrievedOn: '2026-11-13' }, holidays)).toBeNull()
    expect(notifiedOn(portal, { startedOn }, holidays)).toBeNull()
  })

  it('finds no rule outside its validity', () => {
    expect(ruleInForce(rules.deliveries, 'vwvfg_portal', '2024-12-31')).toBeUndefined()
  })
})

describe('DeadlineRulesSchema', () => {
  it('refuses a holiday with two rules or none', () => {
    const parse = (holiday: object) =>
      v.safeParse(DeadlineRulesSchema, { holidays: [holiday], deadlines: [], deliveries: [] }).success
    expect(parse({ id: 'x', on: '01-01' })).toBe(true)
    expect(parse({ id: 'x', on: '01-01', easter: 1 })).toBe(false)
    expect(parse({ id: 'x' })).toBe(false)
  })
})
