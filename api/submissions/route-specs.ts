import type { RouteSpec } from '../http/route.ts'

type Spec = Omit<RouteSpec, 'action' | 'resource'>

/** What citizens read, and what they write: never kept by caches, writing only from our own pages. */
export const READ: Spec = { who: ['citizen'], csrf: false, rate: 'read', audit: false, cache: 'never' }
export const WORK: Spec = { ...READ, csrf: true, rate: 'work' }
