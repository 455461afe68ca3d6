import Holidays from 'date-holidays'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import {
  addDays,
  countDeadline,
  DeadlineRulesSchema,
  dayOff,
  daysBetween,
  endOfDay,
  extendDeadline,
  notifiedOn,
  pauseDeadline,
  ruleInForce,
  weekdayOf,
} from './deadlines.ts'

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
    ['a period over the change to winter time', '2026-10-23', from('day', 3), '2026-10-26'],
    ['§ 188 Abs. 2 BGB: a year from 29 February', '2028-02-29', from('year', 1), '2029-02-28'],
    ['§ 188 Abs. 2 BGB: a year to 29 February', '2027-02-28', from('year', 1), '2028-02-28'],
    ['§ 188 Abs. 3 BGB: from 30 January in a common year', '2026-01-30', from('month', 1), '2026-03-02'],
    ['§ 188 Abs. 3 BGB: from 29 January in a leap year', '2028-01-29', from('month', 1), '2028-02-29'],
    ['§ 189 Abs. 1 BGB: half a year is six months', '2026-08-31', from('month', 6), '2027-03-01'],
    ['§ 189 Abs. 1 BGB: a quarter is three months', '2026-11-30', from('month', 3), '2027-03-01'],
    ['§ 189 Abs. 1 BGB: half a month is fifteen days', '2026-11-24', from('day', 15), '2026-12-09'],
    ['§ 187 Abs. 2 BGB: a calendar year from its first day', '2027-01-01', from('year', 1, 'day'), '2027-12-31'],
    ['§ 187 Abs. 2 BGB: from 1 March of a leap year', '2028-03-01', from('year', 1, 'day'), '2029-02-28'],
    ['FTG Brandenburg: New Year on a Thursday is one day', '2025-12-18', from('week', 2), '2026-01-02'],
    ['FTG Brandenburg: Easter Sunday', '2026-03-22', from('week', 2), '2026-04-07'],
    ['FTG Brandenburg: early Easter of 2027', '2027-03-12', from('week', 2), '2027-03-30'],
    ['FTG Brandenburg: late Easter of 2038', '2038-04-09', from('week', 2), '2038-04-27'],
    ['FTG Brandenburg: Whit Sunday and Monday', '2026-05-10', from('week', 2), '2026-05-26'],
    ['FTG Brandenburg: Ascension', '2026-04-30', from('week', 2), '2026-05-15'],
    ['FTG Brandenburg: Labour Day on a Friday', '2026-04-17', from('week', 2), '2026-05-04'],
    ['FTG Brandenburg: German Unity on a Saturday', '2026-09-19', from('week', 2), '2026-10-05'],
    ['no holiday in Brandenburg: Corpus Christi', '2026-05-21', from('week', 2), '2026-06-04'],
    ['no holiday in Brandenburg: All Saints on a Monday', '2027-10-18', from('week', 2), '2027-11-01'],
    ['no holiday in law: Christmas Eve and New Year’s Eve', '2026-12-10', from('week', 2), '2026-12-24'],
    ['§ 42a Abs. 2 VwVfG: three months from complete documents', '2026-11-30', from('month', 3), '2027-03-01'],
    ['§ 70 VwGO: a month', '2026-12-31', from('month', 1), '2027-02-01'],
    ['§ 75 VwGO: three months', '2026-11-24', from('month', 3), '2027-02-24'],
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

describe('extendDeadline', () => {
  it.each([
    ['§ 190 BGB: from the end of the period before', '2026-11-02', from('month', 1), from('week', 2), '2026-12-16'],
    ['§ 190 BGB: which was a Saturday, so from Monday', '2026-11-14', from('week', 2), from('week', 1), '2026-12-07'],
    ['§ 42a Abs. 2 VwVfG: once, by a month', '2026-11-30', from('month', 3), from('month', 1), '2027-04-01'],
  ] as const)('%s', (_paragraph, eventOn, first, more, endsOn) => {
    const before = countDeadline(eventOn, first, holidays)
    expect(extendDeadline(before, more, holidays)).toMatchObject({ begunOn: eventOn, endsOn })
  })
})

describe('pauseDeadline', () => {
  const four = countDeadline('2026-11-02', from('week', 4), holidays)
  it.each([
    ['§ 209 BGB: both its days do not count', '2026-11-09', '2026-11-18', '2026-12-10'],
    ['§ 209 BGB: a single day', '2026-11-09', '2026-11-09', '2026-12-01'],
    ['§ 209 BGB, § 193 BGB: over Christmas', '2026-11-09', '2026-12-03', '2026-12-28'],
    ['a pause after its end changes nothing', '2026-12-01', '2026-12-10', '2026-11-30'],
    ['a pause that ends before it begins changes nothing', '2026-11-10', '2026-11-09', '2026-11-30'],
  ])('%s', (_paragraph, fromOn, toOn, endsOn) => {
    expect(pauseDeadline(four, { fromOn, toOn }, holidays).endsOn).toBe(endsOn)
  })
})

describe('endOfDay', () => {
  it.each([
    ['an ordinary day in winter', '2026-11-24', '2026-11-24T23:00:00Z'],
    ['an ordinary day in summer', '2026-07-01', '2026-07-01T22:00:00Z'],
    ['the day before summer time', '2026-03-28', '2026-03-28T23:00:00Z'],
    ['the day of 23 hours', '2026-03-29', '2026-03-29T22:00:00Z'],
    ['the day before winter time', '2026-10-24', '2026-10-24T22:00:00Z'],
    ['the day of 25 hours', '2026-10-25', '2026-10-25T23:00:00Z'],
    ['New Year’s Eve', '2026-12-31', '2026-12-31T23:00:00Z'],
  ])('%s', (_name, on, end) => {
    expect(new Date(endOfDay(on)).toISOString()).toBe(end.replace('Z', '.000Z'))
  })
})

describe('daysBetween', () => {
  it('counts days of the calendar, also over both clock changes and 29 February', () => {
    expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2)
    expect(daysBetween('2026-10-24', '2026-10-26')).toBe(2)
    expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2)
    expect(daysBetween('2027-01-01', '2026-12-31')).toBe(-1)
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
