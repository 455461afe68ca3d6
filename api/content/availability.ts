import type { ServiceConfig } from './schema.ts'

/** Whether one may apply on a day. `until` is the last day of a pause, where it is known; days of a season are `MM-DD`. */
export type Availability =
  | { readonly state: 'open' }
  | { readonly state: 'paused'; readonly reason: ServiceReason; readonly until: string | null }
  | { readonly state: 'out-of-season'; readonly from: string; readonly until: string }
type ServiceReason = NonNullable<ServiceConfig['pause']>['reason']

/** Decides whether a service can be applied for on a day (Berlin); a season may run over the end of the year. */
export function availabilityOn(
  { pause, season }: Pick<ServiceConfig, 'pause' | 'season'>,
  today: string,
): Availability {
  if (pause !== undefined && pause.from <= today && (pause.until === undefined || today <= pause.until)) {
    return { state: 'paused', reason: pause.reason, until: pause.until ?? null }
  }
  if (season !== undefined) {
    const day = today.slice(5)
    const isWithin =
      season.from <= season.until
        ? season.from <= day && day <= season.until
        : day >= season.from || day <= season.until
    if (!isWithin) {
      return { state: 'out-of-season', ...season }
    }
  }
  return { state: 'open' }
}
