import { describe, expect, it } from 'vitest'
import { createRateLimiter } from './rate.ts'

const GUEST = { kind: 'public' } as const

describe('createRateLimiter', () => {
  it('refuses who asks more than a minute holds, and lets them go on as time goes by', () => {
    let ms = 0
    const limit = createRateLimiter(() => ms)
    const ask = (): void => limit('sign-in', '192.0.2.1', GUEST)
    for (let count = 0; count < 30; count += 1) {
      ask()
    }
    expect(ask).toThrow('rate sign-in')
    expect(() => limit('sign-in', '192.0.2.2', GUEST)).not.toThrow()
    ms += 2_000
    expect(ask).not.toThrow()
    expect(ask).toThrow('rate sign-in')
  })

  it('shuts nobody out when the clock of the machine is set back', () => {
    let ms = Date.parse('2026-11-26T12:00:00Z')
    const limit = createRateLimiter(() => ms)
    limit('sign-in', '192.0.2.1', GUEST)
    ms -= 86_400_000
    expect(() => limit('sign-in', '192.0.2.1', GUEST)).not.toThrow()
    ms += 2_000
    expect(() => limit('sign-in', '192.0.2.1', GUEST)).not.toThrow()
  })

  it('takes only so many bytes of files a day from one address, and more as the day goes by', () => {
    let ms = 0
    const limit = createRateLimiter(() => ms)
    const send = (bytes: number, address = '192.0.2.1'): void => limit('upload', address, GUEST, bytes)
    send(2_000_000_000)
    send(1_990_000_000)
    expect(() => send(20_000_000)).toThrow('bytes of a day')
    expect(() => send(20_000_000, '192.0.2.2')).not.toThrow()
    ms += 3_600_000
    expect(() => send(20_000_000)).not.toThrow()
  })
})
